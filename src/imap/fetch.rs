//! One message: its headers and structure, and the bytes of its parts.

use bytes::Bytes;

use crate::{
    mime,
    model::{Message, MessageKey, Section},
};

use super::{Conn, Error, command::Command, response::Response, structure};

impl Conn {
    /// Flags, header and structure: never a body. Leaves \Seen alone.
    pub async fn open(&mut self, key: &MessageKey) -> Result<Message, Error> {
        let set = self.select_for(key).await?;
        let mut message = None;
        let command = Command::new("UID FETCH")
            .uids(&set)
            .word("(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE")
            .body(&Section::root(), "HEADER", None)
            .close(")");
        self.run(command, |response| {
            let Response::Fetch(fetch) = response else { return };
            let (Some(body), true) = (&fetch.body, fetch.uid == Some(key.uid)) else { return };
            let headers = mime::headers(body);
            let sent = headers.date.as_ref().map(|date| date.timestamp());
            message = Some(Message {
                key: key.clone(),
                flags: fetch.flags.unwrap_or_default(),
                received: fetch.internal_date.or(sent).unwrap_or_default(),
                size: fetch.size.unwrap_or_default(),
                tree: structure::tree(fetch.structure.as_ref()),
                headers,
            });
        })
        .await?;
        message.ok_or(Error::Gone)
    }

    /// Bytes of a section as they stand in the message, still encoded; the root section is the whole
    /// message. `range` is `(offset, length)`; an answer shorter than `length` is the end. Without a
    /// range, what is larger than 64 MiB ends the connection.
    pub async fn section(
        &mut self,
        key: &MessageKey,
        section: &Section,
        range: Option<(u64, u32)>,
    ) -> Result<Bytes, Error> {
        self.body(key, section, "", range).await
    }

    /// The raw header of the message, or of the attached message at `section`.
    pub async fn header(&mut self, key: &MessageKey, section: &Section) -> Result<Bytes, Error> {
        self.body(key, section, "HEADER", None).await
    }

    async fn body(
        &mut self,
        key: &MessageKey,
        section: &Section,
        suffix: &'static str,
        range: Option<(u64, u32)>,
    ) -> Result<Bytes, Error> {
        let set = self.select_for(key).await?;
        let mut bytes = None;
        let command =
            Command::new("UID FETCH").uids(&set).word("(UID").body(section, suffix, range).close(")");
        self.run(command, |response| {
            if let Response::Fetch(fetch) = response
                && fetch.uid == Some(key.uid)
                && let Some(body) = fetch.body
            {
                bytes = Some(Bytes::copy_from_slice(&body));
            }
        })
        .await?;
        bytes.ok_or(Error::Gone)
    }
}
