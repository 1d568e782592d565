//! A raw header block to what pages show. Structure is mail-parser's; words and charsets are ours.

use mail_parser::{HeaderValue, parsers::MessageStream};

use super::{authentication, date, words};
use crate::model::{Address, Headers};

/// The part of a header block that is read, bytes.
pub const MAX_HEADER: u32 = 256 << 10;
const MAX_BLOCK: usize = MAX_HEADER as usize;
/// More header fields are not listed.
const MAX_FIELDS: usize = 2000;
/// More Authentication-Results fields are not read.
const MAX_AUTHENTICATION: usize = 20;
/// More addresses of one field are not listed.
const MAX_ADDRESSES: usize = 5000;

/// Headers from a raw header block. Charsets, RFC 2047, RFC 2231, raw 8-bit: all decoded.
pub fn headers(raw: &[u8]) -> Headers {
    let mut headers = Headers::default();
    let mut n_received = 0;
    for (name, value) in fields(raw) {
        match name.to_ascii_lowercase().as_str() {
            "from" => {
                headers.from.extend(addresses(value));
                headers.from_is_disguised |= words::is_disguised(&words::decode(value));
            }
            "sender" => headers.sender.extend(addresses(value)),
            "reply-to" => headers.reply_to.extend(addresses(value)),
            "to" => headers.to.extend(addresses(value)),
            "cc" => headers.cc.extend(addresses(value)),
            "bcc" => headers.bcc.extend(addresses(value)),
            // Where a field stands twice, the first counts.
            "subject" if headers.subject.is_empty() => headers.subject = words::decode_words(value),
            "date" if headers.date.is_none() => headers.date = date(value),
            "message-id" if headers.message_id.is_none() => {
                headers.message_id = message_ids(value).into_iter().next();
            }
            "in-reply-to" if headers.in_reply_to.is_empty() => headers.in_reply_to = message_ids(value),
            "references" if headers.references.is_empty() => headers.references = message_ids(value),
            "list-post" if headers.list_post.is_none() => headers.list_post = mailto(value),
            "received" => n_received += 1,
            "authentication-results" if headers.authentication.len() < MAX_AUTHENTICATION => {
                headers.authentication.extend(authentication::authentication(value, n_received));
            }
            _ => {}
        }
        headers.all.push((name, words::decode_words(value)));
    }
    headers
}

/// Addresses of an address header value, groups opened (RFC 5322 §3.4 and §4.4). Never fails: what is no
/// address is a name without one.
pub fn addresses(raw: &[u8]) -> Vec<Address> {
    let mut value = words::for_structure(raw.get(..MAX_BLOCK).unwrap_or(raw));
    value.push(b'\n');
    let HeaderValue::Address(parsed) = MessageStream::new(&value).parse_address() else { return Vec::new() };
    let clean =
        |text: Option<&str>| words::decode_words(words::one_line(text.unwrap_or_default()).as_bytes());
    parsed
        .iter()
        .map(|address| Address {
            name: Some(clean(address.name())).filter(|name| !name.is_empty()),
            email: clean(address.address()).replace(' ', ""),
        })
        .filter(|address| address.name.is_some() || !address.email.is_empty())
        .take(MAX_ADDRESSES)
        .collect()
}

/// Message-IDs without their brackets; a value without any brackets counts word by word.
pub fn message_ids(raw: &[u8]) -> Vec<String> {
    let text = words::one_line(&String::from_utf8_lossy(raw));
    let bracketed = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| id);
    let bare = text.split(' ').filter(|_| !text.contains('<'));
    bracketed
        .chain(bare)
        .map(|id| id.replace(' ', ""))
        .filter(|id| !id.is_empty() && id.len() < 900 && !id.contains(['<', '>']))
        .collect()
}

/// The fields in order: name, and value with its folds.
fn fields(raw: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let mut rest = raw.get(..MAX_BLOCK).unwrap_or(raw);
    std::iter::from_fn(move || {
        loop {
            let (field, after) = next_field(rest)?;
            rest = after;
            // mbox's `From ` and other lines without a colon are no fields.
            let Some((name, value)) = split_name(field) else { continue };
            return Some((name, value));
        }
    })
    .take(MAX_FIELDS)
}

/// The first line and those that continue it; `None` at the blank line that ends the header.
fn next_field(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    if raw.is_empty() || raw.starts_with(b"\n") || raw.starts_with(b"\r\n") {
        return None;
    }
    let end = memchr::memchr_iter(b'\n', raw)
        .map(|at| at + 1)
        .find(|at| !matches!(raw.get(*at), Some(b' ' | b'\t')))
        .unwrap_or(raw.len());
    raw.split_at_checked(end)
}

fn split_name(field: &[u8]) -> Option<(String, &[u8])> {
    let (name, value) = field.split_at_checked(memchr::memchr(b':', field)?)?;
    let name = name.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| (String::from_utf8_lossy(name).into_owned(), value.get(1..).unwrap_or_default()))
}

/// The address of `<mailto:list@example.org?…>` (RFC 2369 §3.4).
fn mailto(raw: &[u8]) -> Option<String> {
    let text = words::decode_words(raw);
    let address = text.split('<').find_map(|piece| piece.trim_start().strip_prefix("mailto:"))?;
    let address = address.split(['>', '?', ',']).next()?.trim();
    let address = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    let address = words::one_line(&address);
    address.contains('@').then_some(address)
}

#[cfg(test)]
mod tests;
