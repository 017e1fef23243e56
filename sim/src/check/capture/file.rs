//! Packets out of capture files: pcapng (draft-ietf-opsawg-pcapng) and the older pcap, in either byte order.

/// Most comments that are kept of one section or packet, and most names.
const COMMENTS_MAX: usize = 4096;
const NAMES_MAX: usize = 65_536;

const SECTION: u32 = 0x0A0D_0D0A;
const ORDER: u32 = 0x1A2B_3C4D;
const PCAP_MICROS: u32 = 0xA1B2_C3D4;
const PCAP_NANOS: u32 = 0xA1B2_3C4D;

/// Why a file is no capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {what}")]
pub struct CaptureError {
    /// Where.
    pub offset: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// A capture.
#[derive(Debug, Default)]
pub(super) struct Capture<'a> {
    /// Comments of its sections, in order.
    pub(super) comments: Vec<&'a str>,
    /// What resolution of names it brings along: address and name.
    pub(super) names: Vec<(Vec<u8>, &'a str)>,
    pub(super) packets: Vec<Packet<'a>>,
}

/// A packet.
#[derive(Debug)]
pub(super) struct Packet<'a> {
    /// When, in microseconds of Unix time.
    pub(super) at: u64,
    /// What kind of link it is of.
    pub(super) link: u16,
    pub(super) data: &'a [u8],
    pub(super) comments: Vec<&'a str>,
}

/// Whether a file begins like a capture.
pub(in crate::check) fn is_capture(file: &[u8]) -> bool {
    let magic = Cursor::new(file, 0, true).u32();
    let magics = [SECTION, PCAP_MICROS, PCAP_NANOS, PCAP_MICROS.swap_bytes(), PCAP_NANOS.swap_bytes()];
    magic.is_some_and(|magic| magics.contains(&magic))
}

/// Reads a capture. One that was cut off is read as far as it goes, as it is by others.
pub(super) fn read(file: &[u8]) -> Result<Capture<'_>, CaptureError> {
    match Cursor::new(file, 0, true).u32() {
        Some(SECTION) => sections(file),
        Some(magic) => {
            let little = matches!(magic, PCAP_MICROS | PCAP_NANOS);
            let nanos = matches!(magic, PCAP_NANOS) || magic.swap_bytes() == PCAP_NANOS;
            pcap(Cursor::new(file, 4, little), nanos)
        }
        None => Err(CaptureError { offset: 0, what: "too short for a capture" }),
    }
}

/// An interface of a section: its link, and how many units of its times make a second.
#[derive(Clone, Copy)]
struct Interface {
    link: u16,
    units: u64,
}

fn sections(file: &[u8]) -> Result<Capture<'_>, CaptureError> {
    let mut capture = Capture::default();
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut cursor = Cursor::new(file, 0, true);
    while let Some(kind) = cursor.u32() {
        let start = cursor.at - 4;
        if kind == SECTION {
            let order = Cursor::new(file, start + 8, true).u32();
            cursor.little = match order {
                Some(ORDER) => true,
                Some(order) if order.swap_bytes() == ORDER => false,
                _ => return Err(CaptureError { offset: start + 8, what: "no byte order of a section" }),
            };
            interfaces.clear();
        }
        let Some(length) = cursor.u32() else { break };
        let length = length as usize;
        if length < 12 || !length.is_multiple_of(4) {
            return Err(CaptureError { offset: start + 4, what: "no length of a block" });
        }
        let Some(content) = file.get(start + 8..start + length - 4) else { break };
        let mut inside = Cursor { bytes: content, at: 0, little: cursor.little };
        block(kind, &mut inside, &mut interfaces, &mut capture)
            .ok_or(CaptureError { offset: start, what: "a block that ends within its content" })?;
        cursor.at = start + length;
    }
    Ok(capture)
}

/// Reads the content of one block; nothing if that ends too early.
fn block<'a>(
    kind: u32,
    inside: &mut Cursor<'a>,
    interfaces: &mut Vec<Interface>,
    capture: &mut Capture<'a>,
) -> Option<()> {
    match kind {
        SECTION => {
            inside.take(16)?;
            inside.options(|code, value| keep(code == 1, value, &mut capture.comments));
        }
        1 => {
            let link = inside.u16()?;
            inside.take(6)?;
            let mut units = 1_000_000;
            inside.options(|code, value| {
                if let (9, Some(resolution)) = (code, value.first()) {
                    units = resolution_of(*resolution);
                }
            });
            interfaces.push(Interface { link, units });
        }
        4 => inside.options(|code, value| {
            let split = if code == 1 { value.split_at_checked(4) } else { value.split_at_checked(16) };
            if let (1 | 2, Some((address, names))) = (code, split)
                && let Some(name) = names.split(|byte| *byte == 0).next()
                && let Ok(name) = std::str::from_utf8(name)
                && capture.names.len() < NAMES_MAX
            {
                capture.names.push((address.to_vec(), name));
            }
        }),
        6 => {
            let interface = inside.u32()?;
            let (high, low, length, _) = (inside.u32()?, inside.u32()?, inside.u32()?, inside.u32()?);
            let data = inside.take(length as usize)?;
            inside.align();
            let mut comments = Vec::new();
            inside.options(|code, value| keep(code == 1, value, &mut comments));
            if let Some(Interface { link, units }) = interfaces.get(interface as usize).copied() {
                let time = (u64::from(high) << 32) | u64::from(low);
                capture.packets.push(Packet { at: micros(time, units), link, data, comments });
            }
        }
        _ => {}
    }
    Some(())
}

fn keep<'a>(wanted: bool, value: &'a [u8], comments: &mut Vec<&'a str>) {
    if let (true, Ok(text)) = (wanted && comments.len() < COMMENTS_MAX, std::str::from_utf8(value)) {
        comments.push(text);
    }
}

/// How many units make a second: a power of ten, or of two.
fn resolution_of(resolution: u8) -> u64 {
    let exponent = u32::from(resolution & 0x7F);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u64::MAX)
}

fn micros(time: u64, units: u64) -> u64 {
    let micros = u128::from(time) * 1_000_000 / u128::from(units.max(1));
    u64::try_from(micros).unwrap_or(u64::MAX)
}

fn pcap(mut cursor: Cursor<'_>, nanos: bool) -> Result<Capture<'_>, CaptureError> {
    let mut capture = Capture::default();
    let short = CaptureError { offset: 0, what: "too short for a capture" };
    cursor.take(16).ok_or(short.clone())?;
    let link = cursor.u32().ok_or(short)? as u16;
    while let (Some(seconds), Some(parts), Some(length), Some(_)) =
        (cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32())
    {
        let Some(data) = cursor.take(length as usize) else { break };
        let parts = u64::from(parts) / if nanos { 1000 } else { 1 };
        let at = u64::from(seconds) * 1_000_000 + parts;
        capture.packets.push(Packet { at, link, data, comments: Vec::new() });
    }
    Ok(capture)
}

/// Reads numbers.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    little: bool,
}

impl<'a> Cursor<'a> {
    const fn new(bytes: &'a [u8], at: usize, little: bool) -> Self {
        Self { bytes, at, little }
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    const fn align(&mut self) {
        self.at = self.at.next_multiple_of(4);
    }

    /// Shows every option that is whole.
    fn options(&mut self, mut show: impl FnMut(u16, &'a [u8])) {
        while let (Some(code), Some(length)) = (self.u16(), self.u16()) {
            let Some(value) = self.take(length.into()) else { return };
            if code == 0 {
                return;
            }
            show(code, value);
            self.align();
        }
    }
}
