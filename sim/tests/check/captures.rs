//! Captures made over as others would have taken them.

/// A packet of one of our captures.
pub(super) struct Packet {
    /// When, in microseconds of Unix time.
    pub(super) at: u64,
    /// IPv4.
    pub(super) data: Vec<u8>,
}

/// The packets that went over connections, as our captures have them.
pub(super) fn packets(capture: &[u8]) -> Vec<Packet> {
    let number = |at: usize| u32::from_le_bytes(capture[at..at + 4].try_into().unwrap());
    let (mut packets, mut at) = (Vec::new(), 0);
    while at < capture.len() {
        if number(at) == 6 && number(at + 8) == 0 {
            let time = (u64::from(number(at + 12)) << 32) | u64::from(number(at + 16));
            let length = number(at + 20) as usize;
            packets.push(Packet { at: time, data: capture[at + 28..at + 28 + length].to_vec() });
        }
        at += number(at + 4) as usize;
    }
    packets
}

/// Packets as an old pcap file of Ethernet frames in big-endian order: nothing is told but what passed.
pub(super) fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [0xA1B2_C3D4_u32, 0x0002_0004, 0, 0, 0x0004_0000, 1] {
        file.extend(number.to_be_bytes());
    }
    for Packet { at, data } in packets {
        let length = data.len() as u32 + 14;
        for number in [(at / 1_000_000) as u32, (at % 1_000_000) as u32, length, length] {
            file.extend(number.to_be_bytes());
        }
        file.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00]);
        file.extend(data);
    }
    file
}

/// Whether a packet is of a connection that a client has.
pub(super) fn of_client(packet: &Packet) -> bool {
    [&packet.data[12..14], &packet.data[16..18]].contains(&&[10, 1][..])
}
