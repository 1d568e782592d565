//! The IMAP adapter against a real Dovecot, with everything announced and with nothing.

mod actions;
mod appends;
mod cancel;
mod corpus;
mod faults;
mod lists;
mod login;
mod mailboxes;
mod message;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use postroom::{
    config::{Security, Upstream},
    imap::{Conn, Error, Pool, Server},
    model::{Credentials, Flag, ListRequest, MailboxName, MessageKey, MessageSet, Uid},
    net::Dialer,
};
use postroom_rig::{Person, rig};

fn server(address: SocketAddr, security: Security, ca_file: Option<&Path>) -> Arc<Server> {
    let host = if security == Security::Insecure { address.ip().to_string() } else { "localhost".into() };
    Arc::new(Server {
        dialer: Arc::new(Dialer::trusting(ca_file).unwrap()),
        upstream: Upstream { host, port: address.port(), security },
        max_connections: 3,
        patience: Duration::from_secs(60),
    })
}

fn credentials(person: &Person) -> Credentials {
    Credentials::new(person.address.clone(), person.password.clone())
}

async fn pool_at(address: SocketAddr, person: &Person) -> Pool {
    Pool::sign_in(server(address, Security::Insecure, None), credentials(person)).await.unwrap()
}

/// Everything announced, and nothing beyond RFC 3501: what is true of one must be true of the other.
fn servers() -> [SocketAddr; 2] {
    [rig().imap(), rig().bare_imap()]
}

fn inbox() -> MailboxName {
    MailboxName::inbox()
}

fn mailbox(name: &str) -> MailboxName {
    MailboxName::new(name).unwrap()
}

/// Runs a job on a connection, as one that must not be done twice.
async fn on<T: Send + 'static>(
    pool: &Pool,
    job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    pool.write(None, job).await
}

/// Puts a message with this subject into a mailbox.
async fn put(pool: &Pool, name: &MailboxName, subject: &str) -> Option<MessageKey> {
    let name = name.clone();
    let eml =
        format!("Message-ID: <{subject}@example.org>\r\nSubject: {subject}\r\n\r\nText of {subject}.\r\n");
    on(pool, move |conn| {
        Box::pin(async move {
            let stored = conn.append(&name, &[], Bytes::from(eml)).await?;
            Ok(stored.map(|(uid_validity, uid)| MessageKey { mailbox: name, uid_validity, uid }))
        })
    })
    .await
    .unwrap()
}

/// The subjects of a mailbox, oldest first.
async fn subjects(pool: &Pool, name: &MailboxName) -> Vec<String> {
    let mut rows = rows(pool, name, ListRequest { per_page: 1000, ..ListRequest::default() }).await;
    rows.reverse();
    rows
}

/// The subjects of a page, in its order.
async fn rows(pool: &Pool, name: &MailboxName, request: ListRequest) -> Vec<String> {
    let wanted = name.clone();
    let listed = pool.read(Some(name), move |conn| {
        let (name, request) = (wanted.clone(), request.clone());
        Box::pin(async move { conn.list_page(&name, &request).await })
    });
    listed.await.unwrap().page.rows.into_iter().map(|row| row.subject).collect()
}

fn set(keys: &[&MessageKey]) -> MessageSet {
    let uids: Vec<Uid> = keys.iter().map(|key| key.uid).collect();
    MessageSet::new(keys[0].mailbox.clone(), keys[0].uid_validity, uids).unwrap()
}

const SEEN: Flag = Flag::Seen;
