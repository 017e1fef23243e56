//! The IM MCU from outside: SIP in, SIP out.

mod dial_out;
mod formats;
mod history;
mod messages;
mod sessions;
mod stage;
mod timers;
mod waiting;
