//! Small things that outlive a request and are wanted on the next, whichever instance answers it. Sealed with the
//! server key: some hold what a person typed. While the database is away this process remembers them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use zeroize::Zeroizing;

use super::{Store, StoreError, db::values};

/// For the whole process; more are not remembered.
const MAX_REMEMBERED: usize = 10_000;
/// No scrap lives longer. Seconds.
const LONGEST: i64 = 24 * 3600;

/// What the database does not know, by name.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<String, Memory>>);

#[derive(Clone, PartialEq)]
enum Memory {
    Kept(Scrap),
    /// The database has this value still, sealed as it is; but it was taken, and is over at a time (Unix seconds).
    Taken(Vec<u8>, i64),
}

#[derive(Clone, PartialEq)]
struct Scrap {
    owner: String,
    text: Zeroizing<String>,
    /// Unix seconds.
    expires_at: i64,
}

impl Store {
    /// Keeps a text for so many seconds, in place of what had the name. The name begins with what it belongs to, and
    /// a `/`: see [`Store::forget_scraps`].
    pub async fn keep_scrap(&self, name: &str, owner: &str, text: String, seconds: i64) {
        let expires_at = self.now() + seconds.min(LONGEST);
        let scrap = Scrap { owner: owner.to_owned(), text: Zeroizing::new(text), expires_at };
        let is_written = self.writing.may_ask() && self.write_scrap(name, &scrap).await.is_ok();
        let mut remembered = self.remembered();
        if is_written {
            remembered.remove(name);
        } else if remembered.len() < MAX_REMEMBERED || remembered.contains_key(name) {
            remembered.insert(name.to_owned(), Memory::Kept(scrap));
        }
    }

    /// `None` where there is none, or it has expired.
    pub async fn scrap(&self, name: &str) -> Option<Zeroizing<String>> {
        Some(self.find_scrap(name).await?.0)
    }

    /// Takes the scrap away, if it is as wanted: of all who ask at the same time, one has it.
    pub async fn take_scrap(
        &self,
        name: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<Zeroizing<String>> {
        let (text, sealed) = self.find_scrap(name).await?;
        if !is_wanted(&text) {
            return None;
        }
        let is_mine = match sealed {
            Some(sealed) => self.remove_scrap(name, sealed).await,
            None => self.remembered().remove(name).is_some(),
        };
        is_mine.then_some(text)
    }

    /// Forgets all scraps that belong to `whose`.
    pub async fn forget_scraps(&self, whose: &str) {
        let prefix = format!("{whose}/");
        self.remembered().retain(|name, _| !name.starts_with(&prefix));
        if self.writing.may_ask() {
            let sql = "DELETE FROM scraps WHERE name LIKE $1";
            self.writing.note(&self.db.execute(sql, values![format!("{prefix}%")]).await);
        }
    }

    /// Forgets what has expired, and writes what could not be written.
    pub async fn sweep_scraps(&self) -> Result<(), StoreError> {
        let now = self.now();
        let waiting: Vec<_> = {
            let mut remembered = self.remembered();
            remembered.retain(|_, memory| memory.expires_at() > now);
            remembered.iter().map(|(name, memory)| (name.clone(), memory.clone())).collect()
        };
        for (name, memory) in waiting {
            match &memory {
                Memory::Kept(scrap) => self.write_scrap(&name, scrap).await?,
                Memory::Taken(sealed, _) => self.delete_scrap(&name, sealed).await.map(drop)?,
            }
            let mut remembered = self.remembered();
            if remembered.get(&name) == Some(&memory) {
                remembered.remove(&name);
            }
        }
        self.db.execute("DELETE FROM scraps WHERE expires_at <= $1", values![now]).await.map(drop)
    }

    /// The text, and how it stands in the database if it came from there.
    async fn find_scrap(&self, name: &str) -> Option<(Zeroizing<String>, Option<Vec<u8>>)> {
        let now = self.now();
        let memory = self.remembered().get(name).filter(|memory| memory.expires_at() > now).cloned();
        let taken = match memory {
            Some(Memory::Kept(scrap)) => return Some((scrap.text, None)),
            Some(Memory::Taken(sealed, _)) => Some(sealed),
            None => None,
        };
        let sql = "SELECT value FROM scraps WHERE name = $1 AND expires_at > $2";
        let found = self.query_soon(sql, values![name, now]).await;
        let sealed = found.ok()?.first()?.bytes(0).ok()?.to_vec();
        let text = self.keys.open(&sealed, &context(name)).ok()?;
        let text = Zeroizing::new(std::str::from_utf8(&text).ok()?.to_owned());
        (taken.as_ref() != Some(&sealed)).then_some((text, Some(sealed)))
    }

    async fn write_scrap(&self, name: &str, scrap: &Scrap) -> Result<(), StoreError> {
        let sealed = self.keys.seal(scrap.text.as_bytes(), &context(name))?;
        let sql = "INSERT INTO scraps (name, owner, value, expires_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";
        let written = self.db.execute(sql, values![name, &scrap.owner, sealed, scrap.expires_at]).await;
        self.writing.note(&written);
        written.map(drop)
    }

    /// `false` where another request was quicker.
    async fn remove_scrap(&self, name: &str, sealed: Vec<u8>) -> bool {
        if self.writing.may_ask()
            && let Ok(is_mine) = self.delete_scrap(name, &sealed).await
        {
            return is_mine;
        }
        let taken = Memory::Taken(sealed, self.now() + LONGEST);
        self.remembered().insert(name.to_owned(), taken.clone()) != Some(taken)
    }

    async fn delete_scrap(&self, name: &str, sealed: &[u8]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM scraps WHERE name = $1 AND value = $2";
        let deleted = self.db.execute(sql, values![name, sealed.to_vec()]).await;
        self.writing.note(&deleted);
        Ok(deleted? > 0)
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<String, Memory>> {
        self.remembered.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn expires_at(&self) -> i64 {
        match self {
            Memory::Kept(scrap) => scrap.expires_at,
            Memory::Taken(_, until) => *until,
        }
    }
}

fn context(name: &str) -> String {
    format!("scrap {name}")
}
