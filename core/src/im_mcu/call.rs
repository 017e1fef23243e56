//! A call of the MCU that has no result yet.

use super::leg::Participant;
use crate::signal::ClientTransaction;
use crate::wire::cccp::Request;

/// A participant who is being called.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) participant: Participant,
    pub(super) tx: ClientTransaction,
    /// The command, whose response is due when the call is over.
    pub(super) request: Request<'static>,
}
