//! What the MCU refuses, and why (MS-CONFBAS facts on MS-OCER, EX-IM-4-3-1-h).

use crate::refusal::Diagnosis;
pub(super) use crate::refusal::Refusal;

const COMPONENT: &str = "ImMcu";

/// A request that is none of the focus', which alone commands an MCU and sends it participants (D-11).
pub(super) const NOT_FROM_THE_FOCUS: Refusal = Refusal::new(403, "Forbidden")
    .because(Diagnosis::new(3005, "Request cannot target an MCU").of(COMPONENT));

/// An INVITE that the focus has not announced, or for a conference that it has not created (D-10).
pub(super) const NOT_ANNOUNCED: Refusal =
    Refusal::new(403, "Forbidden").because(Diagnosis::new(3014, "Not announced by the focus").of(COMPONENT));

/// A request in a session that is over.
pub(super) const NO_DIALOG: Refusal = Refusal::new(481, "Dialog does not exist")
    .because(Diagnosis::new(6019, "Dialog does not exist").of(COMPONENT));

/// A session that is no IM session, or none at all.
pub(super) const NO_IM_SESSION: Refusal = Refusal::new(488, "Not Acceptable Here");
/// A session description that cannot be read.
pub(super) const BAD_SDP: Refusal = Refusal::new(400, "Bad Session Description");
/// A body that describes no session.
pub(super) const NO_SDP: Refusal = Refusal::new(415, "Unsupported Media Type");
/// A session interval below the least (RFC 4028 section 9).
pub(super) const INTERVAL_TOO_SMALL: Refusal = Refusal::new(422, "Session Interval Too Small");
/// A method without use here (RFC 3261 8.2.1).
pub(super) const METHOD_NOT_ALLOWED: Refusal = Refusal::new(405, "Method Not Allowed");
/// An INVITE that its sender has given up.
pub(super) const CANCELLED: Refusal = Refusal::new(487, "Request Terminated");
/// What does not fit (D-28).
pub(super) const NO_ROOM: Refusal = Refusal::new(503, "Service Unavailable");
