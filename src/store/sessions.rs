//! The session records, in memory: a restart signs everybody out, and nothing of a person reaches the disk.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use super::Clock;

/// Sessions are made at sign-in only, so this bounds sign-ins; the one that ends first makes room.
const MAX_SESSIONS: usize = 50_000;

/// Cheap to clone; all clones share the records.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    records: Arc<Mutex<HashMap<Id, Record>>>,
    clock: Clock,
}

impl Sessions {
    /// What sessions expire by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Forgets what has expired.
    pub fn sweep(&self) {
        let now = self.clock.now();
        self.lock().retain(|_, record| record.expiry_date > now);
    }

    /// tower-sessions counts from the system's time.
    fn by_our_clock(&self, record: &Record) -> Record {
        Record { expiry_date: record.expiry_date + self.clock.ahead(), ..record.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let mut records = self.lock();
        if records.len() >= MAX_SESSIONS {
            let first = records.values().min_by_key(|record| record.expiry_date).map(|record| record.id);
            first.and_then(|id| records.remove(&id));
        }
        while records.contains_key(&record.id) {
            record.id = Id::default();
        }
        records.insert(record.id, self.by_our_clock(record));
        Ok(())
    }

    /// A record that was deleted stays so: a request that began before the sign-out must not bring it back.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        if let Some(kept) = self.lock().get_mut(&record.id) {
            *kept = self.by_our_clock(record);
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        Ok(self.lock().get(id).filter(|record| record.expiry_date > now).cloned())
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.lock().remove(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use time::{Duration, OffsetDateTime};

    use super::*;

    fn record(minutes: i64) -> Record {
        let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(minutes);
        Record { id: Id::default(), data: HashMap::new(), expiry_date }
    }

    #[tokio::test]
    async fn an_expired_record_is_not_found_and_is_swept() {
        let sessions = Sessions::default();
        let (mut fresh, mut old) = (record(1), record(-1));
        sessions.create(&mut fresh).await.unwrap();
        sessions.create(&mut old).await.unwrap();
        assert!(sessions.load(&old.id).await.unwrap().is_none());
        sessions.sweep();
        assert_eq!(sessions.lock().keys().copied().collect::<Vec<_>>(), [fresh.id]);
    }

    #[tokio::test]
    async fn a_record_that_is_written_again_lives_on() {
        let sessions = Sessions::default();
        let (mut used, mut idle) = (record(60), record(60));
        sessions.create(&mut used).await.unwrap();
        sessions.create(&mut idle).await.unwrap();
        sessions.clock().put_forward(std::time::Duration::from_secs(40 * 60));
        sessions.save(&used).await.unwrap();
        sessions.clock().put_forward(std::time::Duration::from_secs(40 * 60));
        assert!(sessions.load(&used.id).await.unwrap().is_some());
        assert!(sessions.load(&idle.id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_deleted_record_is_not_brought_back_by_a_late_save() {
        let sessions = Sessions::default();
        let mut record = record(1);
        sessions.create(&mut record).await.unwrap();
        sessions.delete(&record.id).await.unwrap();
        sessions.save(&record).await.unwrap();
        assert!(sessions.load(&record.id).await.unwrap().is_none());
    }
}
