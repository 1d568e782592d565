//! A message put into a mailbox, and messages found by their Message-ID.

use bytes::Bytes;
use jiff::Timestamp;
use memchr::memmem;
use tokio::io::AsyncRead;

use crate::{
    mime,
    model::{Flag, MailboxName, MessageSet, Uid, UidValidity},
};

use super::{
    Conn, Error,
    command::Command,
    response::{Code, Response},
    upload::Upload,
};

impl Conn {
    /// APPENDUID (RFC 4315) where the server tells, else found by Message-ID, else `None`.
    pub async fn append(
        &mut self,
        mailbox: &MailboxName,
        flags: &[Flag],
        message: Bytes,
    ) -> Result<Option<(UidValidity, Uid)>, Error> {
        let command = self.append_command(mailbox, flags).literal(message.clone()).slow();
        let told = self.run_append(command).await?;
        if told.is_some() {
            return Ok(told);
        }
        // Stored it is: not to find it is no failure.
        let header = memmem::find(&message, b"\r\n\r\n").and_then(|end| message.get(..end + 2));
        let Some(id) = mime::headers(header.unwrap_or(&message)).message_id else { return Ok(None) };
        let found = self.find_message_id(mailbox, &id).await.unwrap_or_else(|error| {
            tracing::debug!(target: "postroom::imap", %error, "an appended message was not found");
            None
        });
        Ok(found.and_then(|found| Some((found.uid_validity, *found.uids().last()?))))
    }

    /// The same of a message of any size, of which little is held at a time; APPENDUID or `None`.
    ///
    /// `message` must yield `size` bytes, with CRLF line ends and no NUL, or the server changes them. One that
    /// yields others breaks the connection off ([`Error::Source`]), and nothing is stored. An `internal_date`
    /// from before 1970 is left out: servers have no such.
    pub async fn append_file(
        &mut self,
        mailbox: &MailboxName,
        flags: &[Flag],
        internal_date: Option<Timestamp>,
        message: impl AsyncRead + Send + Unpin + 'static,
        size: u64,
    ) -> Result<Option<(UidValidity, Uid)>, Error> {
        if let Some(limit) = self.capabilities().append_limit.filter(|limit| size > *limit) {
            return Err(Error::TooBig(format!("it takes messages of up to {limit} bytes")));
        }
        let command = self.append_command(mailbox, flags);
        let command = match internal_date.filter(|at| *at >= Timestamp::UNIX_EPOCH) {
            Some(at) => command.date_time(at),
            None => command,
        };
        self.run_append(command.upload(Upload::new(message, size))).await
    }

    fn append_command(&self, mailbox: &MailboxName, flags: &[Flag]) -> Command {
        let command = Command::new("APPEND").string(self.names.write(mailbox)).word("(");
        flags.iter().fold(command, Command::flag).close(")")
    }

    async fn run_append(&mut self, command: Command) -> Result<Option<(UidValidity, Uid)>, Error> {
        let mut told = None;
        self.run(command, |response| {
            if let Response::Tagged { status, .. } = response
                && let Some(Code::AppendUid(uid_validity, uid)) = status.code
            {
                told = Some((uid_validity, uid));
            }
        })
        .await?;
        Ok(told)
    }

    /// Messages of `mailbox` with this Message-ID (without angle brackets).
    pub async fn find_message_id(
        &mut self,
        mailbox: &MailboxName,
        id: &str,
    ) -> Result<Option<MessageSet>, Error> {
        let selected = self.refresh(mailbox).await?;
        let command = Command::new("UID SEARCH").slow();
        let command = if id.is_ascii() { command } else { command.word("CHARSET UTF-8") };
        // A search for a part of a header field: with brackets no longer id matches.
        let command = command.word("HEADER Message-ID").string(format!("<{id}>"));
        let uids = self.uids_of(command).await?;
        Ok(MessageSet::new(mailbox.clone(), selected.uid_validity, uids))
    }
}
