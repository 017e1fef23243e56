//! Records into the digest. Every field counts that another one does not imply: a heard message is told by its
//! number, because its bytes counted when it was emitted.

use confsim_core::client::Event;
use confsim_core::time::Instant;

use super::{Cause, Digest, Fate, HostChange, Record};

/// Takes one record in.
pub(super) fn fold(digest: &mut Digest, at: Instant, record: &Record) {
    digest.number(at.as_micros());
    match record {
        Record::Step { step, who, skipped } => {
            let skipped = skipped.map_or(0, |why| 1 + why as u64);
            numbers(digest, [1, step.0.into(), who.index() as u64, skipped]);
        }
        Record::Emitted(message) => {
            numbers(
                digest,
                [2, message.id.0.into(), message.connection.0.into(), message.from.index() as u64],
            );
            numbers(digest, [message.to.index() as u64, message.origin.index() as u64]);
            cause(digest, message.cause);
            digest.bytes(&message.head);
            digest.bytes(&message.body);
        }
        Record::Released { id } => numbers(digest, [16, id.0.into()]),
        Record::Heard(message) => numbers(digest, [3, message.id.0.into()]),
        Record::Lost { id, fate } => {
            numbers(
                digest,
                [4, id.0.into(), if let Fate::Fault(fault) = fate { 1 + u64::from(*fault) } else { 0 }],
            );
        }
        Record::Garbage { who, connection, error } => {
            numbers(digest, [5, who.index() as u64, connection.0.into()]);
            digest.bytes(error.as_bytes());
        }
        Record::Event { who, cause: because, event } => {
            numbers(digest, [6, who.index() as u64]);
            cause(digest, *because);
            fold_event(digest, event);
        }
        Record::Timer { who, name } => {
            numbers(digest, [7, who.index() as u64]);
            digest.bytes(name.as_bytes());
        }
        Record::Opened(opened) => {
            let acceptor = opened.acceptor.map_or(u64::MAX, |node| node.index() as u64);
            numbers(digest, [8, opened.connection.0.into(), opened.opener.index() as u64, acceptor]);
        }
        Record::Up { who, connection } => numbers(digest, [9, who.index() as u64, connection.0.into()]),
        Record::Closed { who, connection, cause: because } => {
            numbers(digest, [10, who.index() as u64, connection.0.into()]);
            cause(digest, *because);
        }
        Record::Gone { who, connection } => numbers(digest, [11, who.index() as u64, connection.0.into()]),
        Record::Fault { fault, message, connection } => {
            let message = message.map_or(u64::MAX, |id| id.0.into());
            numbers(digest, [12, (*fault).into(), message, connection.0.into()]);
        }
        Record::Said { who, connection, bytes } => {
            numbers(digest, [14, who.index() as u64, connection.0.into()]);
            digest.bytes(bytes);
        }
        Record::Host { who, fault, change } => {
            let change = match change {
                HostChange::Crashed => 0,
                HostChange::Paused => 1,
                HostChange::Resumed => 2,
                HostChange::Clock => 3,
                HostChange::DiskFull => 4,
                HostChange::DiskFree => 5,
                HostChange::Back { incarnation } => 6 + u64::from(*incarnation),
            };
            numbers(digest, [15, who.index() as u64, (*fault).into(), change]);
        }
        Record::End { who, dump } => {
            numbers(digest, [13, who.index() as u64]);
            for (kind, count) in dump {
                digest.bytes(kind.as_bytes());
                digest.number(*count);
            }
        }
    }
}

fn numbers<const N: usize>(digest: &mut Digest, numbers: [u64; N]) {
    for number in numbers {
        digest.number(number);
    }
}

fn cause(digest: &mut Digest, cause: Cause) {
    match cause {
        Cause::Start => digest.number(0),
        Cause::Step(step) => numbers(digest, [1, step.0.into()]),
        Cause::Message(id) => numbers(digest, [2, id.0.into()]),
        Cause::Timer(name) => {
            digest.number(3);
            digest.bytes(name.as_bytes());
        }
        Cause::Connection(connection) => numbers(digest, [4, connection.0.into()]),
        Cause::Fault(fault) => numbers(digest, [5, fault.into()]),
    }
}

/// Rosters count by version and size: their content is that of the documents, which counted as messages.
fn fold_event(digest: &mut Digest, event: &Event) {
    match event {
        Event::SignedIn => digest.number(1),
        Event::Created { conference } => told(digest, 2, conference),
        Event::Provisioned(provisioned) => told(digest, 13, &format!("{provisioned:?}")),
        Event::Joined { conference } => told(digest, 3, conference),
        Event::ChatJoined { conference } => told(digest, 4, conference),
        Event::Roster { conference, version, roster } => {
            told(digest, 5, conference);
            numbers(digest, [(*version).into(), roster.len() as u64]);
        }
        Event::RosterGap { conference, have, got } => {
            told(digest, 6, conference);
            numbers(digest, [(*have).into(), (*got).into()]);
        }
        Event::Received { conference, message_id, sender, content_type, body } => {
            told(digest, 7, conference);
            digest.number((*message_id).into());
            digest.bytes(sender.as_deref().unwrap_or_default().as_bytes());
            digest.bytes(content_type.as_bytes());
            digest.bytes(body);
        }
        Event::Accepted { conference, message_id, notification_follows } => {
            told(digest, 8, conference);
            numbers(digest, [(*message_id).into(), (*notification_follows).into()]);
        }
        Event::Delivered { conference, message_id, failures, timed_out } => {
            told(digest, 9, conference);
            numbers(digest, [(*message_id).into(), (*timed_out).into()]);
            for (who, status) in failures {
                digest.bytes(who.as_bytes());
                digest.number((*status).into());
            }
        }
        Event::CommandDone { conference, command } => {
            told(digest, 10, conference);
            digest.bytes(command.as_bytes());
        }
        Event::Failed(failure) => {
            told(digest, 11, failure.conference.as_deref().unwrap_or_default());
            digest.bytes(failure.what.as_bytes());
            digest.number(failure.status.into());
            digest.bytes(failure.reason.as_bytes());
        }
        Event::Ended { conference, by_server } => {
            told(digest, 12, conference);
            digest.number((*by_server).into());
        }
        Event::ChatEnded { conference } => told(digest, 13, conference),
        Event::State { conference, version, roster } => {
            told(digest, 14, conference);
            numbers(digest, [(*version).into(), roster.len() as u64]);
        }
        Event::Called { conference, by } => {
            told(digest, 15, conference);
            digest.bytes(by.as_deref().unwrap_or_default().as_bytes());
        }
        Event::ConfInvite { conference, from } => {
            told(digest, 16, conference);
            digest.bytes(from.as_bytes());
        }
        Event::Typing { conference, sender } => {
            told(digest, 17, conference);
            digest.bytes(sender.as_deref().unwrap_or_default().as_bytes());
        }
    }
}

fn told(digest: &mut Digest, kind: u64, conference: &str) {
    digest.number(kind);
    digest.bytes(conference.as_bytes());
}
