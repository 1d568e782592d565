//! From nothing to a signed-in connection: greeting, STLS, CAPA, UTF8, login.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{
    Error, Login, Server,
    capabilities::Capabilities,
    reply::Reply,
    wire::{Answer, Wire},
};
use crate::{config::Security, model::Credentials, net::Stream};

/// RFC 2449 §4: a longer command, its end included, is refused by servers that hold to it.
const MAX_COMMAND: usize = 255;
/// Rows of CAPA; more are no capabilities.
const MAX_CAPABILITIES: usize = 200;

type Wired = Wire<Stream>;

pub(super) async fn sign_in(server: &Server, login: &Login) -> Result<(Wired, Capabilities), Error> {
    let (Login::Password(credentials) | Login::Token(credentials)) = login;
    // They would end the command or the SASL message early, and no password holds them.
    let breaks = |text: &str| text.contains(['\r', '\n', '\0', '\u{1}']);
    if breaks(&credentials.username) || breaks(credentials.password()) {
        return Err(Error::BadCredentials("a control character cannot be part of it".to_owned()));
    }
    let stream =
        server.dialer.connect_through(&server.egress, &server.upstream).await.map_err(Error::from_net)?;
    let mut wire = Wire::new(stream, server.patience);
    let none = Capabilities::default();
    wire.answer().await?.map_err(|refusal| Error::from_refused_login(refusal, &none))?;
    if server.upstream.security == Security::StartTls {
        wire = encrypted(wire, server).await?;
    }
    let capabilities = ask(&mut wire).await?;
    if capabilities.utf8 {
        // RFC 6856 §2: only before the login. Without it names and passwords are ASCII, and a message that is not is
        // withheld or rewritten; a server that takes its offer back is one without it.
        wire.send(b"UTF8\r\n", 1).await?;
        if let Err(refusal) = wire.answer().await? {
            tracing::debug!(words = refusal.words, "UTF8 is offered and refused");
        }
    }
    let answer = authenticate(&mut wire, &capabilities, login).await?;
    answer.map_err(|refusal| Error::from_refused_login(refusal, &capabilities))?;
    // RFC 2449 §5: some show only now.
    let told_again = ask(&mut wire).await?;
    Ok((wire, if told_again.all.is_empty() { capabilities } else { told_again }))
}

/// Nothing that was said in the clear is believed, so there is no CAPA before this.
async fn encrypted(mut wire: Wired, server: &Server) -> Result<Wired, Error> {
    wire.send(b"STLS\r\n", 1).await?;
    wire.answer().await?.map_err(|_| Error::NoEncryption)?;
    let stream = wire.into_inner().ok_or(Error::Protocol("bytes before the encryption"))?;
    let stream = server.dialer.start_tls(stream, &server.upstream.host).await.map_err(Error::from_net)?;
    Ok(Wire::greeted(stream, server.patience))
}

/// CAPA; a server from before RFC 2449 refuses it.
async fn ask(wire: &mut Wired) -> Result<Capabilities, Error> {
    let mut capabilities = Capabilities::default();
    wire.send(b"CAPA\r\n", 1).await?;
    if wire.opening().await?.is_err() {
        return Ok(capabilities);
    }
    while let Some(row) = wire.row().await? {
        if capabilities.all.len() >= MAX_CAPABILITIES {
            return Err(Error::Protocol("more capabilities than there are"));
        }
        capabilities.add(&super::reply::words(&row));
    }
    Ok(capabilities)
}

async fn authenticate(wire: &mut Wired, capabilities: &Capabilities, login: &Login) -> Result<Answer, Error> {
    match login {
        Login::Token(_) if !capabilities.has_mechanism("XOAUTH2") => {
            Err(Error::BadCredentials("it takes no access tokens (XOAUTH2)".to_owned()))
        }
        Login::Token(credentials) => {
            let message =
                format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", credentials.username, credentials.password());
            sasl(wire, "XOAUTH2", &Zeroizing::new(message)).await
        }
        Login::Password(credentials) if capabilities.has_mechanism("PLAIN") => {
            let message = format!("\0{}\0{}", credentials.username, credentials.password());
            sasl(wire, "PLAIN", &Zeroizing::new(message)).await
        }
        Login::Password(credentials) => user_and_pass(wire, credentials).await,
    }
}

async fn user_and_pass(wire: &mut Wired, credentials: &Credentials) -> Result<Answer, Error> {
    wire.send(format!("USER {}\r\n", credentials.username).as_bytes(), 1).await?;
    if let Err(refusal) = wire.answer().await? {
        return Ok(Err(refusal));
    }
    wire.send(Zeroizing::new(format!("PASS {}\r\n", credentials.password())).as_bytes(), 1).await?;
    wire.answer().await
}

/// RFC 5034 §4. `message` goes with the command where it fits, and after the server's challenge where it does not or
/// where the server knows only the older form (RFC 1734).
async fn sasl(wire: &mut Wired, mechanism: &str, message: &str) -> Result<Answer, Error> {
    let response = Zeroizing::new(format!("{}\r\n", STANDARD.encode(message)));
    let whole = Zeroizing::new(format!("AUTH {mechanism} {}", *response));
    let half = format!("AUTH {mechanism}\r\n");
    // Whether the response has yet to be sent.
    let mut is_due = whole.len() > MAX_COMMAND;
    wire.send(if is_due { half.as_bytes() } else { whole.as_bytes() }, 1).await?;
    // No login has more replies: one to each form of the command, to the response, and to the empty line that follows
    // XOAUTH2's bad news.
    for _ in 0..4 {
        match wire.reply().await? {
            Reply::Ok(words) => {
                wire.settle();
                return Ok(Ok(words));
            }
            Reply::Refused(refusal) if !is_due && refusal.is_about_syntax() => {
                is_due = true;
                wire.send(half.as_bytes(), 1).await?;
            }
            Reply::Refused(refusal) => return Ok(Err(refusal)),
            // A server that knows no initial response may have passed it over.
            Reply::Challenge(challenge) if is_due || challenge.is_empty() => {
                is_due = false;
                wire.write(response.as_bytes()).await?;
            }
            Reply::Challenge(_) => wire.write(b"\r\n").await?,
        }
    }
    Err(Error::Protocol("a login without end"))
}
