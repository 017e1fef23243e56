//! A run as a capture file: every byte that went over a connection, as TCP segments that Wireshark and tshark follow.
//!
//! The tap is in the machines themselves: a segment is captured when its sender writes it, its acknowledgement when its
//! reader acts upon the message that ends there. Bytes are cut into segments of [`SEGMENT`] bytes, since a trace tells
//! what was written and not how the world cut it. Times are virtual, from [`EPOCH`] on; each node has an address and a
//! name of its own; the port is that of SIP in clear text, which is what is spoken.
//!
//! Two more things are told. The section's comments hold the scenario and its seed, by which `confsim check` knows the
//! settings of the pool. A second interface carries what never got onto a wire (a message that a fault took out, or whose
//! connection had ended) and marks where faults strike; Wireshark shows it as SIP too. Each packet that a fault has to do
//! with says so in its comment: `fault 0: drop the 3rd MESSAGE from mcu to bob`.

mod block;
mod fate;
mod host;
mod line;
mod live;
mod mark;
mod segment;
mod tap;

pub(crate) use host::node;
pub(crate) use live::Capture;
pub(crate) use mark::Mark;
pub use tap::write;

/// What the time zero of a run is taken for, in seconds of Unix time: 2007-01-01T00:00:00Z.
pub const EPOCH: u64 = 1_167_609_600;

/// Most bytes of a stream in one segment: what an Ethernet frame holds.
pub const SEGMENT: usize = 1460;

/// What the first comment of a capture begins with: the version of what comments tell.
pub(crate) const CAPTURE: &str = "confsim capture 1";
