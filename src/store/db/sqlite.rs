//! The engine that is built in: one file, in WAL mode (https://sqlite.org/wal.html).

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter, types::ToSqlOutput, types::ValueRef};

use super::{
    Row, Statement, Value,
    migrations::{N_STEPS, STEPS},
};
use crate::store::StoreError;

/// For another program that has the file locked; a page waits for this.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Sqlite {
    place: Place,
    /// Opened when first used, and anew after an error that another attempt may not have.
    connection: Arc<Mutex<Option<Connection>>>,
}

#[derive(Clone)]
enum Place {
    Memory,
    File(PathBuf),
}

impl Sqlite {
    pub(super) fn in_memory() -> Sqlite {
        Sqlite { place: Place::Memory, connection: Arc::default() }
    }

    pub(super) fn at(path: &Path) -> Sqlite {
        Sqlite { place: Place::File(path.to_owned()), connection: Arc::default() }
    }

    pub(super) async fn query(&self, sql: String, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&numbered(&sql))?;
            let n_columns = statement.column_count();
            let mut found = statement.query(params_from_iter(&values))?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let columns: Result<_, _> = (0..n_columns).map(|n| row.get_ref(n).map(Value::from)).collect();
                rows.push(Row(columns?));
            }
            Ok(rows)
        })
        .await
    }

    pub(super) async fn transact(&self, statements: Vec<Statement>) -> Result<Option<Vec<u64>>, StoreError> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let mut counts = Vec::with_capacity(statements.len());
            for Statement { sql, values, must_change } in &statements {
                let n = transaction.prepare_cached(&numbered(sql))?.execute(params_from_iter(values))?;
                if *must_change && n == 0 {
                    transaction.rollback()?;
                    return Ok(None);
                }
                counts.push(n as u64);
            }
            transaction.commit()?;
            Ok(Some(counts))
        })
        .await
    }

    pub(super) async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_string_lossy().into_owned();
        self.run(move |connection| connection.execute("VACUUM INTO ?1", [path]).map(drop)).await
    }

    #[cfg(test)]
    pub(super) async fn limit_pages(&self, n: u32) {
        let limited = self.run(move |connection| connection.pragma_update(None, "max_page_count", n)).await;
        limited.expect("a limit can be set");
    }

    /// SQLite blocks, so it works on a thread for that.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (place, connection) = (self.place.clone(), Arc::clone(&self.connection));
        let done = tokio::task::spawn_blocking(move || {
            let mut slot = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let open = match slot.take() {
                Some(open) => Ok(open),
                None => place.open(),
            };
            let mut open = open?;
            let result = job(&mut open).map_err(|error| meaning(&error));
            let may_go_on = matches!(place, Place::Memory) || !matches!(result, Err(StoreError::Damaged(_)));
            *slot = may_go_on.then_some(open);
            result
        });
        done.await.unwrap_or_else(|panic| Err(StoreError::Failed(panic.into())))
    }
}

impl Place {
    fn open(&self) -> Result<Connection, StoreError> {
        let mut connection = match self {
            Place::Memory => Connection::open_in_memory(),
            Place::File(path) => {
                // What stands in it is for nobody else to read; SQLite's other files take after this one.
                prepare(path).map_err(|error| StoreError::file(path, &error))?;
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(path, flags)
            }
        }
        .map_err(|error| meaning(&error))?;
        set_up(&mut connection)?;
        Ok(connection)
    }
}

fn prepare(path: &Path) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn set_up(connection: &mut Connection) -> Result<(), StoreError> {
    let prepared = (|| {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // What was committed is there after a power failure, too: a message is collected once.
        connection.pragma_update(None, "synchronous", "FULL")?;
        let steps_had = |connection: &Connection| -> rusqlite::Result<u32> {
            connection.pragma_query_value(None, "user_version", |row| row.get(0))
        };
        // An up-to-date schema is only read.
        let had = steps_had(connection)?;
        if had >= N_STEPS {
            return Ok(had);
        }
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let had = steps_had(&transaction)?;
        for step in STEPS.iter().skip(had as usize) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", N_STEPS)?;
        transaction.commit()?;
        Ok(had)
    })();
    match prepared {
        Ok(had) if had > N_STEPS => Err(StoreError::Newer),
        Ok(_) => Ok(()),
        Err(error) => Err(meaning(&error)),
    }
}

/// `$1` is a name to SQLite and `?1` a number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn meaning(error: &rusqlite::Error) -> StoreError {
    let words = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(words),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => StoreError::Unreachable(words.into()),
        _ => StoreError::Failed(words.into()),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Null | ValueRef::Real(_) => Value::Null,
            ValueRef::Integer(n) => Value::Int(n),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        }
    }
}
