//! The properties: they hold, they are exercised, and they notice.

mod sweep;
mod tamper;
