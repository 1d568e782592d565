//! A message collected by POP3 does not depend on how its bytes arrive, and can be appended to a mailbox.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    postroom::pop3::fuzz::body(bytes, usize::from(step));
});
