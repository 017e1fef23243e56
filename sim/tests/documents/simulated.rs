//! The same flows out of the event world.

use confsim::node::Peer;
use confsim::scenario::named;
use confsim::trace::{Keep, NodeId, Record, Role, Trace};
use confsim::world::event::run_with;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Message, Name};

use super::{Told, label};

/// A run, from one of its last steps on.
pub(super) struct Run {
    /// What participants and pool said to each other, in the order of arrival.
    pub(super) told: Vec<Told>,
    trace: Trace,
    start: Instant,
}

impl Run {
    /// The last `steps` steps of the scenario `name`, and what came of them.
    pub(super) fn new(name: &str, steps: usize) -> Self {
        let scenario = named(name).expect("a named scenario").scenario().expect("a valid scenario");
        let start = Instant::ZERO + scenario.steps.iter().rev().nth(steps - 1).expect("a step").at;
        let outcome = run_with(&scenario, 1, Keep::All, &mut [], Peer::new);
        assert_eq!(outcome.broken, None);
        let trace = outcome.trace;
        let told = trace
            .records()
            .filter(|(at, _)| *at >= start)
            .filter_map(|(_, record)| match record {
                Record::Heard(heard) => {
                    let (from, to) = (heard.origin, heard.to);
                    counts(from, to, &heard.message).then(|| Told {
                        from: trace.cast.name(from).to_owned(),
                        to: trace.cast.name(to).to_owned(),
                        message: Message::clone(&heard.message),
                        complete: true,
                    })
                }
                _ => None,
            })
            .collect();
        Self { told, trace, start }
    }

    /// When `to` first heard this from `from`.
    pub(super) fn heard(&self, from: &str, to: &str, what: &str) -> Option<Instant> {
        self.trace.records().filter(|(at, _)| *at >= self.start).find_map(|(at, record)| match record {
            Record::Heard(heard) => {
                let names = (self.trace.cast.name(heard.origin), self.trace.cast.name(heard.to));
                (names == (from, to) && label(&heard.message) == what).then_some(at)
            }
            _ => None,
        })
    }

    /// When this left `from` on its way to `to`.
    pub(super) fn emitted(&self, from: &str, to: &str, what: &str) -> Option<Instant> {
        self.trace.records().filter(|(at, _)| *at >= self.start).find_map(|(at, record)| match record {
            Record::Emitted(emitted) => {
                let by = self.trace.cast.name(emitted.from) == from && emitted.summary.to_string() == what;
                let towards = std::str::from_utf8(&emitted.head).is_ok_and(|head| {
                    head.lines().any(|line| line.starts_with("To: ") && line.contains(&format!("sip:{to}@")))
                });
                (by && towards).then_some(at)
            }
            _ => None,
        })
    }
}

/// Whether the documents would print it: between a participant and another one or a server, at its
/// destination. The focus only passes on what is meant for the IM MCU (D-10).
fn counts(from: NodeId, to: NodeId, message: &Message) -> bool {
    let server = |node: NodeId| matches!(node.role(), Role::Factory | Role::Focus | Role::Mcu);
    let client = |node: NodeId| node.role() == Role::Client;
    let chat = message.header(Name::To).is_some_and(|to| to.contains("app:conf:chat:"));
    let parties = (client(from) && (server(to) || client(to))) || (server(from) && client(to));
    parties && !(to.role() == Role::Focus && chat)
}
