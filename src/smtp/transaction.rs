//! MAIL, RCPT, DATA (RFC 5321 §3.3): all recipients or none, and no doubt about which where it can be avoided.

use std::{collections::BTreeSet, error::Error as StdError, future::Future, io, time::Duration};

use jiff::Timestamp;
use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Mail, Rcpt},
        extension::{MailBodyParameter, MailParameter},
    },
};
use tokio::time::timeout;

use super::{
    Accepted, Envelope, Error, FutureRelease, PATIENCE, Refusal, meaning, session::Session, within, words,
};
use crate::model::wire_form;

/// From the final dot to the answer: a server may do all its checks then (RFC 5321 §4.5.3.2.6).
const FINAL_PATIENCE: Duration = Duration::from_mins(10);
/// The slowest line that a message is sent over, bytes a second.
const SLOWEST: u64 = 8 << 10;
/// Bytes of the message encoded and written at a time.
const CHUNK: usize = 64 << 10;

pub(super) async fn run<E: Into<Box<dyn StdError + Send + Sync>>>(
    session: &mut Session,
    envelope: &Envelope,
    message: &[u8],
    before_data: impl Future<Output = Result<(), E>>,
) -> Result<Accepted, Error> {
    if !is_canonical(message) {
        return Err(Error::Refused("its line ends are not those of SMTP".to_owned()));
    }
    let from = address(&envelope.from).ok_or_else(|| {
        Error::Refused(format!("{} is not an address it can be sent from", envelope.from.escape_debug()))
    })?;
    let recipients = recipients(envelope)?;
    let mut parameters = parameters(session, &from, &recipients, message)?;
    let hold = hold_until(session, envelope.release_at)?;
    let accepted = if hold.is_some() { Accepted::HeldByServer } else { Accepted::Sent };
    parameters.extend(hold);
    let connection = &mut session.connection;
    within(PATIENCE, async {
        connection.command(Mail::new(Some(from), parameters)).await.map_err(|error| meaning(&error))
    })
    .await?;

    let mut refusals = Vec::new();
    for recipient in recipients {
        let answer = within(PATIENCE, async {
            let shown = recipient.to_string();
            match connection.command(Rcpt::new(recipient, Vec::new())).await {
                Ok(_) => Ok(None),
                // 421 closes the connection: it is not about this recipient.
                Err(error) if error.status().is_some_and(|code| u16::from(code) == 421) => {
                    Err(meaning(&error))
                }
                Err(error) if error.status().is_some() => {
                    let is_permanent = error.is_permanent();
                    Ok(Some(Refusal { address: shown, words: words(&error), is_permanent }))
                }
                Err(error) => Err(meaning(&error)),
            }
        })
        .await?;
        refusals.extend(answer);
    }
    if !refusals.is_empty() {
        return Err(Error::Recipients(refusals));
    }
    within(PATIENCE, async { connection.command(Data).await.map_err(|error| meaning(&error)) }).await?;
    before_data.await.map_err(|error| Error::HeldBack(error.into()))?;
    send(session, message).await.map(|()| accepted)
}

/// The message itself. Whether its last byte was on the way when something failed decides what is known.
async fn send(session: &mut Session, message: &[u8]) -> Result<(), Error> {
    // lettre ends every message with a line end of its own.
    let message = message.strip_suffix(b"\r\n").unwrap_or(message);
    let length = u64::try_from(message.len()).unwrap_or(u64::MAX);
    let limit = FINAL_PATIENCE + Duration::from_secs(length / SLOWEST);
    let mut is_written = false;
    let pieces = message.chunks(CHUNK).chain(std::iter::from_fn(|| {
        // Asked for another piece after the last: all before it was written, the final dot comes next.
        is_written = true;
        None
    }));
    let answer = timeout(limit, session.connection.message_iter(pieces)).await;
    match answer {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.status().is_some() || !is_written => Err(meaning(&error)),
        Ok(Err(error)) => Err(Error::Unknown(io::Error::other(error))),
        Err(_) if is_written => Err(Error::Unknown(io::ErrorKind::TimedOut.into())),
        Err(_) => Err(Error::NotNow("it did not take the message in time".to_owned())),
    }
}

fn address(email: &str) -> Option<Address> {
    wire_form(email).parse().ok()
}

