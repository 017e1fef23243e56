//! Whoever is shown only what he asks for comes to the verdict of one who is shown everything.

use super::Draw;
use crate::property::Judge;
use crate::scenario::Profile;
use crate::trace::Keep;
use crate::world::event;

/// So many runs of each profile.
const SEEDS: u64 = 2;

#[test]
fn who_is_shown_everything_comes_to_the_same_verdict() {
    for draw in (0..SEEDS).flat_map(|seed| Profile::SMALL.map(|profile| Draw { profile, seed })) {
        let scenario = draw.scenario();
        let (mut asked, mut everything) = (Judge::new(&scenario), Judge::showing_all(&scenario));
        let outcome = event::run(&scenario, draw.seed, Keep::Last(0), &mut [&mut asked, &mut everything]);
        let (asked, everything) = (asked.finish(outcome.end), everything.finish(outcome.end));
        let pairs = asked.tallies().iter().zip(everything.tallies());
        let differing: Vec<_> =
            pairs.filter(|(one, other)| one != other).map(|(one, _)| one.property.id).collect();
        assert!(differing.is_empty(), "{draw}: {differing:?}");
        assert_eq!(asked.violations(), everything.violations(), "{draw}");
    }
}
