//! Signalling: from connections and bytes to transactions and dialogs (RFC 3261 on streams, D-1 to D-7).
//!
//! An [`Endpoint`] is a [`Node`](crate::node::Node): it frames and parses what its connections bring, keeps
//! transactions and dialogs, and hands each message once to its [`Machine`]. The machine answers through a
//! [`Context`] and speaks of transactions and dialogs by handles only; it never matches headers.
//!
//! * A request arrives as a [`Request`] with a [`ServerTransaction`]; the machine owes it one final answer,
//!   at once or later ([`Context::respond`], [`Context::accept`]).
//! * A request of ours leaves by [`Context::request`] (in a dialog) or [`Context::send`] (outside), with an
//!   *ask*: a value of the machine's choosing that comes back with each [`Response`], so that a machine keeps
//!   no tables of outstanding transactions. Exactly one final [`Outcome`] follows, or one for each dialog when
//!   several answer an INVITE; none after [`Context::forget`] took back a BYE that still waited.
//! * What the layer does by itself: ACK for every 2xx and failure, 2xx repeated until its ACK (D-1), time-outs
//!   (timers B, F, H), the answer to CANCEL, no BYE before the ACK (D-6), a dialog's CSeq order.
//! * What it leaves to the machine: 100 Trying, timer C, the 487 to a cancelled request, and the 481 to a
//!   request whose To tag matches no dialog.
//! * A proxy forwards by [`Context::forward`] and [`Context::relay`], with Via, Route and Max-Forwards done
//!   here.

mod context;
mod dialog;
mod draft;
mod endpoint;
mod handle;
mod inbound;
mod layer;
mod machine;
mod outbound;
mod proxy;
mod render;
mod session_timer;
mod timers;
mod transaction;
mod upkeep;

pub use dialog::{DialogView, Usage};
pub use draft::Draft;
pub use endpoint::Endpoint;
pub use handle::{ClientTransaction, DialogId, ServerTransaction};
pub use layer::Settings;
pub use machine::{Context, Machine, Outcome, Outside, Request, Response};
pub use proxy::{Forwarding, Leaving, on_route};
pub use session_timer::{MIN_SE, SessionTimer, TooSmall};
pub use timers::TimerKey;

use crate::time::Duration;

/// RFC 3261 17.1.1.1: estimate of the round trip; here the first pause before a 2xx is repeated (D-1).
pub const T1: Duration = Duration::from_millis(500);
/// RFC 3261 17.1.2.2: the longest pause between repeats (D-1).
pub const T2: Duration = Duration::from_secs(4);
/// Timers B, F and H of RFC 3261 and L and M of RFC 6026: 64 · T1.
pub const TRANSACTION_TIMEOUT: Duration = T1.times(64);
/// How many messages wait for a connection to come up; ours. Requests beyond it end by their time-outs.
pub const EARLY_MAX: usize = 16_384;
