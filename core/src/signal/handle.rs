//! The handles by which machines speak of transactions and dialogs.

/// A dialog of this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogId(pub(super) u64);

/// A request that a peer sent and that we answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerTransaction(pub(super) u64);

/// A request that we sent and that a peer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientTransaction(pub(super) u64);

impl From<u64> for ServerTransaction {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<u64> for ClientTransaction {
    fn from(number: u64) -> Self {
        Self(number)
    }
}
