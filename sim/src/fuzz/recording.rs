//! Recordings: whatever the file, it is judged or it is said where it goes wrong.

use crate::check::{CheckError, check};

/// A capture file.
pub(super) fn pcapng(bytes: &[u8]) {
    if let Err(CheckError::Capture(error)) = check(bytes) {
        assert!(error.offset <= bytes.len(), "{error} lies outside");
    }
}
