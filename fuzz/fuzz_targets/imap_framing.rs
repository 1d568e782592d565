//! Where responses end must not depend on how their bytes arrive.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    postroom::imap::fuzz::framing(bytes, usize::from(step));
});
