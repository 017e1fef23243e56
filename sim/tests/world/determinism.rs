//! The same seed gives the same run, byte for byte: again in this process, and in another one.

use std::fmt::Write as _;
use std::process::Command;

use confsim::scenario::{NAMED, Profile, generate};
use confsim::trace::Keep;
use confsim::world::event::run;

/// Set in the other process: it prints its digests instead of comparing them.
const CHILD: &str = "CONFSIM_TEST_PRINT_DIGESTS";
/// Stands before each line of them, among what the test harness prints.
const MARK: &str = "digest of ";

/// One line for each of some runs of all kinds.
fn digests() -> String {
    let mut lines = String::new();
    let mut add = |name: &str, seed: u64, scenario: &confsim::scenario::Scenario| {
        let outcome = run(scenario, seed, Keep::Last(1), &mut []);
        assert_eq!(outcome.broken, None, "{name}, seed {seed}");
        writeln!(lines, "{MARK}{name}, seed {seed}: {:016x}", outcome.trace.digest()).unwrap();
    };
    for named in NAMED {
        let scenario = named.scenario().unwrap();
        for seed in 0..2 {
            add(named.name, seed, &scenario);
        }
    }
    // Seeds of their own for each profile: one whose faults all stay idle is the calm run of that seed.
    for (first, profile) in (0..).step_by(20).zip(Profile::SMALL) {
        for seed in first..first + 10 {
            add(profile.name(), seed, &generate(seed, profile));
        }
    }
    lines
}

#[test]
fn the_same_seed_gives_the_same_run_in_any_process() {
    let here = digests();
    if std::env::var_os(CHILD).is_some() {
        println!("\n{here}");
        return;
    }
    assert_eq!(digests(), here);

    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "determinism::the_same_seed_gives_the_same_run_in_any_process", "--nocapture"]);
    let output = child.env(CHILD, "1").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let there: String =
        printed.lines().filter(|line| line.starts_with(MARK)).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(there, here);

    let mut values: Vec<_> = here.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    let all = values.len();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), all, "different runs have different digests");
}
