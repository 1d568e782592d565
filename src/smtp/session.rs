//! A connection that has been greeted, encrypted and introduced; then logged in.

use std::time::Duration;

use lettre::transport::smtp::{
    authentication::{Credentials as SmtpCredentials, Mechanism},
    client::AsyncSmtpConnection,
    commands::Ehlo,
    extension::ClientId,
};

use super::{Error, PATIENCE, meaning, starttls, transport::Transport, within};
use crate::{
    config::{Security, Upstream},
    model::Credentials,
    net::Dialer,
};

/// PLAIN costs one round trip, LOGIN three.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

pub(super) struct Session {
    pub(super) connection: AsyncSmtpConnection,
    /// The lines of EHLO after the first, as the server wrote them.
    pub(super) keywords: Vec<String>,
}

impl Session {
    pub(super) async fn open(dialer: &Dialer, upstream: &Upstream) -> Result<Session, Error> {
        let stream = dialer.connect(upstream).await.map_err(Error::Unreachable)?;
        let transport = match upstream.security {
            Security::StartTls => {
                let stream = within(PATIENCE, starttls::upgrade(stream, dialer, &upstream.host)).await?;
                Transport::greeted(stream)
            }
            Security::Tls | Security::Insecure => Transport::fresh(stream),
        };
        within(PATIENCE, async {
            let hello = ClientId::default();
            let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(transport), &hello)
                .await
                .map_err(|error| meaning(&error))?;
            // lettre keeps only the keywords it knows: SIZE is not among them.
            let answer = connection.command(Ehlo::new(hello)).await.map_err(|error| meaning(&error))?;
            let keywords = answer.message().skip(1).map(|line| line.trim().to_owned()).collect();
            Ok(Session { connection, keywords })
        })
        .await
    }

    /// A server that offers no AUTH at all knows us by our address.
    pub(super) async fn log_in(&mut self, credentials: &Credentials) -> Result<(), Error> {
        if !self.offers("AUTH") {
            return Ok(());
        }
        if self.connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            return Err(Error::BadCredentials("it offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()));
        }
        let credentials =
            SmtpCredentials::new(credentials.username.clone(), credentials.password().to_owned());
        within(PATIENCE, async {
            match self.connection.auth(&MECHANISMS, &credentials).await.map_err(|error| meaning(&error)) {
                Ok(_) => Ok(()),
                Err(Error::Refused(words)) => Err(Error::BadCredentials(words)),
                Err(error) => Err(error),
            }
        })
        .await
    }

    pub(super) fn offers(&self, keyword: &str) -> bool {
        self.parameters(keyword).is_some()
    }

    /// What stands after a keyword; also of the old `AUTH=PLAIN`.
    pub(super) fn parameters(&self, keyword: &str) -> Option<&str> {
        self.keywords.iter().find_map(|line| {
            let (name, rest) = line.split_once([' ', '=']).unwrap_or((line, ""));
            name.eq_ignore_ascii_case(keyword).then_some(rest.trim())
        })
    }

    /// Says goodbye where that can still be done. The outcome is known by now, so nobody waits long.
    pub(super) async fn quit(mut self) {
        if !self.connection.has_broken() {
            let goodbye = tokio::time::timeout(Duration::from_secs(2), self.connection.quit()).await;
            if !matches!(goodbye, Ok(Ok(_))) {
                tracing::debug!("the submission server did not say goodbye");
            }
        }
    }
}
