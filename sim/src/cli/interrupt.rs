//! Ctrl-C: once to finish early, twice to end at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, process, thread};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use super::Exit;

/// Whether somebody wants us to finish.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(super) fn watch() -> Result<Self, String> {
        let interrupt = Self::default();
        interrupt.listen().map_err(|error| format!("Ctrl-C cannot be heard: {error}"))?;
        Ok(interrupt)
    }

    /// Whether it was heard.
    pub(super) fn heard(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn listen(&self) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        // In place when this returns, so that no signal ends us from then on.
        let mut signals = runtime.block_on(async { signal(SignalKind::interrupt()) })?;
        let heard = Arc::clone(&self.0);
        thread::spawn(move || {
            while runtime.block_on(signals.recv()).is_some() {
                if heard.swap(true, Ordering::Relaxed) {
                    process::exit(Exit::Interrupted as i32);
                }
            }
        });
        Ok(())
    }
}
