//! Where the conference table survives a restart.

use std::fmt::Debug;

/// A durable sequence of records.
///
/// Records hold what organizers provisioned, passcodes in the clear included: who can read the store can join.
///
/// The factory appends one record per change and commits before it answers. It encodes and checks the records; to
/// a store they are bytes. Whatever a store does, [`load`](Self::load) gives a prefix of what was committed, and
/// at most one more record, which may be torn: the factory finds out by the record's checksum and drops it.
pub trait Store: Debug + Send {
    /// Every record that is there, in the order of [`append`](Self::append). What was appended and not committed
    /// is gone.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when records before the last are unreadable, [`StoreError::Failed`].
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Adds a record, durable from the next [`commit`](Self::commit) on.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Failed`]; what was appended since the last commit is then given up.
    fn append(&mut self, record: &[u8]) -> Result<(), StoreError>;

    /// Makes durable what was appended, all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Failed`]; what was appended since the last commit is then given up:
    /// no later commit makes it durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Puts `records` in the place of all there are, durable on return, all of them or nothing: the factory drops
    /// what later records have overtaken.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Failed`]; the old records then stay.
    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError>;
}

/// Why a store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room for the record.
    #[error("the store is full")]
    Full,
    /// A record that was committed is unreadable: its place in the sequence, from 0.
    #[error("record {0} is corrupt")]
    Corrupt(usize),
    /// The medium failed.
    #[error("the store failed: {0}")]
    Failed(&'static str),
}

/// A store that lives as long as the value.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    committed: Vec<Vec<u8>>,
    appended: Vec<Vec<u8>>,
}

impl Store for MemoryStore {
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.appended.clear();
        Ok(self.committed.clone())
    }

    fn append(&mut self, record: &[u8]) -> Result<(), StoreError> {
        self.appended.push(record.to_vec());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.committed.append(&mut self.appended);
        Ok(())
    }

    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.appended.clear();
        self.committed = records.to_vec();
        Ok(())
    }
}
