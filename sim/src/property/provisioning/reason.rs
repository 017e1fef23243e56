//! Refusals that a wish has deserved by itself: what it says, beside what the scenario allows.

use super::plan::Plan;
use super::wish::Wish;
use crate::fault::Fault;
use crate::property::Known;

/// What organizers may ask for, as the scenario says.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) anonymous: bool,
    pub(super) federated: bool,
    pub(super) locked: bool,
    pub(super) telephone: bool,
    pub(super) lobby_bypass: bool,
    pub(super) mcu_types: Vec<String>,
    /// The day on which the run begins, `2007-01-01`: runs take less than a day.
    pub(super) today: String,
    /// Whether the factory may fail to store something.
    pub(super) disk_fails: bool,
}

/// Who may be let in.
const POLICIES: [&str; 3] = ["anonymous", "openAuthenticated", "closedAuthenticated"];
/// Fewest bytes that may be too many for documents of others (PRO-2-2-1-2-u, -z), and for the settings of one MCU
/// (PRO-2-2-1-5-j).
const DATA_FLOOR: usize = 4096;
const SETTINGS_FLOOR: usize = 2048;

impl Rules {
    /// The rules of a pool, with the defaults of a pool that runs chat only.
    pub(super) fn of(known: &Known) -> Self {
        let rules = &known.factory;
        let begins = rules.begins.as_deref().and_then(|begins| begins.get(..10));
        Self {
            anonymous: rules.anonymous.unwrap_or(true),
            federated: rules.federated.unwrap_or(true),
            locked: rules.locked.unwrap_or(true),
            telephone: rules.telephone.unwrap_or(false),
            lobby_bypass: rules.lobby_bypass.unwrap_or(false),
            mcu_types: rules.mcu_types.clone().unwrap_or_else(|| vec!["chat".to_owned()]),
            today: begins.unwrap_or("2007-01-01").to_owned(),
            disk_fails: known.faults.iter().any(|fault| matches!(fault, Fault::Fill(_))),
        }
    }

    /// Whether `wish` gives cause for `reason`, which is not about the table.
    pub(super) fn justify(&self, wish: &Wish, reason: &str) -> bool {
        let plan = &wish.plan;
        let value = |name: &str| plan.values.get(name).map(String::as_str);
        let there = |name: &str| plan.present.contains(name);
        match reason {
            "anonymousUsersNotAllowed" => value("admission-policy") == Some("anonymous") && !self.anonymous,
            "invalidAdmissionPolicy" => {
                value("admission-policy").is_none_or(|policy| !POLICIES.contains(&policy))
            }
            "invalidConferenceId" => !is_id(&wish.id),
            "invalidVersion" => wish.command == "addConference" && wish.version != 1,
            "mcuTypeNotAvailable" => {
                mcus(plan).any(|kind| kind == "meeting" || !self.mcu_types.iter().any(|known| known == kind))
            }
            "federatedUsersNotAllowed" => !self.federated && users(plan).any(|user| is_foreign(user, wish)),
            "invalidExpiryTime" => value("expiry-time").is_some_and(|time| !self.is_ahead(time)),
            "invalidAutopromoteValue" => there("autopromote"),
            "invalidUserEntity" | "invalidRole" => there("user"),
            "notificationDataTooLarge" => there("notification-data") && wish.length > DATA_FLOOR,
            "organizerRoamingDataTooLarge" => there("organizer-roaming-data") && wish.length > DATA_FLOOR,
            "entitySettingsTooLarge" => there("entity-settings") && wish.length > SETTINGS_FLOOR,
            "pstnBridgeNotEnabled" => there("pstn-access") && !self.telephone,
            "pstnMeetingIdCannotBeSpecified" => there("pstn-access"),
            "pstnLobbyBypassNotAllowed" => value("pstn-lobby-bypass") == Some("true") && !self.lobby_bypass,
            "invalidPasscode" | "invalidEncryptionKeyUsed" => there("conference-key"),
            "invalidEncryptionKey" => there("encryption-key"),
            "otherFailure" => {
                self.disk_fails || plan.repeats || (value("locked") == Some("true") && !self.locked)
            }
            _ => false,
        }
    }

    /// Whether `time` is a date and time, tomorrow or later, and not too far away. What lies in between is nobody's
    /// business here.
    fn is_ahead(&self, time: &str) -> bool {
        let form = b"0000-00-00T00:00:00Z";
        let shaped = time.len() == form.len()
            && time.bytes().zip(form).all(|(byte, form)| {
                if form.is_ascii_digit() { byte.is_ascii_digit() } else { byte == *form }
            });
        let year = |text: &str| text.get(..4).and_then(|year| year.parse::<u32>().ok()).unwrap_or_default();
        let within = |from: usize, low: &str, high: &str| {
            time.get(from..from + 2).is_some_and(|part| (low..=high).contains(&part))
        };
        let calendar = within(5, "01", "12") && within(8, "01", "28");
        let clock = within(11, "00", "23") && within(14, "00", "59") && within(17, "00", "59");
        let tomorrow = time.get(..10).is_some_and(|day| day > self.today.as_str());
        shaped && calendar && clock && tomorrow && year(time) < year(&self.today) + 9
    }
}

/// 8 to 32 letters and digits (PRO-2-2-1-2-d, -e).
fn is_id(id: &str) -> bool {
    (8..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn mcus(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.values.keys().filter_map(|name| name.strip_prefix("mcu "))
}

fn users(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.values.keys().filter_map(|name| name.strip_prefix("user "))
}

fn is_foreign(user: &str, wish: &Wish) -> bool {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    domain(user) != domain(&wish.organizer)
}
