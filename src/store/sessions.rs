//! The session records: in the database, so that any instance and any later process serves them; and in memory what
//! this process has seen, for as long as the database is away.

mod known;
mod rows;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use self::known::{Change, Known, Memory};
use super::{Clock, Store};

/// Cheap to clone; all clones share the records.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    store: Arc<Store>,
    memory: Mutex<Memory>,
    /// Whoever holds it writes: changes reach the database one after another.
    writing: tokio::sync::Mutex<()>,
    /// Something could not be written.
    is_behind: AtomicBool,
}

impl Sessions {
    /// The entry of a record that says whose session it is.
    pub const OWNER: &str = "owner";

    pub fn new(store: Arc<Store>) -> Sessions {
        Sessions(Arc::new(Inner {
            store,
            memory: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            is_behind: AtomicBool::default(),
        }))
    }

    /// What sessions expire by.
    pub fn clock(&self) -> &Clock {
        self.0.store.clock()
    }

    /// Forgets what has expired, and writes what could not be written.
    pub async fn sweep(&self) {
        self.lock().sweep(self.clock().now());
        self.write().await;
        let Inner { store, .. } = &*self.0;
        if store.writing.may_ask() {
            store.writing.note(&store.delete_expired_sessions().await);
        }
    }

    /// Writes what the database has not seen. What it does not take is tried again when it answers.
    async fn write(&self) {
        let Inner { store, writing, is_behind, .. } = &*self.0;
        let _writer = writing.lock().await;
        let unwritten = self.lock().unwritten();
        is_behind.store(true, Ordering::Relaxed);
        for (id, known) in unwritten {
            if !store.writing.may_ask() {
                return;
            }
            let written = store.write_session(&id, &known).await;
            store.writing.note(&written);
            match written {
                Ok(is_there) => self.lock().written(&id, &known, is_there),
                Err(_) => return,
            }
        }
        is_behind.store(false, Ordering::Relaxed);
    }

    /// For what no page has to wait for.
    fn write_soon(&self) {
        let sessions = self.clone();
        tokio::spawn(async move { sessions.write().await });
    }

    /// tower-sessions counts from the system's time.
    fn by_our_clock(&self, record: &Record) -> Record {
        Record { expiry_date: record.expiry_date + self.clock().ahead(), ..record.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

/// None of them fails while the database is away, but `load` of a session that this process has never seen.
#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.lock().begin(record.id, self.by_our_clock(record));
        self.write().await;
        Ok(())
    }

    /// What is saved here is only that a session is still in use.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.lock().renew(record.id, self.by_our_clock(record));
        self.write_soon();
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock().now();
        let store = &self.0.store;
        if self.0.is_behind.load(Ordering::Relaxed) {
            self.write_soon();
        }
        let known = self.lock().find(id);
        let of_memory = |known: Known| Ok(known.record.filter(|record| record.expiry_date > now));
        let ours = match known {
            // The database may not know it yet.
            Some(Known { unwritten: Some(Change::Begin), .. } | Known { record: None, .. }) => {
                return known.map_or(Ok(None), of_memory);
            }
            Some(known) if !store.reading.may_ask() => return of_memory(known),
            other => other,
        };
        let found = store.session(id).await;
        store.reading.note(&found);
        match (found, ours) {
            (Ok(found), _) => Ok(self.lock().learn(id, found).filter(|record| record.expiry_date > now)),
            (Err(_), Some(known)) => of_memory(known),
            (Err(error), None) => Err(session_store::Error::Backend(error.to_string())),
        }
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.lock().end(*id, self.clock().now());
        self.write().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
