//! Commands other than ejection (MS-CONFBAS facts 2).

use confsim_core::covers;
use confsim_core::focus::Event;
use confsim_core::wire::cccp::{CommandKind, Outcome, Reason};
use confsim_core::wire::conference_info::Role;
use confsim_core::wire::sip::Name;

use crate::common::only;
use crate::pool::{CHAT, FOCUS, Pool, answer, document, in_short, request, told};

fn roles(user: &str, role: &str) -> String {
    request(
        "alice",
        &format!(
            "<modifyUserRoles><userKeys confEntity=\"{FOCUS}\" userEntity=\"sip:{user}@contoso.com\"/>\
             <user-roles xmlns=\"urn:ietf:params:xml:ns:conference-info\"><entry>{role}</entry></user-roles>\
             </modifyUserRoles>"
        ),
    )
}

fn lock(locked: bool) -> String {
    let keys = format!("<conferenceKeys confEntity=\"{FOCUS}\"/>");
    request("alice", &format!("<modifyConferenceLock>{keys}<locked>{locked}</locked></modifyConferenceLock>"))
}

#[test]
fn get_conference_gives_the_roster_at_its_version() {
    covers!("EX-BAS-4-4-7-b", "EX-CWA-0-p", "EX-IM-4-1-2-c");
    let mut pool = Pool::new();
    pool.join("alice");
    let mut bob = pool.join("bob");
    let keys = format!("<getConference><conferenceKeys confEntity=\"{FOCUS}\"/></getConference>");
    let sent = pool.hear(&bob.command(&request("bob", &keys)));
    assert_eq!(told(&sent), ["bob: 202 (INFO)", "bob: INFO success"]);
    assert_eq!(sent[1].header(Name::CSeq), "1 INFO");
    let Outcome::GetConference(Some(info)) = answer(&sent[1]).result.outcome else { panic!() };
    assert_eq!(in_short(&info), "v2 full alice[focus] bob[focus] view");
    let policy = info.description.unwrap().admission_policy.unwrap();
    assert_eq!(policy, "openAuthenticated");
}

#[test]
fn a_new_role_is_one_version_and_a_full_document_for_him_who_has_it() {
    covers!("D-13");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.subscribe("alice");
    pool.join("bob");
    pool.subscribe("bob");
    let sent = pool.hear(&alice.command(&roles("bob", "presenter")));
    assert_eq!(
        told(&sent),
        [
            "alice: 202 (INFO)",
            "alice: INFO success",
            "alice: BENOTIFY v3 partial bob[focus]",
            "bob: BENOTIFY v3 full alice[focus] bob[focus] view",
        ]
    );
    assert_eq!(document(&sent[2]).users.unwrap().users[0].roles, [Role::Presenter]);
    let sent = pool.hear(&alice.command(&roles("bob", "presenter")));
    assert_eq!(told(&sent), ["alice: 202 (INFO)", "alice: INFO success"], "nothing changed");
}

#[test]
fn the_organizer_stays_presenter() {
    covers!("D-33");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    for (user, role, reason) in [
        ("alice", "attendee", "invalidRole"),
        ("alice", "king", "invalidRole"),
        ("eve", "attendee", "userDoesntExist"),
    ] {
        let sent = pool.hear(&alice.command(&roles(user, role)));
        assert_eq!(told(&sent), ["alice: 202 (INFO)", "alice: INFO failure"]);
        assert_eq!(answer(&sent[1]).result.reason.unwrap().as_str(), reason);
    }
}

#[test]
fn a_lock_reaches_the_mcu_then_the_asker_then_everybody() {
    covers!("PRO-2-2-1-2-ak");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.subscribe("alice");
    pool.mcu.heard.clear();
    assert_eq!(told(&pool.hear(&alice.command(&lock(true)))), ["alice: 202 (INFO)"]);
    let sent = pool.mcu_answers(Outcome::nothing(CommandKind::ModifyConferenceLock));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BENOTIFY v2 partial view"]);
    let view = document(&sent[1]).conference_view.unwrap();
    let locks: Vec<_> = view.entity_views.iter().map(|it| it.entity_state.clone().unwrap()).collect();
    assert!(locks.iter().all(|state| state.locked == Some(true)) && locks.len() == 2);
    assert_eq!(locks[1].media[0].kind, "chat");
    assert_eq!(only(pool.invite("bob").1).code(), Some(403));
}

#[test]
fn a_lock_may_change_who_is_let_in() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.mcu.heard.clear();
    let with = |policy: &str| {
        lock(false).replace("</locked>", &format!("</locked><admission-policy>{policy}</admission-policy>"))
    };
    let sent = pool.hear(&alice.command(&with("open")));
    assert_eq!(answer(&sent[1]).result.reason, Some(Reason::InvalidAdmissionPolicy));
    pool.hear(&alice.command(&with("closedAuthenticated")));
    assert!(told(&pool.invite("bob").1).contains(&"bob: 200 (INVITE)".to_owned()), "not done yet");
    let sent = pool.mcu_answers(Outcome::nothing(CommandKind::ModifyConferenceLock));
    assert_eq!(told(&sent), ["alice: INFO success"], "the lock is as it was");
    assert_eq!(only(pool.invite("carol").1).code(), Some(403));
}

