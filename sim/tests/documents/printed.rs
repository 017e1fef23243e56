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

/// The messages of the flow whose files begin with `prefix`, in the order of the document.
pub(super) fn flow(prefix: &str) -> Vec<Told> {
    let index = fs::read_to_string(data().join("messages/INDEX.tsv")).expect("the index");
    let mut rows = index.lines();
    let columns: Vec<&str> = rows.next().expect("a header").split('\t').collect();
    let column = |name| columns.iter().position(|column| *column == name).expect("a column");
    let (file, direction, completeness) = (column("file"), column("direction"), column("completeness"));
    rows.map(|row| row.split('\t').collect::<Vec<_>>())
        .filter(|row| row[file].starts_with(prefix) && row[file].ends_with(".sip"))
        .map(|row| {
            let (from, to) = row[direction].split_once(" -> ").expect("two parties");
            let (message, _) = Message::parse_datagram(Bytes::from(text(row[file]))).expect("SIP");
            Told { from: party(from), to: party(to), message, complete: row[completeness] == "complete" }
        })
        .collect()
}

/// Users of the documents, and what they are called in the simulator.
const USERS: [(&str, &str); 3] = [
    ("User1@litwareinc.com", "user1@litwareinc.com"),
    ("User2@litwareinc.com", "user2@litwareinc.com"),
    ("leslie@fabrikam.com", "leslie@contoso.com"),
];

/// A printed message, its body as repaired where it is not well-formed, and as long as it is.
fn text(file: &str) -> String {
    let folder = data().join("messages");
    let printed = fs::read_to_string(folder.join(file)).expect("a message");
    let repaired = fs::read_to_string(folder.join("xml-fixed").join(file.replace(".sip", ".xml"))).ok();
    let (head, body) = printed.split_once("\r\n\r\n").expect("a head");
    let other = |line: &&str| !line.to_ascii_lowercase().starts_with("content-length");
    let head: Vec<&str> = head.split("\r\n").filter(other).collect();
    let message = format!("{}\r\n\r\n{}", head.join("\r\n"), repaired.as_deref().unwrap_or(body));
    USERS.iter().fold(message, |message, (theirs, ours)| message.replace(theirs, ours))
}

/// Parties by the names of the simulator.
fn party(name: &str) -> String {
    if name == "immcu" { "mcu" } else { name }.to_owned()
}
