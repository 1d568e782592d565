//! Trying a collector before it is kept.

use std::time::Duration;

use secrecy::SecretString;

use super::{Account, Error, collect::sentence};
use crate::{
    model::{CollectorId, CollectorSettings},
    pop3::{self, Conn, Expire, Server},
};

/// Somebody waits for the page. For each answer of the server.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a collector would find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorTest {
    pub n_messages: u64,
    pub bytes: u64,
    /// What its owner should know, in sentences.
    pub notes: Vec<String>,
}

/// Why it cannot collect: a sentence for its owner.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("{0}.")]
    Settings(String),
    #[error("{}", sentence(.0))]
    Server(#[from] pop3::Error),
}

impl Account {
    /// A new collector, due at once, also while its owner is away.
    pub async fn add_collector(
        &self,
        settings: &CollectorSettings,
        secret: &SecretString,
    ) -> Result<CollectorId, Error> {
        self.allow_background_work().await;
        Ok(self.services.store.add_collector(self.username(), settings, secret).await?)
    }

    /// Signs in to the server, looks, and changes nothing.
    pub async fn test_collector(
        &self,
        settings: &CollectorSettings,
        secret: &SecretString,
    ) -> Result<CollectorTest, CollectError> {
        let (server, login) = self.server_of(settings, secret).map_err(CollectError::Settings)?;
        let mut conn = Conn::sign_in(&Server { patience: PATIENCE, ..server }, &login).await?;
        let stat = conn.stat().await?;
        let has_uidl = conn.capabilities().uidl || conn.uidl().await?.is_some();
        let notes = notes(conn.capabilities(), has_uidl, settings.every_minutes);
        // Nothing was marked, so nothing is lost with it.
        if let Err(error) = conn.quit().await {
            tracing::debug!(%error, "a trial's QUIT failed");
        }
        Ok(CollectorTest { n_messages: stat.n_messages.into(), bytes: stat.n_bytes, notes })
    }
}

fn notes(told: &pop3::Capabilities, has_uidl: bool, every_minutes: u32) -> Vec<String> {
    let mut notes = Vec::new();
    if !has_uidl && told.top {
        notes.push(
            "This server gives its messages no identifiers (UIDL): they are recognised by their headers."
                .to_owned(),
        );
    } else if !has_uidl {
        notes.push(
            "This server gives its messages no identifiers (UIDL): they are recognised by their content, and so \
             fetched every time."
                .to_owned(),
        );
    }
    match told.expire {
        Some(Expire::Days(0)) => notes
            .push("This server deletes every message that was fetched, whatever is decided here.".to_owned()),
        Some(Expire::Days(1)) => notes.push("This server deletes messages by itself after a day.".to_owned()),
        Some(Expire::Days(days)) => {
            notes.push(format!("This server deletes messages by itself after {days} days."));
        }
        Some(Expire::Never) | None => {}
    }
    if let Some(delay) = told.login_delay.filter(|delay| delay.as_secs() > 60 * u64::from(every_minutes)) {
        let minutes = delay.as_secs().div_ceil(60);
        notes.push(format!(
            "This server wants {minutes} minutes between two sign-ins: choose a longer interval."
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_does_not_do_well_is_told() {
        let plain = pop3::Capabilities { uidl: true, top: true, ..pop3::Capabilities::default() };
        assert!(notes(&plain, true, 15).is_empty());
        let odd = pop3::Capabilities {
            expire: Some(Expire::Days(30)),
            login_delay: Some(Duration::from_secs(901)),
            ..pop3::Capabilities::default()
        };
        let told = notes(&odd, false, 15).join(" ");
        for words in ["fetched every time", "after 30 days", "16 minutes"] {
            assert!(told.contains(words), "{told}");
        }
        assert!(notes(&odd, true, 16).len() == 1, "the interval is long enough");
    }
}
