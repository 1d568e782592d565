//! The commands of a signed-in session.

use std::fmt;

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Capabilities, Error, Login, Server, Stat, body::Body, listing, login, wire::Wire};
use crate::net::Stream;

/// Commands on their way at once, where the server takes several. They and their answers must fit into what sockets
/// buffer: nobody reads while both write.
const WINDOW: usize = 100;
/// Rows of a listing, and their bytes.
const MAX_ROWS: usize = 2_000_000;
const MAX_LISTING: usize = 128 << 20;
/// Of what TOP answers this much is kept: more is no header.
const MAX_TOP: usize = 256 << 10;
/// A server that answers TOP with whole messages is let do so up to here.
const MAX_TOP_SKIPPED: usize = 256 << 20;

/// One session with a mailbox that nobody else has open meanwhile (RFC 1939 §4). Message numbers are good in this session
/// only. What [`Conn::dele`] marks goes when [`Conn::quit`] succeeds; a dropped connection deletes nothing.
///
/// A command that was given up, or failed otherwise than by the server's refusal, leaves a connection that answers every
/// further one with [`Error::Lost`].
pub struct Conn {
    wire: Wire<Stream>,
    capabilities: Capabilities,
}

/// A message that the server would not mark as deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDeleted {
    pub number: u32,
    pub words: String,
}

impl Conn {
    /// Connects through the gate and signs in.
    pub async fn sign_in(server: &Server, login: &Login) -> Result<Conn, Error> {
        let (wire, capabilities) = login::sign_in(server, login).await?;
        Ok(Conn { wire, capabilities })
    }

