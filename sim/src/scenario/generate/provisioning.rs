//! Runs that are about the focus factory: organizer and delegates ask much at once about few conferences.

use std::fmt::Write as _;

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::super::{Action, Deed, FactoryRules, Participant, Scenario, Step, Topology, Wish};
use crate::fault::{Back, Crash, Cut, Fault, Fill, Harm, How, Line, Moment, Outage, POOL, When, Which};

/// Who takes part: the organizer, a delegate, the organizer once more on another machine, another organizer.
const PEOPLE: [(&str, Option<&str>); 4] =
    [("alice", None), ("bob", None), ("alice-again", Some("alice")), ("carol", None)];
/// What conferences are called. There are few, so that people get in each other's way; the last is no id.
const IDS: [&str; 4] = ["CONFAAAA", "CONFBBBB", "CONFCCCC", "CONF-D"];
/// When the wishes begin, in microseconds.
const BEGIN: u64 = 2_000_000;
/// How long one looks at a conference before one modifies it, in microseconds.
const DUEL: u64 = 400_000;
/// How long after the last wish everybody looks once more: requests have timed out (32 s), and who was cut off is
/// back.
const CALM: Duration = Duration::from_secs(90);
/// How long a run goes on after that.
const AFTERMATH: Duration = Duration::from_secs(40);

/// Makes `scenario`, which has its links already, one of these.
pub(super) fn draw(draw: &mut Entropy, scenario: &mut Scenario) {
    let count = draw.between(2, PEOPLE.len() as u64) as usize;
    let people: Vec<&str> = PEOPLE.iter().take(count).map(|(name, _)| *name).collect();
    for (name, user) in PEOPLE.iter().take(count) {
        let user = user.map(str::to_owned);
        scenario.participants.push(Participant { user, ..Participant::new(name) });
    }
    scenario.factory = rules(draw);
    for who in &people {
        scenario.steps.push(step(draw.below(1_000_000), who, Action::SignIn));
    }
    let pace = draw.pick(&[2_000, 30_000, 300_000, 3_000_000]).copied().unwrap_or(30_000);
    let mut now = BEGIN;
    for count in 0..draw.between(6, 22) {
        now += draw.below(2 * pace);
        if draw.chance(1, 5) {
            now = duel(draw, scenario, now, count);
            continue;
        }
        let who = draw.pick(&people).copied().unwrap_or_default();
        let wish = wish(draw, who, count);
        scenario.steps.push(step(now, who, Action::Provision(Box::new(wish))));
    }
    scenario.steps.sort_by_key(|step| step.at);
    let last = now + CALM.as_micros();
    let looks = IDS.iter().map(|id| Deed::Get { id: (*id).to_owned(), with_passcode: false });
    for (place, deed) in (0..).zip(looks.chain([Deed::List { is_static: None }])) {
        let action = Action::Provision(Box::new(Wish::own(deed)));
        scenario.steps.push(step(last + place * 100_000, PEOPLE[0].0, action));
    }
    scenario.end = Duration::from_micros(last) + AFTERMATH;
}

/// Organizer and delegate look at a conference and, having seen the same, both modify it. When they are done.
fn duel(draw: &mut Entropy, scenario: &mut Scenario, begin: u64, count: u64) -> u64 {
    let id = draw.pick(IDS.get(..IDS.len() - 1).unwrap_or(&IDS)).copied().unwrap_or_default().to_owned();
    let both = [(PEOPLE[0].0, None), (PEOPLE[1].0, Some(PEOPLE[0].0.to_owned()))];
    let seen = begin + DUEL;
    for (who, on_behalf_of) in both {
        let look = Deed::Get { id: id.clone(), with_passcode: false };
        let document = document(draw, &id, count);
        let change = Deed::Modify { document, passcode: None, version: None };
        for (at, deed) in [(begin, look), (seen + draw.below(5_000), change)] {
            let wish = Wish { on_behalf_of: on_behalf_of.clone(), deed };
            scenario.steps.push(step(at, who, Action::Provision(Box::new(wish))));
        }
    }
    seen
}

fn step(micros: u64, who: &str, action: Action) -> Step {
    Step { at: Duration::from_micros(micros), who: who.to_owned(), action }
}

fn rules(draw: &mut Entropy) -> FactoryRules {
    let mut rules = FactoryRules::default();
    rules.delegates.insert(PEOPLE[0].0.to_owned(), vec![PEOPLE[1].0.to_owned()]);
    rules.conferences = draw.chance(1, 2).then(|| draw.between(1, 3) as u32);
    rules.anonymous = draw.chance(1, 3).then_some(false);
    rules.static_meeting = draw.chance(1, 4).then_some(false);
    rules
}

