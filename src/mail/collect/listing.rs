//! What is on the server, and by what each message is known again.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::spool::hex;
use crate::{
    mime,
    pop3::{Conn, Error},
};

/// One message on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// In this session.
    pub(super) number: u32,
    /// What the ledger knows it by: its UIDL, else its header; `None` where only its content can tell.
    pub(super) key: Option<String>,
    /// Bytes, as the server counts them.
    pub(super) size: u64,
}

/// Everything, in the server's order.
pub(super) async fn listing(conn: &mut Conn) -> Result<Vec<Listed>, Error> {
    let uidl = conn.uidl().await?;
    let sizes = conn.list().await?;
    let mut keys: HashMap<u32, String> = match uidl {
        Some(rows) => rows.into_iter().collect(),
        None => keys_by_header(conn, &sizes).await?,
    };
    let listed: Vec<Listed> =
        sizes.into_iter().map(|(number, size)| Listed { number, key: keys.remove(&number), size }).collect();
    if !keys.is_empty() {
        return Err(Error::Protocol("listings that do not agree"));
    }
    Ok(without_shared_keys(listed))
}

/// What two messages have names neither.
fn without_shared_keys(mut listed: Vec<Listed>) -> Vec<Listed> {
    let mut n_with: HashMap<String, usize> = HashMap::new();
    for key in listed.iter().filter_map(|listed| listed.key.clone()) {
        *n_with.entry(key).or_default() += 1;
    }
    for listed in &mut listed {
        listed.key = listed.key.take().filter(|key| n_with.get(key) == Some(&1));
    }
    listed
}

/// A server without UIDL: by the whole header, in which whoever delivered it wrote when, and by the size. It is as good
/// as an identifier for all that came by mail.
async fn keys_by_header(conn: &mut Conn, sizes: &[(u32, u64)]) -> Result<HashMap<u32, String>, Error> {
    let numbers: Vec<u32> = sizes.iter().map(|(number, _)| *number).collect();
    let sizes: HashMap<u32, u64> = sizes.iter().copied().collect();
    let mut keys = HashMap::new();
    tops(conn, &numbers, |number, header| {
        if let Some(size) = sizes.get(&number).filter(|_| !header.is_empty()) {
            keys.insert(number, format!("top:{}:{size}", hex(&Sha256::digest(&header))));
        }
    })
    .await?;
    Ok(keys)
}

/// The Message-ID of each of these, where the server shows headers; empty where a message has none.
pub(super) async fn message_ids(conn: &mut Conn, numbers: &[u32]) -> Result<HashMap<u32, String>, Error> {
    let mut ids = HashMap::new();
    tops(conn, numbers, |number, header| {
        ids.insert(number, message_id(&header));
    })
    .await?;
    Ok(ids)
}

pub(super) fn message_id(header: &[u8]) -> String {
    mime::headers(header).message_id.unwrap_or_default()
}

/// Asks for headers, as far as the server has TOP.
async fn tops(conn: &mut Conn, numbers: &[u32], mut each: impl FnMut(u32, Vec<u8>)) -> Result<(), Error> {
    let Some(&first) = numbers.first() else { return Ok(()) };
    if !conn.capabilities().top {
        // A server without CAPA may know it all the same.
        let is_told = !conn.capabilities().all.is_empty();
        if is_told || matches!(conn.top(first, 0).await, Err(Error::Refused(_))) {
            return Ok(());
        }
    }
    conn.top_many(numbers, 0, |number, header| {
        if let Some(header) = header {
            each(number, header);
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_two_messages_have_is_none() {
        let listed = |number, key: &str| Listed { number, key: Some(key.to_owned()), size: 1 };
        let told = without_shared_keys(vec![listed(1, "a"), listed(2, "b"), listed(3, "a")]);
        let keys: Vec<_> = told.iter().map(|listed| listed.key.as_deref()).collect();
        assert_eq!(keys, [None, Some("b"), None]);
    }
}
