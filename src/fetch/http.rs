//! One request over one connection: what is asked, and how much of an answer is read.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http1,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, LOCATION, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use url::{Position, Url};

use super::Error;
use crate::net::Stream;

/// Of the answer's status line and headers.
const MAX_HEADER_BYTES: usize = 32_000;
const MAX_HEADERS: usize = 100;

/// What every browser calls itself, and nothing else.
const AGENT: &str = "Mozilla/5.0";

pub(super) enum Answer {
    /// Go there instead: an address, perhaps relative.
    Moved(String),
    Found {
        /// Where the server says it.
        length: Option<u64>,
        body: Body,
    },
}

/// The rest of an answer, as it comes. The connection ends with it.
pub(super) struct Body {
    incoming: Incoming,
    _connection: JoinSet<()>,
}

/// Asks for `url` over `stream`, which leads to its server.
pub(super) async fn get(stream: Stream, url: &Url) -> Result<Answer, Error> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS)
        .handshake(TokioIo::new(stream))
        .await?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // Whoever waits for the answer is told, too.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to a web server broke");
        }
    });
    let response = sender.send_request(request(url)?).await?;
    let status = response.status();
    if status.is_redirection() {
        let location = header(&response, &LOCATION).ok_or(Error::Status(status.as_u16()))?;
        return Ok(Answer::Moved(location));
    }
    // A part, or nothing new, is no image.
    if status.as_u16() != 200 {
        return Err(Error::Status(status.as_u16()));
    }
    let length = header(&response, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    Ok(Answer::Found { length, body: Body { incoming: response.into_body(), _connection: driver } })
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, Error> {
    Request::get(&url[Position::BeforePath..Position::AfterQuery])
        // Without what may stand before the `@`.
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "image/*")
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| Error::NotAnAddress)
}

fn header(response: &Response<Incoming>, name: &HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

impl Body {
    /// The next piece that is not empty; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while let Some(frame) = self.incoming.frame().await {
            match frame?.into_data() {
                Ok(bytes) if !bytes.is_empty() => return Ok(Some(bytes)),
                // Trailers say nothing about an image.
                _ => {}
            }
        }
        Ok(None)
    }
}
