//! What went wrong, in sentences for a collector's owner.

use crate::{mail::Error, pop3};

/// The server's trouble, and what can be done about it.
pub(in crate::mail) fn sentence(error: &pop3::Error) -> String {
    use pop3::Error as E;
    match error {
        E::Forbidden(why) => format!("{why}."),
        E::Unreachable(_) => "The server cannot be reached: is its name right, and its port?".to_owned(),
        E::NoEncryption => "The server offers no encryption, so the password was not sent.".to_owned(),
        E::Certificate(_) => {
            "The server's certificate is not trusted, so the password was not sent: is its name \
                              right?"
                .to_owned()
        }
        E::BadCredentials(words) => {
            format!("The server refuses the user name or the password. {}", it_says(words))
        }
        E::InUse(words) => {
            format!("Another program has the mailbox open; it is tried again later. {}", it_says(words))
        }
        E::LoginDelay(words) => {
            format!("The server wants more time between two sign-ins. {}", it_says(words))
        }
        E::SysTemp(words) => format!("The server has trouble of its own for a while. {}", it_says(words)),
        E::SysPerm(words) => {
            format!("The server has trouble that whoever runs it must mend. {}", it_says(words))
        }
        E::Refused(words) => format!("The server refused. {}", it_says(words)),
        E::Lost(_) => "The connection to the server was lost.".to_owned(),
        E::TimedOut => "The server did not answer in time.".to_owned(),
        E::Protocol(_) => "The server sent something that cannot be read.".to_owned(),
        E::TooLarge(_) => "A message was larger than the server had said.".to_owned(),
        E::Sink(_) => "This site has no room to keep a message for a moment.".to_owned(),
    }
    .trim_end()
    .to_owned()
}

/// The trouble of the account that mail is collected into.
pub(super) fn of_mail(error: &Error) -> String {
    match error {
        Error::BadCredentials => {
            "Your mail account refuses the password that was kept; collecting goes on once you sign in again."
                .to_owned()
        }
        Error::OverQuota(words) => {
            format!("Your mailbox is full; what is left stays on the other server. {}", it_says(words))
        }
        Error::TooManyConnections(words) => {
            format!("Your mail account takes no more connections for a while. {}", it_says(words))
        }
        Error::Unavailable { .. } => "Your mail account cannot be reached for a while.".to_owned(),
        error => format!("Your mail account took no message: {error}."),
    }
    .trim_end()
    .to_owned()
}

/// The server's own words, where it has any.
pub(super) fn it_says(words: &str) -> String {
    match words.trim() {
        "" => String::new(),
        words => format!("It says: \u{201c}{words}\u{201d}"),
    }
}
