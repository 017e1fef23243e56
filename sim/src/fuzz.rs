//! What fuzzing runs: one function per parser, and two for whole conferences, each of which panics when a law is
//! broken.
//!
//! The laws: a parser answers every input; its errors point into the input; what it read can be written, and
//! what was written reads back and is written the same again; where another parser exists, both agree. The
//! fuzzing engine and the replay of its finds in the tests share this table.

mod bodies;
mod differential;
mod framing;
mod headers;
mod merge;
mod message;
mod recording;
mod values;
mod world;

/// What a target is: it panics when a law is broken.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Body)] = &[
    ("message", message::message),
    ("framing", framing::framing),
    ("uri", headers::uri),
    ("header_name_addr", headers::name_addr),
    ("header_via", headers::via),
    ("header_cseq", headers::cseq),
    ("header_event", headers::event),
    ("header_subscription_state", headers::subscription_state),
    ("header_number", headers::number),
    ("header_delta", headers::delta),
    ("header_session_expires", headers::session_expires),
    ("header_reason", headers::reason),
    ("header_diagnostics", headers::diagnostics),
    ("header_keep_alive", headers::keep_alive),
    ("header_credentials", headers::credentials),
    ("header_pool_link", headers::pool_link),
    ("header_params", headers::params),
    ("header_list", headers::list),
    ("header_content_type", headers::content_type),
    ("cccp_request", bodies::cccp_request),
    ("cccp_response", bodies::cccp_response),
    ("conference_info", bodies::conference_info),
    ("imdn", bodies::imdn),
    ("capabilities", bodies::capabilities),
    ("conf_invite", bodies::conf_invite),
    ("provisioning", bodies::provisioning),
    ("sdp", bodies::sdp),
    ("multipart", bodies::multipart),
    ("merge", merge::merge),
    ("values", values::values),
    ("pcapng", recording::pcapng),
    ("differential_rsip", differential::rsip),
    ("differential_ezk", differential::ezk),
    ("differential_xml", differential::xml),
    ("scenario", world::scenario),
    ("hostile_peer", world::hostile_peer),
];

/// Those that run a whole conference for each input: some milliseconds instead of microseconds.
pub const SLOW: &[&str] = &["scenario", "hostile_peer"];

/// Runs one target.
///
/// # Panics
/// When a law is broken, or there is no target of that name.
pub fn run(target: &str, bytes: &[u8]) {
    match TARGETS.iter().find(|(name, _)| *name == target) {
        Some((_, body)) => body(bytes),
        None => panic!("no fuzz target is called {target}"),
    }
}
