//! A subscriber's copy under any sequence of notifications.

use confsim_core::wire::conference_info::{Replica, Resync, read, write};
use memchr::memmem;

/// Stands between the documents of one input.
const BETWEEN: &[u8] = b"\n--\n";

/// The copy is valid after every notification that can be applied, and untouched by one that cannot.
pub(super) fn merge(bytes: &[u8]) {
    let mut replica = Replica::new();
    for document in split(bytes) {
        let Ok(notification) = read(document) else { continue };
        let before = replica.document().map(write);
        let applied = replica.apply(&notification);
        let after = replica.document().map(write);
        if let Err(Resync::Gap { known, received }) = applied {
            assert_ne!(known.wrapping_add(1), received, "no gap at all");
        }
        if applied.is_err() {
            assert_eq!(before, after, "a notification that was refused left traces");
        }
        let Some(after) = after else { continue };
        let again = read(&after).unwrap_or_else(|error| panic!("the copy is no document: {error}"));
        assert_eq!(Some(&again), replica.document(), "the copy cannot be told");
    }
}

fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memmem::find_iter(bytes, BETWEEN).chain(std::iter::once(bytes.len()));
    ends.filter_map(move |end| {
        let document = bytes.get(start..end);
        start = end + BETWEEN.len();
        document
    })
}
