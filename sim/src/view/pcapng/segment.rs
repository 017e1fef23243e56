//! IPv4 packets with TCP segments (RFC 9293), and messages told without any.

/// TCP flags.
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const PSH: u8 = 8;
pub(super) const ACK: u8 = 16;

/// MSS 1460, no operation, window scale 14: nobody's window is ever full.
const SYN_OPTIONS: [u8; 8] = [2, 4, 0x05, 0xB4, 1, 3, 3, 14];

const IP_HEADER: usize = 20;
const TCP_HEADER: usize = 20;

/// Tags of a message that is told without its packets.
const TAG_DISSECTOR: u16 = 12;
const TAG_SOURCE: u16 = 20;
const TAG_DESTINATION: u16 = 21;
const TAG_PORT_TYPE: u16 = 24;
const TAG_SOURCE_PORT: u16 = 25;
const TAG_DESTINATION_PORT: u16 = 26;
/// TCP, as a port type.
const PORT_TYPE_TCP: u32 = 2;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) address: [u8; 4],
    pub(super) port: u16,
}

/// A segment.
pub(super) struct Segment<'a> {
    pub(super) from: Socket,
    pub(super) to: Socket,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: u8,
    pub(super) data: &'a [u8],
}

impl Segment<'_> {
    /// The packet that carries it, the `id`-th of its sender.
    pub(super) fn packet(&self, id: u16) -> Vec<u8> {
        let options: &[u8] = if self.flags & SYN == 0 { &[] } else { &SYN_OPTIONS };
        let length = (TCP_HEADER + options.len() + self.data.len()) as u16;
        let mut tcp = Vec::with_capacity(usize::from(length));
        tcp.extend(self.from.port.to_be_bytes());
        tcp.extend(self.to.port.to_be_bytes());
        tcp.extend(self.seq.to_be_bytes());
        tcp.extend(self.ack.to_be_bytes());
        tcp.push((((TCP_HEADER + options.len()) / 4) as u8) << 4);
        tcp.push(self.flags);
        tcp.extend([0xFF, 0xFF, 0, 0, 0, 0]);
        tcp.extend(options);
        tcp.extend(self.data);
        let mut pseudo = [&self.from.address[..], &self.to.address[..], &[0, 6]].concat();
        pseudo.extend(length.to_be_bytes());
        let checksum = checksum(&[&pseudo, &tcp]);
        tcp[16..18].copy_from_slice(&checksum.to_be_bytes());

        let mut packet = vec![0x45, 0];
        packet.extend((IP_HEADER as u16 + length).to_be_bytes());
        packet.extend(id.to_be_bytes());
        // Not to be fragmented; 64 hops; TCP.
        packet.extend([0x40, 0, 64, 6, 0, 0]);
        packet.extend(self.from.address);
        packet.extend(self.to.address);
        let checksum = self::checksum(&[&packet]);
        packet[10..12].copy_from_slice(&checksum.to_be_bytes());
        packet.extend(tcp);
        packet
    }
}

/// A message of the protocol called `dissector`, told without the packets that would carry it.
pub(super) fn told(dissector: &str, from: Socket, to: Socket, data: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    let mut tag = |tag: u16, value: &[u8]| {
        packet.extend(tag.to_be_bytes());
        packet.extend((value.len().next_multiple_of(4) as u16).to_be_bytes());
        packet.extend(value);
        packet.resize(packet.len().next_multiple_of(4), 0);
    };
    tag(TAG_DISSECTOR, dissector.as_bytes());
    tag(TAG_SOURCE, &from.address);
    tag(TAG_DESTINATION, &to.address);
    tag(TAG_PORT_TYPE, &PORT_TYPE_TCP.to_be_bytes());
    tag(TAG_SOURCE_PORT, &u32::from(from.port).to_be_bytes());
    tag(TAG_DESTINATION_PORT, &u32::from(to.port).to_be_bytes());
    tag(0, &[]);
    packet.extend(data);
    packet
}

/// The internet checksum (RFC 1071).
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0_u32;
    for part in parts {
        for pair in part.chunks(2) {
            let word = [pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)];
            sum += u32::from(u16::from_be_bytes(word));
        }
    }
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}
