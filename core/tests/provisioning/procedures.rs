//! Wishes that take several requests.

use std::sync::Arc;

use confsim_core::client::{Action, Event, Plan, Provisioned};
use confsim_core::covers;
use confsim_core::cryptography::{self, Cryptography as _};
use confsim_core::entropy::Entropy;
use confsim_core::wire::cccp::{
    Capabilities, Command, CommandKind, Conferences, EncryptionKey, Outcome, Reason,
};
use confsim_core::wire::conference_info::{ConferenceView, EntityView, State};
use confsim_core::wire::conference_key::{ConferenceKey, encode};

use crate::common::only;
use crate::sealer::Sealer;
use crate::stage::{ID, Stage, c3p, conference, name, plan};

/// A plan that names a type of MCU.
fn with_chat() -> Plan {
    let chat = EntityView { entity: "chat".into(), ..EntityView::default() };
    let mut plan = plan("Lunch");
    plan.info.conference_view =
        Some(ConferenceView { entity_views: vec![chat], ..ConferenceView::default() });
    plan
}

fn factory_key() -> Outcome<'static> {
    Outcome::GetEncryptionKey(Some(EncryptionKey {
        certificate: encode(b"cert factory").into(),
        issuing_server: Some("factory.pool.contoso.com".into()),
    }))
}

#[test]
fn mcu_types_are_looked_up_before_they_are_named() {
    covers!("PRO-3-1-4-7-a", "PRO-3-1-4-8-a", "PRO-2-2-2-8-a");
    let mut stage = Stage::new();
    let sent = stage.wish(Action::Create(with_chat()));
    assert_eq!(name(&sent), "getAvailableMcuTypes");
    let sent = only(stage.succeed(&sent, Outcome::GetAvailableMcuTypes(Some(vec!["chat".into()]))));
    assert_eq!(name(&sent), "addConference");
    // Once is enough, but for each factory.
    assert_eq!(name(&stage.wish(Action::Create(with_chat()))), "addConference");
    let other = stage.wishes(Some("sip:alice@contoso.com"), Action::Create(with_chat()));
    assert_eq!(name(&only(other)), "getAvailableMcuTypes");
    // Capabilities tell them as well.
    let mut stage = Stage::new();
    let sent = stage.wish(Action::GetCapabilities);
    let found = Capabilities { anonymous_scheduling: Some(true), ..Capabilities::default() };
    stage.succeed(&sent, Outcome::GetConferencingCapabilities(Some(Box::new(found))));
    assert_eq!(name(&stage.wish(Action::Create(with_chat()))), "addConference");
}

#[test]
fn a_passcode_is_enveloped_for_the_factory() {
    covers!("PRO-2-2-2-6-a", "PRO-2-2-3-6-i", "PRO-3-1-4-6-a", "PRO-3-1-7-2-a", "PRO-3-1-4-1-b", "D-30",);
    let mut stage = Stage::new();
    let sent = stage.wish(Action::Create(Plan { passcode: Some("s3cret".into()), ..plan("Lunch") }));
    assert_eq!(name(&sent), "getEncryptionKey");
    let sent = only(stage.succeed(&sent, factory_key()));
    assert!(!sent.body().contains("s3cret"), "base64 at least");
    let Command::AddConference(info) = c3p(&sent).command else { panic!("{sent:?}") };
    let content = info.description.and_then(|it| it.conference_key).expect("a key");
    let Some(ConferenceKey::Enveloped { cms_data, issuing_server }) = ConferenceKey::read(&content) else {
        panic!()
    };
    assert_eq!(Sealer("cert factory").open(&cms_data).as_deref(), Ok(&b"s3cret"[..]));
    // What the factory gave is given back as it was.
    assert_eq!(issuing_server.as_deref(), Some("factory.pool.contoso.com"));

    // A certificate that is none ends the wish.
    for certificate in ["?", &encode(b"none")] {
        let mut stage = Stage::new();
        let sent = stage.wish(Action::Create(Plan { passcode: Some("s3cret".into()), ..plan("Lunch") }));
        let key = EncryptionKey { certificate: certificate.to_owned().into(), issuing_server: None };
        assert!(stage.succeed(&sent, Outcome::GetEncryptionKey(Some(key))).is_empty());
        assert_eq!(stage.failed(), ("addConference", 0, "no usable certificate".into()));
    }
}

