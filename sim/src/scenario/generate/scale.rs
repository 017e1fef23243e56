//! Five hundred participants: all join, each says one thing, every second one is ejected.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::{Topology, empty};
use crate::scenario::{Action, Participant, Rules, Scenario, Step};

/// How many there are.
const PEOPLE: u64 = 500;
/// The one conference.
const CONFERENCE: &str = "assembly";
/// Time between two joins, two messages or two ejections, in microseconds.
const PACE: u64 = 50_000;
/// How long the run goes on after the last ejection.
const AFTERMATH: Duration = Duration::from_secs(60);

/// The run that `seed` stands for: the order in which they come, talk and go is its own.
pub(super) fn generate(seed: u64) -> Scenario {
    let mut draw = Entropy::named(seed, "workload");
    let mut scenario = empty(&format!("Seed {seed}, profile scale"));
    scenario.topology = if draw.chance(1, 2) { Topology::Pool } else { Topology::Split };
    let name = |place: u64| format!("guest-{place}");
    scenario.participants = (0..PEOPLE).map(|place| Participant::new(&name(place))).collect();
    let conference = || CONFERENCE.to_owned();
    let mut steps = vec![
        (
            500_000,
            0,
            Action::Create { conference: conference(), subject: String::new(), rules: Rules::default() },
        ),
        (1_000_000, 0, Action::Join { conference: conference() }),
    ];
    steps.extend((0..PEOPLE).map(|who| (0, who, Action::SignIn)));
    let mut order: Vec<u64> = (1..PEOPLE).collect();
    let mut now = 2_000_000;
    let mut phase = |draw: &mut Entropy, order: &mut Vec<u64>, act: &dyn Fn(u64) -> (u64, Action)| {
        shuffle(draw, order);
        for one in order.iter() {
            let (who, action) = act(*one);
            steps.push((now, who, action));
            now += PACE;
        }
        now += 5_000_000;
    };
    phase(&mut draw, &mut order, &|who| (who, Action::Join { conference: conference() }));
    phase(&mut draw, &mut order, &|who| {
        (
            who,
            Action::Send {
                conference: conference(),
                format: "text/plain".to_owned(),
                text: format!("message of {who}"),
            },
        )
    });
    shuffle(&mut draw, &mut order);
    order.truncate(PEOPLE as usize / 2);
    phase(&mut draw, &mut order, &|who| (0, Action::Eject { conference: conference(), user: name(who) }));
    scenario.steps = steps
        .into_iter()
        .map(|(at, who, action)| Step { at: Duration::from_micros(at), who: name(who), action })
        .collect();
    scenario.steps.sort_by_key(|step| step.at);
    scenario.end = Duration::from_micros(now) + AFTERMATH;
    scenario
}

fn shuffle(draw: &mut Entropy, items: &mut [u64]) {
    for last in (1..items.len()).rev() {
        items.swap(last, draw.below(last as u64 + 1) as usize);
    }
}
