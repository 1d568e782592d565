//! Addresses (RFC 5322 §3.4): what people type, what they read.

mod parse;

use std::{borrow::Cow, fmt};

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

/// An address as SMTP and headers carry it: the domain in ASCII (RFC 5891), a local part that is no dot-atom
/// quoted. Only a local part beyond ASCII then needs SMTPUTF8 (RFC 6531).
pub fn wire_form(email: &str) -> String {
    let Some((local, domain)) = email.rsplit_once('@') else { return email.to_owned() };
    let domain = ascii_domain(domain).unwrap_or(Cow::Borrowed(domain));
    let is_odd = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if is_odd && !local.starts_with('"') {
        format!("\"{local}\"@{domain}")
    } else {
        format!("{local}@{domain}")
    }
}

/// The domain's A-labels; `None` where it has none.
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    if domain.is_ascii() {
        return Some(Cow::Borrowed(domain));
    }
    match url::Host::parse(domain).ok()? {
        url::Host::Domain(ascii) => Some(Cow::Owned(ascii)),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
    }
}
