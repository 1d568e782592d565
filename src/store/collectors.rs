//! Collectors, their passwords, and what their last runs did.

use secrecy::{ExposeSecret, SecretString};

use super::{
    JobKind, Store, StoreError,
    db::{Row, Statement, values},
    jobs, random_id,
};
use crate::model::{Collector, CollectorId, CollectorRun, CollectorSettings, CollectorState, RunReport};

/// Runs that are kept for each collector.
const MAX_RUNS: i64 = 20;

pub(super) fn context(id: &str) -> String {
    format!("collector {id}")
}

const SELECT: &str = "SELECT collectors.id, collectors.owner, settings, paused, stopped, due_at FROM collectors \
                      LEFT JOIN jobs ON jobs.kind = 'collect' AND jobs.subject = collectors.id";

impl Store {
    /// A new collector, due at once.
    pub async fn add_collector(
        &self,
        owner: &str,
        settings: &CollectorSettings,
        secret: &SecretString,
    ) -> Result<CollectorId, StoreError> {
        let id = random_id();
        let sealed = self.keys.seal(secret.expose_secret().as_bytes(), &context(&id))?;
        let add = Statement::new(
            "INSERT INTO collectors (id, owner, settings, secret, paused, stopped, created_at) \
             VALUES ($1, $2, $3, $4, 0, '', $5)",
            values![&id, owner, json(settings)?, sealed, self.now()],
        );
        self.db.transact(vec![add, jobs::schedule(JobKind::Collect, &id, owner, self.now())]).await?;
        Ok(CollectorId(id))
    }

    /// Changes what was decided, and the password where one is given; a collector that had stopped runs again.
    pub async fn change_collector(
        &self,
        owner: &str,
        id: &CollectorId,
        settings: &CollectorSettings,
        secret: Option<&SecretString>,
    ) -> Result<(), StoreError> {
        let mut changes = vec![
            Statement::new(
                "UPDATE collectors SET settings = $1, stopped = '' WHERE id = $2 AND owner = $3",
                values![json(settings)?, &id.0, owner],
            )
            .must_change(),
        ];
        if let Some(secret) = secret {
            let sealed = self.keys.seal(secret.expose_secret().as_bytes(), &context(&id.0))?;
            changes.push(Statement::new(
                "UPDATE collectors SET secret = $1 WHERE id = $2",
                values![sealed, &id.0],
            ));
        }
        changes.push(Statement::new(
            "INSERT INTO jobs (kind, subject, owner, due_at, attempts, lease_by, lease_until) \
             SELECT 'collect', id, owner, CAST($1 AS BIGINT), 0, '', 0 FROM collectors WHERE id = $2 AND paused = 0 \
             ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0",
            values![self.now(), &id.0],
        ));
        self.db.transact(changes).await.map(drop)
    }

    /// In the order they were made.
    pub async fn collectors(&self, owner: &str) -> Result<Vec<Collector>, StoreError> {
        let sql = format!("{SELECT} WHERE collectors.owner = $1 ORDER BY created_at, collectors.id");
        self.db.query(sql, values![owner]).await?.iter().map(collector).collect()
    }

    /// `None` where `owner` has none of this id.
    pub async fn collector(&self, owner: &str, id: &CollectorId) -> Result<Option<Collector>, StoreError> {
        let sql = format!("{SELECT} WHERE collectors.owner = $1 AND collectors.id = $2");
        self.db.query(sql, values![owner, &id.0]).await?.first().map(collector).transpose()
    }

