//! What tshark makes of our captures.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use confsim::scenario::{Scenario, named};
use confsim::trace::{Keep, Record, Trace};
use confsim::view::pcapng::write;
use confsim::world::event::run;
use confsim_core::node::Summary;

/// The severity of a warning, as tshark numbers it.
const WARNING: u64 = 0x0060_0000;

/// One frame, as tshark tells of it.
struct Frame {
    number: String,
    protocols: String,
    analysis: String,
    malformed: String,
    severity: u64,
    sip: String,
    reset: bool,
    reassembled: String,
    length: u64,
    comment: String,
}

const FIELDS: [&str; 11] = [
    "frame.number",
    "frame.protocols",
    "tcp.analysis.flags",
    "_ws.malformed",
    "_ws.expert.severity",
    "sip.Method",
    "sip.Status-Code",
    "tcp.flags.reset",
    "tcp.reassembled_in",
    "tcp.len",
    "frame.comment",
];

/// Has tshark read a capture.
fn frames(name: &str, capture: &[u8]) -> Vec<Frame> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pcapng"));
    std::fs::write(&path, capture).unwrap();
    let mut tshark = Command::new("tshark");
    for check in ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE"] {
        tshark.args(["-o", check]);
    }
    tshark.args(["-2", "-r"]).arg(&path).args(["-T", "fields", "-E", "separator=/t", "-E", "aggregator=|"]);
    for field in FIELDS {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap_or_else(|error| {
        panic!("tshark: {error}; install it (DEBIAN_FRONTEND=noninteractive apt-get install -y tshark)")
    });
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(frame).collect()
}

fn frame(line: &str) -> Frame {
    let mut fields = line.split('\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    let (number, protocols, analysis, malformed) = (next(), next(), next(), next());
    let severity = next().split('|').filter_map(|it| it.parse().ok()).max().unwrap_or(0);
    let (method, code) = (next(), next());
    let reset = matches!(next().as_str(), "1" | "True");
    let (reassembled, length) = (next(), next().parse().unwrap_or(0));
    let (sip, comment) = (format!("{method}{code}"), next());
    Frame { number, protocols, analysis, malformed, severity, sip, reset, reassembled, length, comment }
}

/// How often each method, and each status code, was emitted.
fn emitted(trace: &Trace) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (_, record) in trace.records() {
        if let Record::Emitted(sent) = record {
            let what = match &sent.summary {
                Summary::Request(method) => method.to_string(),
                Summary::Response(code, _) => code.to_string(),
            };
            *counts.entry(what).or_default() += 1;
        }
    }
    counts
}

/// tshark agrees with the trace, and finds nothing wrong with the packets but what a fault explains.
fn agrees(name: &str) -> (Scenario, Vec<Frame>) {
    let scenario = named(name).unwrap().scenario().unwrap();
    let trace = run(&scenario, 1, Keep::All, &mut []).trace;
    let frames = frames(name, &write(&scenario, &trace, Some(1)));
    let mut counts = BTreeMap::new();
    for frame in &frames {
        let at = format!("{name}, frame {}", frame.number);
        assert!(frame.analysis.is_empty(), "{at}: TCP analysis says {}", frame.analysis);
        assert!(frame.malformed.is_empty(), "{at} is malformed");
        let broken = frame.reset && !scenario.faults.is_empty();
        assert!(frame.severity < WARNING || broken, "{at}: expert severity {:x}", frame.severity);
        if !frame.sip.is_empty() {
            *counts.entry(frame.sip.clone()).or_default() += 1;
        } else if frame.length > 0 {
            assert!(!frame.reassembled.is_empty(), "{at} is no part of a SIP message ({})", frame.protocols);
        }
    }
    assert_eq!(counts, emitted(&trace), "{name}");
    (scenario, frames)
}

#[test]
fn an_undisturbed_run_is_sip_over_tcp() {
    for name in ["eject", "late-joiner", "provision-capabilities"] {
        let (scenario, frames) = agrees(name);
        assert_eq!(scenario.faults, [], "{name}");
        assert!(frames.iter().all(|frame| frame.comment.is_empty() && !frame.reset), "{name}");
    }
}

/// Every fault that strikes is marked where it does.
#[test]
fn a_disturbed_run_says_which_fault_did_it() {
    for name in ["imdn-failure", "version-gap", "mcu-restart", "connection-back-in-time", "ack-lost"] {
        let (scenario, frames) = agrees(name);
        for (number, fault) in scenario.faults.iter().enumerate() {
            let marked = |frame: &&Frame| {
                frame.comment.starts_with(&format!("fault {number}"))
                    && frame.comment.ends_with(&fault.to_string())
            };
            assert!(frames.iter().any(|frame| marked(&frame)), "{name}: {fault}");
        }
    }
}
