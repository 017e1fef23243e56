//! The messages that the documents print, from `data/messages`.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use confsim_core::wire::sip::Message;

use super::Told;

/// Where the test data is.
pub(super) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// The complete messages of the flow whose files begin with `prefix`, in the order of the document.
pub(super) fn flow(prefix: &str) -> Vec<Told> {
    let index = fs::read_to_string(data().join("messages/INDEX.tsv")).expect("the index");
    let mut rows = index.lines();
    let columns: Vec<&str> = rows.next().expect("a header").split('\t').collect();
    let column = |name| columns.iter().position(|column| *column == name).expect("a column");
    let (file, direction) = (column("file"), column("direction"));
    rows.map(|row| row.split('\t').collect::<Vec<_>>())
        .filter(|row| row[file].starts_with(prefix) && row[file].ends_with(".sip"))
        .map(|row| {
            let (from, to) = row[direction].split_once(" -> ").expect("two parties");
            let bytes = fs::read(data().join("messages").join(row[file])).expect("a message");
            let (message, _) = Message::parse_datagram(Bytes::from(bytes)).expect("SIP");
            Told { from: party(from), to: party(to), message }
        })
        .collect()
}

/// Parties by the names of the simulator.
fn party(name: &str) -> String {
    if name == "immcu" { "mcu" } else { name }.to_owned()
}
