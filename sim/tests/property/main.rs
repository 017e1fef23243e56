//! The properties: they hold, they are exercised, and they notice.

mod determinism;
mod features;
mod provisioning;
mod sabotage;
mod shards;
mod sweep;
mod tamper;
