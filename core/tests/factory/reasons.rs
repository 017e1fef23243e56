//! Each reason of MS-CONFPRO 2.2.3 is given by at least one request.

use std::collections::BTreeSet;
use std::path::Path;

use confsim_core::covers;
use confsim_core::factory::{Config, Policy, StoreError};
use confsim_core::wire::conference_key::ConferenceKey;

use crate::stage::{ID, Stage, add, config, delete, fixed, get, id_and_policy, modify, open, plain, with};

/// A request that is refused.
struct Row {
    /// The command, as its section of the document is named.
    command: &'static str,
    reason: &'static str,
    status: u16,
    config: Config,
    /// What was done before.
    before: Vec<String>,
    body: String,
    /// What the store answers by then.
    store: Option<StoreError>,
}

fn row(command: &'static str, reason: &'static str, status: u16, body: String) -> Row {
    Row { command, reason, status, config: config(), before: Vec::new(), body, store: None }
}

/// What the factories of these tests envelop for.
pub(crate) fn key(recipient: &str, passcode: &str) -> String {
    let cms_data = [recipient.as_bytes(), b"|12345678", passcode.as_bytes()].concat();
    let key = ConferenceKey::Enveloped { cms_data, issuing_server: None }.write();
    let content: String = key.iter().map(|element| element.as_str()).collect();
    format!("<msci:conference-key>{content}</msci:conference-key>")
}

fn data(name: &str, size: usize) -> String {
    format!("<msci:{name}><d xmlns=\"urn:x\">{}</d></msci:{name}>", "x".repeat(size))
}

fn view(view: &str) -> String {
    format!("<msci:conference-view>{view}</msci:conference-view>")
}

fn user(entity: &str, role: &str) -> String {
    let roles = format!("<ci:roles><ci:entry>{role}</ci:entry></ci:roles>");
    format!("<ci:users><ci:user entity=\"{entity}\">{roles}</ci:user></ci:users>")
}

