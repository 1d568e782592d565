//! What is to be done, and who does it: jobs with leases, so that no two instances run one, and a dead instance's
//! jobs are taken over.

use super::{
    Store, StoreError,
    db::{Statement, Value, values},
};

/// A job whose holder was not heard of for so long is given to another. Holders renew it well before.
pub const LEASE_SECONDS: i64 = 30;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// The subject is a collector.
    Collect,
    /// The subject is a row of the outbox.
    Send,
    /// The subject is a snooze.
    Unsnooze,
}

/// A job that this instance holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub kind: JobKind,
    /// The id of what it is about.
    pub subject: String,
    pub owner: String,
    /// Earlier runs that did not end it.
    pub attempts: u32,
}

/// Stands in `lease_by` while the mail server refuses the owner's stored password.
const SIGNED_OUT: &str = "signed out";

impl JobKind {
    const NAMES: [(JobKind, &'static str); 3] =
        [(JobKind::Collect, "collect"), (JobKind::Send, "send"), (JobKind::Unsnooze, "unsnooze")];

    pub(super) fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Result<JobKind, StoreError> {
        let known = Self::NAMES.iter().find(|(_, known)| *known == name);
        known.map(|(kind, _)| *kind).ok_or_else(|| StoreError::Damaged(format!("a job of the kind {name:?}")))
    }
}

/// Sets when a job is due, whether it is there or not; whoever holds it keeps it.
pub(super) fn schedule(kind: JobKind, subject: &str, owner: &str, due_at: i64) -> Statement {
    Statement::new(
        "INSERT INTO jobs (kind, subject, owner, due_at, attempts, lease_by, lease_until) \
         VALUES ($1, $2, $3, $4, 0, '', 0) ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at",
        values![kind.as_str(), subject, owner, due_at],
    )
}

/// The same for a job that `holder` begins at once; nobody holds it so far.
pub(super) fn begin(kind: JobKind, subject: &str, owner: &str, holder: &str, now: i64) -> Statement {
    Statement::new(
        "INSERT INTO jobs (kind, subject, owner, due_at, attempts, lease_by, lease_until) \
         VALUES ($1, $2, $3, $4, 0, $5, $6)",
        values![kind.as_str(), subject, owner, now, holder, now + LEASE_SECONDS],
    )
}

pub(super) fn unschedule(kind: JobKind, subject: &str) -> Statement {
    Statement::new("DELETE FROM jobs WHERE kind = $1 AND subject = $2", values![kind.as_str(), subject])
}

/// Undoes a transaction of somebody who no longer holds the job, and renews the lease of who does.
pub(super) fn still_held(job: &Job, instance: &str, now: i64) -> Statement {
    Statement::new(
        "UPDATE jobs SET lease_until = $1 WHERE kind = $2 AND subject = $3 AND lease_by = $4",
        values![now + LEASE_SECONDS, job.kind.as_str(), &job.subject, instance],
    )
    .must_change()
}

impl Store {
    /// Makes a job due at `due_at` (Unix seconds).
    pub async fn schedule(
        &self,
        kind: JobKind,
        subject: &str,
        owner: &str,
        due_at: i64,
    ) -> Result<(), StoreError> {
        self.db.transact(vec![schedule(kind, subject, owner, due_at)]).await.map(drop)
    }

    /// Takes the job that has been due longest, if nobody holds it; of these owners only, where they are given.
    pub async fn claim(&self, owners: Option<&[String]>) -> Result<Option<Job>, StoreError> {
        let now = self.now();
        let mut values = values![&self.instance, now + LEASE_SECONDS, now, now];
        let mut among = String::new();
        if let Some(owners) = owners {
            if owners.is_empty() {
                return Ok(None);
            }
            let numbers: Vec<String> = (0..owners.len()).map(|n| format!("${}", n + 5)).collect();
            among = format!("AND owner IN ({})", numbers.join(", "));
            values.extend(owners.iter().map(Value::from));
        }
        values.push(now.into());
        let sql = format!(
            "UPDATE jobs SET lease_by = $1, lease_until = $2 WHERE (kind, subject) IN \
             (SELECT kind, subject FROM jobs WHERE due_at <= $3 AND lease_until <= $4 {among} \
             ORDER BY due_at LIMIT 1 {}) \
             AND lease_until <= ${} RETURNING kind, subject, owner, attempts",
            self.db.skip_locked(),
            values.len(),
        );
        let rows = self.db.query(sql, values).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Job {
            kind: JobKind::parse(row.text(0)?)?,
            subject: row.text(1)?.to_owned(),
            owner: row.text(2)?.to_owned(),
            attempts: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
        }))
    }

    /// Holds the job for another [`LEASE_SECONDS`]; false when it was lost, and whoever runs it must stop.
    pub async fn renew(&self, job: &Job) -> Result<bool, StoreError> {
        let until = self.now() + LEASE_SECONDS;
        let n = self
            .db
            .execute(
                "UPDATE jobs SET lease_until = $1 WHERE kind = $2 AND subject = $3 AND lease_by = $4",
                values![until, job.kind.as_str(), &job.subject, &self.instance],
            )
            .await?;
        Ok(n == 1)
    }

    /// The job is done for good.
    pub async fn finish(&self, job: &Job) -> Result<(), StoreError> {
        let sql = "DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND lease_by = $3";
        self.db.execute(sql, values![job.kind.as_str(), &job.subject, &self.instance]).await.map(drop)
    }

    /// Gives the job back, to be done again at `due_at` (Unix seconds); `attempts` of it have failed in a row.
    pub async fn put_off(&self, job: &Job, due_at: i64, attempts: u32) -> Result<(), StoreError> {
        self.release(job, "", due_at, attempts).await
    }

    /// Gives the job back until its owner signs in: the stored password is refused, or there is none.
    pub async fn await_sign_in(&self, job: &Job) -> Result<(), StoreError> {
        /// Tried again all the same, once in a while: a refusal can be a passing fault of the server.
        const RETRY: i64 = 3600;
        self.release(job, SIGNED_OUT, self.now() + RETRY, job.attempts).await
    }

    async fn release(&self, job: &Job, lease_by: &str, due_at: i64, attempts: u32) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease_by = $1, lease_until = 0, due_at = $2, attempts = $3 \
                   WHERE kind = $4 AND subject = $5 AND lease_by = $6";
        let values =
            values![lease_by, due_at, i64::from(attempts), job.kind.as_str(), &job.subject, &self.instance];
        self.db.execute(sql, values).await.map(drop)
    }

    /// The owner signed in: what waited for that is due.
    pub async fn wake(&self, owner: &str) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease_by = '', due_at = $1 WHERE owner = $2 AND lease_by = $3";
        self.db.execute(sql, values![self.now(), owner, SIGNED_OUT]).await.map(drop)
    }

    /// Frees what this instance holds: it stops.
    pub async fn release_all(&self) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease_by = '', lease_until = 0 WHERE lease_by = $1";
        self.db.execute(sql, values![&self.instance]).await.map(drop)
    }

    /// Frees what an earlier process held: nobody else works on a database of our own.
    pub async fn take_over(&self) -> Result<(), StoreError> {
        if self.is_shared() {
            return Ok(());
        }
        let sql = "UPDATE jobs SET lease_by = '', lease_until = 0 WHERE lease_until > 0 AND lease_by <> $1";
        self.db.execute(sql, values![&self.instance]).await.map(drop)
    }
}
