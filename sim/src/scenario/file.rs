//! Scenarios as TOML files.
//!
//! ```toml
//! version = 1
//! title = "Alice ejects Bob"
//! text = "What happens and what it shows."
//! topology = "split"                # or "pool"
//! domain = "contoso.com"            # the default
//! end = "20s"
//! parity = true                     # default false
//! covers = ["IM-3-2-2-4-1-a"]       # requirement ids
//! exercises = ["eviction.ends"]     # property ids
//!
//! limits.forward-timeout = "8s"     # default 32 s; also ringing-timeout, lobby-timeout, idle-timeout, link-timeout,
//!                                   # session-expires, subscription-expires, registration
//! factory.anonymous = false         # the factory's rules; also autopromote, begins, conferences, federated, lobby-bypass,
//! factory.delegates.alice = ["bob"] # locked, mcu-types, static-meeting, telephone
//! links.client = { latency = ["1ms", "50ms"], jitter = "1ms", split = "pieces" }
//! links.pool = { latency = "1ms" }  # no jitter and split = "whole" by default
//!
//! participants = [
//!     { name = "alice", kind = "uccp", display-name = "Alice A." },   # kind: the default; or legacy, cwa
//!     { name = "bob", link = { latency = "300ms" } },
//!     { name = "bob-mobile", user = "bob" },                          # another endpoint of Bob's
//!     { name = "carol", answers = "accept after 3s" },                # or "accept" (the default), "decline", "ignore"
//!     { name = "guest", domain = "anonymous.invalid", passcode = "4711" },   # whom nobody vouches for
//!     { name = "dave", timer = false, autoextend = false, rejoin = false, lobby = true },
//! ]
//!
//! steps = [                         # what: sign-in, create, join, send, typing, leave, end, lock, unlock, get-state,
//!                                   # refresh, set-formats; to a user: eject, lobby-admit, lobby-deny, promote, demote,
//!                                   # invite, conf-invite; past the client: say; of a focus factory: provision, modify,
//!                                   # delete, get, list, create-static, get-encryption-key, get-mcu-types,
//!                                   # get-capabilities
//!     { at = "0s", who = "alice", what = "sign-in" },
//!     { at = "1s", who = "alice", what = "create", conference = "lunch", subject = "" },
//!     { at = "1s", who = "alice", what = "create", conference = "closed", admission = "closed", locked = true,
//!       lobby = false, autopromote = "company", presenters = ["bob"], attendees = ["carol"] },  # open, unlocked, with a
//!                                   # lobby, nobody promoted, no members by default
//!     { at = "2s", who = "alice", what = "send", conference = "lunch", format = "text/plain", text = "Hello" },
//!     { at = "3s", who = "alice", what = "eject", conference = "lunch", user = "bob" },
//!     { at = "4s", who = "bob", what = "set-formats", conference = "lunch", formats = "text/plain text/rtf" },
//!     { at = "4s", who = "bob", what = "say", text = "INFO ${focus:lunch} SIP/2.0\r\n…" },  # or: bytes = "0d 0a"
//!     { at = "5s", who = "bob", what = "provision", conference = "review", on-behalf-of = "alice",
//!       document = "<conference-info …>", passcode = "4711" },       # modify: document, passcode, version
//!     { at = "6s", who = "alice", what = "get", id = "SDFBSD12", with-passcode = true },
//!     { at = "7s", who = "alice", what = "delete", id = "SDFBSD12", static = true },           # list: static
//! ]
//!
//! faults = ["drop the 1st INFO from alice to focus"]
//! ```
//! Unknown keys are errors.

mod read;
mod wish;
mod write;

pub(crate) use read::versioned;
pub use read::{FileError, from_toml};
pub(crate) use write::Quoted;
pub use write::to_toml;
