//! One file per page: its form, its template's struct, its handlers.

pub mod act;
pub(super) mod carried;
pub(super) mod error;
pub mod health;
pub mod home;
pub mod login;
pub mod part;
