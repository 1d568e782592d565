//! Mail on its way out: each step is written here before it is taken, so that a crash goes on where it was.

use zeroize::Zeroizing;

use super::{
    JobKind, Store, StoreError,
    collectors::json,
    db::{Row, Statement, Value, values},
    jobs, random_id,
};
use crate::model::{MessageId, MessageKey, Outgoing, OutgoingId, OutgoingMail, Phase, SendWarning};

/// How long a message that is over is remembered, so that a repeated post is recognised. Seconds.
const REMEMBERED: i64 = 30 * 24 * 3600;

pub(super) fn context(id: &str) -> String {
    format!("outbox {id}")
}

/// A message to be put into the outbox.
#[derive(Debug)]
pub struct NewOutgoing<'a> {
    pub owner: &'a str,
    pub message_id: &'a MessageId,
    pub mail: &'a OutgoingMail,
    /// The draft copy: all headers, Bcc too.
    pub message: &'a [u8],
    pub draft: Option<&'a MessageKey>,
    /// Unix seconds; `None`: at once.
    pub send_at: Option<i64>,
    /// When it is tried first, in Unix seconds; `None`: by the caller, at once, who holds the job for that.
    pub due_at: Option<i64>,
}

/// A step of a message: only the one who finds it in one of the phases `from` takes it.
#[derive(Debug)]
pub struct Advance<'a> {
    pub from: &'a [Phase],
    pub to: Phase,
    /// What the server said; `None`: as it was.
    pub words: Option<&'a str>,
}

const SELECT: &str = "SELECT outbox.id, outbox.owner, message_id, phase, mail, send_at, created_at, changed_at, \
                      draft, words, warnings, due_at, attempts FROM outbox \
                      LEFT JOIN jobs ON jobs.kind = 'send' AND jobs.subject = outbox.id";

impl Store {
    /// One row for one composed message: `false` where it is there already.
    pub async fn add_outgoing(&self, new: NewOutgoing<'_>) -> Result<bool, StoreError> {
        let (id, now) = (random_id(), self.now());
        let sealed = self.keys.seal(new.message, &context(&id))?;
        let row = Statement::new(
            "INSERT INTO outbox (id, owner, message_id, phase, mail, send_at, created_at, changed_at, draft, \
             words, warnings) VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, '', '[]') \
             ON CONFLICT (owner, message_id) DO NOTHING",
            values![
                &id,
                new.owner,
                new.message_id.as_str(),
                json(new.mail)?,
                new.send_at,
                now,
                now,
                new.draft.map(MessageKey::reference).unwrap_or_default(),
            ],
        );
        let message = "INSERT INTO outbox_messages (outbox, message) VALUES ($1, $2)";
        let added = self
            .db
            .transact(vec![
                row.must_change(),
                Statement::new(message, values![&id, sealed]),
                self.job(&id, &new),
            ])
            .await?;
        Ok(added.is_some())
    }

    /// A message that was not sent is tried again as it is written now: its row, its id and its Message-ID stay.
    /// `false` where it is in none of the phases `from`.
    pub async fn renew_outgoing(
        &self,
        id: &OutgoingId,
        from: &[Phase],
        new: NewOutgoing<'_>,
    ) -> Result<bool, StoreError> {
        let sealed = self.keys.seal(new.message, &context(&id.0))?;
        let row = Statement::new(
            "UPDATE outbox SET phase = 'waiting', mail = $1, send_at = $2, changed_at = $3, draft = $4, words = '' \
             WHERE id = $5 AND owner = $6 AND phase IN ($7, $8, $9, $10)",
            [
                values![
                    json(new.mail)?,
                    new.send_at,
                    self.now(),
                    new.draft.map(MessageKey::reference).unwrap_or_default(),
                    &id.0,
                    new.owner,
                ],
                phases(from),
            ]
            .concat(),
        );
        let message = "INSERT INTO outbox_messages (outbox, message) VALUES ($1, $2) \
                       ON CONFLICT (outbox) DO UPDATE SET message = excluded.message";
        let renewed = self
            .db
            .transact(vec![
                row.must_change(),
                Statement::new(message, values![&id.0, sealed]),
                jobs::unschedule(JobKind::Send, &id.0),
                self.job(&id.0, &new),
            ])
            .await?;
        Ok(renewed.is_some())
    }

    fn job(&self, id: &str, new: &NewOutgoing<'_>) -> Statement {
        match new.due_at {
            Some(at) => jobs::schedule(JobKind::Send, id, new.owner, at),
            None => jobs::begin(JobKind::Send, id, new.owner, &self.instance, self.now()),
        }
    }

