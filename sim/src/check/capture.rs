//! Captures: packets to segments, segments to streams, streams to messages, messages to the records of a run.
//!
//! A capture that this program wrote tells of its scenario: then everybody is known by name, and faults by their marks. Of
//! any other capture it is guessed who is who, by who answers REGISTER and speaks for which conference URIs, and a pool
//! whose inside is not in the capture is one address that stands for all its roles. Wherever the packets were captured, a
//! message counts as read when it is acknowledged, answered or passed on, whichever is first.

mod file;
mod packet;
mod roles;
mod stream;
mod teller;
mod way;

use std::net::IpAddr;

pub use self::file::CaptureError;
pub(super) use self::file::is_capture;
use self::packet::{Content, content};
use self::stream::{Line, Streams};
use self::teller::{Ends, Teller};
use super::Recording;
use crate::fault::{Cut, Fault, How};
use crate::property::{Known, Need};
use crate::scenario::{Scenario, from_toml};
use crate::trace::Cast;
use crate::view::pcapng::{CAPTURE, EPOCH, Mark, node};
use confsim_core::time::Instant;

/// Reads a capture as the recording of a run.
///
/// # Errors
/// [`CaptureError`] says where it is none.
pub(super) fn read(file: &[u8]) -> Result<Recording, CaptureError> {
    let capture = file::read(file)?;
    let scenario = scenario_of(&capture.comments);
    let faults = scenario.as_ref().map_or(&[][..], |scenario| &scenario.faults);
    let mut streams = Streams::default();
    let mut last = 0;
    for packet in &capture.packets {
        last = last.max(packet.at);
        let marks: Vec<Mark> = if scenario.is_some() {
            packet.comments.iter().filter_map(|comment| Mark::parse(comment)).collect()
        } else {
            Vec::new()
        };
        match content(packet.link, packet.data) {
            Some(Content::Segment(segment)) => streams.segment(packet.at, &segment, &marks),
            Some(Content::Told(from, to, data)) if scenario.is_some() => {
                let cut = marks.iter().any(|mark| ends_quietly(mark, faults));
                streams.told(packet.at, from, to, data, marks, cut);
            }
            _ => {}
        }
    }
    Ok(match scenario {
        Some(scenario) => own(&scenario, streams),
        None => strangers(streams, capture.packets.first().map_or(0, |packet| packet.at), last),
    })
}

/// The scenario of a capture of our own.
fn scenario_of(comments: &[&str]) -> Option<Scenario> {
    let (first, rest) = comments.split_first()?;
    first.starts_with(CAPTURE).then(|| from_toml(&rest.concat()).ok()).flatten()
}

/// Whether a fault cuts a connection so that each end takes it for closed by the other.
fn ends_quietly(mark: &Mark, faults: &[Fault]) -> bool {
    let fault = mark.fault().and_then(|fault| faults.get(fault as usize));
    matches!(fault, Some(Fault::Cut(Cut { how: How::Fin, .. })))
}

fn own(scenario: &Scenario, streams: Streams) -> Recording {
    let known = Known::of(scenario);
    let Streams { lines, happenings, .. } = streams;
    let find = |line: &Line, side: usize| match line.sockets[side].address {
        IpAddr::V4(address) => node(&known.cast, address.octets()),
        IpAddr::V6(_) => None,
    };
    let ends: Vec<Option<Ends>> = lines
        .iter()
        .map(|line| Some(Ends { nodes: [find(line, 0)?, find(line, 1)?], collapsed: false }))
        .collect();
    let mut teller = Teller::new(&known.cast, &ends, &known.faults, EPOCH * 1_000_000);
    for happening in happenings {
        teller.take(happening);
    }
    let records = teller.finish();
    let end = Instant::ZERO + scenario.end;
    Recording {
        title: scenario.title.clone(),
        known,
        tells: vec![Need::Scenario, Need::Hops],
        whole: true,
        records,
        end,
    }
}

fn strangers(streams: Streams, zero: u64, last: u64) -> Recording {
    let Streams { lines, happenings, .. } = streams;
    let (cast, ends) = roles::guess(&lines, &happenings);
    let collapsed = ends.iter().flatten().any(|ends| ends.collapsed);
    let tells = if collapsed { Vec::new() } else { vec![Need::Hops] };
    let mut teller = Teller::new(&cast, &ends, &[], zero);
    for happening in happenings {
        teller.take(happening);
    }
    let records = teller.finish();
    let end = Instant::from_micros(last.saturating_sub(zero));
    let title = describe(&cast);
    Recording { title, known: Known::strangers(cast), tells, whole: false, records, end }
}

/// Who takes part, in words.
fn describe(cast: &Cast) -> String {
    let names: Vec<&str> =
        cast.nodes().filter(|node| node.participant().is_some()).map(|node| cast.name(node)).collect();
    format!("A capture of {}", if names.is_empty() { "nobody".to_owned() } else { names.join(", ") })
}