    pub async fn collector_secret(&self, id: &CollectorId) -> Result<Option<SecretString>, StoreError> {
        let rows = self.db.query("SELECT secret FROM collectors WHERE id = $1", values![&id.0]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let secret = self.keys.open(row.bytes(0)?, &context(&id.0))?;
        Ok(Some(std::str::from_utf8(&secret).map_err(|_| StoreError::Sealed)?.into()))
    }

    /// With its ledger: collected again, everything that is still on the server would come anew.
    pub async fn remove_collector(&self, owner: &str, id: &CollectorId) -> Result<(), StoreError> {
        let removal = |sql| Statement::new(sql, values![&id.0]);
        self.db
            .transact(vec![
                Statement::new("DELETE FROM collectors WHERE id = $1 AND owner = $2", values![&id.0, owner])
                    .must_change(),
                removal("DELETE FROM ledger WHERE collector = $1"),
                removal("DELETE FROM collector_runs WHERE collector = $1"),
                jobs::unschedule(JobKind::Collect, &id.0),
            ])
            .await
            .map(drop)
    }

    pub async fn pause_collector(&self, owner: &str, id: &CollectorId) -> Result<(), StoreError> {
        let pause = Statement::new(
            "UPDATE collectors SET paused = 1 WHERE id = $1 AND owner = $2",
            values![&id.0, owner],
        );
        self.db.transact(vec![pause.must_change(), jobs::unschedule(JobKind::Collect, &id.0)]).await.map(drop)
    }

    /// Runs as soon as somebody is free, paused or stopped as it was.
    pub async fn run_collector(&self, owner: &str, id: &CollectorId) -> Result<(), StoreError> {
        let go_on = Statement::new(
            "UPDATE collectors SET paused = 0, stopped = '' WHERE id = $1 AND owner = $2",
            values![&id.0, owner],
        );
        let now = jobs::schedule(JobKind::Collect, &id.0, owner, self.now());
        self.db.transact(vec![go_on.must_change(), now]).await.map(drop)
    }

    /// An error that another attempt cannot mend: `words` are for its owner.
    pub async fn stop_collector(&self, id: &CollectorId, words: &str) -> Result<(), StoreError> {
        let sql = "UPDATE collectors SET stopped = $1 WHERE id = $2";
        self.db
            .transact(vec![
                Statement::new(sql, values![words, &id.0]),
                jobs::unschedule(JobKind::Collect, &id.0),
            ])
            .await
            .map(drop)
    }

    pub async fn record_run(&self, id: &CollectorId, run: &CollectorRun) -> Result<(), StoreError> {
        let add = Statement::new(
            "INSERT INTO collector_runs (collector, started_at, ended_at, report) VALUES ($1, $2, $3, $4)",
            values![&id.0, run.started_at, run.ended_at, json(&run.report)?],
        );
        let trim = Statement::new(
            "DELETE FROM collector_runs WHERE collector = $1 AND started_at < \
             (SELECT MIN(started_at) FROM (SELECT started_at FROM collector_runs WHERE collector = $2 \
             ORDER BY started_at DESC LIMIT $3) AS kept)",
            values![&id.0, &id.0, MAX_RUNS],
        );
        self.db.transact(vec![add, trim]).await.map(drop)
    }

    /// The last ones, newest first.
    pub async fn runs(&self, id: &CollectorId) -> Result<Vec<CollectorRun>, StoreError> {
        let sql = "SELECT started_at, ended_at, report FROM collector_runs WHERE collector = $1 \
                   ORDER BY started_at DESC LIMIT $2";
        let rows = self.db.query(sql, values![&id.0, MAX_RUNS]).await?;
        rows.iter()
            .map(|row| {
                let report: RunReport = row.json(2)?;
                Ok(CollectorRun { started_at: row.int(0)?, ended_at: row.int(1)?, report })
            })
            .collect()
    }
}

fn collector(row: &Row) -> Result<Collector, StoreError> {
    let stopped = row.text(4)?;
    let settings: CollectorSettings = row.json(2)?;
    Ok(Collector {
        id: CollectorId(row.text(0)?.to_owned()),
        owner: row.text(1)?.to_owned(),
        settings,
        state: match (row.int(3)?, stopped) {
            (0, "") => CollectorState::Active,
            (0, words) => CollectorState::Stopped(words.to_owned()),
            _ => CollectorState::Paused,
        },
        next_run: row.int_or_null(5)?,
    })
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.into()))
}
