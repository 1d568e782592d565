//! What can go wrong, and the one place where the server's refusals become it.

use std::io;

use super::{
    capabilities::Capabilities,
    reply::{Code, Refusal},
};
use crate::net;

/// What went wrong, by what can be done about it. `Display` never repeats the source. Words are the server's, one line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Our rules for hosts that people name; no retry changes them.
    #[error(transparent)]
    Forbidden(net::Forbidden),
    #[error("no connection to the POP3 server")]
    Unreachable(#[source] net::Error),
    /// STLS is required and the server does not offer it.
    #[error("the POP3 server offers no encryption")]
    NoEncryption,
    #[error("the POP3 server's certificate is not trusted")]
    Certificate(#[source] io::Error),
    /// User name or password, or no way to sign in with them that both sides know.
    #[error("the POP3 server refused the login: {0}")]
    BadCredentials(String),
    /// Another session has the mailbox (`[IN-USE]`).
    #[error("another program has the POP3 mailbox open: {0}")]
    InUse(String),
    /// `[LOGIN-DELAY]`; see [`Capabilities::login_delay`].
    #[error("the POP3 server wants more time between two logins: {0}")]
    LoginDelay(String),
    #[error("the POP3 server has trouble: {0}")]
    SysTemp(String),
    /// Trouble that its administrator must mend.
    #[error("the POP3 server has trouble that does not pass by itself: {0}")]
    SysPerm(String),
    /// Another `-ERR`; after it the connection is in step.
    #[error("the POP3 server refused: {0}")]
    Refused(String),
    #[error("the connection to the POP3 server was lost")]
    Lost(#[source] io::Error),
    #[error("the POP3 server did not answer in time")]
    TimedOut,
    /// Something unreadable, or over the limits; the connection is of no more use.
    #[error("the POP3 server sent something unreadable: {0}")]
    Protocol(&'static str),
    /// The message is larger than wanted; the connection is of no more use.
    #[error("the message is larger than {0} bytes")]
    TooLarge(u64),
    /// What a message was being written to failed; the connection is of no more use.
    #[error("the message could not be kept")]
    Sink(#[source] io::Error),
}

impl Error {
    /// Whether trying again is of no use before somebody changed something here.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Error::Forbidden(_) | Error::BadCredentials(_) | Error::SysPerm(_))
    }

    pub(super) fn from_net(error: net::Error) -> Error {
        match error {
            net::Error::Forbidden(why) => Error::Forbidden(why),
            net::Error::Certificate(error) => Error::Certificate(error),
            net::Error::TimedOut => Error::TimedOut,
            net::Error::Unreachable(_) | net::Error::CaFile(_) => Error::Unreachable(error),
        }
    }

    /// What `-ERR` to a command means.
    pub(super) fn from_refusal(refusal: Refusal) -> Error {
        let Refusal { code, words } = refusal;
        match code {
            Some(Code::Auth) => Error::BadCredentials(words),
            Some(Code::InUse) => Error::InUse(words),
            Some(Code::LoginDelay) => Error::LoginDelay(words),
            Some(Code::SysTemp) => Error::SysTemp(words),
            Some(Code::SysPerm) => Error::SysPerm(words),
            Some(Code::Other) | None => Error::Refused(words),
        }
    }

    /// What `-ERR` to a greeting or login means. A password taken for wrong stops a collector for good, so where a server
    /// has no codes its words are asked first.
    pub(super) fn from_refused_login(refusal: Refusal, capabilities: &Capabilities) -> Error {
        if refusal.code.is_some() {
            return Error::from_refusal(refusal);
        }
        if refusal.names(&["lock", "in use", "busy", "already open"]) {
            return Error::InUse(refusal.words);
        }
        let passes = ["temporar", "try again", "later", "too many", "unavailable", "timeout", "internal"];
        match refusal.names(&passes) {
            true => Error::SysTemp(refusal.words),
            // RFC 3206 §5: it would have said so.
            false if capabilities.auth_resp_code => Error::Refused(refusal.words),
            false => Error::BadCredentials(refusal.words),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "tests may panic")]

    use super::*;
    use crate::pop3::reply::Reply;

    fn refused_login(line: &str, capabilities: &Capabilities) -> String {
        match Reply::parse(line.as_bytes()) {
            Some(Reply::Refused(refusal)) => {
                format!("{:?}", Error::from_refused_login(refusal, capabilities))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_password_is_told_apart_from_what_passes() {
        let plain = Capabilities::default();
        for (line, want) in [
            ("-ERR [AUTH] Authentication failed.", "BadCredentials"),
            ("-ERR invalid password", "BadCredentials"),
            ("-ERR", "BadCredentials"),
            ("-ERR unable to lock maildrop", "InUse"),
            ("-ERR Mailbox is busy", "InUse"),
            ("-ERR [IN-USE] x", "InUse"),
            ("-ERR Temporary failure, try again later", "SysTemp"),
            ("-ERR Too many connections", "SysTemp"),
            ("-ERR [SYS/TEMP] x", "SysTemp"),
            ("-ERR [SYS/PERM] x", "SysPerm"),
            ("-ERR [LOGIN-DELAY] x", "LoginDelay"),
            ("-ERR [UTF8] x", "Refused"),
        ] {
            let got = refused_login(line, &plain);
            assert!(got.starts_with(want), "{line}: {got}");
        }
        let codes = Capabilities { auth_resp_code: true, ..Capabilities::default() };
        assert!(refused_login("-ERR not today", &codes).starts_with("Refused"));
        assert!(refused_login("-ERR [AUTH] no", &codes).starts_with("BadCredentials"));
    }
}
