//! The properties: they hold, they are exercised, and they notice.

mod features;
mod provisioning;
mod sweep;
mod tamper;
