//! The seam under the store: one SQL text, two engines. Nothing above it knows which one answers.
//!
//! Statements are written for both: `$1` parameters in the order of their first use, and the types `BIGINT`, `TEXT`
//! and `BYTEA` only.

mod migrations;
mod postgres;
mod sqlite;
mod value;

use std::{path::Path, sync::Arc};

use rustls::ClientConfig;

use self::{postgres::Postgres, sqlite::Sqlite};
use super::StoreError;
use crate::config::Database;

pub(super) use value::{Row, Value, values};

/// A database that may be away for a while: every call tries again.
pub(super) struct Db(Engine);

enum Engine {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// One statement of a transaction.
#[derive(Debug)]
pub(super) struct Statement {
    sql: &'static str,
    values: Vec<Value>,
    must_change: bool,
}

impl Statement {
    pub(super) fn new(sql: &'static str, values: Vec<Value>) -> Statement {
        Statement { sql, values, must_change: false }
    }

    /// The whole transaction is undone where this changes no row.
    pub(super) fn must_change(self) -> Statement {
        Statement { must_change: true, ..self }
    }
}

impl Db {
    /// Connects when first asked. `tls` is for PostgreSQL on another machine.
    pub(super) fn new(database: &Database, tls: Option<Arc<ClientConfig>>) -> Result<Db, StoreError> {
        Ok(Db(match database {
            Database::Memory => Engine::Sqlite(Sqlite::in_memory()),
            Database::Sqlite(path) => Engine::Sqlite(Sqlite::at(path)),
            Database::Postgres(url) => Engine::Postgres(Box::new(Postgres::new(url, tls)?)),
        }))
    }

    /// Whether other processes work on the same database.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.0, Engine::Postgres(_))
    }

    /// What a `SELECT` of a row that is about to be taken ends with: so that two instances do not wait for one another.
    pub(super) fn skip_locked(&self) -> &'static str {
        match self.0 {
            // One connection: nobody to wait for.
            Engine::Sqlite(_) => "",
            Engine::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }

    pub(super) async fn query(
        &self,
        sql: impl AsRef<str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.query(sql.as_ref().to_owned(), values).await,
            Engine::Postgres(engine) => engine.query(sql.as_ref(), &values).await,
        }
    }

    /// Rows changed.
    pub(super) async fn execute(&self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        let done = self.transact(vec![Statement::new(sql, values)]).await?;
        Ok(done.and_then(|counts| counts.first().copied()).unwrap_or_default())
    }

    /// All of them or none; rows changed by each. `None`: undone, because a statement that must change something
    /// changed nothing.
    pub(super) async fn transact(&self, statements: Vec<Statement>) -> Result<Option<Vec<u64>>, StoreError> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.transact(statements).await,
            Engine::Postgres(engine) => engine.transact(&statements).await,
        }
    }

    /// A copy of the whole database at one moment, while it is in use. SQLite only: PostgreSQL has `pg_dump`.
    pub(super) async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.copy_to(path).await,
            Engine::Postgres(_) => Err(StoreError::NotHere("PostgreSQL is backed up with pg_dump")),
        }
    }

    #[cfg(test)]
    pub(super) async fn limit_pages(&self, n: u32) {
        let Engine::Sqlite(engine) = &self.0 else { return };
        engine.limit_pages(n).await;
    }
}
