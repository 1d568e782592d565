//! The IMAP adapter: `model` in, `model` out. No other module sees `async_imap` or a response.
//!
//! A [`Pool`] holds an account's connections, each owned by a task; jobs sent to it use the methods of
//! [`Conn`]. Commands are built in `command.rs`, answers read in `response.rs`; between them and the
//! socket lies `wire.rs`.

mod append;
mod arrived;
mod capabilities;
mod change;
mod command;
mod conn;
mod error;
mod exchange;
mod fetch;
#[doc(hidden)]
pub mod fuzz;
mod list;
mod login;
mod mailboxes;
mod names;
mod pool;
mod response;
mod search;
mod structure;
mod task;
mod uid_set;
mod upload;
mod utf7;
mod wire;

pub use capabilities::{Capabilities, CapabilityNote};
pub use change::Copied;
pub use conn::Conn;
pub use error::Error;
pub use fetch::Detail;
pub use list::{Listed, Neighbours};
pub use pool::{Pool, Server};
pub use search::Order;
