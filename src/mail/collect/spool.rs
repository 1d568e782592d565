//! The file a message waits in between the two servers: it has no name, so nothing is left of it whatever happens.

use std::{
    fs::DirBuilder,
    io::{self, Seek},
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    pin::Pin,
    sync::Weak,
    task::{Context, Poll, ready},
};

use memchr::memmem;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncWrite, ReadBuf},
};

use crate::{
    config::Config,
    pop3::{self, Conn},
};

/// Of a header this much is looked at.
const MAX_HEADER: usize = 256 << 10;

/// Where messages wait for a moment.
pub(in crate::mail) struct Spool(PathBuf);

/// A message that waits, with CRLF line ends.
pub(super) struct Spooled {
    file: std::fs::File,
    /// Bytes.
    pub(super) size: u64,
    /// SHA-256, hexadecimal.
    pub(super) hash: String,
    /// With the empty line behind it; cut where it is longer than any header.
    pub(super) header: Vec<u8>,
}

impl Spool {
    pub(in crate::mail) fn new(config: &Config) -> Spool {
        let dir = config.upload_dir.clone().or_else(|| config.data_dir.clone());
        Spool(dir.unwrap_or_else(std::env::temp_dir))
    }

    /// Fetches a message.
    pub(super) async fn fetch(
        &self,
        conn: &mut Conn,
        number: u32,
        max_bytes: u64,
    ) -> Result<Spooled, pop3::Error> {
        let file = self.file().await.map_err(pop3::Error::Sink)?;
        let mut sink = Sink { file, hash: Sha256::new(), header: Header::default() };
        let size = conn.retr(number, max_bytes, &mut sink).await?;
        Ok(Spooled {
            file: sink.file.into_std().await,
            size,
            hash: hex(&sink.hash.finalize()),
            header: sink.header.0,
        })
    }

    async fn file(&self) -> io::Result<File> {
        let dir = self.0.clone();
        let made = tokio::task::spawn_blocking(move || {
            DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
            tempfile::tempfile_in(&dir)
        });
        Ok(File::from_std(made.await.map_err(io::Error::other)??))
    }
}

impl Spooled {
    /// Reads the message from its beginning, and fails once nobody holds what `held` points to: then whoever wanted it
    /// has gone, and another may be at it.
    pub(super) fn reader(&self, held: Weak<()>) -> io::Result<Reader> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(Reader { file: File::from_std(file), held })
    }
}

pub(super) struct Reader {
    file: File,
    held: Weak<()>,
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.held.strong_count() == 0 {
            // Not `Interrupted`: whoever reads to the end would try that for ever.
            return Poll::Ready(Err(io::Error::other("nobody waits for it any more")));
        }
        Pin::new(&mut self.file).poll_read(context, out)
    }
}

/// Takes a message in as it arrives.
struct Sink {
    file: File,
    hash: Sha256,
    header: Header,
}

impl AsyncWrite for Sink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.file).poll_write(context, bytes))?;
        let written = bytes.get(..n).unwrap_or(bytes);
        self.hash.update(written);
        self.header.add(written);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_shutdown(context)
    }
}

/// The beginning of a message, up to the empty line.
#[derive(Default)]
struct Header(Vec<u8>);

impl Header {
    fn add(&mut self, bytes: &[u8]) {
        if self.0.len() >= MAX_HEADER || self.0.ends_with(b"\r\n\r\n") {
            return;
        }
        let looked_at = self.0.len().saturating_sub(3);
        let room = bytes.len().min(MAX_HEADER - self.0.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or_default());
        let end = memmem::find(self.0.get(looked_at..).unwrap_or_default(), b"\r\n\r\n");
        if let Some(end) = end {
            self.0.truncate(looked_at + end + 4);
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_ends_at_the_empty_line_however_it_arrives() {
        let message = b"Subject: x\r\nTo: y\r\n\r\nbody\r\n\r\nmore";
        for n in 1..message.len() {
            let mut header = Header::default();
            message.chunks(n).for_each(|piece| header.add(piece));
            assert_eq!(header.0, b"Subject: x\r\nTo: y\r\n\r\n", "pieces of {n}");
        }
        let mut endless = Header::default();
        (0..10).for_each(|_| endless.add(&[b'x'; 100_000]));
        assert_eq!(endless.0.len(), MAX_HEADER);
    }

    #[test]
    fn bytes_are_written_as_pairs_of_digits() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
