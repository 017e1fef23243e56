//! The conference table's way into the store and back.

use super::record::Record;
use super::store::{Store, StoreError};
use super::table::Table;

/// How many records may be overtaken by later ones, beyond twice the number of conferences, before the store is
/// rewritten. Ours: some hundred kilobytes.
const OVERTAKEN_MAX: usize = 256;

/// A store and what is to be known about it.
#[derive(Debug)]
pub(super) struct Journal {
    store: Box<dyn Store>,
    /// How many records the store has.
    records: usize,
    /// The last record was torn: it has to go before another follows it.
    torn: bool,
}

impl Journal {
    pub(super) fn new(store: Box<dyn Store>) -> Self {
        Self { store, records: 0, torn: false }
    }

    /// The table as it was last committed. A torn last record was never answered for and is dropped.
    pub(super) fn load(&mut self) -> Result<Table, StoreError> {
        let records = self.store.load()?;
        let mut table = Table::default();
        let last = records.len().saturating_sub(1);
        for (place, bytes) in records.iter().enumerate() {
            match Record::decode(bytes) {
                Some(record) => table.apply(record),
                None if place == last => self.torn = true,
                None => return Err(StoreError::Corrupt(place)),
            }
        }
        self.records = records.len();
        Ok(table)
    }

    /// Commits a change, or leaves the store as it is.
    pub(super) fn commit(&mut self, table: &Table, record: &Record) -> Result<(), StoreError> {
        if self.torn || self.records > 2 * table.len() + OVERTAKEN_MAX {
            let rewritten = self.rewrite(table);
            if self.torn {
                rewritten?;
            }
        }
        self.store.append(&record.encode())?;
        self.store.commit()?;
        self.records += 1;
        Ok(())
    }

    /// Leaves one record per conference in the store. Where that fails, the old ones do as well.
    fn rewrite(&mut self, table: &Table) -> Result<(), StoreError> {
        let records: Vec<_> = table.records().map(|record| record.encode()).collect();
        self.store.replace(&records)?;
        self.records = records.len();
        self.torn = false;
        Ok(())
    }
}
