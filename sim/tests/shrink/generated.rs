//! Generated scenarios are scenario files.

use confsim::capsule::Case;
use confsim::scenario::{Profile, from_toml, generate, to_toml};
use confsim::sweep::Draw;
use confsim::trace::Keep;

/// How many seeds of each profile are written down.
const SEEDS: u64 = 200;
/// Every so many of them are run as well.
const RUN: u64 = 100;

#[test]
fn a_generated_scenario_replays_from_its_file_without_its_source_of_chance() {
    for profile in Profile::SMALL {
        for seed in 0..SEEDS {
            let drawn = generate(seed, profile);
            let written = to_toml(&drawn);
            let read = from_toml(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
            assert_eq!(read, drawn, "{}:{seed}", profile.name());
            if seed % RUN == 0 {
                let case = Case { origin: "a file".to_owned(), scenario: read, seed, sabotage: None };
                let again = case.judge(Keep::Last(0)).outcome.trace.digest();
                assert_eq!(again, Draw { profile, seed }.run().digest, "{}:{seed}", profile.name());
            }
        }
    }
    let large = generate(0, Profile::Scale);
    assert_eq!(from_toml(&to_toml(&large)), Ok(large));
}
