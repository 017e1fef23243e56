#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| confsim::fuzz::run("pcapng", bytes));
