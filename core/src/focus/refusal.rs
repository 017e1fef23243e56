//! What a focus refuses (D-20, MS-CONFBAS facts on MS-OCER).

use crate::refusal::Diagnosis;
pub(super) use crate::refusal::Refusal;

const fn refusal(code: u16, phrase: &'static str, number: u32, text: &'static str) -> Refusal {
    Refusal::new(code, phrase).because(Diagnosis::new(number, text))
}

const fn plain(code: u16, phrase: &'static str) -> Refusal {
    Refusal::new(code, phrase)
}

impl Refusal {
    pub(super) const WRONG_FROM: Self = refusal(403, "Forbidden", 3000, "C3P From is not the sender");
    pub(super) const WRONG_TO: Self = refusal(400, "Bad Request", 3001, "C3P To is not this conference");
    pub(super) const WRONG_USER: Self = refusal(403, "Forbidden", 3002, "Target user is not the sender");
    pub(super) const WRONG_CONFERENCE: Self =
        refusal(400, "Bad Request", 3003, "Conference entity is not this conference");
    pub(super) const UNKNOWN_COMMAND: Self =
        plain(603, "Decline").because(Diagnosis::new(3004, "C3P command not implemented").public());
    pub(super) const NOT_A_POOL_MEMBER: Self =
        refusal(403, "Forbidden", 3005, "Request cannot target a pool member");
    pub(super) const MALFORMED: Self = refusal(400, "Bad Request", 3006, "C3P parse failure");
    pub(super) const WRONG_ENDPOINT: Self = refusal(400, "Bad Request", 3009, "Malformed endpoint entity");
    pub(super) const NO_CONFERENCE_URI: Self = refusal(404, "Not Found", 3012, "Invalid conference URI");
    pub(super) const NO_SUCH_CONFERENCE: Self =
        refusal(404, "conferenceDoesntExist", 3003, "Conference does not exist");
    pub(super) const NO_SUCH_MCU: Self = refusal(603, "Decline", 3013, "Invalid MCU URI");
    pub(super) const UNAUTHORIZED: Self = refusal(403, "Forbidden", 3014, "Authorization failed");
    pub(super) const NOT_FOR_ATTENDEES: Self =
        refusal(403, "Forbidden", 3015, "No third-party dial-out by attendees");
    pub(super) const WRONG_ROLE: Self = refusal(400, "Bad Request", 3016, "Invalid role");
    pub(super) const WRONG_JOINING_METHOD: Self = refusal(400, "Bad Request", 3018, "Invalid joining method");
    pub(super) const NO_DIALOG: Self = plain(481, "Dialog does not exist");
    pub(super) const UNAVAILABLE: Self = plain(503, "Service Unavailable");
    pub(super) const TOO_MANY_HOPS: Self = plain(483, "Too Many Hops");
    pub(super) const CANCELLED: Self = plain(487, "Request Terminated");
    pub(super) const INTERVAL_TOO_SMALL: Self = plain(422, "Session Interval Too Small");
    pub(super) const TIMED_OUT: Self = plain(408, "Request Timeout");
}
