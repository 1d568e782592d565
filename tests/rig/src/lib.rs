//! The test rig: a real Dovecot, a real Postfix and a real PostgreSQL on loopback, in a throw-away folder, for tests, `make demo`
//! and `make load`. Nothing here skips: what is missing fails with the line that installs it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a rig that cannot go on must stop the test, loudly"
)]

mod bombs;
mod certificate;
mod dovecot;
mod http;
mod imap_client;
mod letters;
mod lmtp;
mod nginx;
mod person;
mod ports;
mod postfix;
mod postgres;
mod privilege;
mod product;
mod programs;
mod proxy;
mod rig;
mod roundcube;
mod state_dir;
mod until;
mod watched;

pub use bombs::{BOMBS, Bomb, MARKER};
pub use http::{Answer, Http, Traffic};
pub use imap_client::ImapClient;
pub use letters::{File, Letter, Moment, base64, fill_demo_mailbox, fill_inboxes, letter, modified_utf7};
pub use nginx::Nginx;
pub use person::Person;
pub use ports::free_address;
pub use postgres::{Postgres, postgres};
pub use product::Product;
pub use proxy::{Fault, Proxy, Side};
pub use rig::{Rig, rig};
pub use roundcube::Roundcube;
pub use until::{until, until_within};
