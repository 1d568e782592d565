//! A message: its headers and structure first, then the parts that are shown, never more.

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::{Account, Detail, Error};
use crate::{
    mime,
    model::{Flag, FlagChange, Message, MessageKey, MessageSet, Part, PartKind, Problem, Section},
};

/// Bytes of a body that are fetched to be shown, still encoded; the rest is in the source.
const SHOWN_BYTES: u32 = 4 << 20;
/// Body parts that are shown. Asking for more would make a line that servers need not take (RFC 7162 §4: 8192 bytes).
const SHOWN_PARTS: usize = 50;

/// UIDs before a message's own that are searched for its sender.
const SEARCHED_BEFORE: u32 = 500;

/// Which version of a body is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    Html,
    Text,
}

/// The readable body of a message.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// In the order they are read.
    pub parts: Vec<ReadingPart>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone)]
pub struct ReadingPart {
    pub section: Section,
    pub content: Content,
}

/// Decoded, with `\n` line ends; not sanitised.
#[derive(Debug, Clone)]
pub enum Content {
    Text(String),
    Html(String),
}

impl Reading {
    pub fn has_html(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.content, Content::Html(_)))
    }

    /// All of it as text, for quoting.
    pub fn to_text(&self) -> String {
        let texts: Vec<_> = self.parts.iter().map(|part| part.content.to_text()).collect();
        texts.join("\n")
    }
}

impl Content {
    pub fn n_bytes(&self) -> usize {
        match self {
            Content::Text(text) | Content::Html(text) => text.len(),
        }
    }

    pub fn to_text(&self) -> String {
        match self {
            Content::Text(text) => text.clone(),
            Content::Html(html) => mime::html_to_text(html),
        }
    }
}

impl Account {
    /// Flags, headers and structure. Does not mark the message read.
    pub async fn open(&self, key: &MessageKey) -> Result<Message, Error> {
        let wanted = key.clone();
        self.describe(&key.mailbox, Detail::Described, move |conn, detail| {
            let key = wanted.clone();
            Box::pin(async move { conn.open_with(&key, detail).await })
        })
        .await
    }

    /// Whether nothing else from this address came shortly before, as far as one cheap search can tell.
    pub async fn is_first_from(&self, key: &MessageKey, email: &str) -> bool {
        // In ASCII every server searches without being told a charset.
        if email.is_empty() || !email.is_ascii() {
            return false;
        }
        let (wanted, email) = (key.clone(), email.to_owned());
        let found = self
            .read(Some(&key.mailbox), move |conn| {
                let (key, email) = (wanted.clone(), email.clone());
                Box::pin(async move { conn.has_earlier_from(&key, &email, SEARCHED_BEFORE).await })
            })
            .await;
        match found {
            Ok(is_known) => !is_known,
            Err(error) => {
                tracing::debug!(%error, "earlier mail of this sender was not looked for");
                false
            }
        }
    }

    pub async fn mark_seen(&self, key: &MessageKey) -> Result<(), Error> {
        let messages = MessageSet::of(key);
        self.write(Some(&key.mailbox), move |conn| {
            Box::pin(async move { conn.change_flags(&messages, &FlagChange::Add(Flag::Seen)).await })
        })
        .await?;
        Ok(())
    }

    /// The body of a message, or of the message attached at `root`.
    pub async fn read_body(
        &self,
        message: &Message,
        root: &Section,
        prefer: Prefer,
    ) -> Result<Reading, Error> {
        let parts = shown(message, root, prefer);
        let wanted = within_limits(&parts);
        let has_more = wanted.len() < parts.len();
        let parts: Vec<Part> = parts.into_iter().take(wanted.len()).cloned().collect();
        let beginnings = self.beginnings(&message.key, &wanted).await?;
        let lengths = wanted.into_iter().map(|(_, length)| length);
        let fetched: Vec<_> = parts.into_iter().zip(lengths).zip(beginnings).collect();
        // Megabytes take a while, in which a thread of the runtime would answer nobody.
        let mut reading = spawn_blocking(move || read(fetched, prefer))
            .await
            .map_err(|error| Error::Bug(error.to_string()))?;
        if has_more {
            reading.problems.push(Problem::TooManyParts);
        }
        Ok(reading)
    }

