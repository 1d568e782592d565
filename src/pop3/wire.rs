//! The transport: commands out, answers in, each bounded in bytes and in time.

use std::{io, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout},
};

use super::{
    Error,
    body::Body,
    lines::{self, Lines},
    reply::{Refusal, Reply},
};

/// What is read from the socket at a time.
const READ_AHEAD: usize = 32 << 10;

/// What a command was answered with: the words after `+OK`.
pub(super) type Answer = Result<String, Refusal>;

pub(super) struct Wire<S> {
    io: S,
    buf: BytesMut,
    lines: Lines,
    pace: Pace,
    /// Answers that were asked for and not read to their end. While there are any no command is sent: after an answer
    /// that broke off, or was given up, the connection is of no more use.
    n_owed: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// A connection whose server owes its greeting.
    pub(super) fn new(io: S, patience: Duration) -> Wire<S> {
        Wire {
            io,
            buf: BytesMut::new(),
            lines: Lines::default(),
            pace: Pace { patience, waited: Duration::ZERO, n_bytes: 0 },
            n_owed: 1,
        }
    }

    /// The same after STLS, when there is no greeting (RFC 2595 §4).
    pub(super) fn greeted(io: S, patience: Duration) -> Wire<S> {
        Wire { n_owed: 0, ..Wire::new(io, patience) }
    }

    /// The stream below, for the TLS handshake; `None` when bytes arrived that the server must not have sent yet: they
    /// came in the clear, from anybody, and would be read as if they had come through TLS (CVE-2011-0411 and its kin).
    pub(super) fn into_inner(self) -> Option<S> {
        self.buf.is_empty().then_some(self.io)
    }

    /// Sends `n_commands` at once, each with its line end.
    pub(super) async fn send(&mut self, commands: &[u8], n_commands: usize) -> Result<(), Error> {
        if self.n_owed > 0 {
            return Err(Error::Lost(io::ErrorKind::ConnectionAborted.into()));
        }
        if !self.buf.is_empty() {
            return Err(Error::Protocol("an answer to no command"));
        }
        self.n_owed = n_commands;
        self.write(commands).await
    }

    /// Writes what goes on with a command that was answered with a challenge.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.pace.restart();
        let written = async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        };
        timeout(self.pace.patience, written).await.map_err(|_| Error::TimedOut)?.map_err(Error::Lost)
    }

    /// The answer to a command that has a line for one.
    pub(super) async fn answer(&mut self) -> Result<Answer, Error> {
        let answer = self.opening().await?;
        if answer.is_ok() {
            self.settle();
        }
        Ok(answer)
    }

    /// The first line of an answer that has more, which [`Wire::row`] or [`Wire::chunk`] reads; a refusal has no more.
    pub(super) async fn opening(&mut self) -> Result<Answer, Error> {
        match self.reply().await? {
            Reply::Ok(words) => Ok(Ok(words)),
            Reply::Refused(refusal) => Ok(Err(refusal)),
            Reply::Challenge(_) => Err(Error::Protocol("a challenge to no login")),
        }
    }

    /// The next line as a reply. After a refusal nothing more of this answer is owed.
    pub(super) async fn reply(&mut self) -> Result<Reply, Error> {
        let line = self.line().await?;
        let reply = Reply::parse(lines::bare(&line)).ok_or(Error::Protocol("a line that is no reply"))?;
        if matches!(reply, Reply::Refused(_)) {
            self.settle();
        }
        Ok(reply)
    }

    /// The answer was read to its end.
    pub(super) fn settle(&mut self) {
        self.n_owed = self.n_owed.saturating_sub(1);
    }

    /// The next row of a listing, unstuffed, without its end; `None` at the end of the answer.
    pub(super) async fn row(&mut self) -> Result<Option<Bytes>, Error> {
        let mut line = self.line().await?;
        line.truncate(lines::bare(&line).len());
        if line.starts_with(b".") {
            line.advance(1);
            if line.is_empty() {
                self.settle();
                return Ok(None);
            }
        }
        Ok(Some(line))
    }

    /// The next piece of a message; `None` at the end of the answer.
    pub(super) async fn chunk<'b>(&mut self, body: &'b mut Body) -> Result<Option<&'b [u8]>, Error> {
        while !body.is_over() {
            if self.buf.is_empty() {
                self.fill().await?;
            }
            let n = body.take(&self.buf);
            self.buf.advance(n);
            if body.is_over() {
                self.settle();
            }
            if !body.text().is_empty() {
                return Ok(Some(body.text()));
            }
        }
        Ok(None)
    }

    async fn line(&mut self) -> Result<Bytes, Error> {
        loop {
            if let Some(n) = self.lines.next(&self.buf)? {
                return Ok(self.buf.split_to(n).freeze());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Error> {
        self.buf.reserve(READ_AHEAD);
        let start = Instant::now();
        let read = timeout(self.pace.left(), self.io.read_buf(&mut self.buf));
        match read.await.map_err(|_| Error::TimedOut)?.map_err(Error::Lost)? {
            0 => Err(Error::Lost(io::ErrorKind::UnexpectedEof.into())),
            n => {
                self.pace.note(n, start.elapsed());
                Ok(())
            }
        }
    }
}

/// How long the server may be silent, and how slow it may be: one byte a minute is no silence, and never ends.
struct Pace {
    patience: Duration,
    /// For bytes since the last command, not counting what we did with them.
    waited: Duration,
    n_bytes: u64,
}

impl Pace {
    /// Bytes a second.
    const SLOWEST: u64 = 1000;

    fn restart(&mut self) {
        (self.waited, self.n_bytes) = (Duration::ZERO, 0);
    }

    fn note(&mut self, n_bytes: usize, waited: Duration) {
        self.n_bytes += n_bytes as u64;
        self.waited += waited;
    }

    fn left(&self) -> Duration {
        let granted = self.patience + Duration::from_secs(self.n_bytes / Self::SLOWEST);
        granted.saturating_sub(self.waited).min(self.patience)
    }
}

#[cfg(test)]
mod tests;
