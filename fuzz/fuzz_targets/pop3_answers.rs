//! Whatever a POP3 server answers is read without a panic, in bounded time and memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    postroom::pop3::fuzz::answers(bytes, usize::from(step));
});
