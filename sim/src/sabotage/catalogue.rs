//! Every sabotage there is.

mod client;
mod command;
mod delivery;
mod ending;
mod factory;
mod front_end;
mod history;
mod report;
mod roster;
mod session;

use confsim_core::client::Event;

use super::{Clock, Desk, Letter, Sabotage, Saboteur};
use crate::scenario::Profile;
use crate::trace::Role;

/// Every sabotage, by role and by what it is about.
pub const CATALOGUE: &[Sabotage] = &[
    roster::SKIPS_A_VERSION,
    roster::REPEATS_A_VERSION,
    roster::CALLS_PARTIAL_FULL,
    roster::CALLS_FULL_PARTIAL,
    roster::FORGETS_A_SUBSCRIBER,
    roster::KEEPS_WHO_HAS_LEFT,
    roster::TELLS_OLD_NEWS,
    roster::TELLS_SOME_ANOTHER_NAME,
    roster::SHOWS_THE_LOBBY,
    roster::PROMOTES_EVERYBODY,
    roster::DEMOTES_THE_ORGANIZER,
    roster::FORGETS_FORMATS,
    roster::WRITES_NO_STATE,
    roster::LEAVES_THE_NAMESPACE,
    roster::CONCEALS_WHO_LEAVES,
    command::IGNORES_THE_LOCK,
    command::ADMITS_WHO_IS_DENIED,
    command::SWAPS_ROLES,
    command::ACCEPTS_FROM_ANYBODY,
    command::PRETENDS_THAT_CALLS_SUCCEED,
    command::KEEPS_THE_OUTCOME_OF_CALLS,
    command::TELLS_THE_OUTCOME_TWICE,
    command::KEEPS_A_RESULT,
    command::TELLS_A_RESULT_TWICE,
    ending::EJECTS_WITHOUT_A_WORD,
    ending::KEEPS_THE_SESSION,
    ending::NOTIFIES_AFTER_THE_END,
    ending::HANGS_UP_FIRST,
    ending::LEAVES_ONE_BEHIND,
    ending::FORWARDS_AFTER_THE_END,
    ending::KEEPS_THE_LEG,
    ending::EJECTS_WITHOUT_A_BYE,
    ending::MCU_EJECTS_WITHOUT_A_BYE,
    ending::KEEPS_EMPTY_CONFERENCES,
    session::CHANGES_ITS_TAG,
    session::REPEATS_A_CSEQ,
    session::MCU_REPEATS_A_CSEQ,
    session::FORGETS_ROUTES,
    session::NAMES_NO_ROUTE,
    session::NEVER_ANSWERS,
    session::ANSWERS_TWICE,
    session::ANSWERS_ANOTHER,
    session::FORGETS_ITS_TAG,
    session::GRANTS_TOO_LONG,
    session::GIVES_UP_SILENTLY,
    session::GIVES_UP_LATE,
    session::MCU_GIVES_UP_SILENTLY,
    session::NAMES_ANOTHER_KEEP_ALIVE,
    session::SKIPS_A_LINK_NUMBER,
    session::ACKNOWLEDGES_TOO_MUCH,
    session::ACKNOWLEDGES_NOTHING,
    session::FORGETS_A_VIA,
    delivery::LOSES_A_FORWARD,
    delivery::FORWARDS_TWICE,
    delivery::FORWARDS_TO_THE_AUTHOR,
    delivery::REPEATS_A_MESSAGE_ID,
    delivery::LETS_MESSAGES_OVERTAKE,
    delivery::NAMES_ANOTHER_AUTHOR,
    delivery::FORGETS_THE_NAME,
    delivery::CALLS_RTF_PLAIN,
    delivery::TAKES_ALL_FOR_MODERN,
    delivery::SAYS_200_FOR_202,
    delivery::SAYS_202_FOR_200,
    delivery::NEVER_ANSWERS,
    delivery::LOSES_TYPING,
    delivery::ECHOES_TYPING,
    report::FORGETS_A_REPORT,
    report::REPORTS_TWICE,
    report::REPORTS_BEFORE_ITS_ANSWER,
    report::REPORTS_TOO_EARLY,
    report::NAMES_THE_WRONG_RECIPIENT,
    report::FORGETS_A_RECIPIENT,
    report::TELLS_ANOTHER_STATUS,
    report::REPORTS_ANOTHER_MESSAGE,
    history::KEEPS_IT_TOO_LONG,
    history::LEAVES_IT_OUT,
    history::TURNS_IT_ROUND,
    history::TELLS_IT_TWICE,
    front_end::LETS_ANYBODY_SPEAK,
    front_end::ACCEPTS_WHAT_IT_REFUSES,
    front_end::GRANTS_TOO_LONG,
    factory::KEEPS_THE_VERSION,
    factory::TAKES_STALE_WRITES,
    factory::LOSES_A_CHANGE,
    factory::PRETENDS_TO_DELETE,
    factory::HIDES_A_CONFERENCE,
    factory::GIVES_ANOTHER_REASON,
    factory::KNOWS_NO_ORGANIZER,
    client::SHOWS_AN_OLD_ROSTER,
    client::HIDES_ITS_EJECTION,
    client::IGNORES_A_GAP,
    client::SHOWS_ANOTHER_TEXT,
    client::FORGETS_A_REPORT,
    client::ANSWERS_NEWS,
    client::ACKNOWLEDGES_ANOTHER,
    client::NEVER_REFRESHES,
    client::NEVER_REGISTERS_AGAIN,
];

/// A node of this role that is broken in one way, with a clock that is right; the calm profile shows it.
const fn broken(
    role: Role,
    name: &'static str,
    sentence: &'static str,
    property: &'static str,
    saboteur: fn() -> Box<dyn Saboteur>,
) -> Sabotage {
    Sabotage { name, sentence, role, property, profile: Profile::Calm, clock: Clock::RIGHT, saboteur }
}

/// Alters what the node writes.
struct Says<F>(F);

impl<F: FnMut(&mut Desk, Letter)> Saboteur for Says<F> {
    fn says(&mut self, desk: &mut Desk, letter: Letter) {
        (self.0)(desk, letter);
    }
}

/// Alters what the node hears.
struct Hears<F>(F);

impl<F: FnMut(&mut Desk, Letter)> Saboteur for Hears<F> {
    fn hears(&mut self, desk: &mut Desk, letter: Letter) {
        (self.0)(desk, letter);
    }
}

/// Alters what the user sees.
struct Shows<F>(F);

impl<F: FnMut(&mut Desk, Event)> Saboteur for Shows<F> {
    fn shows(&mut self, desk: &mut Desk, event: Event) {
        (self.0)(desk, event);
    }
}

fn says(alter: impl FnMut(&mut Desk, Letter) + 'static) -> Box<dyn Saboteur> {
    Box::new(Says(alter))
}

fn hears(alter: impl FnMut(&mut Desk, Letter) + 'static) -> Box<dyn Saboteur> {
    Box::new(Hears(alter))
}

fn shows(alter: impl FnMut(&mut Desk, Event) + 'static) -> Box<dyn Saboteur> {
    Box::new(Shows(alter))
}
