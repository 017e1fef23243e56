//! TCP segments out of packets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Socket {
    pub(super) address: IpAddr,
    pub(super) port: u16,
}

/// A TCP segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) from: Socket,
    pub(super) to: Socket,
    pub(super) seq: u32,
    pub(super) ack: Option<u32>,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    pub(super) data: &'a [u8],
}

/// What a packet holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// A TCP segment.
    Segment(Segment<'a>),
    /// A message that is told without the packets that would carry it, and between whom.
    Told(Socket, Socket, &'a [u8]),
}

/// Kinds of links (the registry of LINKTYPE values).
const ETHERNET: u16 = 1;
const NULL: u16 = 0;
const LOOP: u16 = 108;
const RAW: [u16; 4] = [12, 101, 228, 229];
const COOKED: u16 = 113;
const COOKED_2: u16 = 276;
const UPPER: u16 = 252;

const TCP: u8 = 6;
/// IPv6 extension headers that may stand before TCP: hop-by-hop options, routing, destination options.
const EXTENSIONS: [u8; 3] = [0, 43, 60];

/// What is in a packet of this kind of link, if that is of any use here.
pub(super) fn content(link: u16, data: &[u8]) -> Option<Content<'_>> {
    let ip = match link {
        UPPER => return told(data),
        ETHERNET => ethernet(data)?,
        NULL | LOOP => data.get(4..)?,
        COOKED => data.get(16..)?,
        COOKED_2 => data.get(20..)?,
        _ if RAW.contains(&link) => data,
        _ => return None,
    };
    let (from, to, payload) = match ip.first()? >> 4 {
        4 => ipv4(ip)?,
        6 => ipv6(ip)?,
        _ => return None,
    };
    segment(from, to, payload).map(Content::Segment)
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// The IP packet in an Ethernet frame, behind its VLAN tags.
fn ethernet(data: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    loop {
        match u16_at(data, at)? {
            0x8100 | 0x88A8 => at += 4,
            0x0800 | 0x86DD => return data.get(at + 2..),
            _ => return None,
        }
    }
}

fn ipv4(data: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let header = usize::from(data.first()? & 0xF) * 4;
    let fragment = u16_at(data, 6)? & 0x3FFF;
    if fragment != 0 || *data.get(9)? != TCP || header < 20 {
        return None;
    }
    let address = |at| u32_at(data, at).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
    // Zero where the network card is to fill it in.
    let total = match usize::from(u16_at(data, 2)?) {
        0 => data.len(),
        total => total.min(data.len()),
    };
    Some((address(12)?, address(16)?, data.get(header..total)?))
}

fn ipv6(data: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let address = |at: usize| {
        let bytes: [u8; 16] = data.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::V6(Ipv6Addr::from(bytes)))
    };
    let end = (40 + usize::from(u16_at(data, 4)?)).min(data.len());
    let (mut next, mut at) = (*data.get(6)?, 40);
    while EXTENSIONS.contains(&next) {
        next = *data.get(at)?;
        at += (usize::from(*data.get(at + 1)?) + 1) * 8;
    }
    (next == TCP).then_some(())?;
    Some((address(8)?, address(24)?, data.get(at..end)?))
}

fn segment(from: IpAddr, to: IpAddr, data: &[u8]) -> Option<Segment<'_>> {
    let header = usize::from(*data.get(12)? >> 4) * 4;
    let flags = *data.get(13)?;
    if header < 20 {
        return None;
    }
    Some(Segment {
        from: Socket { address: from, port: u16_at(data, 0)? },
        to: Socket { address: to, port: u16_at(data, 2)? },
        seq: u32_at(data, 4)?,
        ack: if flags & 16 == 0 { None } else { u32_at(data, 8) },
        syn: flags & 2 != 0,
        fin: flags & 1 != 0,
        rst: flags & 4 != 0,
        data: data.get(header..)?,
    })
}

/// A message with what carries it in tags.
fn told(data: &[u8]) -> Option<Content<'_>> {
    let (mut from, mut to, mut ports) = (None, None, [0_u16; 2]);
    let mut rest = data;
    loop {
        let (tag, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let value = rest.get(4..4 + length)?;
        rest = rest.get(4 + length..)?;
        let address = || u32_at(value, 0).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        match tag {
            0 => break,
            20 => from = address(),
            21 => to = address(),
            25 => ports[0] = u32_at(value, 0)? as u16,
            26 => ports[1] = u32_at(value, 0)? as u16,
            _ => {}
        }
    }
    let [from, to] = [(from?, ports[0]), (to?, ports[1])].map(|(address, port)| Socket { address, port });
    Some(Content::Told(from, to, rest))
}
