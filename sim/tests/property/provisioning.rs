//! What the focus factory answers is altered in one place: the property that should notice, notices.

use std::sync::Arc;

use bytes::Bytes;
use confsim::trace::{Emitted, NodeId, Record, Role};
use confsim_core::covers;
use confsim_core::wire::sip::{Limits, Message};

use super::tamper::{Records, judged, last, noticed, rewrite, said};

/// What a client is told, changed in its ears alone: the last message with `from` in it.
fn mishear(records: &mut Records, from: &str, to: &str) {
    let text = |message: &Message| String::from_utf8_lossy(message.body()).into_owned();
    let told = records.iter_mut().rev().find_map(|(_, record)| match record {
        Record::Heard(heard) if heard.to.role() == Role::Client && text(&heard.message).contains(from) => {
            Some(heard)
        }
        _ => None,
    });
    let heard = told.expect("somebody is told so");
    let body = text(&heard.message).replacen(from, to, 1);
    assert_eq!(from.len(), to.len());
    let head = heard.message.head().clone();
    let altered = Message::from_parts(head, Bytes::from(body), Limits::DEFAULT).expect("SIP");
    heard.message = Arc::new(altered);
}

#[test]
fn nothing_altered_nothing_noticed() {
    for name in ["provision-conflict", "provision-crash", "provision-delete"] {
        assert_eq!(judged(name, |_| {}), []);
    }
}

#[test]
fn a_version_that_is_told_again() {
    covers!("PRO-2-2-1-1-j", "PRO-2-2-3-5-h");
    let violations = judged("provision-conflict", |records| {
        let place = last(&said(records, NodeId::FACTORY, "200 (SERVICE)", "<getConferences"));
        rewrite(records, place, "version=\"3\"", "version=\"2\"");
    });
    noticed(&violations, "provisioning.versions", &["SDFBSD12 v2", "acknowledged is [SDFBSD12 v3]"]);
}

#[test]
fn a_version_that_is_given_twice() {
    covers!("PRO-2-2-3-2-c");
    let violations = judged("provision-conflict", |records| {
        let place = last(&said(records, NodeId::FACTORY, "200 (SERVICE)", "<modifyConference"));
        rewrite(records, place, "version=\"3\"", "version=\"2\"");
    });
    noticed(&violations, "provisioning.versions", &["modifyConference SDFBSD12"]);
}

#[test]
fn a_conference_that_is_not_what_was_asked_for() {
    covers!("PRO-3-2-5-3-c");
    let violations = judged("provision-crash", |records| {
        let place = last(&said(records, NodeId::FACTORY, "200 (SERVICE)", "Made and not told"));
        rewrite(records, place, "Made and not told", "Never made");
    });
    noticed(&violations, "provisioning.versions", &["getConference SDFBSD12"]);
}

#[test]
fn a_refusal_without_cause() {
    covers!("PRO-2-2-3-3-d");
    let violations = judged("provision-create", |records| {
        let place = last(&said(records, NodeId::FACTORY, "403 (SERVICE)", "anonymousUsersNotAllowed"));
        rewrite(records, place, "anonymousUsersNotAllowed", "mcuTypeNotAvailable");
    });
    noticed(&violations, "provisioning.reasons", &["refused with mcuTypeNotAvailable"]);
    let violations = judged("provision-delete", |records| {
        let place = last(&said(records, NodeId::FACTORY, "404 (SERVICE)", "conferenceDoesNotExist"));
        rewrite(records, place, "conferenceDoesNotExist", "staticFlagDoesntMatch");
    });
    noticed(&violations, "provisioning.reasons", &["staticFlagDoesntMatch", "acknowledged is []"]);
}

#[test]
fn answers_that_no_order_explains() {
    covers!("PRO-3-2-1-a");
    let violations =
        judged("provision-conflict", |records| mishear(records, "version=\"3\"", "version=\"2\""));
    noticed(&violations, "provisioning.linearizable", &["getConferences", "SDFBSD12 v2"]);
}

#[test]
fn a_conference_that_nobody_asked_for() {
    let violations = judged("provision-crash", |records| mishear(records, "Acknowledged", "Accomplished"));
    noticed(&violations, "provisioning.linearizable", &["getConference"]);
}

#[test]
fn a_change_that_nobody_was_told_of_may_be_there_or_not() {
    let hush = |records: &mut Records, at: usize| {
        let Record::Emitted(Emitted { id, .. }) = records[at].1 else { panic!("no message at {at}") };
        records.retain(|(_, record)| match record {
            Record::Emitted(emitted) => emitted.id != id,
            _ => true,
        });
    };
    let violations = judged("provision-disk-full", |records| {
        let place = last(&said(records, NodeId::FACTORY, "200 (SERVICE)", "<modifyConference"));
        hush(records, place);
    });
    assert_eq!(violations, []);
}
