//! Who may ask a factory.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::covers;
use confsim_core::factory::Config;
use confsim_core::wire::cccp::Outcome;
use confsim_core::wire::sip::Name;

use crate::stage::{ID, Stage, c3p, config, plain, service, uri};

fn bob_for_alice() -> Config {
    let delegates = BTreeSet::from(["sip:bob@contoso.com".into()]);
    Config { delegates: BTreeMap::from([("sip:alice@contoso.com".into(), delegates)]), ..config() }
}

/// A request with the header that says for whom.
fn behalf(user: &str, whom: &str, body: &str) -> String {
    service(user, 1, body)
        .replace("Content-Type", &format!("p-session-on-behalf-of: sip:{whom}@contoso.com\nContent-Type"))
}

#[test]
fn a_delegate_acts_for_his_organizer() {
    covers!("PRO-2-2-k", "PRO-2-2-l", "PRO-2-2-m", "PRO-2-2-2-f", "EX-PRO-4-9-a");
    let mut stage = Stage::new(bob_for_alice());
    let sent = stage.hear(&behalf("bob", "alice", &plain(ID)));
    assert_eq!(sent.start(), "SIP/2.0 200 OK", "{sent:?}");
    let Outcome::AddConference(Some(info)) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
    // It is hers.
    assert_eq!(info.entity, uri(ID));
    assert_eq!(stage.found(ID).entity, uri(ID));
    // She may say herself whom she acts for.
    assert_eq!(stage.hear(&behalf("alice", "alice", &plain("BBBBBBBB"))).code(), Some(200));
}

#[test]
fn nobody_else_does() {
    covers!("PRO-2-2-k", "PRO-2-2-l", "PRO-2-2-m", "PRO-1-5-b");
    let mut stage = Stage::new(bob_for_alice());
    let requests = [
        // Somebody, and a delegate who does not say so.
        service("mallory", 1, &plain(ID)),
        service("bob", 1, &plain(ID)),
        // Somebody who says so.
        behalf("mallory", "alice", &plain(ID)),
        // For somebody whose factory this is not.
        behalf("bob", "carol", &plain(ID)),
        behalf("alice", "carol", &plain(ID)),
        behalf("alice", "carol", &plain(ID)).replace("sip:carol@contoso.com", "no uri"),
    ];
    for request in requests {
        let sent = stage.hear(&request);
        assert_eq!((sent.code(), sent.body()), (Some(403), ""), "{request}");
        assert!(sent.header(Name::MsDiagnostics).starts_with("3014;"), "{sent:?}");
    }
    assert_eq!(stage.count(), 0);
}

#[test]
fn the_document_names_the_organizer() {
    covers!("PRO-2-2-2-f");
    let mut stage = Stage::new(bob_for_alice());
    let forged = plain(ID).replace("from=\"sip:alice@", "from=\"sip:bob@");
    assert_eq!(stage.ask(&forged).code(), Some(400));
    assert_eq!(stage.hear(&behalf("bob", "alice", &forged)).code(), Some(400));
    assert_eq!(stage.count(), 0);
    // An example leaves the scheme out.
    stage.created(&plain(ID).replace("from=\"sip:alice@", "from=\"Alice@"));
}
