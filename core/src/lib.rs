//! Microsoft's centralized conferencing for instant messaging, as sans-IO machines: focus factory
//! (MS-CONFPRO), focus (MS-CONFBAS), IM MCU and clients (MS-CONFIM), over SIP on streams.
//!
//! # Layers
//!
//! ```text
//! cryptography        a trait: what conference keys need, implemented outside
//! wire      bytes to typed values and back: SIP, C3P, conference-info, IMDN, SDP, multipart
//! signal    connections, transactions, dialogs; machines speak to it by handles
//! link      the reliable channel between pool members
//! front_end factory focus im_mcu client      the machines
//! ```
//!
//! # The contract
//!
//! Nothing here opens a socket, reads a clock, draws from the system's entropy or keeps global state. A
//! [`node::Node`] is driven from outside, by a simulator or by a shell around sockets, under these rules:
//!
//! 1. **One input at a time.** [`node::Node::handle`] takes one [`node::Input`]: a connection that came or
//!    went, bytes in any portions, a command of the local user, or [`node::Input::Timeout`].
//! 2. **Drained before the next.** After each input, [`node::Node::poll`] is called until it returns
//!    [`node::Output::Wait`], which it then keeps returning.
//! 3. **Time is an argument.** [`time::Instant`] is integer microseconds since the driver's zero and never
//!    decreases. `Wait` carries the next deadline with its timer's name; the driver gives `Timeout` when it
//!    comes, and after that no deadline at or before that instant is left. A spurious `Timeout` changes
//!    nothing. At one instant, timers fire before other inputs (D-6).
//! 4. **Randomness is an argument.** Tags, branches, Call-IDs, GUIDs and conference ids come from the
//!    [`entropy::Entropy`] given at construction. Equal inputs at equal times give equal outputs.
//! 5. **Connections are numbered by the node's side** ([`node::ConnId`]): odd when it opens them, in order;
//!    even when it accepts them. It writes only on connections that are up, and whole messages: a small
//!    head of its own and a body that many recipients may share.
//! 6. **One parse.** Each message is parsed once, and shown to the wire tap ([`node::Output::Heard`]) as
//!    the very value that the machine acts upon. What follows it in the drain was caused by it.
//! 7. **Everything is bounded**, by named constants or by time-outs, and no input makes a node panic.
//!
//! The simulator asserts rules 1 to 6 while it runs. Rule 3 in miniature:
//!
//! ```
//! use confsim_core::client::{Client, Command, Config, Event, Kind};
//! use confsim_core::entropy::Entropy;
//! use confsim_core::node::{Address, ConnId, Input, Node, Output};
//! use confsim_core::signal::Endpoint;
//! use confsim_core::time::Instant;
//!
//! let at = |address| Address::new(address);
//! let config = Config::new(
//!     "sip:alice@contoso.com",
//!     "bd4bd366c2",
//!     Kind::Uccp,
//!     at("alice.clients.contoso.com:5061"),
//!     at("front-end.contoso.com:5061"),
//! );
//! let settings = config.settings();
//! let mut alice = Endpoint::new(Client::new(config), settings, Entropy::named(1, "alice#1"));
//!
//! // Gives one input, and collects everything up to the next `Wait`.
//! let mut give = |micros, input| {
//!     alice.handle(Instant::from_micros(micros), input);
//!     let mut outputs = Vec::new();
//!     loop {
//!         match alice.poll() {
//!             Output::Wait(deadline) => break (outputs, deadline),
//!             output => outputs.push(output),
//!         }
//!     }
//! };
//!
//! give(0, Input::Start);
//! let (outputs, deadline) = give(0, Input::Command(Command::SignIn));
//! assert!(matches!(&outputs[..], [Output::Open { .. }]));
//! assert_eq!(deadline.map(|deadline| deadline.timer), Some("timer F"));
//!
//! let conn = ConnId::opened(0);
//! let (outputs, _) = give(20_000, Input::Connected { conn });
//! let [Output::Send(register)] = &outputs[..] else { panic!("{outputs:?}") };
//! let head = String::from_utf8(register.head.to_vec()).unwrap();
//! assert!(head.starts_with("REGISTER sip:contoso.com SIP/2.0\r\n"));
//!
//! // Whatever plays the registrar answers; the answer may come in any portions.
//! let fields: Vec<_> = head.lines().skip(1).take_while(|line| !line.starts_with("Contact")).collect();
//! let answer = format!(
//!     "SIP/2.0 200 OK\r\n{}\r\nContact: <sip:alice@contoso.com>;gruu=\"sip:alice@contoso.com;opaque=x;gruu\"\r\n\
//!      Content-Length: 0\r\n\r\n",
//!     fields.join("\r\n")
//! );
//! let (first, rest) = answer.split_at(40);
//! let (outputs, _) = give(40_000, Input::Received { conn, bytes: first.to_owned().into() });
//! assert!(outputs.is_empty());
//! let (outputs, deadline) = give(41_000, Input::Received { conn, bytes: rest.to_owned().into() });
//! assert!(matches!(&outputs[..], [Output::Heard { .. }, Output::Event(Event::SignedIn)]));
//! assert_eq!(deadline.map(|deadline| deadline.timer), Some("registration renewal"));
//! ```
#![forbid(unsafe_code)]

pub mod client;
mod conference_uri;
mod covers;
pub mod cryptography;
pub mod entropy;
pub mod factory;
pub mod focus;
pub mod front_end;
pub mod im_mcu;
pub mod link;
pub mod node;
mod refusal;
pub mod signal;
pub mod time;
pub mod wire;
