//! What `confsim sweep` is told.

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::sabotage;
use crate::sabotage::Sabotage;
use crate::scenario::Profile;
use crate::span::parse_span;
use crate::sweep::{NoShard, Shard};

/// Arguments of `confsim sweep`.
#[derive(Args, Debug)]
pub(in crate::cli) struct SweepArgs {
    /// Which seeds: `A..B`, without B itself, or `A..` together with `--for`
    #[arg(long, value_parser = seeds)]
    pub(super) seeds: Option<Range<u64>>,
    /// Start no further run after this much time on the clock, like `60s`
    #[arg(long = "for", value_parser = span)]
    pub(super) time: Option<Duration>,
    /// What kind of scenarios, one or several with commas, or `all` but `scale`: `calm` without faults; `lossy` drops,
    /// delays and holds back messages and breaks connections; `slow` has latencies of seconds and clocks that are
    /// wrong; `churn` many who come and go, and laptops that sleep; `chaos` every fault but crashes; `crash` hosts that
    /// go down; `hostile-peer` one who forges; `scale` 500 participants
    #[arg(long, value_parser = profiles, default_value = "calm")]
    pub(super) profile: Profiles,
    /// How many threads; the result does not depend on it
    #[arg(long)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Run only every N-th, beginning with number I: `0/4` to `3/4`; `confsim merge` puts the reports together
    #[arg(long, value_parser = shard, default_value_t = Shard::WHOLE)]
    pub(super) shard: Shard,
    /// Also write the result to this file, as JSON
    #[arg(long)]
    pub(super) json: Option<PathBuf>,
    /// Where failed runs are kept as capsules, the first ten of them; `target/capsules` if not said. With `--sabotage`
    /// the runs that kill are kept, if it is said
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Also write the result to this file, as a page
    #[arg(long)]
    pub(super) html: Option<PathBuf>,
    /// Also print failed runs as GitHub Actions annotates them, and draw the first into the step's summary
    #[arg(long)]
    pub(super) github: bool,
    /// Also write the hash of every run to this file, one a line, as they come
    #[arg(long)]
    pub(super) digests: Option<PathBuf>,
    /// Run every N-th seed twice and compare
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "16", require_equals = true)]
    pub(super) check_determinism: Option<NonZeroU64>,
    /// Fail if any property was not exercised
    #[arg(long)]
    pub(super) require_coverage: bool,
    /// Break nodes and see who notices: the name of a saboteur, or `all` (`confsim list saboteurs`). Each is sought
    /// in its own profile, from the first seed of `--seeds` on; ends with 1 if one survives
    #[arg(long, conflicts_with_all = ["time", "profile", "shard", "json", "html", "github", "digests", "check_determinism", "require_coverage"])]
    pub(super) sabotage: Option<String>,
    /// With `--sabotage all`: the kill matrix
    #[arg(long, requires = "sabotage", conflicts_with_all = ["seeds", "out"])]
    pub(super) matrix: bool,
    /// Take nodes that are not deterministic, to see that `--check-determinism` notices
    #[arg(long, hide = true)]
    pub(super) fickle: bool,
    /// Take nodes that this saboteur breaks, to see what a sweep tells and keeps that fails
    #[arg(long, hide = true, value_parser = sabotage::find, conflicts_with_all = ["fickle", "check_determinism"])]
    pub(super) broken: Option<&'static Sabotage>,
}

/// A list of profiles, each once.
#[derive(Clone, Debug)]
pub(super) struct Profiles(pub(super) Vec<Profile>);

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let wrong = || "give seeds like `0..1000`".to_owned();
    let (start, end) = text.split_once("..").ok_or_else(wrong)?;
    let start = start.parse().map_err(|_| wrong())?;
    let end = if end.is_empty() { u64::MAX } else { end.parse().map_err(|_| wrong())? };
    if start < end { Ok(start..end) } else { Err("there is no seed in it".to_owned()) }
}

fn span(text: &str) -> Result<Duration, String> {
    let span = parse_span(text).ok_or_else(|| "give a time like `60s`".to_owned())?;
    Ok(Duration::from_micros(span.as_micros()))
}

fn shard(text: &str) -> Result<Shard, NoShard> {
    text.parse()
}

fn profiles(text: &str) -> Result<Profiles, String> {
    if text == "all" {
        return Ok(Profiles(Profile::SMALL.to_vec()));
    }
    let mut found = Vec::new();
    for name in text.split(',') {
        let names = || format!("give {}, or all", Profile::ALL.map(Profile::name).join(" or "));
        let profile = Profile::find(name).ok_or_else(names)?;
        if !found.contains(&profile) {
            found.push(profile);
        }
    }
    Ok(Profiles(found))
}