#[test]
fn a_passcode_comes_back_for_our_certificate_alone() {
    covers!(
        "PRO-2-2-2-4-c",
        "PRO-2-2-2-4-d",
        "PRO-2-2-2-4-e",
        "PRO-2-2-2-4-f",
        "PRO-3-1-4-5-a",
        "PRO-3-1-4-5-b",
        "PRO-3-1-5-6-b",
        "PRO-3-1-7-3-a",
        "PRO-3-1-7-3-b",
        "PRO-3-1-7-3-c",
    );
    let get = || Action::Get { id: ID.into(), with_passcode: true };
    let mut stage = Stage::new();
    let sent = stage.wish(get());
    let Command::GetConference { keys, certificate } = c3p(&sent).command else { panic!("{sent:?}") };
    assert_eq!(keys.conference_id.as_deref(), Some(ID));
    assert_eq!(certificate.as_deref(), Some(&*encode(b"cert bob")));
    for (recipient, passcode) in [(&b"cert bob"[..], Some("s3cret")), (b"cert eve", None)] {
        let sent = stage.wish(get());
        let envelop = Sealer("cert factory").envelop(&mut Entropy::named(1, "x"), recipient, b"s3cret");
        let cms_data = envelop.expect("an envelope");
        let mut info = conference(State::Full, 3);
        if let Some(description) = &mut info.description {
            description.conference_key =
                Some(ConferenceKey::Enveloped { cms_data, issuing_server: None }.write());
        }
        stage.succeed(&sent, Outcome::GetConference(Some(info)));
        let Provisioned::Details { passcode: told, info } = stage.told() else { panic!() };
        assert_eq!((told.as_deref(), info.version), (passcode, Some(3)));
    }
    // A client without certificate cannot ask so, but for everything else.
    let mut stage = Stage::with(Arc::new(cryptography::Absent));
    assert!(stage.wishes(None, get()).is_empty());
    assert_eq!(stage.failed(), ("getConference", 0, "no usable certificate".into()));
    let sent = stage.wish(Action::Get { id: ID.into(), with_passcode: false });
    stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 1))));
    assert!(matches!(stage.told(), Provisioned::Details { passcode: None, .. }));
}

#[test]
fn a_static_meeting_is_found_or_made() {
    covers!(
        "PRO-3-1-4-1-c",
        "PRO-3-1-4-1-d",
        "PRO-3-1-4-1-e",
        "PRO-2-2-2-1-j",
        "PRO-2-2-2-1-k",
        "PRO-2-2-2-5-b",
        "PRO-2-2-3-8-aa",
        "PRO-3-1-4-4-b",
        "EX-PRO-4-1-j",
    );
    let list = |conferences| Outcome::GetConferences(Conferences { is_static: Some(true), conferences });
    let mut stage = Stage::new();
    let sent = stage.wish(Action::CreateStatic);
    assert_eq!(c3p(&sent).command, Command::GetConferences { is_static: Some(true) });
    let sent = only(stage.succeed(&sent, list(Some(vec![*conference(State::Partial, 471)]))));
    let Command::GetConference { keys, certificate: None } = c3p(&sent).command else { panic!("{sent:?}") };
    assert_eq!(keys.conference_id.as_deref(), Some(ID));
    assert!(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 471)))).is_empty());
    assert!(matches!(stage.told(), Provisioned::Details { .. }));

    for nothing in [None, Some(vec![])] {
        let mut stage = Stage::new();
        let sent = stage.wish(Action::CreateStatic);
        let sent = only(stage.succeed(&sent, list(nothing)));
        let Command::AddConference(info) = c3p(&sent).command else { panic!("{sent:?}") };
        assert_eq!((info.is_static, &info.conference_view, &info.users), (Some(true), &None, &None));
        let description = info.description.expect("a description");
        assert!(description.conference_id.is_some() && description.admission_policy.is_none());
        stage.succeed(&sent, Outcome::AddConference(Some(conference(State::Partial, 1))));
        assert!(matches!(&stage.bench.seen()[..], [Event::Created { .. }]));
    }
}

