//! Acting on one or many messages, and taking the last action back.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;
use serde::Deserialize;

use crate::{
    mail::{Account, Done, Error as MailError, UndoToken},
    model::{Flag, FlagChange, MailboxName, MessageKey, MessageSet},
    web::{
        App, Error,
        extract::{Form, Path, User},
        flash::Flash,
        moment::{self, Later},
    },
};

/// What can be done with messages; the words are public (README, "Addresses").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Read,
    Unread,
    Flag,
    Unflag,
    Archive,
    Junk,
    NotJunk,
    Delete,
    Expunge,
    Move,
    Copy,
    /// Until then. Unix seconds.
    Snooze(i64),
}

impl Action {
    fn from_word(word: &str) -> Option<Action> {
        Some(match word {
            "read" => Action::Read,
            "unread" => Action::Unread,
            "flag" => Action::Flag,
            "unflag" => Action::Unflag,
            "archive" => Action::Archive,
            "junk" => Action::Junk,
            "notjunk" => Action::NotJunk,
            "delete" => Action::Delete,
            "expunge" => Action::Expunge,
            "move" => Action::Move,
            "copy" => Action::Copy,
            _ => return None,
        })
    }

    /// What the next page says was done.
    fn past(self) -> &'static str {
        match self {
            Action::Read => "marked read",
            Action::Unread => "marked unread",
            Action::Flag => "flagged",
            Action::Unflag => "unflagged",
            Action::Archive => "archived",
            Action::Junk => "moved to Junk",
            Action::NotJunk => "moved to the inbox",
            Action::Delete => "deleted",
            Action::Expunge => "deleted for good",
            Action::Move => "moved",
            Action::Copy => "copied",
            Action::Snooze(_) => "snoozed",
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct ActForm {
    /// For `snooze` its button may name the time, too: `snooze tomorrow`.
    #[serde(default)]
    action: String,
    /// A button in a row: the action and the one message it is for, `flag 17.42`.
    #[serde(default)]
    one: String,
    #[serde(default)]
    id: Vec<String>,
    /// Where to, for `move` and `copy`.
    #[serde(default)]
    to: String,
    /// When to come back, for `snooze`: a word of [`Later`], or a date and time.
    #[serde(default)]
    until: String,
    #[serde(default)]
    back: String,
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    Path(mailbox): Path<MailboxName>,
    Form(form): Form<ActForm>,
) -> Result<Response, Error> {
    let back = app.urls.local(&form.back).map_or_else(|| app.urls.mailbox(&mailbox), str::to_owned);
    let (word, ids) = match form.one.split_once(' ') {
        Some((word, id)) => (word, vec![id.to_owned()]),
        None => (form.action.as_str(), form.id),
    };
    let (word, until) = word.split_once(' ').unwrap_or((word, &form.until));
    let now = ZonedDateTime::now();
    let action = match word {
        "snooze" => Action::Snooze(time(until, &now)?),
        word => Action::from_word(word).ok_or_else(|| Error::BadRequest("no such action".to_owned()))?,
    };
    let flash = match messages(&mailbox, &ids)? {
        None => Flash::warning("Choose at least one message first."),
        Some(messages) => {
            let done = act(&user.account, action, &messages, &form.to).await?;
            Flash::note(sentence(&done, action, &now)).with_undo(done.undo)
        }
    };
    app.flashes.set(&user, flash).await;
    Ok(Redirect::to(&back).into_response())
}

/// All ids must be of the same UIDVALIDITY: two of them mean that the mailbox was rebuilt in between.
fn messages(mailbox: &MailboxName, ids: &[String]) -> Result<Option<MessageSet>, Error> {
    let keys: Option<Vec<_>> = ids.iter().map(|id| MessageKey::from_id(mailbox.clone(), id)).collect();
    let keys = keys.ok_or_else(|| Error::BadRequest("not a message id".to_owned()))?;
    let Some(uid_validity) = keys.first().map(|key| key.uid_validity) else { return Ok(None) };
    if keys.iter().any(|key| key.uid_validity != uid_validity) {
        return Err(MailError::Stale.into());
    }
    Ok(MessageSet::new(mailbox.clone(), uid_validity, keys.iter().map(|key| key.uid).collect()))
}

async fn act(account: &Account, action: Action, messages: &MessageSet, to: &str) -> Result<Done, Error> {
    let target = || {
        MailboxName::new(to)
            .map_err(|_| Error::from(MailError::Invalid("Choose the folder to put them in.".to_owned())))
    };
    let done = match action {
        Action::Read => account.change_flags(messages, &FlagChange::Add(Flag::Seen)).await,
        Action::Unread => account.change_flags(messages, &FlagChange::Remove(Flag::Seen)).await,
        Action::Flag => account.change_flags(messages, &FlagChange::Add(Flag::Flagged)).await,
        Action::Unflag => account.change_flags(messages, &FlagChange::Remove(Flag::Flagged)).await,
        Action::Archive => account.archive(messages).await,
        Action::Junk => account.junk(messages).await,
        Action::NotJunk => account.not_junk(messages).await,
        Action::Delete => account.delete(messages).await,
        Action::Expunge => account.expunge(messages).await,
        Action::Move => account.move_to(messages, &target()?).await,
        Action::Copy => account.copy_to(messages, &target()?).await,
        Action::Snooze(until) => account.snooze(messages, until).await,
    };
    Ok(done?)
}

/// Unix seconds.
fn time(typed: &str, now: &ZonedDateTime) -> Result<i64, Error> {
    if let Some(later) = Later::from_word(typed) {
        return Ok(later.at(now));
    }
    moment::parse(typed, now).map_err(|sentence| MailError::Invalid(sentence.to_owned()).into())
}

fn sentence(done: &Done, action: Action, now: &ZonedDateTime) -> String {
    let text = match done.n_messages {
        0 => return "Nothing had to be changed.".to_owned(),
        1 => format!("1 message {}", action.past()),
        n => format!("{n} messages {}", action.past()),
    };
    match action {
        Action::Snooze(until) => format!("{text}: back {}.", moment::spoken(until, now)),
        _ => format!("{text}."),
    }
}

#[derive(Debug, Deserialize)]
pub struct UndoForm {
    undo: String,
    #[serde(default)]
    back: String,
}

pub async fn undo(State(app): State<App>, user: User, Form(form): Form<UndoForm>) -> Result<Response, Error> {
    let back = app.urls.local(&form.back).map_or_else(|| app.urls.inbox(), str::to_owned);
    let n_messages = user.account.undo(&UndoToken(form.undo)).await?;
    let flash = match n_messages {
        1 => "Undone for 1 message.".to_owned(),
        n => format!("Undone for {n} messages."),
    };
    app.flashes.set(&user, Flash::note(flash)).await;
    Ok(Redirect::to(&back).into_response())
}

/// Empties Trash or Junk.
pub async fn empty(
    State(app): State<App>,
    user: User,
    Path(mailbox): Path<MailboxName>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Error> {
    let n_messages = user.account.empty_mailbox(mailbox.clone()).await?;
    let text = match n_messages {
        0 => "The folder was empty already.".to_owned(),
        1 => "1 message deleted for good.".to_owned(),
        n => format!("{n} messages deleted for good."),
    };
    app.flashes.set(&user, Flash::note(text)).await;
    Ok(Redirect::to(&app.urls.mailbox(&mailbox)).into_response())
}

#[derive(Debug, Deserialize)]
pub struct NoFields {}
