//! What a reply and a forward begin with.

mod quote;
mod subject;

use crate::model::{Address, Headers, Message};

/// Message-IDs in References; of longer threads the first and the newest are kept.
const MAX_REFERENCES: usize = 30;

/// Who a reply goes to, its subject, threading headers and quotation.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub subject: String,
    pub text: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Sender,
    All,
}

/// `text` is the message's readable text. `own` are the addresses of the one who replies.
pub fn reply(message: &Message, text: &str, audience: Audience, own: &[Address]) -> Reply {
    let headers = &message.headers;
    let (to, cc) = recipients(headers, audience, own);
    Reply {
        to,
        cc,
        subject: subject::reply(&headers.subject),
        text: format!("\n\n{}\n{}", quote::attribution(message), quote::quote(text)),
        in_reply_to: headers.message_id.clone(),
        references: references(headers),
    }
}

/// A forward with the original quoted below its headers.
pub fn forward(message: &Message, text: &str) -> Reply {
    Reply {
        subject: subject::forward(&message.headers.subject),
        text: format!("\n\n{}\n{text}", quote::forwarded_headers(message)),
        references: references(&message.headers),
        ..Reply::default()
    }
}

fn recipients(headers: &Headers, audience: Audience, own: &[Address]) -> (Vec<Address>, Vec<Address>) {
    let author = [&headers.reply_to, &headers.from, &headers.sender].into_iter().find(|list| is_usable(list));
    let author = author.map(Vec::as_slice).unwrap_or_default();
    let is_own = |address: &Address| own.iter().any(|own| same(own, address));
    // A reply to what one wrote oneself goes on to those it was written to.
    let is_from_self = !headers.from.is_empty() && headers.from.iter().all(is_own) && is_usable(&headers.to);
    let first = if is_from_self { headers.to.as_slice() } else { author };

    let mut seen = Vec::new();
    let mut take = |list: &[Address], keep_own: bool| -> Vec<Address> {
        let mut taken = Vec::new();
        for address in list {
            let email = address.email.to_lowercase();
            if email.contains('@') && !seen.contains(&email) && (keep_own || !is_own(address)) {
                seen.push(email);
                taken.push(address.clone());
            }
        }
        taken
    };
    let mut to = take(first, true);
    if audience == Audience::Sender {
        return (to, Vec::new());
    }
    to.extend(take(&headers.to, false));
    let cc = take(&headers.cc, false);
    // Who answers everybody need not be told by mail.
    if to.len() > 1 || !cc.is_empty() {
        to.retain(|address| !is_own(address));
    }
    if to.is_empty() { (cc, Vec::new()) } else { (to, cc) }
}

fn is_usable(list: &[Address]) -> bool {
    list.iter().any(|address| address.email.contains('@'))
}

fn same(a: &Address, b: &Address) -> bool {
    a.email.to_lowercase() == b.email.to_lowercase()
}

/// RFC 5322 §3.6.4.
fn references(headers: &Headers) -> Vec<String> {
    let parents = match (headers.references.as_slice(), headers.in_reply_to.as_slice()) {
        ([], [parent]) => std::slice::from_ref(parent),
        (references, _) => references,
    };
    let ids: Vec<&String> = parents.iter().chain(&headers.message_id).collect();
    let n_dropped = ids.len().saturating_sub(MAX_REFERENCES);
    let newest = ids.iter().skip(1 + n_dropped);
    ids.first().into_iter().chain(newest).map(|id| (*id).clone()).collect()
}

#[cfg(test)]
mod tests;
