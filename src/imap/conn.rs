//! One connection: what is selected, whether it is in step, and how commands are run on it.

use std::{io, sync::Arc, time::Duration};

use async_imap::Session;
use tokio::time::timeout;

use crate::{
    model::{Credentials, MailboxName, MessageKey, MessageSet, UidValidity},
    net::Stream,
};

use super::{
    Capabilities, Error, Server,
    command::Command,
    exchange::exchange,
    login,
    names::Names,
    response::{Code, Response},
    uid_set::{self, UidRange},
    wire::Wire,
};

/// For the server's farewell; a connection that does not end well is dropped.
const LOGOUT_PATIENCE: Duration = Duration::from_secs(3);
/// For the NOOP that tells whether an idle connection still stands.
const PROBE_PATIENCE: Duration = Duration::from_secs(10);

/// A connection, inside the task that owns it.
pub struct Conn {
    session: Session<Wire<Stream>>,
    capabilities: Arc<Capabilities>,
    pub(super) names: Arc<Names>,
    selected: Option<Selected>,
    n_commands: u64,
    /// For a command whose cost is [`super::command::Cost::Flat`].
    patience: Duration,
    /// Set while an answer is outstanding, and for good when one could not be read.
    is_broken: bool,
}

/// The mailbox that is open.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) mailbox: MailboxName,
    pub(super) uid_validity: UidValidity,
    /// Messages, kept current by every command's untagged responses.
    pub(super) exists: u32,
}

