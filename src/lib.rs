//! Postroom: a webmail in one binary. Read the modules in this order.
//!
//! ```text
//!              main.rs ── config
//!                 │
//!                 ▼
//!    ┌──────────  web  ──────┬─────┐      HTTP in, HTML out
//!    ▼             ▼         │     ▼
//!  render        mail ───────┤   fetch    what a person does with mail · images from elsewhere
//!    │     ┌───┬───┼────┬────┤     │
//!    │     ▼   ▼   ▼    ▼    ▼     │
//!    │   mime imap smtp pop3 store │      bytes · wire · what is kept
//!    │     │   │   │    │    │     │
//!    │     │   └─ net ──┘    │    net     dial, TLS, time limits, the gate
//!    ▼     ▼   ▼             ▼
//!    └──────────  model  ──────────┘      plain data
//! ```
//!
//! Arrows point down only; `tests/tidy.rs` holds the table and fails on any other.

pub mod config;
pub mod fetch;
pub mod imap;
pub mod mail;
pub mod mime;
pub mod model;
pub mod net;
pub mod pop3;
pub mod render;
pub mod smtp;
pub mod store;
pub mod web;
