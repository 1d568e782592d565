//! Messages that come back at their time.

use super::{
    JobKind, Store, StoreError,
    db::{Row, Statement, values},
    jobs, random_id,
};
use crate::model::{MailboxName, MessageKey, Snooze};

const SELECT: &str = "SELECT id, owner, message, message_id, subject, return_to, until FROM snoozes";

impl Store {
    /// Written before the message is moved; `snooze.id` is ignored and given anew.
    pub async fn add_snooze(&self, snooze: &Snooze) -> Result<String, StoreError> {
        let id = random_id();
        let add = Statement::new(
            "INSERT INTO snoozes (id, owner, message, message_id, subject, return_to, until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                &id,
                &snooze.owner,
                snooze.message.reference(),
                &snooze.message_id,
                &snooze.subject,
                snooze.return_to.as_str(),
                snooze.until,
            ],
        );
        let job = jobs::schedule(JobKind::Unsnooze, &id, &snooze.owner, snooze.until);
        self.db.transact(vec![add, job]).await?;
        Ok(id)
    }

    /// The move told where the message is now.
    pub async fn snoozed_as(&self, id: &str, message: &MessageKey) -> Result<(), StoreError> {
        let sql = "UPDATE snoozes SET message = $1 WHERE id = $2";
        self.db.execute(sql, values![message.reference(), id]).await.map(drop)
    }

    /// By their time.
    pub async fn snoozes(&self, owner: &str) -> Result<Vec<Snooze>, StoreError> {
        let sql = format!("{SELECT} WHERE owner = $1 ORDER BY until, id");
        self.db.query(sql, values![owner]).await?.iter().map(snooze).collect()
    }

    pub async fn snooze(&self, id: &str) -> Result<Option<Snooze>, StoreError> {
        let sql = format!("{SELECT} WHERE id = $1");
        self.db.query(sql, values![id]).await?.first().map(snooze).transpose()
    }

    /// The message is back, or gone.
    pub async fn remove_snooze(&self, owner: &str, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM snoozes WHERE id = $1 AND owner = $2";
        let remove = Statement::new(sql, values![id, owner]);
        self.db.transact(vec![remove, jobs::unschedule(JobKind::Unsnooze, id)]).await.map(drop)
    }

    /// Comes back at once.
    pub async fn end_snooze(&self, owner: &str, id: &str) -> Result<(), StoreError> {
        let sql = "UPDATE snoozes SET until = $1 WHERE id = $2 AND owner = $3";
        let end = Statement::new(sql, values![self.now(), id, owner]).must_change();
        let job = jobs::schedule(JobKind::Unsnooze, id, owner, self.now());
        self.db.transact(vec![end, job]).await.map(drop)
    }
}

fn snooze(row: &Row) -> Result<Snooze, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("{what} of a snooze"));
    Ok(Snooze {
        id: row.text(0)?.to_owned(),
        owner: row.text(1)?.to_owned(),
        message: MessageKey::from_reference(row.text(2)?).ok_or_else(|| damaged("the message"))?,
        message_id: row.text(3)?.to_owned(),
        subject: row.text(4)?.to_owned(),
        return_to: MailboxName::new(row.text(5)?).map_err(|_| damaged("the mailbox"))?,
        until: row.int(6)?,
    })
}
