//! Scenarios from a seed.
//!
//! A seed first draws what kind of run it wants (how many, how busy, how far apart, on what links, what they do at
//! all), then the steps, keeping a rough idea of who is in the conference so that most of them make sense. Faults
//! have a stream of randomness of their own: with and without them, a seed stands for the same workload.

mod acts;
mod edge;
mod faults;
mod forged;
mod limits;
mod profile;
mod provisioning;
mod ringing;
mod scale;
mod sleeper;
mod workload;

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

pub use self::profile::Profile;
use self::workload::Workload;
use super::build::empty;
use super::{Action, Link, Links, Participant, Range, Scenario, Split, Step, Topology};

/// Who joins when everything has calmed down: a change of the roster that everybody must see, and that shows
/// who has missed the last one before.
pub(super) const WITNESS: &str = "zoe";
/// When the organizer has joined and the others begin, in microseconds.
const BEGIN: u64 = 2_000_000;
/// How long after the last step the witness comes: forwards (32 s) have ended, and endpoints whose connection
/// broke count as left (120 s).
const CALM: Duration = Duration::from_secs(150);
/// How long a run goes on after the witness has come: all transactions (32 s) have ended.
const AFTERMATH: Duration = Duration::from_secs(40);

/// How long news of the witness may be under way, with a gap to be filled.
const NEWS: Duration = Duration::from_secs(25);
/// How often something crosses the witness's link until he has joined, one after the other, and links between pool
/// members.
const CROSSINGS: (u64, u64) = (12, 20);

/// How long a run goes on after everybody has left: conferences without participants end after ten minutes, and what
/// that takes has timed out as well.
const EMPTINESS: Duration = Duration::from_secs(20 * 60);

/// The scenario that `seed` stands for.
pub fn generate(seed: u64, profile: Profile) -> Scenario {
    if profile == Profile::Scale {
        return scale::generate(seed);
    }
    let mut draw = Entropy::named(seed, "workload");
    let mut scenario = empty(&format!("Seed {seed}, profile {}", profile.name()));
    scenario.topology = if draw.chance(1, 2) { Topology::Pool } else { Topology::Split };
    let (client, pool) = profile.latencies();
    scenario.links = Links { client: link(&mut draw, client), pool: link(&mut draw, pool) };
    let mut other = Entropy::named(seed, "provisioning");
    if matches!(profile, Profile::Calm | Profile::Lossy | Profile::Crash) && other.chance(1, 6) {
        provisioning::draw(&mut other, &mut scenario);
        if profile != Profile::Calm {
            let hosts = profile == Profile::Crash;
            scenario.faults = provisioning::faults(&mut Entropy::named(seed, "faults"), &scenario, hosts);
        }
        return scenario;
    }
    let workload = Workload::draw(&mut draw, profile);
    (scenario.participants, scenario.steps) = workload.into_parts();
    let mut particular = Entropy::named(seed, "edge");
    if profile != Profile::Slow && particular.chance(1, 8) {
        edge::add(&mut particular, &mut scenario);
    }
    let mut settings = Entropy::named(seed, "limits");
    if settings.chance(1, 4) {
        limits::draw(&mut settings, &mut scenario);
    }
    let mut called = Entropy::named(seed, "ringing");
    let often = if profile == Profile::Crash { 3 } else { 1 };
    if called.chance(often, 8) {
        ringing::add(&mut called, &mut scenario);
    }
    if profile == Profile::HostilePeer {
        forged::add(&mut Entropy::named(seed, "forged"), &mut scenario);
    }
    scenario.faults = faults::draw(&mut Entropy::named(seed, "faults"), profile, &scenario);
    let mut asleep = Entropy::named(seed, "sleep");
    if profile.has_sleepers() && asleep.chance(1, 4) {
        sleeper::add(&mut asleep, &mut scenario);
    }
    settle(&mut scenario);
    if Entropy::named(seed, "departure").chance(1, 3) {
        depart(&mut scenario);
    }
    scenario
}

/// Everybody leaves, and the run goes on until whatever has a time limit has reached it.
pub(super) fn depart(scenario: &mut Scenario) {
    let conferences: std::collections::BTreeSet<_> =
        scenario.steps.iter().filter_map(|step| step.action.conference()).map(str::to_owned).collect();
    for participant in &scenario.participants {
        for conference in &conferences {
            let (who, action) = (participant.name.clone(), Action::Leave { conference: conference.clone() });
            scenario.steps.push(Step { at: scenario.end, who, action });
        }
    }
    scenario.end = scenario.end + EMPTINESS;
}

/// Everybody may come in again, and the witness does.
pub(super) fn settle(scenario: &mut Scenario) {
    let last = scenario.steps.last().map_or(Duration::ZERO, |step| step.at);
    let creations = scenario.steps.iter().filter(|step| matches!(step.action, Action::Create { .. }));
    let conferences: Vec<(String, String)> =
        creations.filter_map(|step| Some((step.who.clone(), step.action.conference()?.to_owned()))).collect();
    let calm = last + CALM;
    scenario.participants.push(Participant::new(WITNESS));
    let mut add = |after, who: &str, action| {
        scenario.steps.push(Step { at: calm + Duration::from_secs(after), who: who.to_owned(), action });
    };
    for (organizer, conference) in &conferences {
        add(0, organizer, Action::Unlock { conference: conference.clone() });
    }
    add(0, WITNESS, Action::SignIn);
    for (_, conference) in conferences {
        add(1, WITNESS, Action::Join { conference });
    }
    scenario.end = calm + Duration::from_secs(1) + aftermath(&scenario.links);
}

/// How long a run goes on after the witness has come: on slow links long enough that everybody knows him.
fn aftermath(links: &Links) -> Duration {
    let joined = links.client.latency.high.times(CROSSINGS.0) + links.pool.latency.high.times(CROSSINGS.1);
    AFTERMATH.max(joined + NEWS)
}

/// Between 1 and `most` milliseconds, in one of the manners of real links.
fn link(draw: &mut Entropy, most: u64) -> Link {
    let low = draw.between(1, most);
    let high = draw.between(low, most);
    let (low, high) = (Duration::from_millis(low), Duration::from_millis(high));
    let jitter = if draw.chance(1, 2) { Duration::ZERO } else { Duration::from_millis(draw.between(1, 20)) };
    let split = if draw.chance(1, 2) { Split::Whole } else { Split::Pieces };
    Link { latency: Range { low, high }, jitter, split }
}
