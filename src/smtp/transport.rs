//! Our connection as lettre wants it.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::Stream;

/// lettre waits for a greeting; after STARTTLS servers give none, so it is given this.
const GREETING: &[u8] = b"220 greeted before STARTTLS\r\n";

#[derive(Debug)]
pub(super) struct Transport {
    stream: Stream,
    /// What is read before anything of the stream.
    ahead: &'static [u8],
}

impl Transport {
    /// A connection whose server has yet to greet.
    pub(super) fn fresh(stream: Stream) -> Transport {
        Transport { stream, ahead: b"" }
    }

    /// A connection whose server greeted before its handshake.
    pub(super) fn greeted(stream: Stream) -> Transport {
        Transport { stream, ahead: GREETING }
    }
}

impl AsyncTokioStream for Transport {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.ahead.is_empty() {
            let n = this.ahead.len().min(buf.remaining());
            let (now, later) = this.ahead.split_at_checked(n).unwrap_or((this.ahead, b""));
            buf.put_slice(now);
            this.ahead = later;
            return Poll::Ready(Ok(()));
        }
        let n_before = buf.filled().len();
        let poll = Pin::new(&mut this.stream).poll_read(cx, buf);
        // lettre gives up on answers that are not UTF-8. A yes in Latin-1 is a yes.
        for byte in buf.filled_mut().iter_mut().skip(n_before).filter(|byte| !byte.is_ascii()) {
            *byte = b'?';
        }
        poll
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
