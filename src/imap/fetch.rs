//! One message: its headers and structure, and the bytes of its parts.

use bytes::Bytes;

use crate::{
    mime,
    model::{Message, MessageKey, Section},
};

use super::{
    Conn, Error,
    command::Command,
    response::{Fetch, Response},
    structure,
};

/// What a server is asked about messages. A hostile message may be more than it can describe: Dovecot 2.3.19 ends
/// over the ENVELOPE of one with very many groups of addresses, and answers nothing about its neighbours either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What it makes of them: ENVELOPE, BODYSTRUCTURE, PREVIEW.
    Described,
    /// Their headers as they stand, which take no parsing.
    Plain,
}

impl Conn {
    /// Flags, header and structure: never a body. Leaves \Seen alone.
    pub async fn open(&mut self, key: &MessageKey) -> Result<Message, Error> {
        self.open_with(key, Detail::Described).await
    }

    pub async fn open_with(&mut self, key: &MessageKey, detail: Detail) -> Result<Message, Error> {
        let set = self.select_for(key).await?;
        let mut message = None;
        let command = Command::new("UID FETCH").uids(&set).word("(UID FLAGS INTERNALDATE RFC822.SIZE");
        let command = if detail == Detail::Described { command.word("BODYSTRUCTURE") } else { command };
        let command = command.body(&Section::root(), "HEADER", Some((0, mime::MAX_HEADER))).close(")");
        self.run(command, |response| {
            let Response::Fetch(fetch) = response else { return };
            let (Some(header), true) = (fetch.body(), fetch.uid == Some(key.uid)) else { return };
            let headers = mime::headers(header);
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

    /// The beginnings of sections, each with the bytes it may have at most, in one command: for each command a server
    /// may read the whole message anew. What it does not tell is empty.
    pub async fn beginnings(
        &mut self,
        key: &MessageKey,
        wanted: &[(Section, u32)],
    ) -> Result<Vec<Bytes>, Error> {
        let set = self.select_for(key).await?;
        let mut bytes = None;
        let command = Command::new("UID FETCH").uids(&set).word("(UID");
        let command = wanted
            .iter()
            .fold(command, |command, (section, length)| command.body(section, "", Some((0, *length))));
        self.run(command.close(")"), |response| {
            if let Response::Fetch(fetch) = response
                && fetch.uid == Some(key.uid)
                && !fetch.bodies.is_empty()
            {
                bytes = Some(wanted.iter().map(|(section, _)| content(&fetch, section)).collect());
            }
        })
        .await?;
        bytes.ok_or(Error::Gone)
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
                && let Some(body) = fetch.body()
            {
                bytes = Some(Bytes::copy_from_slice(body));
            }
        })
        .await?;
        bytes.ok_or(Error::Gone)
    }
}

fn content(fetch: &Fetch<'_>, section: &Section) -> Bytes {
    let name = section.to_string();
    let told = fetch.bodies.iter().find(|(told, _)| told == name.as_bytes());
    told.map(|(_, content)| Bytes::copy_from_slice(content)).unwrap_or_default()
}
