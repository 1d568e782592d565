//! One way to do what a person does: raw IMAP, Postroom, another webmail.

use std::{error::Error, io};

use postroom_rig::{Answer, Traffic};

use super::{
    action::Action,
    mailbox::{ATTACHED_BYTES, Mailbox, NEWEST_SUBJECT, OLDEST_SUBJECT, OPENED_TEXT, OTHER_SUBJECT},
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// One browser, or what stands for it.
pub(crate) trait Flow: Send {
    /// What is timed. The answer is the last one, unread.
    fn act(&mut self, action: Action, mailbox: &mut Mailbox) -> Result<Answer>;

    /// What that answer must hold.
    fn expects(&self, action: Action) -> &'static str {
        expects(action)
    }

    fn traffic(&self) -> Traffic;
}

/// Of pages that show what was asked for.
pub(crate) fn expects(action: Action) -> &'static str {
    match action {
        Action::Login | Action::List | Action::Search | Action::Flag | Action::Poll => NEWEST_SUBJECT,
        Action::LastPage => OLDEST_SUBJECT,
        Action::Switch => OTHER_SUBJECT,
        Action::OpenPlain | Action::OpenHtml | Action::OpenAttached => OPENED_TEXT,
        Action::Download | Action::Send | Action::Move => "",
    }
}

/// Not timed: whether the answer is one.
pub(crate) fn check(flow: &dyn Flow, action: Action, answer: &Answer) -> Result<()> {
    if !matches!(answer.status, 200..400) {
        return Err(format!("status {}", answer.status).into());
    }
    if action == Action::Download {
        // The floor's is base64, and longer.
        return if answer.body.len() >= ATTACHED_BYTES {
            Ok(())
        } else {
            Err(format!("{} bytes", answer.body.len()).into())
        };
    }
    let (text, expected) = (answer.text()?, flow.expects(action));
    if text.contains(expected) {
        return Ok(());
    }
    let start: String = text.chars().take(300).collect();
    Err(format!("no {expected:?} in {start:?}").into())
}

/// The value of the form's field, or of a script's.
pub(crate) fn value_after<'a>(page: &'a str, before: &str) -> Result<&'a str> {
    let value = page.split_once(before).and_then(|(_, rest)| rest.split('"').next());
    value.ok_or_else(|| io::Error::other(format!("no {before} in the page")).into())
}

pub(crate) fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
