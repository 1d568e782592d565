//! A message opened to be looked at: its body read and made safe, once for the page, once for its frame.

use std::collections::BTreeMap;

use crate::{
    mail::{Content, Error as MailError, Reading, What},
    model::{Headers, Message, MessageKey, PartKind, Section},
    render::{self, BodyFragment, Misleading, Policy, RemoteContent, RemoteImages},
    web::{
        App, Error,
        extract::User,
        pages::{
            message::{Images, ViewParams},
            remote,
        },
    },
};

/// A message, or one attached to it, as `params` ask for it.
pub struct Opened {
    pub message: Message,
    /// The attached message that is read; the root section for the message itself.
    pub root: Section,
    pub reading: Reading,
}

/// The body, safe to print.
#[derive(Default)]
pub struct SafeBody {
    pub fragments: Vec<BodyFragment>,
    pub remote: RemoteImages,
    /// Not all of its layout is kept.
    pub simplified: bool,
    /// Content-IDs that are shown in the body.
    pub used: Vec<String>,
    pub misleading: Vec<Misleading>,
}

impl Opened {
    pub async fn load(user: &User, key: &MessageKey, params: &ViewParams) -> Result<Opened, Error> {
        let root = params.root().ok_or(MailError::NotFound(What::Part))?;
        let message = user.account.open(key).await?;
        if !root.is_root() && headers(&message, &root).is_none() {
            return Err(MailError::NotFound(What::Part).into());
        }
        let reading = user.account.read_body(&message, &root, params.prefer()).await?;
        Ok(Opened { message, root, reading })
    }

    /// The headers of the message that is read.
    pub fn headers(&self) -> &Headers {
        headers(&self.message, &self.root).unwrap_or(&self.message.headers)
    }

    /// Sanitising takes a moment of a core: it runs beside the tasks that answer others.
    pub async fn safe_body(&self, app: &App, user: &User, images: &Images) -> Result<SafeBody, Error> {
        let policy = self.policy(app, user, images);
        let contents: Vec<Content> = self.reading.parts.iter().map(|part| part.content.clone()).collect();
        let n_bytes = contents.iter().map(Content::n_bytes).sum();
        app.heavy.run(n_bytes, move || make_safe(&contents, &policy)).await.map_err(Error::bug)
    }

    fn policy(&self, app: &App, user: &User, images: &Images) -> Policy {
        let parts = self.message.tree.of_message(&self.root);
        let inline: BTreeMap<_, _> = parts
            .filter_map(|part| {
                let url = user.address(app.urls.part(&self.message.key, &part.section));
                Some((part.content_id.clone()?, url))
            })
            .collect();
        let remote = if images.showing.is_shown() {
            RemoteContent::Through(remote::proxy(app, user, &self.message.key))
        } else {
            RemoteContent::Block
        };
        Policy { remote, inline }
    }
}

fn headers<'m>(message: &'m Message, root: &Section) -> Option<&'m Headers> {
    match &message.tree.part(root)?.kind {
        PartKind::Message(headers) => Some(headers),
        _ => None,
    }
}

fn make_safe(contents: &[Content], policy: &Policy) -> SafeBody {
    let mut safe = SafeBody::default();
    for content in contents {
        match content {
            Content::Text(text) => safe.fragments.push(BodyFragment::Text(render::text(text))),
            Content::Html(html) => {
                let mut sanitized = render::sanitize(html, policy);
                safe.remote.add(std::mem::take(&mut sanitized.remote));
                safe.simplified |= sanitized.simplified;
                safe.used.append(&mut sanitized.used);
                // It stays with its part, which marks these links.
                safe.misleading.extend_from_slice(&sanitized.misleading);
                safe.fragments.push(sanitized.into());
            }
        }
    }
    safe
}
