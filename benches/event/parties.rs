//! The conferences that are measured.

use confsim::scenario::{Action, Link, Links, Rules, Scenario, Topology, scenario};
use confsim_core::time::Duration;

/// Between two who join, in milliseconds.
const PACE: u64 = 20;
/// When the first one joins, in milliseconds.
const FIRST: u64 = 1_000;
/// What it takes until everybody is in, in milliseconds.
const SETTLING: u64 = 2_000;

fn conference() -> String {
    "assembly".to_owned()
}

fn name(guest: usize) -> String {
    format!("guest-{guest}")
}

fn say(text: String) -> Action {
    Action::Send { conference: conference(), format: "text/plain".to_owned(), text }
}

/// A conference that everybody joins, one after the other, and what they do then: at so many milliseconds after
/// everybody is in, this guest does that. It lasts so long after everybody is in.
fn party(guests: usize, then: impl IntoIterator<Item = (u64, usize, Action)>, lasts: Duration) -> Scenario {
    let still = Links { client: Link::fixed(Duration::from_millis(10)), pool: Link::fixed(Duration::ZERO) };
    let mut party = scenario("A party").topology(Topology::Pool).links(still);
    let names: Vec<String> = (0..guests).map(name).collect();
    party = party.participants(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names {
        party = party.step("0s", name, Action::SignIn);
    }
    let create = Action::Create { conference: conference(), subject: String::new(), rules: Rules::default() };
    party = party.step("500ms", &name(0), create);
    for (guest, name) in names.iter().enumerate() {
        let at = FIRST + PACE * guest as u64;
        party = party.step(&format!("{at}ms"), name, Action::Join { conference: conference() });
    }
    let ready = FIRST + PACE * guests as u64 + SETTLING;
    for (at, guest, action) in then {
        party = party.step(&format!("{}ms", ready + at), &name(guest), action);
    }
    party.end(Duration::from_millis(ready) + lasts).build().expect("a scenario")
}

/// Everybody sends a message a second, for so many seconds.
pub(crate) fn busy(guests: usize, seconds: u64) -> Scenario {
    let says = (0..seconds).flat_map(|second| {
        (0..guests).map(move |guest| {
            let at = second * 1_000 + guest as u64 * 1_000 / guests as u64;
            (at, guest, say(format!("This is message {second} of guest {guest}.")))
        })
    });
    party(guests, says, Duration::from_secs(seconds))
}

/// Nobody does anything, for so many seconds.
pub(crate) fn quiet(guests: usize, seconds: u64) -> Scenario {
    party(guests, [], Duration::from_secs(seconds))
}

/// The first one says something, so many times, ten times a second.
pub(crate) fn speech(guests: usize, messages: u64) -> Scenario {
    let says = (0..messages).map(|message| (message * 100, 0, say(format!("This is message {message}."))));
    party(guests, says, Duration::from_millis(messages * 100))
}