/// What `who` asks for next.
fn wish(draw: &mut Entropy, who: &str, count: u64) -> Wish {
    let most = if draw.chance(1, 10) { IDS.len() } else { IDS.len() - 1 };
    let id = draw.pick(IDS.get(..most).unwrap_or(&IDS)).copied().unwrap_or_default();
    let conference = format!("conference-{count}");
    let deed = match draw.below(20) {
        0..5 => Deed::Provision { conference, document: document(draw, id, count), passcode: None },
        5..12 => {
            let version = draw.chance(1, 3).then(|| draw.between(1, 5) as u32);
            Deed::Modify { document: document(draw, id, count), passcode: None, version }
        }
        12..15 => Deed::Delete { id: id.to_owned(), is_static: draw.chance(1, 8) },
        15..17 => Deed::Get { id: id.to_owned(), with_passcode: false },
        17 => Deed::CreateStatic { conference },
        _ => Deed::List { is_static: draw.pick(&[None, Some(true), Some(false)]).copied().flatten() },
    };
    // Mostly about Alice's conferences, even if one may not.
    let delegated = !who.starts_with(PEOPLE[0].0) && draw.chance(4, 5);
    Wish { on_behalf_of: delegated.then(|| PEOPLE[0].0.to_owned()), deed }
}

/// A conference, each time another one.
fn document(draw: &mut Entropy, id: &str, count: u64) -> String {
    let policies = ["openAuthenticated", "openAuthenticated", "closedAuthenticated", "anonymous", "whoever"];
    let policy = draw.pick(&policies).copied().unwrap_or_default();
    let views = ["", "", "chat", "chat audio-video"];
    let views = draw.pick(&views).copied().unwrap_or_default();
    let mut text = format!(
        "<conference-info entity=\"\" xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\">\
         <conference-description><subject>Plan {count}</subject><msci:conference-id>{id}</msci:conference-id>\
         <msci:admission-policy>{policy}</msci:admission-policy></conference-description>"
    );
    if draw.chance(1, 3) {
        let role = draw.pick(&["presenter", "attendee"]).copied().unwrap_or_default();
        let _ = write!(
            text,
            "<users><user entity=\"sip:dave@contoso.com\"><roles><entry>{role}</entry></roles></user></users>"
        );
    }
    if !views.is_empty() {
        text.push_str("<msci:conference-view>");
        for view in views.split(' ') {
            let _ = write!(text, "<msci:entity-view entity=\"{view}\"/>");
        }
        text.push_str("</msci:conference-view>");
    }
    text.push_str("</conference-info>");
    text
}

/// One to four faults: the factory's host and its disk, and unless it is `hosts` only, connections, and requests and
/// answers that are lost, late or doubled.
pub(super) fn faults(draw: &mut Entropy, scenario: &Scenario, hosts: bool) -> Vec<Fault> {
    (0..draw.between(1, 4)).map(|_| fault(draw, scenario, hosts)).collect()
}

fn fault(draw: &mut Entropy, scenario: &Scenario, hosts: bool) -> Fault {
    let people: Vec<&String> = scenario.participants.iter().map(|participant| &participant.name).collect();
    let who = draw.pick(&people).copied().cloned().unwrap_or_default();
    let wishes = scenario.steps.iter().filter(|step| matches!(step.action, Action::Provision(_)));
    let last =
        wishes.map(|step| step.at.as_micros()).rfind(|at| *at < scenario.end.as_micros() - CALM.as_micros());
    let at = Duration::from_micros(draw.between(BEGIN, last.unwrap_or(BEGIN).max(BEGIN)));
    let span = Duration::from_millis(draw.between(100, 10_000));
    let host = if scenario.topology == Topology::Pool { POOL } else { "factory" }.to_owned();
    match if hosts { draw.between(1, 5) } else { draw.below(10) } {
        0 => {
            let how = draw.pick(&[How::Fin, How::Rst]).copied().unwrap_or(How::Fin);
            let line = Line { nth: 1, between: [who, "front-end".to_owned()] };
            Fault::Cut(Cut { line, when: When::At(at), how })
        }
        1 | 2 => {
            let back = Some(Back { at: at + span, without_store: false });
            Fault::Crash(Crash { host, at, back })
        }
        3..5 => {
            let moment = draw.pick(&Moment::ALL).copied().unwrap_or(Moment::After);
            Fault::Outage(Outage { host, moment, nth: draw.between(1, 6) as u32, back: Some(span) })
        }
        5 => Fault::Fill(Fill { node: "factory".to_owned(), at, lasts: span }),
        _ => {
            let harm = match draw.below(5) {
                0 => Harm::Hold,
                1 => Harm::Delay(Duration::from_millis(draw.between(10, 40_000))),
                2 => Harm::Duplicate,
                _ => Harm::Drop,
            };
            let code = draw.chance(1, 2).then_some(200);
            let (from, to) = ("factory".to_owned(), who);
            let (from, to) = if code.is_some() { (from, to) } else { (to, from) };
            let nth = draw.between(1, 6) as u32;
            Fault::Message { harm, which: Which { nth, code, method: "SERVICE".to_owned(), from, to } }
        }
    }
}
