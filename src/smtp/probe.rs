//! What a submission server offers, for `postroom check`. Sends no mail.

use super::{Error, FutureRelease, Session};
use crate::{config::Upstream, model::Credentials, net::Dialer};

/// A submission server's answer to EHLO, as it is after encryption.
#[derive(Debug, Clone)]
pub struct Probe {
    /// As the server wrote them: `SIZE 10240000`.
    pub keywords: Vec<String>,
    /// How far ahead it holds messages, where it does.
    pub future_release: Option<FutureRelease>,
    /// One sentence for each thing that is missing: what it costs.
    pub missing: Vec<&'static str>,
}

/// Connects, says hello, and logs in where `credentials` are given.
pub async fn probe(
    dialer: &Dialer,
    upstream: &Upstream,
    credentials: Option<&Credentials>,
) -> Result<Probe, Error> {
    let mut session = Session::open(dialer, upstream).await?;
    let login = match credentials {
        Some(credentials) => session.log_in(credentials).await,
        None => Ok(()),
    };
    let missing = missing(&session);
    let future_release = FutureRelease::of(&session);
    let keywords = session.keywords.clone();
    session.quit().await;
    login.map(|()| Probe { keywords, future_release, missing })
}

fn missing(session: &Session) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let mechanisms = session.parameters("AUTH").unwrap_or_default().to_ascii_uppercase();
    if !session.offers("AUTH") {
        missing.push("AUTH: nobody is logged in; it must take mail from this machine's address.");
    } else if !mechanisms.split([' ', '=']).any(|name| matches!(name, "PLAIN" | "LOGIN")) {
        missing.push("AUTH PLAIN or LOGIN: nobody can log in, so nothing can be sent.");
    }
    for (keyword, cost) in [
        ("SIZE", "SIZE: a message that is too large is refused only after it was sent whole."),
        ("8BITMIME", "8BITMIME: forwarding a message that holds 8-bit text as an attachment is refused."),
        ("SMTPUTF8", "SMTPUTF8: addresses with letters beyond ASCII before the @ are refused."),
        ("PIPELINING", "PIPELINING: nothing today; each recipient costs a round trip either way."),
        ("DSN", "DSN: nothing today; delivery receipts could not be asked for."),
    ] {
        if !session.offers(keyword) {
            missing.push(cost);
        }
    }
    if FutureRelease::of(session).is_none() {
        missing.push("FUTURERELEASE: a message to be sent later waits here, not at the server.");
    }
    missing
}
