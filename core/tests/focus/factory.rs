//! What the factory learns of activations, and what it has the focus do (D-11).

use confsim_core::covers;
use confsim_core::focus::Event;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Code, CommandKind, Outcome, Reason};
use confsim_core::wire::sip::Name;

use crate::pool::{FOCUS, Pool, add_user, answer, in_short, request, told};

#[test]
fn the_factory_hears_of_every_activation_and_every_end() {
    covers!("D-11", "D-12");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    assert_eq!(pool.activity(), [true]);
    pool.hear(&alice.request("BYE", "", ""));
    pool.pass(Duration::from_secs(10 * 60));
    assert_eq!(pool.activity(), [false]);
    pool.join("alice");
    assert_eq!(pool.activity(), [true]);
    assert_eq!(in_short(&pool.subscribe("alice").1), "v1 full alice[focus] view");
}

#[test]
fn a_new_factory_hears_what_is_active() {
    covers!("D-11");
    let mut quiet = Pool::new();
    assert!(quiet.factory_restarts().is_empty());
    assert!(quiet.activity().is_empty());
    let mut pool = Pool::new();
    pool.join("alice");
    assert_eq!(pool.activity(), [true]);
    assert!(pool.factory_restarts().is_empty());
    assert_eq!(pool.activity(), [true]);
}

#[test]
fn a_conference_that_the_factory_deletes_ends_for_everybody() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    pool.subscribe("alice");
    pool.join("bob");
    pool.mcu.heard.clear();
    assert!(pool.factory_deletes().is_empty(), "the MCU goes first");
    assert_eq!(pool.mcu.heard[0].command.kind(), Some(CommandKind::DeleteConference));
    assert!(pool.factory.answers.is_empty());
    let sent = pool.mcu_answers(Outcome::nothing(CommandKind::DeleteConference));
    assert_eq!(told(&sent), ["alice: BENOTIFY", "alice: BYE", "bob: BYE"]);
    assert_eq!(sent[0].header(Name::SubscriptionState), "terminated;expires=0;reason=noresource");
    let answer = pool.factory.answers.remove(0);
    assert_eq!((answer.request_id, answer.code), (7, Code::Success));
    assert_eq!(pool.activity(), [true, false]);
    assert_eq!(pool.events().last(), Some(&Event::Deactivated(FOCUS.into())));
    // What is not active any more can be deleted once more.
    assert!(pool.factory_deletes().is_empty());
    assert_eq!(pool.factory.answers.remove(0).code, Code::Success);
}

/// Both ask while the MCU is still at it; each gets an answer, the conference ends once.
#[test]
fn a_presenter_and_the_factory_may_end_a_conference_at_once() {
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    pool.mcu.heard.clear();
    let keys = format!("<deleteConference><conferenceKeys confEntity=\"{FOCUS}\"/></deleteConference>");
    pool.hear(&alice.command(&request("alice", &keys)));
    pool.factory_deletes();
    let sent = pool.mcu_answers(Outcome::nothing(CommandKind::DeleteConference));
    assert_eq!(told(&sent), ["alice: INFO success", "alice: BYE"]);
    assert!(pool.mcu_refuses(Reason::ConferenceDoesntExist).is_empty());
    assert_eq!(pool.factory.answers.remove(0).code, Code::Success);
    assert_eq!(pool.activity(), [true, false]);
}

/// Spellings of one URI lead to one conference, and everybody is told the spelling of the first (D-19).
#[test]
fn one_conference_has_many_spellings() {
    covers!("D-19");
    let mut pool = Pool::new();
    pool.join("alice");
    let other = FOCUS.replace("alice@contoso", "Alice@CONTOSO");
    let mut bob = pool.call("bob", FOCUS);
    let invite = bob.request("INVITE", "Content-Type: application/cccp+xml\n", &add_user("bob", ""));
    let sent = pool.hear(&invite.replace(FOCUS, &other));
    assert_eq!(told(&sent)[1], "bob: 200 (INVITE)");
    assert_eq!(pool.activity(), [true], "no second conference");
    let Outcome::AddUser { keys: Some(keys), .. } = answer(&sent[1]).result.outcome else { panic!() };
    assert_eq!(keys.conf_entity.as_deref(), Some(&*other), "his own spelling comes back");
}

/// Who joins for somebody else is told so again, and nothing else of his endpoint (MS-CONFBAS facts 2.1).
#[test]
fn a_delegate_gets_back_on_whose_behalf_he_joins() {
    let mut pool = Pool::new();
    pool.join("alice");
    let behalf = "<msci:session-on-behalf-of \
        xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\">sip:alice@contoso.com\
        </msci:session-on-behalf-of>";
    let (_, sent) = pool.invite_with("bob", &add_user("bob", behalf));
    let Outcome::AddUser { user: Some(user), .. } = answer(&sent[1]).result.outcome else { panic!() };
    let [endpoint] = &user.endpoints[..] else { panic!("{user:?}") };
    assert_eq!((endpoint.extensions.len(), endpoint.status), (1, None));
    assert!(endpoint.extensions[0].element.as_str().contains(">sip:alice@contoso.com<"));
}
