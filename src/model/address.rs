//! Addresses (RFC 5322 §3.4): what people type, what they read.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

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

impl AddressList {
    /// Reads what a person typed or pasted: addresses with or without names, between commas, semicolons or line
    /// ends; a group (RFC 5322 §3.4) stands for its members. The error names the first that is no address.
    pub fn parse(typed: &str) -> Result<AddressList, AddressError> {
        let mut quotes = Quotes::default();
        let pieces = typed.split(|c| quotes.are_closed_at(c) && matches!(c, ',' | ';' | '\n' | '\r'));
        let mut addresses = Vec::new();
        for piece in pieces.map(|piece| without_group_name(piece).trim()).filter(|piece| !piece.is_empty()) {
            addresses.push(mailbox(piece).ok_or_else(|| AddressError(one_line(piece)))?);
        }
        Ok(AddressList(addresses))
    }
}

/// Follows a text character by character and tells what stands in a quoted string (RFC 5322 §3.2.4).
#[derive(Default)]
struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    fn are_closed_at(&mut self, c: char) -> bool {
        let was_open = self.is_open;
        match c {
            _ if self.is_escaped => self.is_escaped = false,
            '\\' => self.is_escaped = self.is_open,
            '"' => self.is_open = !self.is_open,
            _ => {}
        }
        !was_open
    }
}

/// The text before and after the first `wanted` that is not quoted.
fn split_unquoted(text: &str, wanted: char) -> Option<(&str, &str)> {
    let mut quotes = Quotes::default();
    let mut pieces = text.splitn(2, |c| quotes.are_closed_at(c) && c == wanted);
    Some((pieces.next()?, pieces.next()?))
}

/// `Team: ann@example.org` without `Team:`; `mailto:` goes the same way.
fn without_group_name(piece: &str) -> &str {
    match split_unquoted(piece, ':') {
        Some((name, members)) if !name.contains(['@', '<']) => members,
        _ => piece,
    }
}

fn mailbox(piece: &str) -> Option<Address> {
    let (name, email) = match split_unquoted(piece, '<') {
        Some((name, rest)) => (name, rest.trim_end().strip_suffix('>')?.trim()),
        // The name as a comment: `ann@example.org (Ann Example)`.
        None => match piece.strip_suffix(')').and_then(|piece| piece.split_once('(')) {
            Some((email, name)) => (name, email.trim_end()),
            None => ("", piece),
        },
    };
    if !is_email(email) || name.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return None;
    }
    let name = one_line(&unquoted(name));
    Some(Address { name: (!name.is_empty()).then_some(name), email: email.to_owned() })
}

fn unquoted(name: &str) -> String {
    let mut quotes = Quotes::default();
    let is_mark = |c: char| {
        let was_escaped = quotes.is_escaped;
        quotes.are_closed_at(c);
        !was_escaped && (c == '"' || quotes.is_escaped)
    };
    name.split(is_mark).collect()
}

/// Blanks collapsed, control characters replaced.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(char::is_control, "\u{fffd}")
}

/// Whether it can stand in an SMTP envelope (RFC 5321 §4.1.2, RFC 6531 §3.3): at most 64 bytes before the last
/// `@` and 255 after it.
fn is_email(email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(local, domain)| {
        local.len() <= 64 && domain.len() <= 255 && is_local_part(local) && is_domain(domain)
    })
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_international(c)
            })
    };
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        // One quoted string: no other quote in it, and its last one is not escaped.
        Some(quoted) => {
            let mut quotes = Quotes { is_open: true, is_escaped: false };
            quoted.chars().all(|c| {
                !quotes.are_closed_at(c) && quotes.is_open && (matches!(c, ' '..='~') || is_international(c))
            }) && !quotes.is_escaped
        }
        None => local.split('.').all(is_atom),
    }
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match literal.strip_prefix("IPv6:") {
            Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
            None => literal.parse::<Ipv4Addr>().is_ok(),
        };
    }
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || is_international(c))
    })
}

/// Beyond ASCII, and neither a blank nor invisible: what cannot be seen must not decide where mail goes.
fn is_international(c: char) -> bool {
    let is_invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}');
    !c.is_ascii() && !c.is_control() && !c.is_whitespace() && !is_invisible
}

#[cfg(test)]
mod tests;
