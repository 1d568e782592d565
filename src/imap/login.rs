//! From a dialled connection to a signed-in one: greeting, STARTTLS, login. async-imap does these.

use std::{io, time::Duration};

use async_imap::{Authenticator, Client, Session};
use tokio::time::timeout;

use crate::{
    config::Security,
    model::Credentials,
    net::{Dialer, Stream},
};

use super::{
    Error, Server,
    capabilities::Capabilities,
    command::{Command, Literals},
    exchange::exchange,
    response::{Code, Condition, Response, Status},
    wire::Wire,
};

/// For greeting, STARTTLS and login together, without the dialling and the handshake.
const PATIENCE: Duration = Duration::from_secs(30);

type Wired = Wire<Stream>;

pub(super) struct SignedIn {
    pub(super) session: Session<Wired>,
    pub(super) capabilities: Capabilities,
}

pub(super) async fn sign_in(server: &Server, credentials: &Credentials) -> Result<SignedIn, Error> {
    // They would end the command or the SASL message early, and no password holds them.
    let breaks = |text: &str| text.contains(['\r', '\n', '\0']);
    if breaks(&credentials.username) || breaks(credentials.password()) {
        return Err(Error::BadCredentials);
    }
    let stream = server.dialer.connect(&server.upstream).await.map_err(Error::Unreachable)?;
    let client = in_time(greeted(stream)).await?;
    let (client, announced) = match server.upstream.security {
        Security::Tls | Security::Insecure => {
            let announced = client.get_ref().last_status().and_then(announcement);
            (client, announced)
        }
        // What was announced in the clear may have been anybody's.
        Security::StartTls => (encrypted(client, &server.dialer, &server.upstream.host).await?, None),
    };
    in_time(logged_in(client, announced, credentials)).await
}

async fn in_time<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(PATIENCE, step).await.map_err(|_| Error::TimedOut)?
}

async fn greeted(stream: Stream) -> Result<Client<Wired>, Error> {
    let mut client = Client::new(Wire::new(stream));
    client.read_response().await.map_err(Error::from_io)?.ok_or(Error::Protocol("no greeting"))?;
    let greeting = client.get_ref().last_status().ok_or(Error::Protocol("no greeting"))?;
    match greeting.condition {
        Condition::Ok => Ok(client),
        // Signed in as somebody, without a password asked for: nothing to build upon, and with
        // STARTTLS the way to be kept in the clear.
        Condition::Preauth => Err(Error::Protocol("a greeting of PREAUTH")),
        _ => Err(Error::from_refused_login(&greeting)),
    }
}

async fn encrypted(mut client: Client<Wired>, dialer: &Dialer, host: &str) -> Result<Client<Wired>, Error> {
    let answer = in_time(async { Ok(client.run_command_and_check_ok("STARTTLS", None).await) }).await?;
    match answer {
        Ok(()) => {}
        Err(async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_)) => {
            return Err(Error::NoStartTls);
        }
        Err(error) => return Err(settle(error, client.get_ref())),
    }
    let stream = client.into_inner().into_inner().ok_or(Error::Protocol("bytes before the encryption"))?;
    let stream = dialer.start_tls(stream, host).await.map_err(Error::Unreachable)?;
    Ok(Client::new(Wire::new(stream)))
}

async fn logged_in(
    mut client: Client<Wired>,
    announced: Option<Capabilities>,
    credentials: &Credentials,
) -> Result<SignedIn, Error> {
    let before = match announced {
        Some(capabilities) => capabilities,
        None => capabilities(client.get_mut()).await?,
    };
    let (username, password) = (&credentials.username, credentials.password());
    // LOGIN's strings are ASCII (RFC 3501 §9); PLAIN's are UTF-8 (RFC 4616 §2).
    let needs_plain = before.login_disabled || !username.is_ascii() || !password.is_ascii();
    let attempt = if before.auth_plain && needs_plain {
        client.authenticate("PLAIN", Plain(format!("\0{username}\0{password}"))).await
    } else {
        client.login(username, password).await
    };
    let mut session = match attempt {
        Ok(session) => session,
        Err((error, client)) => return Err(settle(error, client.get_ref())),
    };
    session.get_mut().raise_limits();
    let announced = session.get_ref().last_status().and_then(announcement);
    let capabilities = match announced {
        Some(capabilities) => capabilities,
        None => capabilities(session.get_mut()).await?,
    };
    Ok(SignedIn { session, capabilities })
}

/// The answer to the server's empty challenge (RFC 4616).
struct Plain(String);

impl Authenticator for Plain {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        std::mem::take(&mut self.0)
    }
}

/// What a status response announces of itself.
fn announcement(status: Status<'_>) -> Option<Capabilities> {
    match status.code {
        Some(Code::Capability(all)) => Some(Capabilities::new(all)),
        _ => None,
    }
}

async fn capabilities(wire: &mut Wired) -> Result<Capabilities, Error> {
    let mut all = vec![];
    exchange(wire, "c", Command::new("CAPABILITY"), Literals::Synchronizing, |response| {
        if let Response::Capability(told) = response {
            all.extend(told);
        }
    })
    .await?;
    Ok(Capabilities::new(all))
}

/// async-imap tells that a command was refused; the server's reasons are on the wire.
fn settle(error: async_imap::error::Error, wire: &Wired) -> Error {
    match (error, wire.last_status()) {
        (_, Some(status)) if status.condition != Condition::Ok => Error::from_refused_login(&status),
        (async_imap::error::Error::Io(error), _) => Error::from_io(error),
        (async_imap::error::Error::ConnectionLost, _) => Error::Lost(io::ErrorKind::UnexpectedEof.into()),
        _ => Error::Protocol("an answer to the login"),
    }
}