    /// As announced after the login.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    pub async fn stat(&mut self) -> Result<Stat, Error> {
        let words = self.ask("STAT").await?;
        listing::stat(&words).ok_or(Error::Protocol("an answer to STAT"))
    }

    /// Number and unique identifier of every message; `None` where the server does not know UIDL. One that announced it
    /// and refuses it now is in trouble: an error, for without identifiers everything looks new.
    pub async fn uidl(&mut self) -> Result<Option<Vec<(u32, String)>>, Error> {
        match self.listing("UIDL", listing::uid).await {
            Err(Error::Refused(_)) if !self.capabilities.uidl => Ok(None),
            listed => listed.map(Some),
        }
    }

    /// Number and size, bytes, of every message. Servers count line ends differently, so it is near the truth only.
    pub async fn list(&mut self) -> Result<Vec<(u32, u64)>, Error> {
        self.listing("LIST", listing::size).await
    }

    /// The header and the first `n_lines` of the body, as [`Conn::retr`] would give them, cut after 256 KB. TOP is
    /// optional: [`Error::Refused`] where the server does not know it.
    pub async fn top(&mut self, number: u32, n_lines: u32) -> Result<Vec<u8>, Error> {
        self.send(&format!("TOP {number} {n_lines}\r\n"), 1).await?;
        self.wire.opening().await?.map_err(Error::from_refusal)?;
        self.head().await
    }

    /// The same of many messages, several at a time where the server takes that; `None` for one it refused.
    pub async fn top_many(
        &mut self,
        numbers: &[u32],
        n_lines: u32,
        mut each: impl FnMut(u32, Option<Vec<u8>>),
    ) -> Result<(), Error> {
        for batch in numbers.chunks(self.window()) {
            let commands: String = batch.iter().map(|number| format!("TOP {number} {n_lines}\r\n")).collect();
            self.send(&commands, batch.len()).await?;
            for number in batch {
                match self.wire.opening().await? {
                    Ok(_) => each(*number, Some(self.head().await?)),
                    Err(_) => each(*number, None),
                }
            }
        }
        Ok(())
    }

    /// Writes a message to `sink` as it arrives, and returns its size, bytes. Dots are unstuffed and every line ends in
    /// CRLF: no CR, LF or NUL is left that APPEND would stumble over. The sink is flushed, not shut down.
    ///
    /// What was written is a message only once this returned `Ok`.
    pub async fn retr(
        &mut self,
        number: u32,
        max_bytes: u64,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Error> {
        self.send(&format!("RETR {number}\r\n"), 1).await?;
        self.wire.opening().await?.map_err(Error::from_refusal)?;
        let (mut body, mut n_bytes) = (Body::new(), 0);
        while let Some(chunk) = self.wire.chunk(&mut body).await? {
            n_bytes += chunk.len() as u64;
            if n_bytes > max_bytes {
                return Err(Error::TooLarge(max_bytes));
            }
            sink.write_all(chunk).await.map_err(Error::Sink)?;
        }
        sink.flush().await.map_err(Error::Sink)?;
        Ok(n_bytes)
    }

    /// Marks a message as deleted.
    pub async fn dele(&mut self, number: u32) -> Result<(), Error> {
        self.ask(&format!("DELE {number}")).await.map(drop)
    }

    /// Marks messages as deleted, several at a time where the server takes that; those it would not.
    pub async fn dele_many(&mut self, numbers: &[u32]) -> Result<Vec<NotDeleted>, Error> {
        let mut refused = Vec::new();
        for batch in numbers.chunks(self.window()) {
            let commands: String = batch.iter().map(|number| format!("DELE {number}\r\n")).collect();
            self.send(&commands, batch.len()).await?;
            for &number in batch {
                if let Err(refusal) = self.wire.answer().await? {
                    refused.push(NotDeleted { number, words: refusal.words });
                }
            }
        }
        Ok(refused)
    }

    /// Takes every mark of this session back.
    pub async fn rset(&mut self) -> Result<(), Error> {
        self.ask("RSET").await.map(drop)
    }

    pub async fn noop(&mut self) -> Result<(), Error> {
        self.ask("NOOP").await.map(drop)
    }

    /// Ends the session; the server deletes now what was marked. After an error some of it may be there still, all of it,
    /// or nothing: only another session can tell.
    pub async fn quit(mut self) -> Result<(), Error> {
        self.ask("QUIT").await.map(drop)
    }

    async fn send(&mut self, commands: &str, n_commands: usize) -> Result<(), Error> {
        self.wire.send(commands.as_bytes(), n_commands).await
    }

    /// A command that has a line for an answer.
    async fn ask(&mut self, command: &str) -> Result<String, Error> {
        self.send(&format!("{command}\r\n"), 1).await?;
        self.wire.answer().await?.map_err(Error::from_refusal)
    }

    async fn listing<T>(&mut self, command: &str, read: fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Error> {
        self.send(&format!("{command}\r\n"), 1).await?;
        self.wire.opening().await?.map_err(Error::from_refusal)?;
        let (mut rows, mut n_bytes) = (Vec::new(), 0);
        while let Some(row) = self.wire.row().await? {
            n_bytes += row.len();
            if rows.len() >= MAX_ROWS || n_bytes > MAX_LISTING {
                return Err(Error::Protocol("a listing over the limit"));
            }
            rows.push(read(&row).ok_or(Error::Protocol("a row of a listing"))?);
        }
        Ok(rows)
    }

    /// What TOP answers, after its first line.
    async fn head(&mut self) -> Result<Vec<u8>, Error> {
        let (mut body, mut head, mut n_bytes) = (Body::new(), Vec::new(), 0);
        while let Some(chunk) = self.wire.chunk(&mut body).await? {
            n_bytes += chunk.len();
            if n_bytes > MAX_TOP_SKIPPED {
                return Err(Error::Protocol("a header over the limit"));
            }
            let room = chunk.len().min(MAX_TOP - head.len());
            head.extend_from_slice(chunk.get(..room).unwrap_or_default());
        }
        Ok(head)
    }

    fn window(&self) -> usize {
        if self.capabilities.pipelining { WINDOW } else { 1 }
    }
}

/// Nothing of what is in its buffers, which is mail.
impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn").field("capabilities", &self.capabilities).finish_non_exhaustive()
    }
}
