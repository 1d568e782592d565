//! Images from web servers that a message names. Knows HTTP and [`Egress`], not mail and not who is asking.
//!
//! Whoever wrote the message chose the address, so nothing of the reader goes there: no cookie, no referrer, no name
//! of a browser. What comes back is an image by its first bytes, or nothing.

mod http;
mod turns;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use url::Url;

use self::{
    http::{Answer, Body},
    turns::{Turn, Turns},
};
use crate::{
    config::Config,
    model::{RASTER_BYTES, raster_image},
    net::{self, Dialer, Egress, EgressRules},
};

/// Where web servers listen.
const PORTS: [u16; 2] = [80, 443];
/// For all that a server is waited for: connections, redirects, headers, body.
const PATIENCE: Duration = Duration::from_secs(20);
/// For an image from its first byte to its last, however slowly a browser takes it.
const MAX_DURATION: Duration = Duration::from_secs(120);
/// Of one image.
const MAX_BYTES: u64 = 10_000_000;
const MAX_REDIRECTS: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the address is not one of the web")]
    NotAnAddress,
    #[error(transparent)]
    Connection(#[from] net::Error),
    #[error("the server does not speak HTTP")]
    Protocol(#[from] hyper::Error),
    #[error("the server answered {0}")]
    Status(u16),
    #[error("redirected too often")]
    TooManyRedirects,
    #[error("not an image")]
    NotAnImage,
    #[error("larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("no answer in time")]
    TimedOut,
    #[error("too many images at once")]
    Busy,
}

/// Fetches images, so many at a time.
pub struct Images {
    dialer: Arc<Dialer>,
    egress: Egress,
    turns: Turns,
    patience: Duration,
}

/// An image on its way.
pub struct Image {
    /// What its first bytes say: `image/png`.
    pub media_type: &'static str,
    /// Ends with an error where the server stops before the end, is too slow, or sends too much.
    pub bytes: BoxStream<'static, Result<Bytes, Error>>,
}

impl Images {
    pub fn new(config: &Config, dialer: Arc<Dialer>) -> Images {
        let rules =
            EgressRules { allow: config.egress_allow.with_ports(), hosts: None, ports: PORTS.to_vec() };
        Images::through(Egress::new(rules), dialer, PATIENCE)
    }

    fn through(egress: Egress, dialer: Arc<Dialer>, patience: Duration) -> Images {
        Images { dialer, egress, turns: Turns::default(), patience }
    }

    /// The image at `url`; `owner` is who waits for it, as nobody may keep the others waiting.
    pub async fn fetch(&self, owner: &str, url: &str) -> Result<Image, Error> {
        let url = Url::parse(url).map_err(|_| Error::NotAnAddress)?;
        let turn = timeout(self.patience, self.turns.take(owner)).await.map_err(|_| Error::Busy)?;
        let begun = Instant::now();
        let opening = timeout(self.patience, self.open(url));
        let (media_type, first, body) = opening.await.map_err(|_| Error::TimedOut)??;
        let patience = self.patience.saturating_sub(begun.elapsed());
        Ok(Image {
            media_type,
            bytes: stream(Running { first, body, _turn: for_a_while(turn), patience, begun, n_bytes: 0 }),
        })
    }

    /// Follows redirects up to an image; each is judged like the first address.
    async fn open(&self, mut url: Url) -> Result<(&'static str, Bytes, Body), Error> {
        for _ in 0..=MAX_REDIRECTS {
            let stream = self.connect(&url).await?;
            match http::get(stream, &url).await? {
                Answer::Moved(location) => url = url.join(&location).map_err(|_| Error::NotAnAddress)?,
                Answer::Found { length: Some(length), .. } if length > MAX_BYTES => {
                    return Err(Error::TooLarge);
                }
                Answer::Found { mut body, .. } => {
                    let first = beginning(&mut body).await?;
                    let media_type = raster_image(&first).ok_or(Error::NotAnImage)?;
                    return Ok((media_type, first, body));
                }
            }
        }
        Err(Error::TooManyRedirects)
    }

    async fn connect(&self, url: &Url) -> Result<net::Stream, Error> {
        let host = url.host_str().ok_or(Error::NotAnAddress)?;
        let is_encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Error::NotAnAddress),
        };
        let port = url.port_or_known_default().ok_or(Error::NotAnAddress)?;
        let stream = self.egress.connect(host, port).await?;
        if is_encrypted { Ok(self.dialer.start_tls(stream, host).await?) } else { Ok(stream) }
    }
}

/// As many bytes as it takes to know an image.
async fn beginning(body: &mut Body) -> Result<Bytes, Error> {
    let mut first = Vec::new();
    while first.len() < RASTER_BYTES {
        let Some(piece) = body.next().await? else { break };
        first.extend_from_slice(&piece);
    }
    Ok(first.into())
}

/// A turn that ends when this is dropped, and after [`MAX_DURATION`] even where a browser stops reading and is not
/// gone: it is not to keep others waiting.
fn for_a_while(turn: Turn) -> JoinSet<()> {
    let mut held = JoinSet::new();
    held.spawn(async move {
        sleep(MAX_DURATION).await;
        drop(turn);
    });
    held
}

/// An image that is being passed on. Its turn ends with it.
struct Running {
    first: Bytes,
    body: Body,
    _turn: JoinSet<()>,
    /// How long the server is still waited for.
    patience: Duration,
    begun: Instant,
    n_bytes: u64,
}

fn stream(running: Running) -> BoxStream<'static, Result<Bytes, Error>> {
    Box::pin(futures_util::stream::try_unfold(running, |mut running| async move {
        let piece = running.next().await?;
        Ok(piece.map(|piece| (piece, running)))
    }))
}

impl Running {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let piece = if self.first.is_empty() {
            if self.begun.elapsed() > MAX_DURATION {
                return Err(Error::TimedOut);
            }
            let waited = Instant::now();
            let piece = timeout(self.patience, self.body.next()).await.map_err(|_| Error::TimedOut)??;
            self.patience = self.patience.saturating_sub(waited.elapsed());
            piece
        } else {
            Some(std::mem::take(&mut self.first))
        };
        self.n_bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.n_bytes > MAX_BYTES { Err(Error::TooLarge) } else { Ok(piece) }
    }
}

#[cfg(test)]
mod tests;
