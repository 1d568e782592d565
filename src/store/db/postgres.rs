//! The engine for several instances: PostgreSQL.

use std::{error::Error as _, sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::OnceCell, time::timeout};
use tokio_postgres::{
    NoTls,
    config::{Host, SslMode},
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    Row, Statement, Value,
    migrations::{N_STEPS, STEPS},
};
use crate::store::StoreError;

/// For a connection, and for a free place among those there are; a page waits for this.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a statement may take, as the server is told.
const STATEMENT_OPTIONS: &str =
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s";
/// The same for a server that says nothing at all.
const SILENCE: Duration = Duration::from_secs(20);
const MAX_CONNECTIONS: usize = 8;
/// The lock that instances take while they bring the schema up to date: two may start at once.
const MIGRATION_LOCK: i64 = 0x0070_6f73_7472_6f6f;

pub(super) struct Postgres {
    pool: Pool,
    migrated: OnceCell<()>,
}

impl Postgres {
    pub(super) fn new(url: &SecretString, tls: Option<Arc<ClientConfig>>) -> Result<Postgres, StoreError> {
        let mut config: tokio_postgres::Config = url
            .expose_secret()
            .parse()
            .map_err(|_| StoreError::NotHere("the PostgreSQL address is not understood"))?;
        config
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(SILENCE)
            .options(STATEMENT_OPTIONS)
            .application_name("postroom");
        // Across a network nothing travels in the clear unless the address says so.
        let is_local = config.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        });
        if !is_local && !url.expose_secret().contains("sslmode=") {
            config.ssl_mode(SslMode::Require);
        }
        let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => Manager::from_config(config, MakeRustlsConnect::new((*tls).clone()), recycle),
            None => Manager::from_config(config, NoTls, recycle),
        };
        let pool = Pool::builder(manager)
            .max_size(MAX_CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(PATIENCE))
            .wait_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| StoreError::Failed(error.into()))?;
        Ok(Postgres { pool, migrated: OnceCell::new() })
    }

    pub(super) async fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let client = self.client().await?;
        let work = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, &parameters(values)).await
        };
        let Ok(rows) = timeout(SILENCE, work).await else { return Err(given_up(client)) };
        let rows = rows.map_err(|error| meaning(&error))?;
        rows.iter()
            .map(|row| {
                let columns: Result<_, _> = (0..row.len()).map(|n| row.try_get::<_, Value>(n)).collect();
                Ok(Row(columns.map_err(|error| meaning(&error))?))
            })
            .collect()
    }

    pub(super) async fn transact(&self, statements: &[Statement]) -> Result<Option<Vec<u64>>, StoreError> {
        let mut client = self.client().await?;
        let work = async {
            let transaction = client.transaction().await?;
            let mut counts = Vec::with_capacity(statements.len());
            for Statement { sql, values, must_change } in statements {
                let statement = transaction.prepare_cached(sql).await?;
                let n = transaction.execute(&statement, &parameters(values)).await?;
                if *must_change && n == 0 {
                    transaction.rollback().await?;
                    return Ok(None);
                }
                counts.push(n);
            }
            transaction.commit().await?;
            Ok(Some(counts))
        };
        let Ok(done) = timeout(SILENCE, work).await else { return Err(given_up(client)) };
        done.map_err(|error| meaning(&error))
    }

    async fn client(&self) -> Result<Object, StoreError> {
        let client = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => meaning(&error),
            other => StoreError::Unreachable(other.into()),
        })?;
        self.migrated.get_or_try_init(|| migrate(&client)).await?;
        Ok(client)
    }
}

async fn migrate(client: &Object) -> Result<(), StoreError> {
    let work = async {
        // An up-to-date schema is only read: a database that cannot be written serves as long as it can.
        let had = steps_had(client).await?;
        if had >= i64::from(N_STEPS) {
            return Ok(had);
        }
        // Given back by the server should this connection end.
        client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
        let had = steps_had(client).await?;
        for step in STEPS.iter().skip(usize::try_from(had).unwrap_or_default()) {
            client.batch_execute(&format!("BEGIN; {step}; COMMIT")).await?;
        }
        let table =
            "CREATE TABLE IF NOT EXISTS schema_version (n BIGINT NOT NULL); DELETE FROM schema_version";
        client
            .batch_execute(&format!("BEGIN; {table}; INSERT INTO schema_version VALUES ({N_STEPS}); COMMIT"))
            .await?;
        client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
        Ok(had)
    };
    match work.await {
        Ok(had) if had > i64::from(N_STEPS) => Err(StoreError::Newer),
        Ok(_) => Ok(()),
        Err(error) => Err(meaning(&error)),
    }
}

async fn steps_had(client: &Object) -> Result<i64, tokio_postgres::Error> {
    if client.query_one("SELECT to_regclass('schema_version') IS NULL", &[]).await?.get(0) {
        return Ok(0);
    }
    Ok(client.query_opt("SELECT n FROM schema_version", &[]).await?.map_or(0, |row| row.get(0)))
}

/// A connection that does not answer is not used again.
fn given_up(client: Object) -> StoreError {
    drop(Object::take(client));
    StoreError::Unreachable(format!("it did not answer in {} s", SILENCE.as_secs()).into())
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn meaning(error: &tokio_postgres::Error) -> StoreError {
    let words = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match error.code() {
        Some(&SqlState::DISK_FULL) => StoreError::Full,
        Some(&SqlState::LOCK_NOT_AVAILABLE) => StoreError::Locked,
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => StoreError::ReadOnly,
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Damaged(words),
        Some(_) => StoreError::Failed(words.into()),
        // It did not come from the server: the connection is the matter.
        None => StoreError::Unreachable(words.into()),
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) => n.to_sql_checked(ty, out),
            Value::Text(text) => text.to_sql_checked(ty, out),
            Value::Bytes(bytes) => bytes.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, Box<dyn std::error::Error + Sync + Send>> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|n| Value::Int(n.into())),
            Type::BYTEA => Vec::from_sql(ty, raw).map(Value::Bytes),
            _ => String::from_sql(ty, raw).map(Value::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::BYTEA) || <String as FromSql>::accepts(ty)
    }
}