impl Conn {
    pub(super) async fn connect(
        server: &Server,
        credentials: &Credentials,
        names: Arc<Names>,
    ) -> Result<Conn, Error> {
        let signed_in = login::sign_in(server, credentials).await?;
        Ok(Conn {
            session: signed_in.session,
            capabilities: Arc::new(signed_in.capabilities),
            names,
            selected: None,
            n_commands: 0,
            patience: server.patience,
            is_broken: false,
        })
    }

    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    pub(super) fn shared_capabilities(&self) -> Arc<Capabilities> {
        Arc::clone(&self.capabilities)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    pub(super) fn selected(&self) -> Option<&MailboxName> {
        self.selected.as_ref().map(|selected| &selected.mailbox)
    }

    /// Messages in the selected mailbox.
    pub(super) fn exists(&self) -> u32 {
        self.selected.as_ref().map_or(0, |selected| selected.exists)
    }

    /// Runs one command; `each` gets every response up to the tagged OK, that included.
    pub(super) async fn run(
        &mut self,
        command: Command,
        mut each: impl FnMut(Response<'_>) + Send,
    ) -> Result<(), Error> {
        if self.is_broken {
            return Err(Error::Lost(io::ErrorKind::NotConnected.into()));
        }
        self.is_broken = true;
        self.n_commands += 1;
        let (tag, name, patience) =
            (format!("p{}", self.n_commands), command.name(), command.cost.patience(self.patience));
        let literals = self.capabilities.literals();
        let selected = &mut self.selected;
        let exchange = exchange(self.session.get_mut(), &tag, command, literals, |response| {
            observe(selected.as_mut(), &response);
            each(response);
        });
        let result = timeout(patience, exchange).await.unwrap_or(Err(Error::TimedOut));
        self.is_broken = result.as_ref().is_err_and(Error::breaks_off);
        // Names only: arguments are people's folders, words and letters.
        tracing::debug!(target: "postroom::imap", command = name, ok = result.is_ok());
        result
    }

    /// Runs a command whose answers do not matter.
    pub(super) async fn run_simply(&mut self, command: Command) -> Result<(), Error> {
        self.run(command, |_| {}).await
    }

    /// Whether the connection still answers; its selected mailbox is current then.
    pub(super) async fn probe(&mut self) -> Result<(), Error> {
        let probe = timeout(PROBE_PATIENCE, self.run_simply(Command::new("NOOP")));
        probe.await.unwrap_or(Err(Error::TimedOut))
    }

    /// Waits until the server says something unasked; returns only once the connection is of no use.
    /// Can be given up at any time.
    pub(super) async fn watch(&mut self) -> io::Error {
        loop {
            match self.session.get_mut().frame().await {
                Ok(frame) => match Response::parse(&frame) {
                    Ok(Response::Status(status)) if status.condition == super::response::Condition::Bye => {
                        return io::Error::new(io::ErrorKind::ConnectionAborted, status.text);
                    }
                    Ok(response) => observe(self.selected.as_mut(), &response),
                    Err(_) => {}
                },
                Err(error) => return error,
            }
        }
    }

    /// Says goodbye, if there is anybody to say it to.
    pub(super) async fn log_out(mut self) {
        if self.is_broken {
            return;
        }
        if timeout(LOGOUT_PATIENCE, self.session.logout()).await.is_err() {
            tracing::debug!(target: "postroom::imap", "no answer to LOGOUT");
        }
    }

    /// Opens `mailbox` unless it is open.
    pub(super) async fn select(&mut self, mailbox: &MailboxName) -> Result<Selected, Error> {
        match &self.selected {
            Some(selected) if selected.mailbox == *mailbox => Ok(selected.clone()),
            _ => self.select_anew(mailbox).await,
        }
    }

    /// Opens `mailbox`, or learns what happened in it since it was opened.
    pub(super) async fn refresh(&mut self, mailbox: &MailboxName) -> Result<Selected, Error> {
        if self.selected() == Some(mailbox) {
            // A mailbox that was renamed or deleted meanwhile ends in BYE here (Dovecot 2.3): the
            // connection is replaced, and the SELECT on the next tells.
            self.run_simply(Command::new("NOOP")).await?;
        }
        self.select(mailbox).await
    }

    /// Opens `mailbox` and makes sure that `uid_validity` is its UIDVALIDITY.
    pub(super) async fn select_checked(
        &mut self,
        mailbox: &MailboxName,
        uid_validity: UidValidity,
    ) -> Result<(), Error> {
        if self.select(mailbox).await?.uid_validity == uid_validity {
            return Ok(());
        }
        // The mailbox may have been made anew since it was opened.
        match self.select_anew(mailbox).await?.uid_validity == uid_validity {
            true => Ok(()),
            false => Err(Error::Stale),
        }
    }

    pub(super) async fn select_for(&mut self, key: &MessageKey) -> Result<[UidRange; 1], Error> {
        self.select_checked(&key.mailbox, key.uid_validity).await?;
        let uid = key.uid.get();
        Ok([UidRange { first: uid, last: uid }])
    }

    /// Opens the mailbox of `messages`; returns their UIDs, a set for each command.
    pub(super) async fn select_set(&mut self, messages: &MessageSet) -> Result<Vec<Vec<UidRange>>, Error> {
        self.select_checked(&messages.mailbox, messages.uid_validity).await?;
        Ok(uid_set::chunks(messages.uids()))
    }

    async fn select_anew(&mut self, mailbox: &MailboxName) -> Result<Selected, Error> {
        // A refused SELECT leaves nothing selected (RFC 3501 §6.3.1).
        self.selected = None;
        let (mut exists, mut uid_validity) = (0, None);
        let command = Command::new("SELECT").string(self.names.write(mailbox));
        let result = self.run(command, |response| match response {
            Response::Exists(n) => exists = n,
            Response::Status(status) => {
                if let Some(Code::UidValidity(validity)) = status.code {
                    uid_validity = Some(validity);
                }
            }
            _ => {}
        });
        match result.await {
            // Dovecot 2.3 refuses an unknown name with NO alone.
            Err(Error::Refused(_)) => return Err(Error::NoSuchMailbox),
            other => other?,
        }
        let uid_validity = uid_validity.ok_or(Error::Protocol("a mailbox without UIDVALIDITY"))?;
        let selected = Selected { mailbox: mailbox.clone(), uid_validity, exists };
        self.selected = Some(selected.clone());
        Ok(selected)
    }

    /// Closes `mailbox` if it is open, without expunging anything.
    pub(super) async fn leave(&mut self, mailbox: &MailboxName) -> Result<(), Error> {
        if self.selected() != Some(mailbox) {
            return Ok(());
        }
        self.selected = None;
        if self.capabilities.unselect {
            return self.run_simply(Command::new("UNSELECT")).await;
        }
        // RFC 3501 has no other way out than another mailbox: CLOSE expunges.
        let other = if mailbox.is_inbox() { "" } else { "INBOX" };
        match self.run_simply(Command::new("EXAMINE").string(other)).await {
            Err(Error::Refused(_) | Error::NoSuchMailbox) => Ok(()),
            other => other,
        }
    }
}

/// Keeps the number of messages current: servers tell changes with any command (RFC 3501 §5.2).
fn observe(selected: Option<&mut Selected>, response: &Response<'_>) {
    match (selected, response) {
        (Some(selected), Response::Exists(n)) => selected.exists = *n,
        (Some(selected), Response::Expunge) => selected.exists = selected.exists.saturating_sub(1),
        _ => {}
    }
}
