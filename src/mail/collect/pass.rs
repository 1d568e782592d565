//! One pass over what is listed: what is new is filed, what is due is marked, what is gone is forgotten.

use std::collections::HashSet;

use super::{
    append::Appended,
    halt::Halt,
    listing::{self, Listed},
    plan::{self, Loose, Plan},
    run::{MOST, Marks, Next, Run},
    spool::Spooled,
    words::it_says,
};
use crate::{
    model::{Keep, LedgerEntry, LedgerState},
    pop3::{self, Conn},
};

/// Deletions take effect when a session ends well: after so many it is ended, and another begins.
const BATCH: usize = 500;

/// What is learnt on the way.
struct Pass {
    loose: Loose,
    /// Keys given to messages that had none.
    given: HashSet<String>,
    /// Sizes of messages that were not looked at.
    unseen: HashSet<u64>,
}

/// What became of a message that was fetched.
enum Filed {
    /// It is in the account.
    Yes(LedgerEntry),
    /// It stays on the server.
    No,
    /// Its key is known, and stands for another message.
    Another,
}

impl Run<'_> {
    pub(super) async fn pass(
        &mut self,
        conn: &mut Conn,
        listed: &[Listed],
        marks: &mut Marks,
    ) -> Result<Next, Halt> {
        let mut plan = plan::plan(listed, &self.ledger, &self.rules());
        self.report.too_large = plan.n_too_large;
        // A server that wants time between two logins gets one.
        let batch = if conn.capabilities().login_delay.is_some() { usize::MAX } else { BATCH };
        let is_more = plan.due.len() > batch;
        plan.due.truncate(batch);
        self.make_sure(conn, &mut plan, marks).await?;
        plan.fetch.sort_by_key(|message| message.number);
        // One message that breaks every connection is not to bar the way to those behind it.
        if self.job.attempts % 2 == 1 {
            plan.fetch.reverse();
        }
        let loose = Loose::of(&self.ledger, &plan.sure);
        let mut pass = Pass { loose, given: HashSet::new(), unseen: plan.unseen };
        for message in plan.fetch {
            if self.is_long() {
                return Ok(Next::Later);
            }
            if marks.len() >= batch {
                return Ok(Next::Session);
            }
            let Some(spooled) = self.fetch(conn, &message, &mut pass).await? else { continue };
            let key = message.key.clone().unwrap_or_else(|| pass.give_key(&spooled.hash));
            match self.file(&key, &message, &spooled, &mut pass).await? {
                Filed::Yes(entry) if plan::is_due(&entry, &key, &self.rules()) => {
                    marks.insert(message.number, key);
                }
                Filed::Yes(_) | Filed::No => {}
                Filed::Another => return Ok(Next::Again),
            }
        }
        self.forget(listed, pass).await?;
        Ok(if is_more { Next::Session } else { Next::Done })
    }

    /// Looks at the headers of what is doubtful, and of what is about to be deleted; where they do not tell, the whole
    /// message is fetched.
    async fn make_sure(&mut self, conn: &mut Conn, plan: &mut Plan, marks: &mut Marks) -> Result<(), Halt> {
        let asked: Vec<Listed> = plan.doubtful.drain(..).chain(plan.due.drain(..)).collect();
        let numbers: Vec<u32> = asked.iter().map(|message| message.number).collect();
        let told = listing::message_ids(conn, &numbers).await?;
        let (mut changes, mut taken) = (Vec::new(), HashSet::new());
        for message in asked {
            let Some((key, entry)) = message.key.as_ref().and_then(|key| self.ledger.get_key_value(key))
            else {
                continue;
            };
            let id = told.get(&message.number).filter(|id| !id.is_empty());
            if id == Some(&entry.message_id) {
                if plan::is_due(entry, key, &self.rules()) {
                    marks.insert(message.number, key.clone());
                }
                if entry.size != message.size {
                    changes.push((key.clone(), Some(LedgerEntry { size: message.size, ..entry.clone() })));
                }
                plan.sure.insert(key.clone());
                continue;
            }
            plan.sure.remove(key);
            if self.is_wary {
                // Known by its content alone, until it is found.
                let is_taken = |new: &str| self.ledger.contains_key(new) || taken.contains(new);
                let new = plan::content_key(&entry.hash, is_taken);
                taken.insert(new.clone());
                changes.push((new, Some(entry.clone())));
                changes.push((key.clone(), None));
            }
            plan.fetch.push(message);
        }
        self.write(changes).await
    }

    /// `None` where it stays on the server.
    async fn fetch(
        &mut self,
        conn: &mut Conn,
        message: &Listed,
        pass: &mut Pass,
    ) -> Result<Option<Spooled>, Halt> {
        // Sizes are told roughly, not wildly.
        let limit = message.size.saturating_mul(2).saturating_add(1 << 20).min(MOST);
        match self.account.services.spool.fetch(conn, message.number, limit).await {
            Ok(spooled) => Ok(Some(spooled)),
            Err(pop3::Error::Refused(words)) => {
                let words = format!("The server would not hand a message over. {}", it_says(&words));
                self.leave(message, message.key.clone(), pass, &words);
                Ok(None)
            }
            Err(error @ pop3::Error::TooLarge(_)) => {
                let words = "A message is far larger than the server says, and stays there.";
                self.leave(message, message.key.clone(), pass, words);
                Err(error.into())
            }
            Err(pop3::Error::Sink(error)) => Err(Halt::Spool(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Into the account, unless it is there already under this key or another.
    async fn file(
        &mut self,
        key: &str,
        message: &Listed,
        spooled: &Spooled,
        pass: &mut Pass,
    ) -> Result<Filed, Halt> {
        let known_as = match self.ledger.get(key) {
            Some(entry) if entry.hash == spooled.hash => {
                pass.loose.remove(&spooled.hash, key);
                Some(key.to_owned())
            }
            // A key that was free again is no reason to doubt the others.
            Some(entry) if !self.is_wary && entry.state != LedgerState::Deleted => {
                return Ok(Filed::Another);
            }
            _ => pass.loose.take(&spooled.hash),
        };
        let known = known_as.and_then(|known_as| Some((self.ledger.get(&known_as).cloned()?, known_as)));
        let Some((entry, known_as)) = known else {
            if self.left.contains(key) {
                pass.unseen.insert(message.size);
                return Ok(Filed::No);
            }
            return Ok(match self.append(key, message.size, spooled).await? {
                Appended::Yes(entry) => {
                    self.report.collected += 1;
                    Filed::Yes(entry)
                }
                Appended::No(words) => {
                    let words = format!("Your mail account refused a message. {}", it_says(&words));
                    self.leave(message, Some(key.to_owned()), pass, &words);
                    Filed::No
                }
            });
        };
        let entry = LedgerEntry { size: message.size, ..entry };
        let mut changes = Vec::new();
        if self.ledger.get(key) != Some(&entry) {
            changes.push((key.to_owned(), Some(entry.clone())));
        }
        if known_as != key {
            changes.push((known_as, None));
        }
        self.write(changes).await?;
        Ok(Filed::Yes(entry))
    }

    /// It stays on the server, and the next run tries again.
    fn leave(&mut self, message: &Listed, key: Option<String>, pass: &mut Pass, words: &str) {
        pass.unseen.insert(message.size);
        self.left.extend(key);
        self.problem(words);
    }

    /// Everything was listed and looked at: what is no longer there is forgotten, so that its key may be another's. What
    /// was not looked at may be one of them under another key.
    async fn forget(&mut self, listed: &[Listed], pass: Pass) -> Result<(), Halt> {
        // A mailbox that is empty all of a sudden may come back.
        if listed.is_empty() && self.settings.keep == Keep::Leave {
            return Ok(());
        }
        let Pass { loose, unseen, .. } = pass;
        let is_gone = |key: &String| self.ledger.get(key).is_none_or(|entry| !unseen.contains(&entry.size));
        let gone: Vec<_> = loose.into_keys().filter(is_gone).map(|key| (key, None)).collect();
        self.write(gone).await
    }
}

impl Pass {
    fn give_key(&mut self, hash: &str) -> String {
        let key = plan::content_key(hash, |key| self.given.contains(key));
        self.given.insert(key.clone());
        key
    }
}
