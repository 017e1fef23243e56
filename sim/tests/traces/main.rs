//! Traces as files, written and read back.

mod jsonl;