/// Who comes back to the focus while his IM session goes on is judged anew.
#[test]
fn an_im_session_opens_no_closed_door() {
    let mut pool = Pool::new();
    let (mut alice, mut bob) = (pool.join("alice"), pool.join("bob"));
    pool.join_chat("bob");
    pool.hear(&bob.request("BYE", "", ""));
    let closed = "</locked><admission-policy>closedAuthenticated</admission-policy>";
    pool.hear(&alice.command(&lock(false).replace("</locked>", closed)));
    pool.mcu_answers(Outcome::nothing(CommandKind::ModifyConferenceLock));
    assert_eq!(only(pool.invite("bob").1).code(), Some(403));
}

/// The MCU answers in its own name; the focus has nothing of its own to modify.
#[test]
fn modify_conference_is_the_mcus_to_answer() {
    covers!("EX-IM-4-1-2-e");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let mut bob = pool.join("bob");
    pool.mcu.heard.clear();
    let modify = |user: &str, mcu: &str| {
        request(
            user,
            &format!(
                "<modifyConference {mcu}xmlns:mscp=\"http://schemas.microsoft.com/rtc/2005/08/cccpextensions\">\
                 <ci:conference-info xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{FOCUS}\" \
                 state=\"partial\"/></modifyConference>"
            ),
        )
    };
    let chat = format!("mscp:mcuUri=\"{CHAT}\" ");
    assert_eq!(told(&pool.hear(&alice.command(&modify("alice", &chat)))), ["alice: 202 (INFO)"]);
    let sent = pool.mcu_refuses(Reason::NotSupported);
    let response = answer(&sent[0]);
    assert_eq!(
        (response.result.reason, response.responder.as_deref()),
        (Some(Reason::NotSupported), Some(CHAT))
    );
    let sent = pool.hear(&alice.command(&modify("alice", "")));
    let response = answer(&sent[1]);
    assert_eq!((response.result.reason, response.responder), (Some(Reason::NotSupported), None));
    assert!(pool.mcu.heard.is_empty());
    assert_eq!(only(pool.hear(&bob.command(&modify("bob", &chat)))).code(), Some(403));
}

#[test]
fn what_was_provisioned_is_told_to_those_inside() {
    covers!("EX-BAS-4-4-7-d");
    let mut pool = Pool::provisioned(&format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" \
         xmlns:cis=\"urn:ietf:params:xml:ns:conference-info-separator\" entity=\"{FOCUS}\">\
         <conference-description><subject>Lunch</subject><msci:notification-data><x xmlns=\"\">y</x>\
         </msci:notification-data><cis:separator/><msci:pstn-access><msci:id>37890</msci:id></msci:pstn-access>\
         </conference-description></conference-info>"
    ));
    let mut alice = pool.join("alice");
    let shown = pool.subscribe("alice").1.description.unwrap();
    assert_eq!(shown.subject.as_deref(), Some("Lunch"));
    assert_eq!(shown.pstn_access.as_ref().unwrap().id.as_deref(), Some("37890"));
    assert!(shown.notification_data.is_none() && shown.admission_policy.is_none());
    let keys = format!("<getConference><conferenceKeys confEntity=\"{FOCUS}\"/></getConference>");
    let sent = pool.hear(&alice.command(&request("alice", &keys)));
    let Outcome::GetConference(Some(info)) = answer(&sent[1]).result.outcome else { panic!() };
    let told = info.description.unwrap();
    assert!(told.notification_data.is_some() && told.admission_policy.is_some());
    assert_eq!(told.pstn_access, shown.pstn_access);
}

#[test]
fn a_deleted_conference_sends_everybody_home_and_may_start_anew() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.subscribe("alice");
    pool.join("bob");
    pool.mcu.heard.clear();
    let keys = format!("<deleteConference><conferenceKeys confEntity=\"{FOCUS}\"/></deleteConference>");
    assert_eq!(told(&pool.hear(&alice.command(&request("alice", &keys)))), ["alice: 202 (INFO)"]);
    let sent = pool.mcu_answers(Outcome::nothing(CommandKind::DeleteConference));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BENOTIFY", "alice: BYE", "bob: BYE"]);
    assert_eq!(sent[1].header(Name::SubscriptionState), "terminated;expires=0;reason=noresource");
    assert_eq!(sent[3].header(Name::Reason), "SIP;cause=481;text=\"Conference Terminated\"");
    assert_eq!(pool.events().last(), Some(&Event::Deactivated(FOCUS.into())));
    pool.hear(&sent[2].response("200 OK", "", ""));
    pool.hear(&sent[3].response("200 OK", "", ""));
    pool.join("alice");
    assert_eq!(in_short(&pool.subscribe("alice").1), "v1 full alice[focus] view");
}
