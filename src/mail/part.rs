//! Bytes of a part or of the whole message, in pieces: memory stays flat whatever the size.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};

use super::{Account, Error, What};
use crate::{
    mime::Decoder,
    model::{Message, MessageKey, Part, Section},
};
use std::sync::Arc;

/// Bytes fetched at a time: large enough that round trips do not count, small enough to hold.
const PIECE: u32 = 512 << 10;

/// Decoded bytes, in order.
pub type PartStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

impl Account {
    /// A part's decoded bytes. The first piece is fetched before this returns, so that an error can still
    /// be a page.
    pub async fn part(self: &Arc<Self>, message: &Message, part: &Part) -> Result<PartStream, Error> {
        let encoded = self.pieces(&message.key, &part.section).await?;
        Ok(decoded(encoded, Decoder::new(part.encoding)))
    }

    /// The message as the server holds it.
    pub async fn source(self: &Arc<Self>, key: &MessageKey) -> Result<PartStream, Error> {
        self.pieces(key, &Section::root()).await
    }

    /// A part whole, for what is small or must be held anyway. `limit` in bytes, before decoding.
    pub async fn part_bytes(
        self: &Arc<Self>,
        message: &Message,
        part: &Part,
        limit: usize,
    ) -> Result<Vec<u8>, Error> {
        if usize::try_from(part.size).is_ok_and(|size| size > limit) {
            return Err(Error::TooLarge { limit });
        }
        collect(self.part(message, part).await?, limit).await
    }

    /// The part at `section`; sections come from addresses, so it may not be there.
    pub fn find_part<'m>(&self, message: &'m Message, section: &Section) -> Result<&'m Part, Error> {
        message.tree.part(section).ok_or(Error::NotFound(What::Part))
    }

    pub(super) async fn section(
        &self,
        key: &MessageKey,
        section: &Section,
        range: Option<(u64, u32)>,
    ) -> Result<Bytes, Error> {
        let (key, section) = (key.clone(), section.clone());
        self.read(Some(&key.mailbox.clone()), move |conn| {
            let (key, section) = (key.clone(), section.clone());
            Box::pin(async move { conn.section(&key, &section, range).await })
        })
        .await
    }

    async fn pieces(self: &Arc<Self>, key: &MessageKey, section: &Section) -> Result<PartStream, Error> {
        let first = self.section(key, section, Some((0, PIECE))).await?;
        let (account, key, section) = (Arc::clone(self), key.clone(), section.clone());
        let more = is_full(&first).then_some(u64::from(PIECE));
        let rest = stream::try_unfold(more, move |offset| {
            let (account, key, section) = (Arc::clone(&account), key.clone(), section.clone());
            async move {
                let Some(offset) = offset else { return Ok(None) };
                let piece = account.section(&key, &section, Some((offset, PIECE))).await?;
                let next = is_full(&piece).then(|| offset + u64::from(PIECE));
                Ok(Some((piece, next)))
            }
        });
        Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
    }
}

/// A piece that is not full is the last one.
fn is_full(piece: &Bytes) -> bool {
    u32::try_from(piece.len()).is_ok_and(|n| n >= PIECE)
}

fn decoded(encoded: PartStream, decoder: Decoder) -> PartStream {
    stream::try_unfold((encoded, Some(decoder)), |(mut encoded, decoder)| async move {
        let Some(mut decoder) = decoder else { return Ok(None) };
        match encoded.try_next().await? {
            Some(piece) => {
                let bytes = Bytes::from(decoder.push(&piece));
                Ok(Some((bytes, (encoded, Some(decoder)))))
            }
            None => Ok(Some((Bytes::from(decoder.finish().0), (encoded, None)))),
        }
    })
    .try_filter(|bytes| std::future::ready(!bytes.is_empty()))
    .boxed()
}

pub(super) async fn collect(mut stream: PartStream, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.try_next().await? {
        if bytes.len() + piece.len() > limit {
            return Err(Error::TooLarge { limit });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