/// Descriptions and the rest of conferences that may not be, with the reason.
fn bad_conferences() -> Vec<(&'static str, u16, Config, String, String)> {
    let settings = format!(
        "<msci:entity-view entity=\"audio-video\"><msci:entity-settings><s xmlns=\"urn:x\">{}</s>\
         </msci:entity-settings></msci:entity-view>",
        "x".repeat(2048)
    );
    let audio = Config { mcu_types: vec!["audio-video".into()], ..config() };
    let telephone = with(Policy { telephone: true, ..Policy::default() });
    let good = open(ID);
    let more = |element: &str| format!("{good}<msci:{element}");
    let nothing = String::new;
    vec![
        (
            "anonymousUsersNotAllowed",
            403,
            with(Policy { anonymous: false, ..Policy::default() }),
            id_and_policy(ID, "anonymous"),
            nothing(),
        ),
        ("entitySettingsTooLarge", 400, audio, good.clone(), view(&settings)),
        (
            "federatedUsersNotAllowed",
            403,
            with(Policy { federated: false, ..Policy::default() }),
            good.clone(),
            user("sip:bob@fabrikam.com", "attendee"),
        ),
        (
            "invalidAdmissionPolicy",
            400,
            config(),
            format!("<msci:conference-id>{ID}</msci:conference-id>"),
            nothing(),
        ),
        ("invalidAdmissionPolicy", 400, config(), id_and_policy(ID, "everyone"), nothing()),
        ("invalidConferenceId", 400, config(), open("has-a-dash"), nothing()),
        ("invalidConferenceId", 400, config(), open("SHORT12"), nothing()),
        ("invalidConferenceId", 400, config(), open(&"A".repeat(33)), nothing()),
        ("invalidEncryptionKeyUsed", 400, config(), good.clone() + &key("cert old", "secret"), nothing()),
        ("invalidExpiryTime", 400, config(), more("expiry-time>soon</msci:expiry-time>"), nothing()),
        ("invalidExpiryTime", 400, config(), more("expiry-time>2006-12-31T23:59:59Z</msci:expiry-time>"), nothing()),
        ("invalidExpiryTime", 400, config(), more("expiry-time>2107-01-01T00:00:00Z</msci:expiry-time>"), nothing()),
        ("invalidPasscode", 400, config(), more("conference-key/>"), nothing()),
        ("invalidPasscode", 400, config(), good.clone() + &key("cert factory", ""), nothing()),
        ("invalidPasscode", 400, config(), good.clone() + &key("cert factory", "a\u{7}b"), nothing()),
        ("invalidPasscode", 400, config(), good.clone() + &key("cert factory", &"7".repeat(65)), nothing()),
        ("invalidRole", 400, config(), good.clone(), user("sip:bob@contoso.com", "king")),
        (
            "invalidRole",
            400,
            config(),
            good.clone(),
            user("sip:bob@contoso.com", "attendee</ci:entry><ci:entry>attendee"),
        ),
        (
            "invalidRole",
            400,
            config(),
            good.clone(),
            "<ci:users><ci:user entity=\"sip:bob@contoso.com\"/></ci:users>".into(),
        ),
        ("invalidUserEntity", 400, config(), good.clone(), user("bob", "attendee")),
        ("invalidUserEntity", 400, config(), good.clone(), user("sip:contoso.com", "attendee")),
        ("invalidUserEntity", 400, config(), good.clone(), user("im:bob@contoso.com", "attendee")),
        (
            "invalidUserEntity",
            400,
            config(),
            good.clone(),
            user("sip:bob@contoso.com", "attendee").replace(
                "</ci:users>",
                "<ci:user entity=\"sip:BOB@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles></ci:user></ci:users>",
            ),
        ),
        ("mcuTypeNotAvailable", 403, config(), good.clone(), view("<msci:entity-view entity=\"audio-video\"/>")),
        ("notificationDataTooLarge", 400, config(), good.clone() + &data("notification-data", 4096), nothing()),
        (
            "organizerRoamingDataTooLarge",
            400,
            config(),
            good.clone() + &data("organizer-roaming-data", 4096),
            nothing(),
        ),
        ("invalidAutopromoteValue", 400, config(), more("autopromote>1</msci:autopromote>"), nothing()),
        ("pstnLobbyBypassNotAllowed", 403, config(), more("pstn-lobby-bypass>true</msci:pstn-lobby-bypass>"), nothing()),
        ("pstnBridgeNotEnabled", 403, config(), more("pstn-access> </msci:pstn-access>"), nothing()),
        (
            "pstnMeetingIdCannotBeSpecified",
            400,
            telephone,
            more("pstn-access><msci:id>1234</msci:id></msci:pstn-access>"),
            nothing(),
        ),
        ("otherFailure", 500, config(), good.clone(), view(&"<msci:entity-view entity=\"chat\"/>".repeat(2))),
        (
            "otherFailure",
            500,
            with(Policy { locked: false, ..Policy::default() }),
            good,
            "<ci:conference-state><ci:locked>true</ci:locked></ci:conference-state>".into(),
        ),
    ]
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (reason, status, config, description, more) in bad_conferences() {
        let (new, old) = (add(&description, &more), modify(1, &description, &more));
        rows.push(Row { config: config.clone(), ..row("addConference", reason, status, new) });
        let before = vec![plain(ID)];
        rows.push(Row { config, before, ..row("modifyConference", reason, status, old) });
    }
    let one = with(Policy { conferences_max: 1, ..Policy::default() });
    let none = with(Policy { static_meeting: false, ..Policy::default() });
    let crowded = Config { table_max: 0, ..config() };
    let more =
        fixed("BBBBBBBB").replace("</ci:conference-desc", "<ci:subject>x</ci:subject></ci:conference-desc");
    let version = plain(ID).replace("entity=\"\"", "entity=\"\" version=\"2\"");
    let bad_certificate = get(ID).replace(
        "</getConference>",
        "<msci:encryption-key><msci:x509-certificate>123213789BC234D</msci:x509-certificate></msci:encryption-key></getConference>",
    );
    let with_key = add(&(open(ID) + &key("cert factory", "secret")), "");
    let full = Some(StoreError::Full);
    rows.extend([
        Row { before: vec![plain(ID)], ..row("addConference", "conferenceExistsAlready", 403, plain(ID)) },
        row("addConference", "invalidVersion", 400, version),
        Row {
            config: one,
            before: vec![plain("AAAAAAAA")],
            ..row("addConference", "maxConferencesExceeded", 403, plain(ID))
        },
        Row { config: none, ..row("addConference", "maxStaticMeetingsExceeded", 403, fixed(ID)) },
        Row {
            before: vec![fixed(ID)],
            ..row("addConference", "maxStaticMeetingsExceeded", 403, fixed("BBBBBBBB"))
        },
        row("addConference", "invalidStaticMeetingRequest", 400, more),
        Row { config: crowded, ..row("addConference", "otherFailure", 500, plain(ID)) },
        Row { store: full.clone(), ..row("addConference", "otherFailure", 500, plain(ID)) },
        row("modifyConference", "conferenceDoesNotExist", 404, modify(1, &open(ID), "")),
        Row {
            before: vec![plain(ID)],
            ..row("modifyConference", "invalidVersion", 400, modify(2, &open(ID), ""))
        },
        Row {
            before: vec![fixed(ID)],
            ..row("modifyConference", "invalidStaticMeetingRequest", 400, modify(1, &open(ID), ""))
        },
        Row {
            before: vec![plain(ID)],
            store: full.clone(),
            ..row("modifyConference", "otherFailure", 500, modify(1, &open(ID), ""))
        },
        row("deleteConference", "conferenceDoesNotExist", 404, delete(ID, "")),
        Row {
            before: vec![plain(ID)],
            ..row("deleteConference", "staticFlagDoesntMatch", 400, delete(ID, "static=\"true\""))
        },
        Row {
            before: vec![fixed(ID)],
            ..row("deleteConference", "staticFlagDoesntMatch", 400, delete(ID, ""))
        },
        Row {
            before: vec![fixed(ID)],
            ..row("deleteConference", "staticFlagDoesntMatch", 400, delete(ID, "static=\"false\""))
        },
        Row {
            before: vec![plain(ID)],
            store: full,
            ..row("deleteConference", "otherFailure", 500, delete(ID, ""))
        },
        row("getConference", "conferenceDoesNotExist", 404, get(ID)),
        Row { before: vec![with_key], ..row("getConference", "invalidEncryptionKey", 400, bad_certificate) },
    ]);
    rows
}

