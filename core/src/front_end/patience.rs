//! Connections that nobody uses, and those of proxies.

use super::{FrontEnd, Timer};
use crate::node::{Address, ConnId};
use crate::signal::Context;

impl FrontEnd {
    /// A connection is up.
    pub(super) fn welcome(&mut self, cx: &mut Context<'_, Self>, conn: ConnId) {
        let Some(peer) = cx.peer(conn).filter(|peer| !self.config.is_role(peer)) else { return };
        if self.config.trusts(peer) {
            self.proxies.insert(host(peer).into(), conn);
        } else if let Some(patience) = self.config.patience {
            cx.set_timer(Timer::Patience(conn), cx.now() + patience);
        }
    }

    /// Closes a connection on which nobody is registered, or a message has been incomplete for too long.
    pub(super) fn lose_patience(&self, cx: &mut Context<'_, Self>, conn: ConnId) {
        let Some(patience) = self.config.patience else { return };
        let stuck = cx.unfinished(conn).is_some_and(|since| since + patience <= cx.now());
        if stuck || !self.registrar.is_used(conn) {
            return cx.close(conn);
        }
        cx.set_timer(Timer::Patience(conn), cx.now() + patience);
    }
}

/// The host of an address.
fn host(address: &Address) -> &str {
    address.as_str().rsplit_once(':').map_or(address.as_str(), |(host, _)| host)
}
