//! All attachments of a message as one zip, streamed.

use std::sync::Arc;

use async_zip::{Compression, ZipEntryBuilder, base::write::ZipFileWriter};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, io::AsyncWriteExt, stream};
use tokio::io::DuplexStream;
use tokio_util::io::ReaderStream;

use super::{Account, Error, PartStream};
use crate::model::{Message, Part};

/// Bytes between the zip writer and the browser.
const IN_FLIGHT: usize = 64 << 10;

impl Account {
    /// A zip of parts under the file names given, which must differ. Stored, not compressed: most attachments
    /// are compressed already. A failure breaks the stream off, so that no truncated zip looks whole.
    pub fn zip(self: &Arc<Self>, message: Message, files: Vec<(String, Part)>) -> PartStream {
        let (reader, writer) = tokio::io::duplex(IN_FLIGHT);
        let account = Arc::clone(self);
        let writing = tokio::spawn(async move { account.write_zip(writer, &message, files).await });
        let end = stream::once(async move {
            match writing.await {
                Ok(Ok(())) => Ok(Bytes::new()),
                Ok(Err(error)) => Err(error),
                Err(panic) => Err(Error::Bug(panic.to_string())),
            }
        });
        let bytes = ReaderStream::new(reader).map_err(|error| Error::Bug(error.to_string()));
        bytes.chain(end).boxed()
    }

    async fn write_zip(
        self: &Arc<Self>,
        writer: DuplexStream,
        message: &Message,
        files: Vec<(String, Part)>,
    ) -> Result<(), Error> {
        // What can fail here is only that the browser went away: nobody reads the error then.
        let gone = |error: async_zip::error::ZipError| Error::Bug(error.to_string());
        let mut zip = ZipFileWriter::with_tokio(writer);
        for (name, part) in files {
            let entry = ZipEntryBuilder::new(name.into(), Compression::Stored);
            let mut file = zip.write_entry_stream(entry).await.map_err(gone)?;
            let mut bytes = self.part(message, &part).await?;
            while let Some(piece) = bytes.try_next().await? {
                file.write_all(&piece).await.map_err(|error| Error::Bug(error.to_string()))?;
            }
            file.close().await.map_err(gone)?;
        }
        zip.close().await.map_err(gone)?;
        Ok(())
    }
}
