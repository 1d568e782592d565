//! Who somebody writes as, and whom they know.

use super::Address;

/// A name and address that mail is sent from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Random; empty for the account's own address, which is not kept.
    pub id: String,
    pub address: Address,
}

/// Somebody who was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub address: Address,
    /// Messages sent to this address.
    pub n_used: u64,
    /// Unix seconds.
    pub last_used: i64,
}
