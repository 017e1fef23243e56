//! The properties: they hold, they are exercised, and they notice.

mod alarms;
mod determinism;
mod features;
mod hygiene;
mod provisioning;
mod sabotage;
mod shards;
mod sweep;
mod talk;
mod tamper;
