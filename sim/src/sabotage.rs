//! Broken nodes: proof that the testbed would notice.
//!
//! A [`Sabotage`] is data: which role does what wrong, the property that must notice, and the profile in whose runs
//! it does. Its saboteur sits between a node and the world ([`Sabotaged`]): it sees each message before the node
//! hears it, and each before it is written, and may lose, alter, add or delay some. The machines have no switches
//! for any of this, and properties know nothing of it. The same seed always gives the same damage.

mod catalogue;
mod clock;
mod desk;
mod letter;
mod matrix;
mod node;

use confsim_core::client::Event;
use confsim_core::node::Dump;

pub use self::catalogue::CATALOGUE;
pub use self::clock::Clock;
pub use self::desk::Desk;
pub use self::letter::Letter;
pub use self::matrix::{Kill, MOST, Row, STARTS, first_kill, matrix, row, text};
pub use self::node::Sabotaged;
use crate::scenario::{Profile, Scenario};
use crate::trace::{Keep, Observer, Role};
use crate::world::{Outcome, event};

/// One way in which a node can be broken.
#[derive(Clone, Copy, Debug)]
pub struct Sabotage {
    /// What it is called: the role first.
    pub name: &'static str,
    /// What the node does wrong, in one sentence.
    pub sentence: &'static str,
    /// Which nodes: all of this role.
    pub role: Role,
    /// The id of the property that must notice.
    pub property: &'static str,
    /// In which runs it must be noticed.
    pub profile: Profile,
    /// How its clock goes.
    pub clock: Clock,
    /// Makes the saboteur of one node.
    pub saboteur: fn() -> Box<dyn Saboteur>,
}

/// Their names tell them apart.
impl PartialEq for Sabotage {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Sabotage {}

/// What sits between a node and the world. By default everything passes.
pub trait Saboteur {
    /// Somebody's message has arrived; the node hears what is given to [`Desk::hear`].
    fn hears(&mut self, desk: &mut Desk, letter: Letter) {
        desk.hear(letter);
    }

    /// The node wants to write a message; what is given to [`Desk::say`] is written.
    fn says(&mut self, desk: &mut Desk, letter: Letter) {
        desk.say(letter);
    }

    /// A client wants to show its user something; the user sees what is given to [`Desk::show`].
    fn shows(&mut self, desk: &mut Desk, event: Event) {
        desk.show(event);
    }

    /// What the node holds at the end of the run.
    fn holds(&self, dump: Dump) -> Dump {
        dump
    }
}

impl Sabotage {
    /// The sabotage called `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|sabotage| sabotage.name == name)
    }

    /// Runs `scenario` like [`event::run`], with the nodes of one role broken.
    pub fn run(
        &self,
        scenario: &Scenario,
        seed: u64,
        keep: Keep,
        observers: &mut [&mut dyn Observer],
    ) -> Outcome {
        event::run_with(scenario, seed, keep, observers, |part| Sabotaged::new(part, seed, self))
    }
}