/// The reasons that a section of the document names.
fn catalogue(section: char) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/requirements.toml");
    let text = std::fs::read_to_string(path).expect("the requirements");
    let id = format!("id = \"PRO-2-2-3-{section}-");
    let entries = text.split("[[requirement]]").filter(|entry| entry.trim_start().starts_with(&id));
    entries
        .flat_map(|entry| entry.lines().filter(|line| line.starts_with("text = ")))
        .filter_map(|line| {
            line.split_once("reason=\\\"").or(line.split_once("reason is expected to be \\\""))
        })
        .map(|(_, rest)| rest.split('\\').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn each_reason_is_given_by_a_request() {
    covers!(
        "PRO-2-2-3-c",
        "PRO-2-2-3-1-c",
        "PRO-2-2-3-1-d",
        "PRO-2-2-3-1-e",
        "PRO-2-2-3-1-f",
        "PRO-2-2-3-1-g",
        "PRO-2-2-3-1-h",
        "PRO-2-2-3-1-i",
        "PRO-2-2-3-1-j",
        "PRO-2-2-3-1-k",
        "PRO-2-2-3-1-l",
        "PRO-2-2-3-1-m",
        "PRO-2-2-3-1-n",
        "PRO-2-2-3-1-o",
        "PRO-2-2-3-1-p",
        "PRO-2-2-3-1-q",
        "PRO-2-2-3-1-r",
        "PRO-2-2-3-1-s",
        "PRO-2-2-3-1-t",
        "PRO-2-2-3-1-u",
        "PRO-2-2-3-1-v",
        "PRO-2-2-3-1-w",
        "PRO-2-2-3-1-x",
        "PRO-2-2-3-1-y",
        "PRO-2-2-3-1-z",
        "PRO-2-2-3-1-aa",
        "PRO-2-2-3-1-ab",
        "PRO-2-2-3-1-ad",
        "PRO-2-2-3-2-d",
        "PRO-2-2-3-3-d",
        "PRO-2-2-3-3-e",
        "PRO-2-2-3-3-f",
        "PRO-2-2-3-3-g",
        "PRO-2-2-3-4-c",
        "PRO-2-2-3-4-d",
        "PRO-2-2-3-4-e",
        "PRO-2-2-3-4-g",
        "PRO-3-2-5-3-d",
        "EX-PRO-4-1-c",
        "EX-PRO-4-1-e",
        "EX-PRO-4-2-b",
        "D-33",
        "D-31",
        "PRO-2-2-1-2-d",
        "PRO-2-2-1-2-e",
        "PRO-2-2-1-2-l",
        "PRO-2-2-1-2-m",
        "PRO-2-2-1-2-t",
        "PRO-2-2-1-2-y",
        "PRO-2-2-1-4-f",
        "PRO-2-2-1-4-g",
        "PRO-2-2-1-4-h",
        "PRO-2-2-1-4-i",
        "PRO-2-2-1-5-d",
        "PRO-2-2-1-5-i",
        "PRO-2-2-2-1-d",
        "PRO-2-2-2-1-e",
        "PRO-2-2-2-4-d",
        "PRO-2-2-2-4-e",
        "PRO-3-2-5-2-j",
        "PRO-2-2-2-2-d",
    );
    let mut given: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in rows() {
        let mut stage = Stage::new(row.config);
        for body in row.before {
            stage.created(&body);
        }
        stage.disk.lock().append = row.store;
        let count = stage.count();
        let (status, reason) = stage.refused(&row.body);
        assert_eq!((status, reason.as_str()), (row.status, row.reason), "{}", row.body);
        assert!(stage.ask(&row.body).body().contains(&format!("<{} reason=", row.command)));
        assert_eq!(stage.count(), count, "{}", row.body);
        given.insert((row.command, row.reason));
    }
    let sections = [
        ('1', "addConference"),
        ('2', "modifyConference"),
        ('3', "deleteConference"),
        ('4', "getConference"),
    ];
    for (section, command) in sections {
        let named = catalogue(section);
        assert!(!named.is_empty(), "{command} names reasons");
        for reason in named {
            // Nothing else can go wrong in a lookup, but that there is no table: see store.rs.
            let looked = command == "getConference" && reason == "otherFailure";
            assert!(looked || given.contains(&(command, &*reason)), "no {command} gives {reason}");
        }
    }
}

/// The numbered steps of 3.2.5.2 come in their order, syntax between the first and the fourth.
#[test]
fn the_first_failing_step_is_told() {
    covers!(
        "PRO-3-2-5-2-a",
        "PRO-3-2-5-2-b",
        "PRO-3-2-5-2-c",
        "PRO-3-2-5-2-d",
        "PRO-3-2-5-2-e",
        "PRO-3-2-5-2-f",
        "PRO-3-2-5-2-g",
        "PRO-3-2-5-2-h",
        "PRO-3-2-5-2-j",
        "PRO-3-2-5-3-a",
        "PRO-3-2-5-3-b",
    );
    let policy = Policy { anonymous: false, federated: false, conferences_max: 1, ..Policy::default() };
    let mut stage = Stage::new(Config { policy, data_max: 10, ..config() });
    stage.created(&plain(ID));
    // Each case repairs what the one before was refused for; each fails in everything that follows.
    let old = key("cert old", "secret");
    let roaming = data("organizer-roaming-data", 100);
    let stranger = user("sip:bob@fabrikam.com", "attendee");
    let video = view("<msci:entity-view entity=\"audio-video\"/>");
    let chat = view("<msci:entity-view entity=\"chat\"/>");
    let description = |policy: &str, promote: &str, key: &str, roaming: &str| {
        format!("{}{key}{roaming}<msci:autopromote>{promote}</msci:autopromote>", id_and_policy(ID, policy))
    };
    let cases = [
        (
            description("anonymous", "1", &old, &roaming),
            format!("{stranger}{video}"),
            "anonymousUsersNotAllowed",
        ),
        (
            description("openAuthenticated", "1", &old, &roaming),
            format!("{stranger}{video}"),
            "invalidAutopromoteValue",
        ),
        (
            description("openAuthenticated", "0", &old, &roaming),
            format!("{stranger}{video}"),
            "invalidEncryptionKeyUsed",
        ),
        (
            description("openAuthenticated", "0", "", &roaming),
            format!("{stranger}{video}"),
            "mcuTypeNotAvailable",
        ),
        (
            description("openAuthenticated", "0", "", &roaming),
            format!("{stranger}{chat}"),
            "federatedUsersNotAllowed",
        ),
        (description("openAuthenticated", "0", "", &roaming), chat, "organizerRoamingDataTooLarge"),
    ];
    for (description, more, reason) in &cases {
        assert_eq!(stage.refused(&add(description, more)).1.as_str(), *reason);
        // The same holds for a modification with a wrong version of a conference that does not exist.
        let modification = modify(9, description, more).replace(ID, "AAAAAAAA");
        assert_eq!(stage.refused(&modification).1.as_str(), *reason);
    }
    // The quota comes before the id, and does not count for modifications.
    assert_eq!(stage.refused(&plain(ID)).1.as_str(), "maxConferencesExceeded");
    assert_eq!(stage.refused(&modify(9, &open("AAAAAAAA"), "")).1.as_str(), "conferenceDoesNotExist");
    assert_eq!(stage.refused(&modify(9, &open(ID), "")).1.as_str(), "invalidVersion");
    stage.modified(&modify(1, &open(ID), ""));
}
