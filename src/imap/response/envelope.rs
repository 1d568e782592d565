//! ENVELOPE (RFC 3501 §7.4.2): the headers of a message as the server parsed them.

use jiff::ZonedDateTime;

use crate::{
    mime,
    model::{Address, Headers},
};

use super::Value;

/// Fields are decoded when asked for.
#[derive(Debug, Clone)]
pub(in crate::imap) struct Envelope<'a>(Vec<Value<'a>>);

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
enum Field {
    Date,
    Subject,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    InReplyTo,
    MessageId,
}

impl<'a> Envelope<'a> {
    /// `None` when `value` is no list.
    pub(in crate::imap) fn new(value: Value<'a>) -> Option<Envelope<'a>> {
        match value {
            Value::List(fields) => Some(Envelope(fields)),
            _ => None,
        }
    }

    pub(in crate::imap) fn date(&self) -> Option<ZonedDateTime> {
        mime::date(self.text(Field::Date)?)
    }

    pub(in crate::imap) fn subject(&self) -> String {
        self.text(Field::Subject).map(mime::decode_words).unwrap_or_default()
    }

    pub(in crate::imap) fn from(&self) -> Vec<Address> {
        self.addresses(Field::From)
    }

    pub(in crate::imap) fn to(&self) -> Vec<Address> {
        self.addresses(Field::To)
    }

    /// All that an ENVELOPE tells; `all` and `references` stay empty.
    pub(in crate::imap) fn headers(&self) -> Headers {
        Headers {
            from: self.from(),
            sender: self.addresses(Field::Sender),
            reply_to: self.addresses(Field::ReplyTo),
            to: self.to(),
            cc: self.addresses(Field::Cc),
            bcc: self.addresses(Field::Bcc),
            subject: self.subject(),
            date: self.date(),
            message_id: self.ids(Field::MessageId).into_iter().next(),
            in_reply_to: self.ids(Field::InReplyTo),
            ..Headers::default()
        }
    }

    fn value(&self, field: Field) -> Option<&Value<'a>> {
        self.0.get(field as usize)
    }

    fn text(&self, field: Field) -> Option<&[u8]> {
        self.value(field)?.bytes()
    }

    fn addresses(&self, field: Field) -> Vec<Address> {
        let items = self.value(field).map(Value::items).unwrap_or_default();
        items.iter().filter_map(|item| address(item.items())).collect()
    }

    /// Message-IDs without their angle brackets.
    fn ids(&self, field: Field) -> Vec<String> {
        let text = String::from_utf8_lossy(self.text(field).unwrap_or_default());
        let ids = text.split_whitespace().map(|id| id.trim_matches(['<', '>']));
        ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
    }
}

/// Name, source route, local part, domain. Starts and ends of groups have no domain.
fn address(parts: &[Value<'_>]) -> Option<Address> {
    let [name, _route, local, domain] = parts else { return None };
    let (local, domain) = (printable(local.bytes()?), printable(domain.bytes()?));
    // Dovecot's words for an address that has no such part.
    let local = if local == "MISSING_MAILBOX" { "" } else { &local };
    let domain = if domain == "MISSING_DOMAIN" { "" } else { &domain };
    let email = match (local, domain) {
        ("", "") => String::new(),
        (local, "") => local.to_owned(),
        (local, domain) => format!("{local}@{domain}"),
    };
    let name = name.bytes().map(mime::decode_words).filter(|name| !name.is_empty());
    (name.is_some() || !email.is_empty()).then_some(Address { name, email })
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect()
}
