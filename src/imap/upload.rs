//! A literal that is read while it is sent: memory stays flat whatever its size.

use std::{fmt, io};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Error;

/// Bytes read and written at a time.
const PIECE: usize = 64 << 10;

pub(super) struct Upload {
    source: Box<dyn AsyncRead + Send + Unpin>,
    /// What the source is expected to yield, bytes.
    pub(super) size: u64,
}

impl Upload {
    pub(super) fn new(source: impl AsyncRead + Send + Unpin + 'static, size: u64) -> Upload {
        Upload { source: Box::new(source), size }
    }

    /// Writes the source to its end. The last piece is kept back until the end is certain: a source of another size
    /// never makes a complete literal.
    pub(super) async fn write_to(mut self, io: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let (mut kept, mut next) = (Vec::new(), Vec::with_capacity(PIECE));
        let mut n_read = 0;
        loop {
            next.clear();
            let piece = u64::try_from(PIECE).unwrap_or(u64::MAX);
            let n = (&mut self.source).take(piece).read_to_end(&mut next).await;
            let n = n.map_err(Error::source_failed)?;
            n_read += u64::try_from(n).unwrap_or(u64::MAX);
            if n == 0 && n_read == self.size {
                return io.write_all(&kept).await;
            }
            if n == 0 || n_read > self.size {
                let words = format!("it has not {} bytes", self.size);
                return Err(Error::source_failed(io::Error::new(io::ErrorKind::InvalidData, words)));
            }
            io.write_all(&kept).await?;
            std::mem::swap(&mut kept, &mut next);
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("size", &self.size).finish_non_exhaustive()
    }
}
