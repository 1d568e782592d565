//! Which messages of a POP3 mailbox were collected: what makes it once.

use super::{
    Job, Store, StoreError,
    db::{Row, Statement, values},
    jobs,
};
use crate::model::{CollectorId, LedgerEntry, LedgerState};

const COLUMNS: &str = "uidl, state, size, hash, n_bytes, message_id, mailbox, uid_validity, uid, since";

/// Changes in one transaction.
const BATCH: usize = 1000;

impl Store {
    /// Every entry of a collector, by its UIDL (RFC 1939 §7).
    pub async fn ledger(&self, id: &CollectorId) -> Result<Vec<(String, LedgerEntry)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE collector = $1");
        self.db.query(sql, values![&id.0]).await?.iter().map(entry).collect()
    }

    /// Writes entries in place of those before, and removes where there is `None`; in this order, and on the disk when
    /// this returns. Only for whoever holds the collector's job: false when it was lost, and nothing more is written.
    pub async fn change_ledger(
        &self,
        job: &Job,
        changes: &[(String, Option<LedgerEntry>)],
    ) -> Result<bool, StoreError> {
        for some in changes.chunks(BATCH) {
            let mut statements = vec![jobs::still_held(job, &self.instance, self.now())];
            for (uidl, entry) in some {
                statements.push(match entry {
                    Some(entry) => write(&job.subject, uidl, entry)?,
                    None => Statement::new(
                        "DELETE FROM ledger WHERE collector = $1 AND uidl = $2",
                        values![&job.subject, uidl],
                    ),
                });
            }
            if self.db.transact(statements).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn write(collector: &str, uidl: &str, entry: &LedgerEntry) -> Result<Statement, StoreError> {
    let state = match entry.state {
        LedgerState::Appending => "appending",
        LedgerState::Collected => "collected",
        LedgerState::Deleted => "deleted",
    };
    let number = |n: u64| i64::try_from(n).map_err(|error| StoreError::Failed(error.into()));
    Ok(Statement::new(
        "INSERT INTO ledger (collector, uidl, state, size, hash, n_bytes, message_id, mailbox, uid_validity, uid, \
         since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (collector, uidl) DO UPDATE SET state = excluded.state, size = excluded.size, \
         hash = excluded.hash, n_bytes = excluded.n_bytes, message_id = excluded.message_id, \
         mailbox = excluded.mailbox, uid_validity = excluded.uid_validity, uid = excluded.uid, since = excluded.since",
        values![
            collector,
            uidl,
            state,
            number(entry.size)?,
            &entry.hash,
            number(entry.n_bytes)?,
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
                "deleted" => LedgerState::Deleted,
                _ => LedgerState::Appending,
            },
            size: u64::try_from(row.int(2)?).unwrap_or_default(),
            hash: row.text(3)?.to_owned(),
            n_bytes: u64::try_from(row.int(4)?).unwrap_or_default(),
            message_id: row.text(5)?.to_owned(),
            mailbox: row.text(6)?.to_owned(),
            uid_validity: number(7)?,
            uid: number(8)?,
            since: row.int(9)?,
        },
    ))
}
