//! Fuzzes `back::liquid`.

#![no_main]

#[path = "../back.rs"]
#[expect(dead_code, reason = "each program runs one of the targets")]
mod back;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| back::liquid(&String::from_utf8_lossy(bytes)));
