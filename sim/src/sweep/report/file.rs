//! A report for machines: JSON, written and read again.
//!
//! Everything but `wall` follows from the runs alone.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Report, Sums};
use crate::property::Verdict;
use crate::scenario::{Drawn, Profile};
use crate::sweep::{Counts, Draw, NoShard, Shard};

/// The version of the format.
const VERSION: u32 = 1;

/// Why reports cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The file is none that `confsim sweep --json` writes.
    #[error("no report of a sweep: {0}")]
    NoReport(String),
    /// The file was written by another version of this program.
    #[error("{0}: the report is of another version of this program")]
    Version(String),
    /// One of the shards is there already.
    #[error("shard {0} is there twice")]
    Twice(Shard),
    /// The seeds, the profiles or the number of shards differ.
    #[error("the reports are of different sweeps: seeds, profiles and number of shards must be the same")]
    OtherSweep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    seeds: String,
    shards: Vec<String>,
    interrupted: bool,
    profiles: Vec<ProfilePart>,
    faults: Counts,
    steps: Counts,
    properties: Vec<PropertyPart>,
    failures: Vec<FailurePart>,
    repeated: u64,
    differing: Vec<FailurePart>,
    /// Looked at before.
    #[serde(rename = "version")]
    _version: u32,
    /// What follows from the rest.
    #[serde(rename = "runs")]
    _runs: IgnoredAny,
    #[serde(rename = "failed")]
    _failed: IgnoredAny,
    #[serde(rename = "simulated_us")]
    _simulated: IgnoredAny,
    #[serde(rename = "hops")]
    _hops: IgnoredAny,
    #[serde(rename = "requirements")]
    _requirements: IgnoredAny,
    #[serde(default, rename = "wall")]
    _wall: IgnoredAny,
}

#[derive(Serialize, Deserialize)]
struct ProfilePart {
    profile: String,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PropertyPart {
    id: String,
    kind: String,
    exercised: u64,
    violated: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailurePart {
    run: String,
    replay: String,
    drew: String,
    what: Vec<String>,
}

impl Report {
    /// The report as JSON; `wall` is what was read from the clock on the wall.
    pub fn json(&self, wall: &Value) -> Value {
        let total = self.total();
        let profiles = self
            .profiles
            .iter()
            .map(|(profile, sums)| ProfilePart { profile: profile.name().to_owned(), sums: *sums });
        let properties = self.verdict.tallies().iter().map(|tally| PropertyPart {
            id: tally.property.id.to_owned(),
            kind: tally.property.kind.as_str().to_owned(),
            exercised: tally.exercised,
            violated: tally.violated,
        });
        json!({
            "version": VERSION,
            "seeds": self.seeds,
            "shards": self.shards.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "interrupted": self.interrupted,
            "runs": total.runs,
            "failed": total.failed,
            "simulated_us": total.simulated_us,
            "hops": total.hops,
            "profiles": profiles.collect::<Vec<_>>(),
            "faults": self.faults,
            "steps": self.steps,
            "properties": properties.collect::<Vec<_>>(),
            "requirements": self.reach().map_or(Value::Null, |reach| reach.json()),
            "failures": parts(&self.failures),
            "repeated": self.repeated,
            "differing": parts(&self.differing),
            "wall": wall,
        })
    }

    /// Reads what [`Report::json`] wrote; the report, and what was read from the clock.
    pub fn read(text: &str) -> Result<(Self, Value), Mismatch> {
        let broken = |error: serde_json::Error| Mismatch::NoReport(error.to_string());
        let whole: Value = serde_json::from_str(text).map_err(broken)?;
        if let Some(version) = whole.get("version").and_then(Value::as_u64)
            && version != u64::from(VERSION)
        {
            return Err(Mismatch::Version(format!("version {version}")));
        }
        let file: File = serde_json::from_str(text).map_err(broken)?;
        let report = file.report()?;
        Ok((report, whole.get("wall").cloned().unwrap_or_default()))
    }
}

impl File {
    fn report(self) -> Result<Report, Mismatch> {
        let shards = self.shards.iter().map(|shard| shard.parse());
        let shards =
            shards.collect::<Result<_, NoShard>>().map_err(|error| Mismatch::NoReport(error.to_string()))?;
        let profiles = self.profiles.into_iter().map(|part| match Profile::find(&part.profile) {
            Some(profile) => Ok((profile, part.sums)),
            None => Err(Mismatch::Version(part.profile)),
        });
        let mut verdict = Verdict::default();
        for PropertyPart { id, exercised, violated, .. } in self.properties {
            if !verdict.count(&id, exercised, violated) {
                return Err(Mismatch::Version(id));
            }
        }
        Ok(Report {
            seeds: self.seeds,
            profiles: profiles.collect::<Result<_, _>>()?,
            shards,
            interrupted: self.interrupted,
            faults: self.faults,
            steps: self.steps,
            verdict,
            failures: failures(self.failures)?,
            repeated: self.repeated,
            differing: failures(self.differing)?,
        })
    }
}

fn parts(failures: &[Failure]) -> Vec<FailurePart> {
    let part = |failure: &Failure| FailurePart {
        run: failure.draw.to_string(),
        replay: format!("confsim run {}", failure.draw),
        drew: Drawn(&failure.draw.scenario()).to_string(),
        what: failure.words.clone(),
    };
    failures.iter().map(part).collect()
}

fn failures(parts: Vec<FailurePart>) -> Result<Vec<Failure>, Mismatch> {
    let failure = |FailurePart { run, what, .. }: FailurePart| {
        let draw = run.parse::<Draw>().map_err(|_| Mismatch::NoReport(format!("failure {run}")))?;
        Ok(Failure { draw, words: what })
    };
    parts.into_iter().map(failure).collect()
}

/// Sixteen hexadecimal digits: a JSON number of 64 bits does not survive every reader.
pub(super) mod hex {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{number:016x}"))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        u64::from_str_radix(&String::deserialize(from)?, 16).map_err(D::Error::custom)
    }
}
