//! `confsim serve`: the pool on real sockets.

use std::fs::{DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::SystemTime;

use clap::Args;
use confsim_core::factory::{MemoryStore, Store};
use confsim_core::time::Duration;
use tokio::runtime::Runtime;

use super::{Exit, fail};
use crate::cryptography::Keys;
use crate::durable::Durable;
use crate::world::shell::CONNECTIONS;
use crate::world::socket::{Certificate, Config, Format, Log, Pool, Recording, unforeseeable};

/// How many threads serve: the roles are four, and one of them has most to do.
const THREADS: usize = 2;

/// Arguments of `confsim serve`.
#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Where to listen for TCP; only loopback unless --insecure-listen says so
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5060")]
    listen: SocketAddr,
    /// Listen for TLS too, with this certificate and key (PEM files), or with a certificate made up now
    #[arg(long, value_names = ["CERT", "KEY"], num_args = 0..=2)]
    tls: Option<Vec<PathBuf>>,
    /// Where to listen for TLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5061", requires = "tls")]
    tls_listen: SocketAddr,
    /// Let --listen be an address that others can reach: everybody there can pass for everybody
    #[arg(long)]
    insecure_listen: bool,
    /// A proxy that may speak for anybody; may be given several times
    #[arg(long, value_name = "IP")]
    trusted_peer: Vec<IpAddr>,
    /// Keep conferences, and the factory's key, in this folder, so that they survive a restart
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Record what passes between clients and the pool in this file, in the clear: as Wireshark reads it (pcapng), or as
    /// JSON lines if its name ends in .jsonl; `confsim check` judges both
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// What the pool calls itself in Via and Record-Route, with its port, if not by its address
    #[arg(long, value_name = "HOST:PORT")]
    name: Option<String>,
    /// How many clients may be connected at a time
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS)]
    connections: usize,
    /// After how many seconds a connection is closed on which nobody is signed in, or a message does not end
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    idle: u32,
    /// Draw identifiers from this number: the same ones every time, which everybody can foresee
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: ServeArgs) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::from(Exit::Held as u8),
        Err(what) => fail(&what),
    }
}

fn serve(args: ServeArgs) -> Result<(), String> {
    let create =
        |path: &PathBuf| File::create(path).map_err(|error| format!("--trace {}: {error}", path.display()));
    let file = args.trace.as_ref().map(create).transpose()?.map(BufWriter::new);
    let lines = args.trace.as_ref().is_some_and(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
    let format = if lines { Format::Jsonl } else { Format::Pcapng };
    let config = configure(args)?;
    let epoch = config.epoch;
    // What is not raised shows as connections that are not accepted.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| format!("no threads: {error}"))?;
    let pool = runtime.block_on(Pool::bind(config)).map_err(|error| error.to_string())?;
    greet(&pool).map_err(|error| format!("standard output: {error}; nobody would know where it listens"))?;
    let stop = stop(&runtime)?;
    let (recording, written) = match file {
        Some(file) => {
            let (recording, written) = Recording::to(file, format, epoch);
            (Some(recording), Some(written))
        }
        None => (None, None),
    };
    runtime.block_on(pool.run(Log::to(io::stdout(), epoch), recording, stop));
    match written.map(thread::JoinHandle::join) {
        Some(Ok(Err(error))) => Err(format!("--trace: {error}; what is there is whole up to then")),
        _ => Ok(()),
    }
}

/// What the arguments come to.
#[expect(clippy::disallowed_methods, reason = "clients and the log are told real dates")]
fn configure(args: ServeArgs) -> Result<Config, String> {
    if !args.listen.ip().is_loopback() && !args.insecure_listen {
        return Err(format!(
            "--listen {}: others could reach it and pass for anybody; use --tls and --tls-listen, or say --insecure-listen",
            args.listen
        ));
    }
    let names = || {
        let host =
            args.name.as_deref().and_then(|name| name.rsplit_once(':')).map(|(host, _)| host.to_owned());
        vec![host.unwrap_or_else(|| args.tls_listen.ip().to_string()), "localhost".to_owned()]
    };
    let certificate = match args.tls.as_deref() {
        None => None,
        Some([]) => Some(Certificate::SelfSigned(names())),
        Some([chain, key]) => Some(Certificate::Files { chain: chain.clone(), key: key.clone() }),
        Some(_) => return Err("--tls takes a certificate and its key, or nothing".to_owned()),
    };
    let (store, keys) = kept(args.data.as_deref())?;
    Ok(Config {
        name: args.name,
        tcp: vec![args.listen],
        tls: certificate.map(|certificate| (args.tls_listen, certificate)),
        trusted: args.trusted_peer.iter().map(ToString::to_string).collect(),
        connections: args.connections,
        patience: Duration::from_secs(args.idle.into()),
        store,
        keys: Box::new(keys),
        epoch: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
        seed: args.seed,
    })
}

/// Where conferences are kept, and the factory's own key (D-30).
fn kept(folder: Option<&Path>) -> Result<(Box<dyn Store>, Keys), String> {
    let Some(folder) = folder else {
        return Ok((Box::new(MemoryStore::default()), Keys::made_of(unforeseeable())));
    };
    // Passcodes are in there: it is nobody else's to read.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("--data {}: {error}", folder.display()))?;
    let file = folder.join("conferences.redb");
    let store = Durable::file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let keys = Keys::kept_in(folder, unforeseeable()).map_err(|error| error.to_string())?;
    Ok((Box::new(store), keys))
}

/// Says where it listens and what to do next.
fn greet(pool: &Pool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (tcp, tls) = pool.listens();
    for address in &tcp {
        writeln!(out, "listening on {address} (TCP)")?;
    }
    if let Some(address) = tls {
        writeln!(out, "listening on {address} (TLS)")?;
    }
    if let Some(certificate) = pool.certificate() {
        writeln!(out, "clients have to trust this certificate, or none:\n{}", certificate.trim_end())?;
    }
    if let Some(address) = tcp.first().or(tls.as_ref()) {
        writeln!(
            out,
            "Sign in any user at {address}, without password; conferences are made at\n\
             sip:USER@DOMAIN;gruu;opaque=app:conf:focusfactory of that user. Ctrl-C ends all sessions and stops."
        )?;
    }
    out.flush()
}

/// Resolves when somebody wants it to end.
fn stop(runtime: &Runtime) -> Result<impl Future<Output = ()> + use<>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let _here = runtime.enter();
    let listen = |kind| signal(kind).map_err(|error| format!("signals: {error}"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            biased;
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