/// Each once.
fn recipients(envelope: &Envelope) -> Result<Vec<Address>, Error> {
    let mut seen = BTreeSet::new();
    let (mut recipients, mut refusals) = (Vec::new(), Vec::new());
    for email in &envelope.to {
        match address(email) {
            Some(address) if seen.insert(address.to_string()) => recipients.push(address),
            Some(_) => {}
            None => refusals.push(Refusal {
                address: email.clone(),
                words: "this is not an address".to_owned(),
                is_permanent: true,
            }),
        }
    }
    if !refusals.is_empty() {
        return Err(Error::Recipients(refusals));
    }
    if recipients.is_empty() {
        return Err(Error::Refused("it has no recipient".to_owned()));
    }
    Ok(recipients)
}

/// What MAIL must announce; an error where the server does not take it.
fn parameters(
    session: &Session,
    from: &Address,
    to: &[Address],
    message: &[u8],
) -> Result<Vec<MailParameter>, Error> {
    let mut parameters = Vec::new();
    if let Some(limit) = session.parameters("SIZE") {
        // `SIZE` alone and `SIZE 0` state no limit (RFC 1870 §4).
        if limit.parse().is_ok_and(|limit: usize| limit > 0 && message.len() > limit) {
            return Err(Error::Refused(format!("it takes messages of up to {limit} bytes")));
        }
        parameters.push(MailParameter::Size(message.len()));
    }
    let is_international = std::iter::once(from).chain(to).any(|address| !address.to_string().is_ascii())
        || !header(message).is_ascii();
    if is_international {
        if !session.offers("SMTPUTF8") {
            return Err(Error::Refused(
                "it takes no addresses with letters beyond ASCII before the @ (SMTPUTF8)".to_owned(),
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !message.is_ascii() {
        if !session.offers("8BITMIME") {
            return Err(Error::Refused("it takes no 8-bit messages (8BITMIME)".to_owned()));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// The parameter that has the server hold the message (RFC 4865 §4); `None` where it need not.
fn hold_until(session: &Session, release_at: Option<Timestamp>) -> Result<Option<MailParameter>, Error> {
    let now = Timestamp::now();
    let Some(at) = release_at.filter(|at| *at > now) else { return Ok(None) };
    let offer = FutureRelease::of(session).ok_or(Error::NotOffered)?;
    if !offer.covers(at, now) {
        return Err(Error::NotOffered);
    }
    let value = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Ok(Some(MailParameter::Other { keyword: "HOLDUNTIL".to_owned(), value: Some(value) }))
}

fn header(message: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(message, b"\r\n\r\n").unwrap_or(message.len());
    message.get(..end).unwrap_or(message)
}

/// CRLF ends every line, neither half stands alone, no NUL: so a server cannot see another message in it.
fn is_canonical(message: &[u8]) -> bool {
    let mut previous = 0;
    for &byte in message {
        let is_bare = (byte == b'\n') != (previous == b'\r');
        if byte == 0 || is_bare {
            return false;
        }
        previous = byte;
    }
    previous != b'\r'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_messages_are_sent() {
        for good in ["", "a", "a\r\n", "\r\n\r\n.\r\n"] {
            assert!(is_canonical(good.as_bytes()), "{good:?}");
        }
        for bad in ["\n", "\r", "a\nb", "a\rb", "a\r\r\n", "a\n\r\n", "a\r\n\n.\n", "a\0b", "\r\n.\r"] {
            assert!(!is_canonical(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn the_envelope_has_each_recipient_once_and_nothing_else() {
        let envelope = |to: &[&str]| Envelope {
            from: "a@b.c".into(),
            to: to.iter().map(|email| (*email).to_owned()).collect(),
            release_at: None,
        };
        let list = recipients(&envelope(&["x@y.z", "j@b\u{fc}cher.example", "x@y.z", "odd..@y.z"]));
        let list: Vec<String> = list.into_iter().flatten().map(|address| address.to_string()).collect();
        assert_eq!(list, ["x@y.z", "j@xn--bcher-kva.example", "\"odd..\"@y.z"]);
        for bad in ["", "x", "x@y.z>\r\nRCPT TO:<e@x.org", "x@y.z\r\n", "<x@y.z>", "x y@z", "x@y.z SIZE=1"] {
            let refused = recipients(&envelope(&["ok@y.z", bad]));
            assert!(matches!(refused, Err(Error::Recipients(all)) if all.len() == 1), "{bad:?}");
        }
        assert!(matches!(recipients(&envelope(&[])), Err(Error::Refused(_))));
    }
}
