//! What one process knows of the sessions, and what of that the database does not.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};

/// What is forgotten first here is what the database knows.
const MAX_SESSIONS: usize = 50_000;

/// Longer than a request that began before the sign-out goes on.
const REMEMBER_END: Duration = Duration::hours(1);

#[derive(Debug, Default)]
pub(super) struct Memory(HashMap<Id, Known>);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    /// As it was last seen. `None`: the session was ended, and a late request must not bring it back.
    pub(super) record: Option<Record>,
    /// Then all of this may be forgotten.
    until: OffsetDateTime,
    pub(super) unwritten: Option<Change>,
}

/// What the database has still to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Begin,
    Renew,
    End,
}

impl Known {
    fn of(record: Record, unwritten: Option<Change>) -> Known {
        Known { until: record.expiry_date, record: Some(record), unwritten }
    }
}

impl Memory {
    pub(super) fn find(&self, id: &Id) -> Option<Known> {
        self.0.get(id).cloned()
    }

    pub(super) fn begin(&mut self, id: Id, record: Record) {
        self.make_room();
        self.0.insert(id, Known::of(record, Some(Change::Begin)));
    }

    pub(super) fn renew(&mut self, id: Id, record: Record) {
        let change = match self.0.get(&id) {
            Some(Known { record: None, .. }) => return,
            Some(Known { unwritten: Some(Change::Begin), .. }) => Change::Begin,
            _ => Change::Renew,
        };
        self.make_room();
        self.0.insert(id, Known::of(record, Some(change)));
    }

    pub(super) fn end(&mut self, id: Id, now: OffsetDateTime) {
        self.make_room();
        let ended = Known { record: None, until: now + REMEMBER_END, unwritten: Some(Change::End) };
        self.0.insert(id, ended);
    }

    /// What the database says of a session; returns what holds. What it has not seen yet is newer.
    pub(super) fn learn(&mut self, id: &Id, found: Option<Record>) -> Option<Record> {
        let newer = self.0.get(id).filter(|known| known.record.is_none() || known.unwritten.is_some());
        match (found, newer) {
            (_, Some(Known { unwritten: Some(Change::Begin), record, .. })) => record.clone(),
            (Some(_), Some(newer)) => newer.record.clone(),
            (Some(found), None) => {
                self.make_room();
                self.0.insert(*id, Known::of(found.clone(), None));
                Some(found)
            }
            // Ended by another instance.
            (None, _) => {
                if self.0.get(id).is_some_and(|known| known.record.is_some()) {
                    self.0.remove(id);
                }
                None
            }
        }
    }

    pub(super) fn unwritten(&self) -> Vec<(Id, Known)> {
        let unwritten = self.0.iter().filter(|(_, known)| known.unwritten.is_some());
        unwritten.map(|(id, known)| (*id, known.clone())).collect()
    }

    /// The database took `written`; whether it has the session now.
    pub(super) fn written(&mut self, id: &Id, written: &Known, is_there: bool) {
        let Some(known) = self.0.get_mut(id).filter(|known| *known == written) else { return };
        known.unwritten = None;
        if written.unwritten == Some(Change::Renew) && !is_there {
            self.0.remove(id);
        }
    }

    /// Forgets what has expired. That a session was ended is remembered until the database knows.
    pub(super) fn sweep(&mut self, now: OffsetDateTime) {
        self.0.retain(|_, known| known.until > now || known.unwritten == Some(Change::End));
    }

    fn make_room(&mut self) {
        if self.0.len() >= MAX_SESSIONS {
            let first = self.0.iter().min_by_key(|(_, known)| (known.unwritten.is_some(), known.until));
            let first = first.map(|(id, _)| *id);
            first.and_then(|id| self.0.remove(&id));
        }
    }
}
