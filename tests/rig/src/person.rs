//! Who has mail here.

/// Somebody with a mailbox. [`crate::Rig::person`] makes one nobody else uses, so tests run side by side and tidy
/// nothing away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Address and user name in one: `alice-17@example.org`.
    pub address: String,
    pub password: String,
}