    async fn beginnings(&self, key: &MessageKey, wanted: &[(Section, u32)]) -> Result<Vec<Bytes>, Error> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (key, wanted) = (key.clone(), wanted.to_vec());
        self.read(Some(&key.mailbox.clone()), move |conn| {
            let (key, wanted) = (key.clone(), wanted.clone());
            Box::pin(async move { conn.beginnings(&key, &wanted).await })
        })
        .await
    }
}

/// Of each part, with how much of it was asked for, what came.
fn read(fetched: Vec<((Part, u32), Bytes)>, prefer: Prefer) -> Reading {
    let mut reading = Reading::default();
    for ((part, asked_for), encoded) in fetched {
        let (text, clean) = mime::text(&part, &encoded);
        if !clean {
            reading.problems.push(Problem::Encoding(part.section.clone()));
        }
        if part.size > u64::from(asked_for) {
            reading.problems.push(Problem::Shortened(part.section.clone(), u64::from(asked_for)));
        }
        let content = content(&part, text, prefer);
        reading.parts.push(ReadingPart { section: part.section, content });
    }
    reading
}

fn content(part: &Part, text: String, prefer: Prefer) -> Content {
    if part.content_type.is("text", "html") {
        return match prefer {
            Prefer::Html => Content::Html(text),
            Prefer::Text => Content::Text(mime::html_to_text(&text)),
        };
    }
    if part.content_type.flowed {
        return Content::Text(mime::unflow(&text, part.content_type.del_sp));
    }
    Content::Text(text)
}

/// How much of each part is fetched: what those before it leave. Those that nothing is left for are not in it.
fn within_limits(parts: &[&Part]) -> Vec<(Section, u32)> {
    let mut left = SHOWN_BYTES;
    let mut wanted = Vec::new();
    for part in parts.iter().take(SHOWN_PARTS) {
        if left == 0 {
            break;
        }
        wanted.push((part.section.clone(), left));
        left = left.saturating_sub(u32::try_from(part.size).unwrap_or(u32::MAX));
    }
    wanted
}

/// The parts that are the body of the message at `root`; those of messages attached to it are theirs.
fn shown<'m>(message: &'m Message, root: &Section, prefer: Prefer) -> Vec<&'m Part> {
    let parts = || message.tree.of_message(root);
    let has_lesser = parts().any(|part| matches!(part.kind, PartKind::Alternative));
    let wanted = |part: &&Part| match part.kind {
        PartKind::Text => true,
        PartKind::Html => prefer == Prefer::Html || !has_lesser,
        PartKind::Alternative => prefer == Prefer::Text,
        PartKind::Attachment | PartKind::Inline | PartKind::Message(_) => false,
    };
    parts().filter(wanted).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::model::{ContentType, Disposition, Encoding};

    fn part(n: usize, size: u64) -> Part {
        Part {
            section: n.to_string().parse().unwrap(),
            kind: PartKind::Text,
            content_type: ContentType::new("text", "plain"),
            encoding: Encoding::Identity,
            disposition: Disposition::Unstated,
            filename: None,
            content_id: None,
            size,
        }
    }

    fn lengths(sizes: &[u64]) -> Vec<u32> {
        let parts: Vec<_> = sizes.iter().enumerate().map(|(i, size)| part(i + 1, *size)).collect();
        within_limits(&parts.iter().collect::<Vec<_>>()).into_iter().map(|(_, length)| length).collect()
    }

    #[test]
    fn all_parts_together_stay_within_the_limits() {
        let all = SHOWN_BYTES;
        assert_eq!(lengths(&[]), [0_u32; 0]);
        assert_eq!(lengths(&[5]), [all]);
        assert_eq!(lengths(&[5, 0, 7]), [all, all - 5, all - 5]);
        assert_eq!(lengths(&[u64::from(all) - 1, 2, 3]), [all, 1]);
        assert_eq!(lengths(&[u64::MAX, 1]), [all]);
        assert_eq!(lengths(&[0; 1000]).len(), SHOWN_PARTS);
    }
}
