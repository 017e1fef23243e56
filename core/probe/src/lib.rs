//! Reaches every machine of core, and so everything they read and write: built for a machine without a system, it
//! must import nothing.

use confsim_core::entropy::Entropy;
use confsim_core::node::{Address, ConnId, Input, Node, Output};
use confsim_core::signal::{Endpoint, Machine, Settings};
use confsim_core::time::Instant;
use confsim_core::{client, cryptography, factory, focus, front_end, im_mcu};

fn drive<M: Machine>(machine: M, now: u64, byte: u8) -> u64 {
    let mut node = Endpoint::new(machine, Settings::new(address()), Entropy::named(now, "probe"));
    let (conn, from) = (ConnId::accepted(0), address());
    let bytes = bytes::Bytes::copy_from_slice(&[byte; 64]);
    for input in
        [Input::Start, Input::Accepted { conn, from }, Input::Received { conn, bytes }, Input::Timeout]
    {
        node.handle(Instant::from_micros(now), input);
    }
    (0..).take_while(|_| !matches!(node.poll(), Output::Wait(_))).count() as u64
}

fn address() -> Address {
    Address::new("pool:5061")
}

fn factory() -> factory::Factory {
    let store = Box::new(factory::MemoryStore::default());
    factory::Factory::new(factory::Config::new(address()), store, Box::new(cryptography::Absent))
}

/// What every machine says to a few inputs, counted, so that no optimiser leaves one of them out.
#[unsafe(no_mangle)]
pub extern "C" fn probe(now: u64, byte: u8) -> u64 {
    let user = client::Config::new("sip:a@b", "0123456789", client::Kind::Uccp, address(), address());
    drive(client::Client::new(user), now, byte)
        + drive(front_end::FrontEnd::new(front_end::Config::new(address(), address(), address())), now, byte)
        + drive(factory(), now, byte)
        + drive(focus::Focus::new(focus::Config::new(address(), address(), address())), now, byte)
        + drive(im_mcu::ImMcu::new(im_mcu::Config::new(address(), address())), now, byte)
}
