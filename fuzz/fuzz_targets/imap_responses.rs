//! Whatever a server sends is read without a panic, in bounded time and memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| postroom::imap::fuzz::responses(bytes));
