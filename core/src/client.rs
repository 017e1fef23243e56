//! The protocol client: provisioning (MS-CONFPRO), the focus and its roster (MS-CONFBAS), the IM session
//! (MS-CONFIM).
//!
//! A client joins in the order of MS-CONFIM 4.1.1: INVITE to the focus with addUser, SUBSCRIBE to the
//! conference state, and, once the state names a chat URI, INVITE to the IM MCU. It leaves by ending the
//! three without waiting in between, and when the focus ends its subscription it does the same.
//!
//! * It refreshes its sessions, and gives up those that the peer should have refreshed (`session`).
//! * A peer that answers 481, or not at all, has lost the session: the client joins again (`rejoin`).
//! * It can be called, by the IM MCU or by another user (`calls`).

mod api;
mod ask;
mod calls;
mod chat;
mod commands;
mod conference;
mod config;
mod failure;
mod focus;
mod format;
mod leaving;
mod machine;
mod provisioning;
mod registration;
mod rejoin;
mod roster;
mod session;
mod state;

pub use api::{Command, EndpointView, Event, Failure, RosterView, UserView};
pub use ask::{Ask, Timer};
pub use config::{Answer, Config, Kind, REGISTRATION_EXPIRES, SEND_MESSAGE_TIMER};
pub use machine::Client;
pub use provisioning::{Action, Plan, Provision, Provisioned, REQUEST_TIMER};