#[test]
fn a_modification_looks_first() {
    covers!(
        "PRO-3-1-4-2-a",
        "PRO-3-1-4-2-b",
        "PRO-3-1-4-2-c",
        "PRO-2-2-2-2-a",
        "PRO-2-2-2-2-b",
        "PRO-2-2-2-2-c",
        "PRO-3-1-5-4-a",
        "PRO-3-1-4-5-b",
    );
    let mut stage = Stage::new();
    let wish = |version| Action::Modify { plan: plan("Dinner"), version };
    let sent = stage.wish(wish(4));
    let Command::GetConference { keys, .. } = c3p(&sent).command else { panic!("{sent:?}") };
    assert_eq!(keys.conference_id.as_deref(), Some(ID));
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 4)))));
    let Command::ModifyConference { mcu_uri: None, info } = c3p(&sent).command else { panic!("{sent:?}") };
    assert_eq!((&*info.entity, info.version), ("", Some(4)));
    let description = info.description.expect("a description");
    assert_eq!(description.conference_id.as_deref(), Some(ID));
    assert_eq!(description.subject.as_deref(), Some("Dinner"));
    stage.succeed(&sent, Outcome::ModifyConference(Some(conference(State::Partial, 5))));
    let Provisioned::Modified { version, .. } = stage.told() else { panic!() };
    assert_eq!(version, 5);

    // Somebody was faster: bob sees what there is and nothing is sent.
    let sent = stage.wish(wish(4));
    assert!(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 5)))).is_empty());
    let Provisioned::VersionConflict { current } = stage.told() else { panic!() };
    assert_eq!(current, conference(State::Full, 5));
    // He asks again, about that.
    let sent = stage.wish(wish(5));
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 5)))));
    assert_eq!(name(&sent), "modifyConference");

    // Somebody is faster in between: bob sees that too, and it is not tried again.
    let sent = stage.wish(wish(5));
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 5)))));
    let sent = only(stage.refuse(&sent, CommandKind::ModifyConference, Reason::InvalidVersion));
    assert_eq!(name(&sent), "getConference");
    assert!(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 6)))).is_empty());
    assert_eq!(stage.told(), Provisioned::VersionConflict { current: conference(State::Full, 6) });
    // Whoever refuses the version that he tells is not asked for ever.
    let sent = stage.wish(wish(6));
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 6)))));
    let sent = only(stage.refuse(&sent, CommandKind::ModifyConference, Reason::InvalidVersion));
    assert!(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 6)))).is_empty());
    assert!(matches!(stage.told(), Provisioned::VersionConflict { .. }));
    // Any other refusal is the end of it.
    let sent = stage.wish(wish(6));
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 6)))));
    assert!(stage.refuse(&sent, CommandKind::ModifyConference, Reason::InvalidRole).is_empty());
    assert_eq!(stage.failed(), ("modifyConference", 400, "invalidRole".into()));

    // What the factory told can be sent back: what is the factory's to say is taken out.
    let told = *conference(State::Full, 5);
    let sent = stage.wish(Action::Modify { plan: Plan { info: told, ..plan("") }, version: 5 });
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 5)))));
    let Command::ModifyConference { info, .. } = c3p(&sent).command else { panic!("{sent:?}") };
    assert_eq!((&*info.entity, info.state, info.version), ("", None, Some(5)));

    // Everything that a plan needs is looked up as for a creation.
    let mut stage = Stage::new();
    let plan = Plan { passcode: Some("s3cret".into()), ..with_chat() };
    let sent = stage.wish(Action::Modify { plan, version: 1 });
    let sent = only(stage.succeed(&sent, Outcome::GetConference(Some(conference(State::Full, 1)))));
    assert_eq!(name(&sent), "getAvailableMcuTypes");
    let sent = only(stage.succeed(&sent, Outcome::GetAvailableMcuTypes(Some(vec![]))));
    assert_eq!(name(&sent), "getEncryptionKey");
    assert_eq!(name(&only(stage.succeed(&sent, factory_key()))), "modifyConference");
}
