//! Which messages of a POP3 mailbox were collected: what makes it once.

use super::{
    Store, StoreError,
    db::{Row, Statement, values},
};
use crate::model::{CollectorId, LedgerEntry, LedgerState};

const COLUMNS: &str = "uidl, state, size, hash, message_id, mailbox, uid_validity, uid, since";

impl Store {
    /// Every entry of a collector, by its UIDL (RFC 1939 §7).
    pub async fn ledger(&self, id: &CollectorId) -> Result<Vec<(String, LedgerEntry)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE collector = $1");
        self.db.query(sql, values![&id.0]).await?.iter().map(entry).collect()
    }

    /// Writes an entry in place of the one before; it is on the disk when this returns.
    pub async fn write_ledger(
        &self,
        id: &CollectorId,
        uidl: &str,
        entry: &LedgerEntry,
    ) -> Result<(), StoreError> {
        self.db.transact(vec![write(id, uidl, entry)?]).await.map(drop)
    }

    /// The same message has another UIDL now.
    pub async fn rename_in_ledger(&self, id: &CollectorId, old: &str, new: &str) -> Result<(), StoreError> {
        let away =
            Statement::new("DELETE FROM ledger WHERE collector = $1 AND uidl = $2", values![&id.0, new]);
        let sql = "UPDATE ledger SET uidl = $1 WHERE collector = $2 AND uidl = $3";
        self.db.transact(vec![away, Statement::new(sql, values![new, &id.0, old])]).await.map(drop)
    }

    /// The messages are no longer on the server: their UIDLs may be given to others.
    pub async fn forget_in_ledger(&self, id: &CollectorId, uidls: &[String]) -> Result<(), StoreError> {
        let sql = "DELETE FROM ledger WHERE collector = $1 AND uidl = $2";
        for some in uidls.chunks(1000) {
            let removals = some.iter().map(|uidl| Statement::new(sql, values![&id.0, uidl])).collect();
            self.db.transact(removals).await?;
        }
        Ok(())
    }
}

fn write(id: &CollectorId, uidl: &str, entry: &LedgerEntry) -> Result<Statement, StoreError> {
    let state = match entry.state {
        LedgerState::Appending => "appending",
        LedgerState::Collected => "collected",
    };
    let size = i64::try_from(entry.size).map_err(|error| StoreError::Failed(error.into()))?;
    Ok(Statement::new(
        "INSERT INTO ledger (collector, uidl, state, size, hash, message_id, mailbox, uid_validity, uid, since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (collector, uidl) DO UPDATE SET state = excluded.state, size = excluded.size, \
         hash = excluded.hash, message_id = excluded.message_id, mailbox = excluded.mailbox, \
         uid_validity = excluded.uid_validity, uid = excluded.uid, since = excluded.since",
        values![
            &id.0,
            uidl,
            state,
            size,
            &entry.hash,
            &entry.message_id,
            &entry.mailbox,
            i64::from(entry.uid_validity),
            i64::from(entry.uid),
            entry.since,
        ],
    ))
}

fn entry(row: &Row) -> Result<(String, LedgerEntry), StoreError> {
    let number =
        |column| -> Result<u32, StoreError> { Ok(u32::try_from(row.int(column)?).unwrap_or_default()) };
    Ok((
        row.text(0)?.to_owned(),
        LedgerEntry {
            state: match row.text(1)? {
                "collected" => LedgerState::Collected,
                _ => LedgerState::Appending,
            },
            size: u64::try_from(row.int(2)?).unwrap_or_default(),
            hash: row.text(3)?.to_owned(),
            message_id: row.text(4)?.to_owned(),
            mailbox: row.text(5)?.to_owned(),
            uid_validity: number(6)?,
            uid: number(7)?,
            since: row.int(8)?,
        },
    ))
}
