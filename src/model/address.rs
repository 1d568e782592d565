//! Addresses (RFC 5322 §3.4): what people type, what they read.

use std::fmt;

/// One mailbox of an address header, decoded. Fields may come from hostile mail: display them escaped,
/// and let only [`AddressList::parse`] make the addresses that are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Address {
    /// The display name, decoded, without line breaks or control characters.
    pub name: Option<String>,
    /// `local@domain`; empty where the message has none.
    pub email: String,
}

impl Address {
    /// What stands in a list row: the name, else the address.
    pub fn short(&self) -> &str {
        self.name.as_deref().filter(|n| !n.trim().is_empty()).unwrap_or(&self.email)
    }
}

impl fmt::Display for Address {
    /// As a person would type it: `Ann Example <ann@example.org>`, the name quoted where it must be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_deref().filter(|n| !n.is_empty()) {
            None => f.write_str(&self.email),
            Some(name) if name.chars().all(|c| c.is_alphanumeric() || " -_'!".contains(c)) => {
                write!(f, "{name} <{}>", self.email)
            }
            Some(name) => {
                write!(f, "\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), self.email)
            }
        }
    }
}

/// Addresses a person typed, every one well-formed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressList(pub Vec<Address>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an e-mail address")]
pub struct AddressError(pub String);

impl fmt::Display for AddressList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, address) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            address.fmt(f)?;
        }
        Ok(())
    }
}
