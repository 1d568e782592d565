//! Against real servers: they start once for this binary, and every test makes its own people.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on must stop"
)]

mod imap;
