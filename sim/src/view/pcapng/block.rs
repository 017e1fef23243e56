//! The blocks of a capture file (draft-ietf-opsawg-pcapng), little-endian.

use confsim_core::time::Instant;

use super::EPOCH;

/// Raw IP packets.
const LINK_RAW: u16 = 101;
/// Messages of a protocol by its name, with what carries them told in tags.
const LINK_UPPER: u16 = 252;

const SECTION: u32 = 0x0A0D_0D0A;
const INTERFACE: u32 = 1;
const NAMES: u32 = 4;
const PACKET: u32 = 6;

const COMMENT: u16 = 1;
const NAME: u16 = 2;
const APPLICATION: u16 = 4;
const RESOLUTION: u16 = 9;

/// Most bytes of one option: its length is 16 bits wide, and blanks follow.
const OPTION_MAX: usize = 60_000;

/// Where a packet is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interface {
    /// On a connection.
    Wire,
    /// Beside it: what never got there, and what faults do.
    Beside,
}

/// A capture file as it grows.
pub(super) struct File {
    bytes: Vec<u8>,
}

impl File {
    /// A file with a section of these comments, its two interfaces, and these names.
    pub(super) fn new(comments: &[String], hosts: &[([u8; 4], String)]) -> Self {
        let mut file = Self { bytes: Vec::new() };
        let mut section = Vec::new();
        section.extend(0x1A2B_3C4D_u32.to_le_bytes());
        section.extend(1_u16.to_le_bytes());
        section.extend(0_u16.to_le_bytes());
        section.extend((-1_i64).to_le_bytes());
        for comment in comments {
            for piece in pieces(comment) {
                option(&mut section, COMMENT, piece.as_bytes());
            }
        }
        option(&mut section, APPLICATION, concat!("confsim ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(&mut section, 0, &[]);
        file.block(SECTION, &section);
        file.interface(LINK_RAW, "connections");
        file.interface(LINK_UPPER, "beside");
        let mut names = Vec::new();
        for (address, name) in hosts {
            let mut record = address.to_vec();
            record.extend(name.as_bytes());
            record.push(0);
            option(&mut names, 1, &record);
        }
        option(&mut names, 0, &[]);
        file.block(NAMES, &names);
        file
    }

    fn interface(&mut self, link: u16, name: &str) {
        let mut content = Vec::new();
        content.extend(link.to_le_bytes());
        content.extend([0; 6]);
        option(&mut content, NAME, name.as_bytes());
        // Microseconds.
        option(&mut content, RESOLUTION, &[6]);
        option(&mut content, 0, &[]);
        self.block(INTERFACE, &content);
    }

    /// Adds a packet.
    pub(super) fn packet(&mut self, at: Instant, interface: Interface, packet: &[u8], comments: &[String]) {
        let time = EPOCH * 1_000_000 + at.as_micros();
        let length = packet.len() as u32;
        let interface: u32 = if interface == Interface::Wire { 0 } else { 1 };
        let mut content = Vec::with_capacity(packet.len() + 32);
        for number in [interface, (time >> 32) as u32, time as u32, length, length] {
            content.extend(number.to_le_bytes());
        }
        content.extend(packet);
        pad(&mut content);
        for comment in comments {
            option(&mut content, COMMENT, pieces(comment).first().map_or(&[], |piece| piece.as_bytes()));
        }
        if !comments.is_empty() {
            option(&mut content, 0, &[]);
        }
        self.block(PACKET, &content);
    }

    /// What has been added since the last time.
    pub(super) fn drain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// The file.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn block(&mut self, kind: u32, content: &[u8]) {
        let length = content.len() as u32 + 12;
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(content);
        self.bytes.extend(length.to_le_bytes());
    }
}

fn option(content: &mut Vec<u8>, code: u16, value: &[u8]) {
    content.extend(code.to_le_bytes());
    content.extend((value.len() as u16).to_le_bytes());
    content.extend(value);
    pad(content);
}

fn pad(content: &mut Vec<u8>) {
    content.resize(content.len().next_multiple_of(4), 0);
}

/// `text` in pieces that fit into an option.
fn pieces(mut text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (piece, rest) = text.split_at(text.floor_char_boundary(OPTION_MAX));
        pieces.push(piece);
        text = rest;
    }
    pieces
}
