//! What organizers may have, each by his own policy.

use std::collections::BTreeMap;

use confsim_core::covers;
use confsim_core::factory::{Config, Policy};
use confsim_core::wire::cccp::{Outcome, Reason};

use crate::stage::{ID, Stage, add, c3p, config, envelope, fixed, id_and_policy, open, plain, service, uri};

/// Bob may have less than the others.
fn less_for_bob(policy: Policy) -> Stage {
    let policies = BTreeMap::from([("sip:bob@contoso.com".into(), policy)]);
    Stage::new(Config { policies, ..config() })
}

/// Bob asks for what alice asks for, at his own factory.
fn bobs(stage: &mut Stage, body: &str) -> Result<Outcome<'static>, Reason<'static>> {
    let sent = stage.hear(&service("bob", 1, body).replace("alice@", "bob@"));
    let result = c3p(&sent).result;
    result.reason.map_or(Ok(result.outcome), Err)
}

#[test]
fn anonymous_conferences_need_permission() {
    covers!("PRO-2-2-3-8-m", "PRO-2-2-3-8-n", "PRO-2-2-1-2-m", "PRO-3-2-5-2-a");
    let body = add(&id_and_policy(ID, "anonymous"), "");
    let mut stage = less_for_bob(Policy { anonymous: false, ..Policy::default() });
    stage.created(&body);
    assert_eq!(bobs(&mut stage, &body), Err(Reason::AnonymousUsersNotAllowed));
    for (organizer, allowed) in [("alice", true), ("bob", false)] {
        let ask = service("alice", 1, &envelope("<getConferencingCapabilities/>"));
        let sent = stage.hear(&ask.replace("alice@", &format!("{organizer}@")));
        let Outcome::GetConferencingCapabilities(Some(found)) = c3p(&sent).result.outcome else { panic!() };
        assert_eq!(found.anonymous_scheduling, Some(allowed));
    }
    for policy in ["openAuthenticated", "closedAuthenticated"] {
        assert!(bobs(&mut stage, &add(&id_and_policy(policy.get(..8).expect("eight"), policy), "")).is_ok());
    }
}

#[test]
fn autopromote_has_the_bits_that_are_allowed_and_mean_something() {
    covers!(
        "PRO-2-2-1-2-ad",
        "PRO-2-2-2-1-h",
        "PRO-2-2-3-8-u",
        "PRO-2-2-3-8-v",
        "PRO-2-2-3-8-w",
        "EX-PRO-4-1-f"
    );
    let (everyone, company) = (0x8000_0000_u32, 0x8000);
    for (allowed, mask) in
        [(0, 0), (company, company), (everyone, everyone | company), (u32::MAX, everyone | company), (1, 0)]
    {
        let policy =
            Policy { autopromote_allowed: allowed, autopromote_default: u32::MAX, ..Policy::default() };
        let mut stage = Stage::new(Config { policy, ..config() });
        let told = stage.done(&envelope("<getConferencingCapabilities/>"));
        let Outcome::GetConferencingCapabilities(Some(found)) = told else { panic!("{told:?}") };
        assert_eq!((found.autopromote_allowed, found.default_autopromote), (Some(mask), Some(mask)));
        for (number, bits) in [0, 1, company, everyone, everyone | company].into_iter().enumerate() {
            let id = format!("AAAAAAA{number}");
            let body = add(&format!("{}<msci:autopromote>{bits}</msci:autopromote>", open(&id)), "");
            if bits & !mask == 0 {
                stage.created(&body);
                assert_eq!(stage.found(&id).description.expect("one").autopromote, Some(bits));
            } else {
                assert_eq!(stage.refused(&body), (400, Reason::InvalidAutopromoteValue));
            }
        }
        stage.created(&plain(ID));
        assert_eq!(stage.found(ID).description.expect("one").autopromote, Some(mask));
    }
}

#[test]
fn telephone_access_needs_permission_and_takes_no_id() {
    covers!("PRO-2-2-2-1-g", "PRO-2-2-3-1-x", "PRO-2-2-3-1-y", "PRO-2-2-3-1-z", "EX-PRO-4-1-e");
    let policy = Policy { telephone: true, telephone_lobby_bypass: true, ..Policy::default() };
    let mut stage = Stage::new(Config { policy, ..config() });
    let body = format!(
        "{}<msci:pstn-access>\n</msci:pstn-access><msci:pstn-lobby-bypass>true</msci:pstn-lobby-bypass>",
        open(ID)
    );
    let created = stage.created(&add(&body, ""));
    assert!(created.description.expect("one").pstn_access.is_some());
    let found = stage.found(ID).description.expect("one");
    assert!(found.pstn_access.is_some());
    assert_eq!(found.pstn_lobby_bypass, Some(true));
}

#[test]
fn quotas_count_each_organizers_own() {
    covers!("PRO-2-2-3-1-q", "PRO-3-2-5-2-g");
    let mut stage = less_for_bob(Policy { conferences_max: 2, ..Policy::default() });
    for id in ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"] {
        stage.created(&plain(id));
    }
    assert!(bobs(&mut stage, &plain("AAAAAAAA")).is_ok());
    assert!(bobs(&mut stage, &plain("BBBBBBBB")).is_ok());
    assert_eq!(bobs(&mut stage, &plain("CCCCCCCC")), Err(Reason::MaxConferencesExceeded));
    assert_eq!(stage.count(), 5);
}

#[test]
fn strangers_may_be_invited_where_federation_is_on() {
    covers!("PRO-2-2-3-1-h", "PRO-3-2-5-2-e");
    let users = "<ci:users><ci:user entity=\"sip:eve@fabrikam.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
                 </ci:user></ci:users>";
    let mut stage = less_for_bob(Policy { federated: false, ..Policy::default() });
    assert_eq!(stage.created(&add(&open(ID), users)).entity, uri(ID));
    assert_eq!(bobs(&mut stage, &add(&open(ID), users)), Err(Reason::FederatedUsersNotAllowed));
    // A user of his own enterprise is none, however the domain is spelled.
    let own = users.replace("eve@fabrikam.com", "eve@CONTOSO.com");
    assert!(bobs(&mut stage, &add(&open(ID), &own)).is_ok());
}

#[test]
fn nobody_is_advised_to_do_what_he_may_not() {
    covers!("PRO-2-2-3-8-p", "PRO-2-2-3-8-n", "PRO-2-2-2-1-j");
    let policies =
        BTreeMap::from([("sip:bob@contoso.com".into(), Policy { anonymous: false, ..Policy::default() })]);
    let mut stage = Stage::new(Config { policies, default_admission_policy: "anonymous".into(), ..config() });
    for (organizer, policy) in [("alice", "anonymous"), ("bob", "openAuthenticated")] {
        let mut ask = |body: &str| {
            let text = service("alice", 1, body).replace("alice@", &format!("{organizer}@"));
            c3p(&stage.hear(&text)).result.outcome
        };
        let Outcome::GetConferencingCapabilities(Some(found)) =
            ask(&envelope("<getConferencingCapabilities/>"))
        else {
            panic!()
        };
        assert_eq!(found.default_admission_policy.as_deref(), Some(policy));
        let Outcome::AddConference(Some(created)) = ask(&fixed(ID)) else { panic!() };
        assert_eq!(created.description.expect("one").admission_policy.as_deref(), Some(policy));
    }
}
