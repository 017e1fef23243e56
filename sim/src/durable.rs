//! The conference table in a file: what `confsim serve --data` keeps.
//!
//! Records stand in one table of a redb database, numbered in the order of their commits. A commit is one
//! transaction, and is on the medium when it returns.

use std::fmt;
use std::io;
use std::path::Path;

use confsim_core::factory::{Store, StoreError};
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend, StorageError, TableDefinition,
};

/// The records by their numbers.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");

/// How much of the file is kept in memory, in bytes: the factory reads it once.
const CACHE: usize = 4 * 1024 * 1024;

/// How a database is opened, and opened again after its medium has failed.
type Open = Box<dyn Fn() -> Result<Database, DatabaseError> + Send>;

/// A store in a redb database.
pub struct Durable {
    open: Open,
    /// `None` after a failure, until it is opened again.
    database: Option<Database>,
    appended: Vec<Vec<u8>>,
    /// The number that the next committed record gets.
    next: u64,
}

impl Durable {
    /// The store in the file at `path`, which is made if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is no database, or another process has it open.
    pub fn file(path: &Path) -> Result<Self, DatabaseError> {
        let path = path.to_owned();
        Self::open(Box::new(move || Database::builder().set_cache_size(CACHE).create(&path)))
    }

    /// The store on a medium, of which `backend` gives one handle after the other.
    ///
    /// # Errors
    /// When the medium fails, or holds no database.
    pub fn on<B: StorageBackend>(backend: impl Fn() -> B + Send + 'static) -> Result<Self, DatabaseError> {
        Self::open(Box::new(move || Database::builder().set_cache_size(CACHE).create_with_backend(backend())))
    }

    fn open(open: Open) -> Result<Self, DatabaseError> {
        let database = open()?;
        let next = last(&database).map_err(|error| match error {
            redb::Error::Io(error) => DatabaseError::Storage(StorageError::Io(error)),
            other => DatabaseError::Storage(StorageError::Corrupted(other.to_string())),
        })?;
        Ok(Self { open, database: Some(database), appended: Vec::new(), next })
    }

    /// Does something with the database, which is opened again if its medium had failed.
    fn with<T>(
        &mut self,
        act: impl FnOnce(&Database, u64) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => self.recover().map_err(|error| fault(&error))?,
        };
        // On failure the database is closed: redb takes nothing more until it is opened again.
        let done = act(&database, self.next).map_err(|error| fault(&error))?;
        self.database = Some(database);
        Ok(done)
    }

    /// Opens the database after a failure. What the failed commit may have left behind was given up.
    fn recover(&self) -> Result<Database, redb::Error> {
        let database = (self.open)()?;
        let change = database.begin_write()?;
        change.open_table(RECORDS)?.retain(|number, _| number < self.next)?;
        change.commit()?;
        Ok(database)
    }
}

impl Store for Durable {
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.appended.clear();
        self.with(|database, _| {
            let mut records = Vec::new();
            let view = database.begin_read()?;
            let table = match view.open_table(RECORDS) {
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(records),
                table => table?,
            };
            for record in table.iter()? {
                records.push(record?.1.value().to_vec());
            }
            Ok(records)
        })
    }

    fn append(&mut self, record: &[u8]) -> Result<(), StoreError> {
        self.appended.push(record.to_vec());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let records = std::mem::take(&mut self.appended);
        self.next = self.with(|database, next| write(database, next, &records, false))?;
        Ok(())
    }

    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.appended.clear();
        self.next = self.with(|database, _| write(database, 0, records, true))?;
        Ok(())
    }
}

impl fmt::Debug for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durable").field("next", &self.next).finish_non_exhaustive()
    }
}

/// Writes records from the number `next` on, at one go, and gives the number after the last.
fn write(database: &Database, mut next: u64, records: &[Vec<u8>], alone: bool) -> Result<u64, redb::Error> {
    let change = database.begin_write()?;
    {
        let mut table = change.open_table(RECORDS)?;
        if alone {
            table.retain(|_, _| false)?;
        }
        for record in records {
            table.insert(next, &**record)?;
            next += 1;
        }
    }
    change.commit()?;
    Ok(next)
}

/// The number after that of the last record.
fn last(database: &Database) -> Result<u64, redb::Error> {
    let view = database.begin_read()?;
    match view.open_table(RECORDS) {
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(0),
        table => Ok(table?.last()?.map_or(0, |(number, _)| number.value() + 1)),
    }
}

/// What a failure of the database is to the factory.
fn fault(error: &redb::Error) -> StoreError {
    match error {
        redb::Error::Io(error)
            if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
        {
            StoreError::Full
        }
        redb::Error::Corrupted(_) => StoreError::Failed("the file is corrupt"),
        _ => StoreError::Failed("the file cannot be read or written"),
    }
}
