//! The test data: every message printed in the documents, and the torture messages of RFC 4475 and 5118.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// A file of the repository's wire data.
pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data").join(path)
}

/// The rows of a table with named columns: each a lookup by column name.
pub(crate) fn table(path: &str) -> Vec<Vec<(String, String)>> {
    let text = fs::read_to_string(data(path)).unwrap();
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            names.iter().map(|name| (*name).to_owned()).zip(line.split('\t').map(str::to_owned)).collect()
        })
        .collect()
}

/// The cell of `row` in the column called `name`.
pub(crate) fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    row.iter().find(|(column, _)| column == name).map(|(_, cell)| cell.as_str()).unwrap()
}

/// The messages printed in the documents: name, completeness, bytes.
pub(crate) fn messages() -> Vec<(String, String, Bytes)> {
    let rows = table("messages/INDEX.tsv");
    let found: Vec<_> = rows
        .iter()
        .filter(|row| cell(row, "file").ends_with(".sip"))
        .map(|row| {
            let name = cell(row, "file");
            let bytes = fs::read(data("messages").join(name)).unwrap();
            (name.to_owned(), cell(row, "completeness").to_owned(), Bytes::from(bytes))
        })
        .collect();
    assert!(found.len() >= 118, "the corpus has {} messages", found.len());
    found
}

/// The complete ones of [`messages`].
pub(crate) fn complete() -> Vec<(String, Bytes)> {
    let found: Vec<_> = messages()
        .into_iter()
        .filter(|(_, completeness, _)| completeness == "complete")
        .map(|(name, _, bytes)| (name, bytes))
        .collect();
    assert!(found.len() >= 80, "the corpus has {} complete messages", found.len());
    found
}
