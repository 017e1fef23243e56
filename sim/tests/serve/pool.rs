//! The program at work.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// A pool in a process of its own, killed when dropped.
pub(crate) struct Served {
    process: Child,
    out: BufReader<ChildStdout>,
    pub(crate) tcp: SocketAddr,
    pub(crate) tls: Option<SocketAddr>,
    /// The certificate that was made up, in PEM.
    pub(crate) certificate: String,
}

impl Served {
    /// Starts it on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let anywhere: &[&str] =
            if arguments.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut process =
            command(anywhere).args(arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut out = BufReader::new(process.stdout.take().expect("piped"));
        let (mut tcp, mut tls, mut certificate) = (None, None, String::new());
        let mut line = String::new();
        while !line.contains("Ctrl-C") {
            line.clear();
            assert_ne!(out.read_line(&mut line).expect("text"), 0, "it ended before it was ready");
            if let Some(rest) = line.strip_prefix("listening on ") {
                let (address, kind) = rest.trim().split_once(' ').expect("an address and a kind");
                let address: SocketAddr = address.parse().expect("an address");
                match kind {
                    "(TCP)" => tcp = Some(address),
                    "(TLS)" => tls = Some(address),
                    other => panic!("{other}"),
                }
            } else if line.starts_with("-----BEGIN")
                || certificate.starts_with("-----BEGIN") && !certificate.contains("-----END")
            {
                certificate.push_str(&line);
            }
        }
        Self { process, out, tcp: tcp.expect("a TCP port"), tls, certificate }
    }

    /// The next line of the log that says `what`.
    pub(crate) fn logs(&mut self, what: &str) -> String {
        let mut line = String::new();
        while self.out.read_line(&mut line).expect("text") > 0 {
            if line.contains(what) {
                return line;
            }
            line.clear();
        }
        panic!("it ended without saying {what}");
    }

    /// How much memory it has used at most, in kilobytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Asks it to stop.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(status.expect("there is a `kill`").success());
    }

    /// Waits for its end: how it ended, and what it had left to say.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("text");
        (self.process.wait().expect("it ends"), rest)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `confsim serve` with these arguments.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confsim"));
    command.arg("serve").args(arguments);
    command
}
