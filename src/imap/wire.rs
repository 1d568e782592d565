//! The framing transport: bytes in, whole responses out, bounded and never scanned twice.
//!
//! It lies under async-imap, which does greeting, STARTTLS, login and LOGOUT through it, and hands
//! that at most one response at a time: whenever a tagged line was read nothing is left in
//! async-imap's buffer, so [`Conn`](super::Conn) can use the same connection directly in between.

mod framer;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter, ReadBuf};
use tokio_util::io::poll_read_buf;

pub(super) use framer::{Framer, Limits};

use super::{
    command::{Leg, Load, Then},
    error::Violation,
    response::{Response, Status},
};

/// What is read from the socket at a time.
const READ_AHEAD: usize = 32 << 10;

#[derive(Debug)]
pub(super) struct Wire<S> {
    /// async-imap writes a command in four pieces: buffered, they are one packet.
    io: BufWriter<S>,
    buf: BytesMut,
    framer: Framer,
    /// Bytes on their way to async-imap.
    handed: BytesMut,
    /// The last status response or continuation that async-imap was told of, as it came.
    last: Bytes,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(io: S) -> Wire<S> {
        Wire {
            io: BufWriter::new(io),
            buf: BytesMut::with_capacity(READ_AHEAD),
            framer: Framer::new(Limits::BEFORE_LOGIN),
            handed: BytesMut::new(),
            last: Bytes::new(),
        }
    }

    /// To be called once the server knows who we are.
    pub(super) fn raise_limits(&mut self) {
        self.framer.set_limits(Limits::SIGNED_IN);
    }

    /// The last status response that async-imap was told of. It gets the bare outcome; this has the
    /// server's code and words.
    pub(super) fn last_status(&self) -> Option<Status<'_>> {
        match Response::parse(&self.last).ok()? {
            Response::Tagged { status, .. } | Response::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The stream below, for the TLS handshake; `None` when bytes arrived that the server must not
    /// have sent yet. They would have come in the clear, from anybody, and be read as if they had
    /// come through TLS (CVE-2011-0411 and its kin).
    pub(super) fn into_inner(self) -> Option<S> {
        (self.buf.is_empty() && self.handed.is_empty()).then(|| self.io.into_inner())
    }

    /// The next complete response. Can be given up and called again.
    pub(super) async fn frame(&mut self) -> io::Result<Bytes> {
        loop {
            if let Some(n) = self.framer.next(&self.buf)? {
                return Ok(self.buf.split_to(n).freeze());
            }
            self.buf.reserve(READ_AHEAD);
            if self.io.read_buf(&mut self.buf).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Writes a piece of a command; sent at once where an answer is awaited before the next.
    pub(super) async fn send(&mut self, leg: Leg) -> io::Result<()> {
        match leg.load {
            Load::Bytes(bytes) => self.io.write_all(&bytes).await?,
            Load::Upload(upload) => upload.write_to(&mut self.io).await?,
        }
        match leg.then {
            Then::Continue => Ok(()),
            Then::Await => self.io.flush().await,
        }
    }

    /// Takes responses out of the buffer up to one that async-imap is told of; false when there is none.
    fn hand_over(&mut self) -> io::Result<bool> {
        while let Some(n) = self.framer.next(&self.buf)? {
            let frame = self.buf.split_to(n).freeze();
            match Response::parse(&frame) {
                Ok(response) if reduce(&response, &mut self.handed) => {
                    self.last = frame;
                    return Ok(true);
                }
                Err(_) if !frame.starts_with(b"* ") => {
                    return Err(Violation::io("a line that is no response"));
                }
                _ => {}
            }
        }
        Ok(false)
    }
}

/// Reduces a response to the words a login needs: imap-proto panics on some texts, aborts on deep
/// nesting and takes an unknown response for the end of the stream.
fn reduce(response: &Response<'_>, out: &mut BytesMut) -> bool {
    match response {
        Response::Tagged { tag, status } if tag.is_ascii() => {
            out.extend_from_slice(tag);
            out.extend_from_slice(format!(" {} -\r\n", status.condition).as_bytes());
        }
        Response::Status(status) => {
            out.extend_from_slice(format!("* {} -\r\n", status.condition).as_bytes());
        }
        Response::Continue(challenge) if challenge.is_ascii() => {
            out.extend_from_slice(b"+ ");
            out.extend_from_slice(challenge);
            out.extend_from_slice(b"\r\n");
        }
        _ => return false,
    }
    true
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        while wire.handed.is_empty() && !wire.hand_over()? {
            wire.buf.reserve(READ_AHEAD);
            if ready!(poll_read_buf(Pin::new(&mut wire.io), cx, &mut wire.buf))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        let n = wire.handed.len().min(out.remaining());
        out.put_slice(&wire.handed.copy_to_bytes(n));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
