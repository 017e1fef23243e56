//! Scenarios from Rust.

use confsim_core::time::Duration;

use super::{Action, FactoryRules, Flaw, Kind, Limits, Link, Links, Participant, Scenario, Step, Topology};
use crate::fault::Fault;
use crate::span::parse_span;

/// How long a run goes on after its last step, unless [`Builder::end`] says otherwise.
const AFTERMATH: Duration = Duration::from_secs(60);

/// A scenario in the making; what was said wrongly comes out of [`Builder::build`].
///
/// ```
/// use confsim::scenario::{Action, Rules, scenario};
/// let eject = scenario("Alice ejects Bob")
///     .participants(&["alice", "bob"])
///     .step("0s", "alice", Action::SignIn)
///     .step("0s", "bob", Action::SignIn)
///     .step("1s", "alice", Action::Create { conference: "lunch".into(), subject: String::new(), rules: Rules::default() })
///     .step("2s", "alice", Action::Join { conference: "lunch".into() })
///     .step("2s", "bob", Action::Join { conference: "lunch".into() })
///     .step("3s", "alice", Action::Eject { conference: "lunch".into(), user: "bob".into() })
///     .fault("drop the 1st INFO from alice to focus")
///     .build();
/// assert_eq!(eject.map(|scenario| scenario.steps.len()), Ok(6));
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    scenario: Scenario,
    end: Option<Duration>,
    wrong: Option<Flaw>,
}

/// A scenario called `title`: split topology, `contoso.com`, default links, nobody in it yet.
pub fn scenario(title: &str) -> Builder {
    Builder { scenario: empty(title), end: None, wrong: None }
}

/// A scenario in which nothing happens.
pub(super) fn empty(title: &str) -> Scenario {
    Scenario {
        title: title.to_owned(),
        text: String::new(),
        topology: Topology::Split,
        domain: "contoso.com".to_owned(),
        end: Duration::ZERO,
        parity: false,
        links: Links::default(),
        limits: Limits::default(),
        factory: FactoryRules::default(),
        participants: Vec::new(),
        steps: Vec::new(),
        faults: Vec::new(),
        covers: Vec::new(),
        exercises: Vec::new(),
    }
}

impl Builder {
    /// Where the pool's roles run.
    pub const fn topology(mut self, topology: Topology) -> Self {
        self.scenario.topology = topology;
        self
    }

    /// What connections are like.
    pub const fn links(mut self, links: Links) -> Self {
        self.scenario.links = links;
        self
    }

    /// Settings of the pool.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.scenario.limits = limits;
        self
    }

    /// What the focus factory allows.
    pub fn factory(mut self, rules: FactoryRules) -> Self {
        self.scenario.factory = rules;
        self
    }

    /// Users of the complete client, displayed by their capitalised names.
    pub fn participants(mut self, names: &[&str]) -> Self {
        for name in names {
            self = self.participant(name, Kind::Uccp, None);
        }
        self
    }

    /// A user, displayed by the capitalised name.
    pub fn participant(self, name: &str, kind: Kind, link: Option<Link>) -> Self {
        self.join(Participant { kind, link, ..Participant::new(name) })
    }

    /// A participant of any sort.
    pub fn join(mut self, participant: Participant) -> Self {
        self.scenario.participants.push(participant);
        self
    }

    /// `who` does something at `at` (like `1.2s`).
    pub fn step(mut self, at: &str, who: &str, action: Action) -> Self {
        let step = self.scenario.steps.len();
        match parse_span(at) {
            Some(at) => self.scenario.steps.push(Step { at, who: who.to_owned(), action }),
            None => self.object(Flaw::step(step, format!("`{at}` is no time like 1.2s"))),
        }
        self
    }

    /// Something goes wrong, as a sentence (see [`crate::fault`]).
    pub fn fault(mut self, sentence: &str) -> Self {
        match sentence.parse::<Fault>() {
            Ok(fault) => self.scenario.faults.push(fault),
            Err(error) => self.object(Flaw::fault(self.scenario.faults.len(), error.to_string())),
        }
        self
    }

    /// When the run ends; a minute after the last step if never said.
    pub const fn end(mut self, end: Duration) -> Self {
        self.end = Some(end);
        self
    }

    /// Every world must tell the same story.
    pub const fn parity(mut self) -> Self {
        self.scenario.parity = true;
        self
    }

    /// The scenario, its steps ordered by time.
    pub fn build(mut self) -> Result<Scenario, Flaw> {
        if let Some(flaw) = self.wrong {
            return Err(flaw);
        }
        let scenario = &mut self.scenario;
        scenario.steps.sort_by_key(|step| step.at);
        let last = scenario.steps.last().map_or(Duration::ZERO, |step| step.at);
        scenario.end = self.end.unwrap_or(last + AFTERMATH);
        scenario.check()?;
        Ok(self.scenario)
    }

    fn object(&mut self, flaw: Flaw) {
        self.wrong.get_or_insert(flaw);
    }
}

/// The display name of somebody who has not chosen one.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
