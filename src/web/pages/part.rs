//! Bytes of a message: one part, all attachments, the source.

use std::collections::BTreeSet;

use axum::response::Response;
use serde::Deserialize;

use crate::{
    model::{Message, MessageKey, Part, PartKind, Section},
    render,
    web::{
        Error,
        download::{self, Wish},
        extract::{Path, Query, User},
    },
};

#[derive(Debug, Deserialize)]
pub struct PartParams {
    /// Given and not empty: downloaded even where it could be shown.
    #[serde(default)]
    download: String,
}

pub async fn show(
    user: User,
    Path((key, section)): Path<(MessageKey, Section)>,
    Query(params): Query<PartParams>,
) -> Result<Response, Error> {
    let message = user.account.open(&key).await?;
    let part = user.account.find_part(&message, &section)?;
    let wish = if params.download.is_empty() { Wish::Show } else { Wish::Download };
    let bytes = user.account.part(&message, part).await?;
    download::part(part, &filename(part), wish, bytes).await
}

pub async fn zip(user: User, Path(key): Path<MessageKey>) -> Result<Response, Error> {
    let message = user.account.open(&key).await?;
    let files = distinct_files(&message);
    let name =
        render::filename(Some(&format!("{}.zip", title(&message))), &Section::root(), "application/zip");
    Ok(download::attachment("application/zip", &name, user.account.zip(message, files)))
}

pub async fn eml(user: User, Path(key): Path<MessageKey>) -> Result<Response, Error> {
    let message = user.account.open(&key).await?;
    let name =
        render::filename(Some(&format!("{}.eml", title(&message))), &Section::root(), "message/rfc822");
    Ok(download::attachment("message/rfc822", &name, user.account.source(&key).await?))
}

/// The message as it came, as plain text.
pub async fn source(user: User, Path(key): Path<MessageKey>) -> Result<Response, Error> {
    Ok(download::text("source.txt", user.account.source(&key).await?))
}

/// The name a part is saved by.
pub fn filename(part: &Part) -> String {
    let subject = match &part.kind {
        PartKind::Message(headers) => Some(format!("{}.eml", headers.subject)),
        _ => None,
    };
    let name = part.filename.as_deref().or(subject.as_deref());
    render::filename(name, &part.section, &part.content_type.to_string())
}

fn title(message: &Message) -> &str {
    let subject = message.headers.subject.as_str();
    if subject.is_empty() { "message" } else { subject }
}

/// Attachments under names that differ: `a.pdf`, `a (2).pdf`.
fn distinct_files(message: &Message) -> Vec<(String, Part)> {
    let mut taken = BTreeSet::new();
    let attachments = message.tree.of_message(&Section::root()).filter(|part| part.is_attachment());
    attachments.map(|part| (distinct(&filename(part), &mut taken), part.clone())).collect()
}

fn distinct(name: &str, taken: &mut BTreeSet<String>) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let numbered = (2..).map(|n| format!("{stem} ({n}){extension}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    // Compared without case: some disks are.
    names.find(|name| taken.insert(name.to_lowercase())).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_a_zip_have_names_of_their_own() {
        let mut taken = BTreeSet::new();
        let names =
            ["a.pdf", "A.pdf", "a.pdf", "a (2).pdf", "README", "README"].map(|n| distinct(n, &mut taken));
        assert_eq!(names, ["a.pdf", "A (2).pdf", "a (3).pdf", "a (2) (2).pdf", "README", "README (2)"]);
    }
}
