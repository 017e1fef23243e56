//! What has to hold in every run, whoever takes part and whatever goes wrong.
//!
//! A [`Property`] is data: an id, a kind, the requirements it stands for, and one sentence. Its observer judges
//! what a wire tap and the users see, by its own reading of the documents: nothing here decides by
//! code of the machines, only the typed reading of SIP and the XML tokenizer are shared. [`Judge`] shows every
//! record of a run to all observers and collects the [`Verdict`].

mod abilities;
mod answers;
mod authorisation;
mod brief;
mod command;
mod delivery;
mod dial_out;
mod dialog;
mod dialogs;
mod document;
mod element;
mod ending;
mod eviction;
mod format;
mod history;
mod idle;
mod imdn;
mod judge;
mod keep_alive;
mod known;
mod leak;
mod letter;
mod link;
mod lobby;
mod lock;
mod markup;
mod members;
mod naming;
mod panel;
mod places;
mod provisioning;
mod reach;
mod recent;
mod refresh;
mod registration;
mod roles;
mod roster;
mod second;
mod sequence;
mod settled;
mod sight;
#[cfg(test)]
mod topics;
mod transactions;
mod typing;
mod users;
mod verdict;
mod wire;

pub use judge::Judge;
pub use known::Known;
pub use verdict::{Tally, Verdict, Violation};

/// What must hold, or must come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// `family.what`, stable.
    pub id: &'static str,
    /// In which way it holds.
    pub kind: Kind,
    /// What has to be recorded of a run, besides the messages, for it to be judged.
    pub needs: &'static [Need],
    /// What it stands for, by the ids of the catalogue.
    pub requirements: &'static [&'static str],
    /// What it says, in one sentence.
    pub sentence: &'static str,
}

/// Something other than messages that a property cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What users see.
    Events,
    /// What nodes hold at the end of a run.
    Dumps,
    /// Which message, step or timer led to which message.
    Causes,
    /// How the pool is set up: [`Known`] as the scenario tells it.
    Scenario,
    /// Each message on each connection it passes, also within the pool.
    Hops,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Events, Self::Dumps, Self::Causes, Self::Scenario, Self::Hops];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Dumps => "dumps",
            Self::Causes => "causes",
            Self::Scenario => "scenario",
            Self::Hops => "hops",
        }
    }
}

/// In which way a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Each time the occasion arises.
    Always,
    /// Each time, by the end of the run.
    Eventually,
    /// In no run.
    Never,
    /// In some run of a sweep: a place worth visiting. One run cannot violate it.
    Sometimes,
}

impl Kind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Eventually => "eventually",
            Self::Never => "never",
            Self::Sometimes => "sometimes",
        }
    }
}

/// Every property, in the order of reports.
pub const CATALOGUE: &[Property] = &[
    roster::VERSIONS,
    roster::REPLICAS,
    roster::CONVERGENCE,
    members::MEMBERS,
    members::FORMATS,
    places::GAP,
    settled::EVERYBODY,
    history::REPLAY,
    history::SEEN,
    history::MISSED,
    places::EDGE,
    places::REJOINED,
    delivery::SERIAL,
    delivery::STATUS,
    delivery::ONCE,
    delivery::ORDER,
    delivery::OWN,
    delivery::SENDER,
    format::FORM,
    delivery::ALONE,
    delivery::CHANGED,
    typing::FORWARDED,
    typing::OTHERS,
    typing::SPARED,
    imdn::COMPLETE,
    imdn::WAITED,
    imdn::DEPARTED,
    users::READS,
    users::TOLD,
    users::LATE,
    eviction::ENDS,
    eviction::ORDER,
    eviction::SILENCE,
    eviction::CROSSED,
    authorisation::REFUSED,
    leak::NOTHING,
    lock::HOLDS,
    places::RACED,
    lobby::VIEW,
    roles::GRANTED,
    dial_out::OUTCOME,
    places::ANSWERED_LATE,
    places::INTERRUPTED,
    answers::ANSWERED,
    answers::UNASKED,
    ending::ENDS,
    idle::ENDS,
    refresh::GRANTED,
    refresh::REFRESHED,
    refresh::EXPIRED,
    keep_alive::TOLD,
    registration::REGISTERED,
    registration::KEPT,
    places::RESUMED,
    provisioning::LINEARIZABLE,
    provisioning::VERSIONS,
    provisioning::REASONS,
    provisioning::CONCURRENT,
    provisioning::DOUBT,
    transactions::ANSWERED,
    transactions::ONCE,
    transactions::UNASKED,
    transactions::ECHO,
    transactions::REPEATED,
    sequence::CSEQ,
    sequence::NAMES,
    sequence::ROUTE,
    sequence::ACK,
    places::LATE_BYE,
    places::GLARE,
    link::ORDER,
    link::REPEATS,
    link::ARRIVES,
    link::EPOCH,
    link::AGAIN,
    wire::SIP,
    wire::FRAMED,
    second::HEADS,
    second::DOCUMENTS,
    second::ROSTERS,
];

/// The property called `id`.
pub fn find(id: &str) -> Option<&'static Property> {
    CATALOGUE.iter().find(|property| property.id == id)
}
