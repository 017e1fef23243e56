//! The records of the store: one per change of the conference table.
//!
//! ```text
//! record   = version kind field* checksum
//! version  = 1 byte, 1
//! kind     = 1 byte: 1 put, 2 remove
//! field    = 4 bytes of length, big-endian, and as many bytes
//! checksum = 8 bytes, big-endian, over all before
//! ```
//!
//! A record holds a conference whole: the last one that names it tells what it is.

use super::conference::{Conference, Key};
use crate::entropy::hash;
use crate::wire::conference_info;

const VERSION: u8 = 1;
const PUT: u8 = 1;
const REMOVE: u8 = 2;
const CHECKSUM: usize = 8;

/// A change of the table.
#[derive(Clone, Debug)]
pub(super) enum Record {
    /// The conference is so from now on.
    Put(Key, Box<Conference>),
    /// There is no such conference any more.
    Remove(Key),
}

impl Record {
    /// The bytes of the record.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        match self {
            Self::Put(key, conference) => {
                bytes.push(PUT);
                field(&mut bytes, key.organizer.as_bytes());
                field(&mut bytes, key.id.as_bytes());
                field(&mut bytes, &conference.created.to_be_bytes());
                field(&mut bytes, &conference_info::write(&conference.info));
                if let Some(passcode) = &conference.passcode {
                    field(&mut bytes, passcode.as_bytes());
                }
            }
            Self::Remove(key) => {
                bytes.push(REMOVE);
                field(&mut bytes, key.organizer.as_bytes());
                field(&mut bytes, key.id.as_bytes());
            }
        }
        let checksum = hash(&bytes).to_be_bytes();
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// Reads a record; `None` for one that is torn, damaged or of another version.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (bytes, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if hash(bytes).to_be_bytes() != checksum {
            return None;
        }
        let (&[VERSION, kind], mut rest) = bytes.split_first_chunk()? else { return None };
        let organizer = text(&mut rest)?;
        let key = Key { organizer, id: text(&mut rest)? };
        match kind {
            PUT => {
                let created = u64::from_be_bytes(take(&mut rest)?.try_into().ok()?);
                let info = conference_info::read(take(&mut rest)?).ok()?.into_owned();
                let passcode = if rest.is_empty() { None } else { Some(text(&mut rest)?) };
                Some(Self::Put(key, Box::new(Conference { info, passcode, created, active: false })))
            }
            REMOVE => Some(Self::Remove(key)),
            _ => None,
        }
    }
}

fn field(bytes: &mut Vec<u8>, content: &[u8]) {
    // A body has 4 MB at most.
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(content);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

fn text(rest: &mut &[u8]) -> Option<Box<str>> {
    take(rest).and_then(|content| std::str::from_utf8(content).ok()).map(Box::from)
}