    /// Those of `owner` that are not over, oldest first.
    pub async fn outbox(&self, owner: &str) -> Result<Vec<Outgoing>, StoreError> {
        let sql = format!(
            "{SELECT} WHERE outbox.owner = $1 AND phase NOT IN ('sent', 'cancelled') ORDER BY created_at, outbox.id"
        );
        self.db.query(sql, values![owner]).await?.iter().map(outgoing).collect()
    }

    /// How many of `owner` are not over.
    pub async fn outbox_size(&self, owner: &str) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM outbox WHERE owner = $1 AND phase NOT IN ('sent', 'cancelled')";
        let rows = self.query_soon(sql, values![owner]).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.int(0))?.unsigned_abs())
    }

    pub async fn outgoing(&self, id: &OutgoingId) -> Result<Option<Outgoing>, StoreError> {
        let sql = format!("{SELECT} WHERE outbox.id = $1");
        self.db.query(sql, values![&id.0]).await?.first().map(outgoing).transpose()
    }

    pub async fn find_outgoing(
        &self,
        owner: &str,
        message_id: &MessageId,
    ) -> Result<Option<Outgoing>, StoreError> {
        let sql = format!("{SELECT} WHERE outbox.owner = $1 AND message_id = $2");
        self.db.query(sql, values![owner, message_id.as_str()]).await?.first().map(outgoing).transpose()
    }

    /// The draft copy; `None` once it is no longer needed.
    pub async fn outgoing_message(&self, id: &OutgoingId) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT message FROM outbox_messages WHERE outbox = $1";
        let rows = self.db.query(sql, values![&id.0]).await?;
        rows.first().map(|row| self.keys.open(row.bytes(0)?, &context(&id.0))).transpose()
    }

    /// Takes a step; `false` where somebody else took one before. What is over loses its message and its job.
    pub async fn advance(&self, id: &OutgoingId, step: Advance<'_>) -> Result<bool, StoreError> {
        let (now, to) = (self.now(), step.to.as_str());
        let change = match step.words {
            Some(words) => Statement::new(
                "UPDATE outbox SET phase = $1, changed_at = $2, words = $3 \
                 WHERE id = $4 AND phase IN ($5, $6, $7, $8)",
                [values![to, now, words, &id.0], phases(step.from)].concat(),
            ),
            None => Statement::new(
                "UPDATE outbox SET phase = $1, changed_at = $2 WHERE id = $3 AND phase IN ($4, $5, $6, $7)",
                [values![to, now, &id.0], phases(step.from)].concat(),
            ),
        };
        let mut statements = vec![change.must_change()];
        if step.to.is_over() {
            let sql = "DELETE FROM outbox_messages WHERE outbox = $1";
            statements.push(Statement::new(sql, values![&id.0]));
        }
        if step.to.is_over() || matches!(step.to, Phase::Failed | Phase::Unknown) {
            statements.push(jobs::unschedule(JobKind::Send, &id.0));
        }
        Ok(self.db.transact(statements).await?.is_some())
    }

    pub async fn set_outgoing_draft(&self, id: &OutgoingId, draft: &MessageKey) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET draft = $1 WHERE id = $2";
        self.db.execute(sql, values![draft.reference(), &id.0]).await.map(drop)
    }

    pub async fn warn_outgoing(&self, id: &OutgoingId, warnings: &[SendWarning]) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET warnings = $1 WHERE id = $2";
        self.db.execute(sql, values![json(&warnings)?, &id.0]).await.map(drop)
    }

    /// Forgets what is over and old enough.
    pub async fn forget_old_outgoing(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM outbox WHERE phase IN ('sent', 'cancelled') AND changed_at < $1";
        self.db.execute(sql, values![self.now() - REMEMBERED]).await.map(drop)
    }
}

/// Four of them, as the statements above have places for; what is left repeats the first.
fn phases(from: &[Phase]) -> Vec<Value> {
    debug_assert!((1..=4).contains(&from.len()), "a statement has room for four phases");
    from.iter().cycle().take(4).map(|phase| Value::from(phase.as_str())).collect()
}

fn outgoing(row: &Row) -> Result<Outgoing, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("{what} in the outbox"));
    let mail: OutgoingMail = row.json(4)?;
    let warnings: Vec<SendWarning> = row.json(10)?;
    Ok(Outgoing {
        id: OutgoingId(row.text(0)?.to_owned()),
        owner: row.text(1)?.to_owned(),
        message_id: MessageId::parse(row.text(2)?).ok_or_else(|| damaged("a Message-ID"))?,
        phase: Phase::parse(row.text(3)?).ok_or_else(|| damaged("a phase"))?,
        mail,
        send_at: row.int_or_null(5)?,
        created_at: row.int(6)?,
        changed_at: row.int(7)?,
        draft: MessageKey::from_reference(row.text(8)?),
        words: row.text(9)?.to_owned(),
        warnings,
        due_at: row.int_or_null(11)?,
        attempts: row.int_or_null(12)?.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)),
    })
}
