//! A message put into a mailbox, and messages found by their Message-ID.

use bytes::Bytes;
use memchr::memmem;

use crate::{
    mime,
    model::{Flag, MailboxName, MessageSet, Uid, UidValidity},
};

use super::{
    Conn, Error,
    command::Command,
    response::{Code, Response},
};

impl Conn {
    /// APPENDUID (RFC 4315) where the server tells, else found by Message-ID, else `None`.
    pub async fn append(
        &mut self,
        mailbox: &MailboxName,
        flags: &[Flag],
        message: Bytes,
    ) -> Result<Option<(UidValidity, Uid)>, Error> {
        let mut told = None;
        let mut command = Command::new("APPEND").string(self.names.write(mailbox)).word("(");
        for flag in flags {
            command = command.flag(flag);
        }
        let command = command.close(")").literal(message.clone()).slow();
        self.run(command, |response| {
            if let Response::Tagged { status, .. } = response
                && let Some(Code::AppendUid(uid_validity, uid)) = status.code
            {
                told = Some((uid_validity, uid));
            }
        })
        .await?;
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
