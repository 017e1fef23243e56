//! The scenarios that come with the program.

use super::{FileError, Scenario, from_toml};

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its file.
    pub file: &'static str,
}

macro_rules! named {
    ($($name:literal),+ $(,)?) => {
        &[$(Named { name: $name, file: include_str!(concat!("../../scenarios/", $name, ".toml")) }),+]
    };
}

/// All of them: first the flows of the documents in the order of their section 4, then the features of a
/// conference, then provisioning, then races.
pub const NAMED: &[Named] = named![
    "join-dial-in",
    "dial-out",
    "forwarding",
    "imdn-failure",
    "eject",
    "leave",
    "get-conference",
    "cwa-join",
    "typing",
    // Calls, the lobby, roles, the end.
    "dial-out-declined",
    "dial-out-unanswered",
    "dial-out-cancelled",
    "lobby-admit",
    "lobby-deny",
    "lobby-timeout",
    "lock-while-joining",
    "promote-demote",
    "organizer-called-back",
    "two-endpoints",
    "end-for-all",
    "delete-while-joining",
    // What is said, and who is told.
    "late-joiner",
    "format-choice",
    "history-boundary",
    "history-legacy",
    "alone",
    "all-recipients-fail",
    "late-answer",
    "impatient-author",
    // Provisioning.
    "provision-create",
    "provision-modify",
    "provision-delete",
    "provision-list",
    "provision-get",
    "provision-passcode",
    "anonymous-join",
    "provision-capabilities",
    "provision-delegate",
    "provision-conflict",
    "provision-crash",
    "provision-disk-full",
    "provision-delete-active",
    // Ends that cross.
    "eject-author",
    "eject-crosses-leave",
    "leave-crosses-eject",
    "eject-before-ack",
    "eject-ringing",
    "eject-and-rejoin",
    // Handshakes that cross, or lose something.
    "cancel-crosses-ok",
    "lock-between-joins",
    "invitation-answered-twice",
    "invitation-never-ended",
    "call-answered-twice",
    "info-unanswered",
    "ack-lost",
    "ack-never",
    "subscription-unanswered",
    "formats-changed",
    "leave-while-offering",
    // What goes away, and what is missed.
    "client-vanishes",
    "client-vanishes-idle",
    "sleeping-laptop",
    "connection-back-in-time",
    "connection-back-too-late",
    "connection-lost-for-good",
    "focus-restart",
    "mcu-restart",
    "called-by-who-restarts",
    "end-while-joining",
    "front-end-restart",
    "factory-restart",
    "pool-restart",
    "versions-unsent",
    "version-gap",
    "everybody-leaves",
    "registration-renewed",
    // What the pool link loses.
    "link-loses-lookup",
    "link-loses-creation",
    "link-loses-announcement",
    "link-loses-answer",
    "link-loses-session",
    "link-loses-ejection",
    "link-loses-ejected",
    "link-loses-end",
    // What nobody may do.
    "attendee-oversteps",
    "stranger-at-the-mcu",
    "stranger-in-a-dialog",
    "hostile-content",
    "spoofed-from",
    "other-conference",
    "info-outside-dialog",
    "ejected-but-talking",
    "link-from-a-client",
];

/// The scenario called `name`.
pub fn named(name: &str) -> Option<Named> {
    NAMED.iter().find(|known| known.name == name).copied()
}

impl Named {
    /// Reads it.
    pub fn scenario(self) -> Result<Scenario, FileError> {
        from_toml(self.file)
    }
}
