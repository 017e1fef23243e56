//! The observers of a run, in one place, so that each sight goes to those who ask for it without a detour.

use confsim_core::time::Duration;

use super::Verdict;
use super::answers::Answers;
use super::authorisation::Authorisation;
use super::delivery::Delivery;
use super::dial_out::Calls;
use super::ending::Ending;
use super::eviction::Eviction;
use super::history::History;
use super::idle::Idle;
use super::imdn::Notifications;
use super::keep_alive::KeepAlive;
use super::known::Known;
use super::leak::Leak;
use super::link::Links;
use super::lobby::Lobby;
use super::lock::Locks;
use super::places::Places;
use super::provisioning::Provisioning;
use super::refresh::Refresh;
use super::registration::Registrations;
use super::roles::Roles;
use super::roster::Rosters;
use super::second::SecondReading;
use super::sequence::Sequence;
use super::settled::Settled;
use super::sight::{Observe, Scene, Sight, Topic};
use super::transactions::Transactions;
use super::typing::Typing;
use super::users::Users;
use super::wire::Wire;

/// How long the IM MCU waits for the answer to a forward when the scenario does not say (D-26).
const FORWARD_TIMEOUT: Duration = Duration::from_secs(32);

/// How long somebody may be called when the scenario does not say (MS-CONFBAS facts 7, row 8).
const RINGING_TIMEOUT: Duration = Duration::from_secs(60);

/// Which topics these are, one bit each.
const fn asked(topics: &[Topic]) -> u32 {
    let (mut bits, mut place) = (0, 0);
    while place < topics.len() {
        bits |= 1 << topics[place] as u32;
        place += 1;
    }
    bits
}

macro_rules! panel {
    (|$known:ident| $($name:ident: $kind:ty = $make:expr,)*) => {
        /// Everybody who observes every run, in the order in which they are shown things; and the second reading.
        pub(super) struct Panel {
            $($name: $kind,)*
            second: Option<SecondReading>,
        }

        /// How many observers there are, the second reading among them.
        #[cfg(test)]
        pub(super) const OBSERVERS: usize = [$(stringify!($name)),*].len() + 1;

        impl Panel {
            /// Those who observe a run of which so much is known; the second reading takes as long as all the rest.
            pub(super) fn new($known: &Known, second: bool) -> Self {
                Self { $($name: $make,)* second: second.then(SecondReading::default) }
            }

            /// Shows a sight to those who ask for its kind. Where that is known, so is at compile time who they are.
            #[inline(always)]
            pub(super) fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
                let topic = 1 << sight.topic() as u32;
                $(if const { asked(<$kind>::TOPICS) } & topic != 0 {
                    self.$name.see(scene, sight, verdict);
                })*
                if const { asked(SecondReading::TOPICS) } & topic != 0 && let Some(second) = &mut self.second {
                    second.see(scene, sight, verdict);
                }
            }

            /// Shows a sight to everybody, whoever asks for it.
            #[cfg(test)]
            pub(super) fn see_all(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
                $(self.$name.see(scene, sight, verdict);)*
                if let Some(second) = &mut self.second {
                    second.see(scene, sight, verdict);
                }
            }

            /// The run is over.
            pub(super) fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
                $(self.$name.end(scene, verdict);)*
                if let Some(second) = &mut self.second {
                    second.end(scene, verdict);
                }
            }
        }
    };
}

panel! {
    |known|
    rosters: Rosters = Rosters::default(),
    settled: Settled = Settled::default(),
    history: History = History::default(),
    delivery: Delivery = Delivery::default(),
    typing: Typing = Typing::default(),
    notifications: Notifications =
        Notifications::new(known.limits.forward_timeout.unwrap_or(FORWARD_TIMEOUT)),
    eviction: Eviction = Eviction::new(known),
    authorisation: Authorisation = Authorisation::default(),
    leak: Leak = Leak::new(known),
    locks: Locks = Locks::default(),
    lobby: Lobby = Lobby::default(),
    roles: Roles = Roles::default(),
    calls: Calls = Calls::new(known.limits.ringing_timeout.unwrap_or(RINGING_TIMEOUT)),
    ending: Ending = Ending::default(),
    provisioning: Provisioning = Provisioning::new(known),
    transactions: Transactions = Transactions::default(),
    sequence: Sequence = Sequence::default(),
    links: Links = Links::default(),
    answers: Answers = Answers::default(),
    refresh: Refresh = Refresh::new(known),
    registrations: Registrations = Registrations::new(known),
    keep_alive: KeepAlive = KeepAlive::default(),
    idle: Idle = Idle::new(known),
    users: Users = Users::default(),
    places: Places = Places::default(),
    wire: Wire = Wire::default(),
}
