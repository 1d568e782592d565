//! A form with files (RFC 7578): the token first, then fields in memory and files to the disk.
#![expect(clippy::disallowed_types, reason = "this is the wrapper")]

use std::fmt;

use axum::{
    extract::{
        FromRequest, FromRequestParts, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{Form, User, form};
use crate::{
    store::{UploadError, Waiting},
    web::{App, Error},
};

/// The field that files come in.
const FILES: &str = "attachments";

/// All fields that are not files: they are held in memory.
const MAX_TEXT_BYTES: usize = 8_000_000;

/// A form that may carry files. A form without files may also come urlencoded.
pub struct Upload<T> {
    pub form: T,
    /// The files of this request; they wait in `app.uploads` under the account's user name.
    pub added: Vec<Waiting>,
    /// Files that were not taken. The form is still whole: show it again as typed, with these sentences.
    pub problems: Vec<UploadProblem>,
}

/// Why a file was not taken. Its `Display` is a sentence for the page.
#[derive(Debug)]
pub struct UploadProblem {
    pub filename: String,
    pub error: UploadError,
}

impl fmt::Display for UploadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.filename;
        match &self.error {
            UploadError::TooLarge { limit } => {
                write!(f, "“{name}” was not attached: it is larger than {} MB.", limit / 1_000_000)
            }
            UploadError::TooMany => write!(f, "“{name}” was not attached: too many files wait to be sent."),
            UploadError::BrokenOff(_) => write!(f, "“{name}” was not attached: the upload broke off."),
            UploadError::Disk(_) | UploadError::Store(_) => {
                write!(f, "“{name}” was not attached: the server could not store it.")
            }
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Upload<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Upload<T>, Error> {
        if !form::is_type(request.headers(), "multipart/form-data") {
            let Form(form) = Form::from_request(request, app).await?;
            return Ok(Upload { form, added: Vec::new(), problems: Vec::new() });
        }
        let (mut parts, body) = request.into_parts();
        let user = User::from_request_parts(&mut parts, app).await?;
        let multipart = Multipart::from_request(Request::from_parts(parts, body), app)
            .await
            .map_err(|rejection| Error::BadRequest(rejection.body_text()))?;
        let mut reading = Reading {
            app,
            user: &user,
            is_ours: false,
            fields: Vec::new(),
            n_text_bytes: 0,
            added: Vec::new(),
            problems: Vec::new(),
        };
        let read = reading.all(multipart).await;
        let Reading { fields, added, problems, .. } = reading;
        let error = match read.and_then(|()| from_pairs(fields)) {
            Ok(form) => return Ok(Upload { form, added, problems }),
            Err(error) => error,
        };
        let ids: Vec<_> = added.into_iter().map(|waiting| waiting.id).collect();
        app.uploads.remove(user.account.username(), &ids).await;
        Err(error)
    }
}

struct Reading<'a> {
    app: &'a App,
    user: &'a User,
    /// Whether the token was seen.
    is_ours: bool,
    fields: Vec<(String, String)>,
    n_text_bytes: usize,
    added: Vec<Waiting>,
    problems: Vec<UploadProblem>,
}

impl Reading<'_> {
    async fn all(&mut self, mut multipart: Multipart) -> Result<(), Error> {
        loop {
            let field = match multipart.next_field().await.map_err(|error| broken(&error)) {
                Ok(Some(field)) => field,
                Ok(None) => break,
                // Past a file that was refused for its size: the form is worth more than the rest of it.
                Err(Error::BodyTooLarge) if !self.problems.is_empty() => break,
                Err(error) => return Err(error),
            };
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(decode_name) {
                None => self.text(name, field).await?,
                // The token comes first in our forms: nothing of a forged one reaches the disk.
                Some(_) if !self.is_ours => return Err(Error::Forged),
                // A browser sends an empty part where no file was chosen.
                Some(filename) if name == FILES && !filename.is_empty() => self.file(filename, field).await?,
                Some(_) => {}
            }
        }
        if self.is_ours { Ok(()) } else { Err(Error::Forged) }
    }

    async fn text(&mut self, name: String, mut field: Field<'_>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            self.n_text_bytes += chunk.len();
            if self.n_text_bytes > MAX_TEXT_BYTES {
                return Err(Error::BodyTooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if name == "csrf" {
            self.is_ours = self.user.token.matches(&text);
        } else {
            self.fields.push((name, text));
        }
        Ok(())
    }

    async fn file(&mut self, filename: String, field: Field<'_>) -> Result<(), Error> {
        let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let owner = self.user.account.username();
        match self.app.uploads.add(owner, &filename, &media_type, field).await {
            Ok(waiting) => self.added.push(waiting),
            Err(UploadError::BrokenOff(source)) => {
                return Err(match source.downcast::<MultipartError>() {
                    Ok(error) => broken(&error),
                    Err(other) => Error::BadRequest(other.to_string()),
                });
            }
            Err(error) => self.problems.push(UploadProblem { filename, error }),
        }
        Ok(())
    }
}

fn broken(error: &MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::BadRequest(error.body_text()),
    }
}

/// Browsers write these three characters of a file name as `%22`, `%0D` and `%0A` (HTML, "multipart/form-data
/// encoding algorithm"), and no others. A directory that a browser sends along is not part of the name.
fn decode_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.replace("%22", "\"").replace("%0D", " ").replace("%0A", " ")
}

fn from_pairs<T: DeserializeOwned>(fields: Vec<(String, String)>) -> Result<T, Error> {
    form::parse(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().as_bytes())
}
