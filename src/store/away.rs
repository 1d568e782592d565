//! Whether the database answered lately: whoever has another place to look does not wait for it again and again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Store, StoreError,
    db::{Row, Value},
};

/// So long after a failure the database is left alone, by those who can do without.
const PAUSE: Duration = Duration::from_secs(5);

/// One for reading and one for writing: a full disk is still read.
#[derive(Debug, Default)]
pub(super) struct Away(Mutex<Option<Instant>>);

impl Away {
    /// Whether to ask. While the database is away, one caller in [`PAUSE`] finds out whether it still is.
    pub(super) fn may_ask(&self) -> bool {
        let mut until = self.lock();
        let is_over = until.is_none_or(|until| Instant::now() >= until);
        if is_over && until.is_some() {
            *until = Some(Instant::now() + PAUSE);
        }
        is_over
    }

    /// Takes note of what the database answered.
    pub(super) fn note<T>(&self, answer: &Result<T, StoreError>) {
        let mut until = self.lock();
        match answer {
            Ok(_) => *until = None,
            Err(error) => {
                if until.is_none() {
                    tracing::warn!(%error, "this process remembers what the database does not");
                }
                *until = Some(Instant::now() + PAUSE);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// For what a page can do without: where the database was away a moment ago, this fails at once.
    pub(super) async fn query_soon(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        if !self.reading.may_ask() {
            return Err(StoreError::Unreachable("it did not answer a moment ago".into()));
        }
        let found = self.db.query(sql, values).await;
        self.reading.note(&found);
        found
    }
}
