//! Addresses, read strictly: what does not name anything is not found.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::{
    model::{CollectorId, MailboxName, MessageKey, Section},
    web::{App, Error},
};

/// What the parameters of a route's path name.
pub struct Path<T>(pub T);

/// The parameters after `?`. Repeated ones become a `Vec`.
pub struct Query<T>(pub T);

/// Something that path parameters can name; see the routes for their names.
pub trait Segments: Sized {
    /// `segment` finds a decoded parameter by its name.
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<Self>;
}

/// `{mailbox}`
impl Segments for MailboxName {
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<MailboxName> {
        MailboxName::new(&segment("mailbox")?).ok()
    }
}

/// `{mailbox}/{id}`
impl Segments for MessageKey {
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<MessageKey> {
        MessageKey::from_id(MailboxName::read(&segment)?, &segment("id")?)
    }
}

/// `{mailbox}/{id}/…/{section}`
impl Segments for (MessageKey, Section) {
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<(MessageKey, Section)> {
        Some((MessageKey::read(&segment)?, segment("section")?.parse().ok()?))
    }
}

/// `{collector}`
impl Segments for CollectorId {
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<CollectorId> {
        let id = segment("collector")?;
        id.bytes().all(|b| b.is_ascii_alphanumeric()).then_some(CollectorId(id))
    }
}

/// `{file}`
impl Segments for String {
    fn read(segment: impl Fn(&str) -> Option<String>) -> Option<String> {
        segment("file")
    }
}

impl<T: Segments> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Path<T>, Error> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NoSuchPage)?;
        let segment =
            |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
        T::read(segment).map(Path).ok_or(Error::NoSuchPage)
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Query<T>, Error> {
        let query = parts.uri.query().unwrap_or_default();
        serde_html_form::from_str(query).map(Query).map_err(|error| Error::BadRequest(error.to_string()))
    }
}
