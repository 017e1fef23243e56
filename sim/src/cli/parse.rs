//! `confsim parse KIND [FILE]`: any wire document as canonical JSON, or where it goes wrong.

mod body;
mod fault;
mod header;
mod input;
mod sip;

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::conference_info;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sdp::ImSession;
use confsim_core::wire::sip::{Name, Uri};
use serde::Serialize;
use serde_json::Value;

pub use self::fault::Fault;
use self::input::Input;

/// Arguments of `confsim parse`.
#[derive(Args, Clone, Debug)]
pub struct ParseArgs {
    #[command(subcommand)]
    kind: Kind,
}

/// What the input is.
#[derive(Subcommand, Clone, Debug)]
enum Kind {
    /// One SIP message, as in a datagram; without Content-Length the body is the rest
    Sip(Source),
    /// SIP messages back to back, as on a TCP connection; one line of JSON for each
    Stream(Source),
    /// The value of one SIP header field
    Header {
        /// The name of the header, full or compact
        name: String,
        #[command(flatten)]
        source: Source,
    },
    /// A URI
    Uri(Source),
    /// A conference command, request or response (C3P)
    Cccp(Source),
    /// A roster document
    ConferenceInfo(Source),
    /// A delivery report
    Imdn(Source),
    /// The endpoint-capabilities of a chat endpoint
    Capabilities(Source),
    /// The session description of an IM session
    Sdp(Source),
    /// A multipart body
    Multipart {
        /// What separates the parts; by default what the first line with two dashes says
        #[arg(long, allow_hyphen_values = true)]
        boundary: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// An invitation to a conference
    ConfInvite(Source),
    /// A question about provisioning, or its answer
    Provisioning(Source),
}

/// Where the input comes from.
#[derive(Args, Clone, Debug)]
struct Source {
    /// The file; standard input if it is `-` or none is given
    file: Option<PathBuf>,
}

/// Exit code for input that is not what it should be.
const BAD_INPUT: u8 = 2;

/// Runs the command on the process's own streams.
pub fn run(args: &ParseArgs) -> ExitCode {
    let code = run_with(args, &mut io::stdin().lock(), &mut io::stdout().lock(), &mut io::stderr().lock());
    ExitCode::from(code)
}

/// Runs the command on the given streams and returns its exit code: 0, or 2 for bad input.
pub fn run_with(args: &ParseArgs, stdin: &mut dyn Read, out: &mut dyn Write, errors: &mut dyn Write) -> u8 {
    let done = args.kind.source().open(stdin).and_then(|mut input| args.kind.show(&mut input, out));
    match done {
        Ok(()) => 0,
        // Whoever reads our output has seen enough of it.
        Err(Fault::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(fault) => {
            // Nobody is left to be told when this fails as well.
            let _ = writeln!(errors, "error: {fault}");
            BAD_INPUT
        }
    }
}

impl Kind {
    fn source(&self) -> &Source {
        match self {
            Self::Header { source, .. } | Self::Multipart { source, .. } => source,
            Self::Sip(source)
            | Self::Stream(source)
            | Self::Uri(source)
            | Self::Cccp(source)
            | Self::ConferenceInfo(source)
            | Self::Imdn(source)
            | Self::Capabilities(source)
            | Self::Sdp(source)
            | Self::ConfInvite(source)
            | Self::Provisioning(source) => source,
        }
    }

    fn show(&self, input: &mut Input<'_>, out: &mut dyn Write) -> Result<(), Fault> {
        if let Self::Stream(_) = self {
            return sip::stream(input, |message| {
                serde_json::to_writer(&mut *out, &pruned(message)).map_err(io::Error::from)?;
                Ok(out.write_all(b"\n")?)
            });
        }
        let view = input.whole(|bytes| self.view(bytes))?;
        serde_json::to_writer_pretty(&mut *out, &pruned(view)).map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    }

    /// The typed view of a whole input.
    fn view(&self, bytes: &[u8]) -> Result<Value, Fault> {
        match self {
            Self::Sip(_) | Self::Stream(_) => sip::datagram(bytes),
            Self::Header { name, .. } => {
                let name = Name::parse(name);
                let text = one_line(bytes)?;
                header::value(name, text).map(|view| view.unwrap_or_else(|| text.into()))
            }
            Self::Uri(_) => Ok(header::uri(&Uri::parse(one_line(bytes)?)?)),
            Self::Cccp(_) => body::cccp(bytes),
            Self::ConferenceInfo(_) => json(&conference_info::read(bytes)?),
            Self::Imdn(_) => json(&Imdn::parse(bytes)?),
            Self::Capabilities(_) => json(&ImCapabilities::parse(bytes)?),
            Self::Sdp(_) => json(&ImSession::parse(bytes)?),
            Self::Multipart { boundary, .. } => body::multipart(boundary.as_deref(), bytes),
            Self::ConfInvite(_) => json(&ConfInvite::parse(bytes)?),
            Self::Provisioning(_) => body::provisioning(bytes),
        }
    }
}

/// Text without the line end that editors put behind it.
fn one_line(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault::malformed("not UTF-8", error.valid_up_to() as u64))?;
    Ok(text.trim_end_matches(['\r', '\n']))
}

/// Where `part`, a piece of `whole`, starts in it.
fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

fn json(value: &impl Serialize) -> Result<Value, Fault> {
    Ok(serde_json::to_value(value).map_err(io::Error::from)?)
}

/// The view without what is absent: null members, and lists of extensions without any.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let empty = |name: &str, value: &Value| {
                value.is_null() || (name == "extensions" && value.as_array().is_some_and(Vec::is_empty))
            };
            let kept = members.into_iter().filter(|(name, value)| !empty(name, value));
            Value::Object(kept.map(|(name, value)| (name, pruned(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(pruned).collect()),
        plain => plain,
    }
}
