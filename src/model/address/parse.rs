//! What people type or paste into an address field.

use super::{Address, AddressError, AddressList};

/// Octets, RFC 5321 §4.5.3.1.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

impl AddressList {
    /// Addresses separated by commas, semicolons or line ends; names, quoted names, comments and groups as in
    /// RFC 5322 §3.4; any script. Empty text is the empty list.
    ///
    /// # Errors
    /// The first item that is no address. No control character gets into an address.
    pub fn parse(text: &str) -> Result<AddressList, AddressError> {
        let mut list = Vec::new();
        for item in items(text) {
            let item = item.trim();
            if item.is_empty() {
                continue;
            }
            let refused = || AddressError(shown(item));
            if item.chars().any(|c| c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}')) {
                return Err(refused());
            }
            match one(item) {
                Some(address) => list.push(address),
                // `ann@example.org bob@example.org`, as copied from a column.
                None => {
                    let words = item.split_whitespace().map(bare).collect::<Option<Vec<_>>>();
                    list.extend(words.ok_or_else(refused)?);
                }
            }
        }
        Ok(AddressList(list))
    }
}

/// An item for an error message: short, in one line.
fn shown(item: &str) -> String {
    item.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}

/// Where a character stands.
#[derive(Default)]
struct Context {
    in_quotes: bool,
    escaped: bool,
    in_angle: bool,
    comments: usize,
}

impl Context {
    fn step(&mut self, c: char) {
        match c {
            _ if self.escaped => self.escaped = false,
            '\\' if self.in_quotes || self.comments > 0 => self.escaped = true,
            '"' if self.comments == 0 => self.in_quotes = !self.in_quotes,
            _ if self.in_quotes => {}
            '(' => self.comments += 1,
            ')' => self.comments = self.comments.saturating_sub(1),
            '<' if self.comments == 0 => self.in_angle = true,
            '>' if self.comments == 0 => self.in_angle = false,
            _ => {}
        }
    }

    fn is_top(&self) -> bool {
        !self.in_quotes && !self.in_angle && self.comments == 0
    }
}

/// Splits at separators. A line end always separates; the name of a group (`Team: a, b;`) is dropped.
fn items(text: &str) -> Vec<String> {
    let mut items = vec![];
    let mut item = String::new();
    let mut context = Context::default();
    for c in text.chars() {
        match c {
            '\r' | '\n' => {
                items.push(std::mem::take(&mut item));
                context = Context::default();
            }
            ',' | ';' if context.is_top() => items.push(std::mem::take(&mut item)),
            ':' if context.is_top() && !item.contains('@') => item.clear(),
            _ => {
                context.step(c);
                item.push(c);
            }
        }
    }
    items.push(item);
    items
}

/// `Name <local@domain>`, `local@domain (Name)` or `local@domain`.
fn one(item: &str) -> Option<Address> {
    let mut context = Context::default();
    let (mut name, mut inside, mut comment) = (String::new(), String::new(), String::new());
    let mut has_angle = false;
    for c in item.chars() {
        let was_escaped = context.escaped;
        let was_quoted = context.in_quotes;
        let (was_angle, was_comment) = (context.in_angle, context.comments > 0);
        context.step(c);
        match c {
            '<' if !was_quoted && !was_comment => {
                if has_angle {
                    return None;
                }
                has_angle = true;
            }
            '>' if !was_quoted && !was_comment => {
                if !was_angle {
                    return None;
                }
            }
            '(' | ')' if !was_quoted && (context.comments == 0 || !was_comment) => {}
            _ if was_comment => comment.push(c),
            _ if was_angle => inside.push(c),
            _ if has_angle && !c.is_whitespace() => return None,
            // In a name quotes and backslashes are syntax; in a bare address they are part of it.
            '"' | '\\' if has_quoted_name(item) && !was_escaped => {}
            _ => name.push(c),
        }
    }
    if !context.is_top() {
        return None;
    }
    if has_angle {
        let name = collapse(&name);
        return Some(Address { name: Some(name).filter(|name| !name.is_empty()), ..bare(inside.trim())? });
    }
    let comment = collapse(&comment);
    Some(Address { name: Some(comment).filter(|name| !name.is_empty()), ..bare(name.trim())? })
}

/// Whether quotes of this item belong to a name: then an address in angle brackets follows.
fn has_quoted_name(item: &str) -> bool {
    item.trim_end().ends_with(['>', ')']) && item.contains('<')
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `local@domain` and nothing else.
fn bare(email: &str) -> Option<Address> {
    let (local, domain) = email.rsplit_once('@')?;
    (is_local(local) && is_domain(domain)).then(|| Address { name: None, email: email.to_owned() })
}

/// A dot-atom, which may have its dots in odd places (some providers gave out such addresses), or a quoted
/// string (RFC 5321 §4.1.2, RFC 6531 §3.3).
fn is_local(local: &str) -> bool {
    if local.is_empty() || local.len() > MAX_LOCAL {
        return false;
    }
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => is_quoted(quoted),
        None => local.chars().all(|c| c == '.' || is_atext(c)),
    }
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_word_of_any_script(c)
}

/// Beyond ASCII: no blanks, no controls, no marks that turn the direction of text or are not seen.
fn is_word_of_any_script(c: char) -> bool {
    let unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}');
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !unseen
}

fn is_quoted(text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        let is_plain = matches!(c, ' '..='~') || is_word_of_any_script(c);
        if !is_plain || (c == '"' && !escaped) {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !escaped
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.strip_prefix("IPv6:").unwrap_or(literal).parse::<std::net::IpAddr>().is_ok();
    }
    // IDNA drops what is not seen: what is kept must be what was looked at.
    if !domain.chars().all(|c| c.is_ascii() || is_word_of_any_script(c)) {
        return false;
    }
    let Some(ascii) = super::ascii_domain(domain) else { return false };
    ascii.len() <= MAX_DOMAIN
        && ascii.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
mod tests;
