//! What is to be done, from what is listed and what the ledger knows. No I/O.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::listing::Listed;
use crate::model::{Keep, LedgerEntry, LedgerState};

/// What was collected, by what it is known again.
pub(super) type Ledger = HashMap<String, LedgerEntry>;

/// What the owner decided, and what this run has learnt.
pub(super) struct Rules<'a> {
    pub(super) keep: Keep,
    /// Larger messages stay where they are. Bytes.
    pub(super) max_bytes: u64,
    /// Unix seconds.
    pub(super) now: i64,
    /// The server has given a key that was known to another message: now each is looked at.
    pub(super) is_wary: bool,
    /// Keys of messages that could not be collected in this run.
    pub(super) left: &'a HashSet<String>,
    /// Keys of messages that the server said it has deleted in this run.
    pub(super) deleted: &'a HashSet<String>,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Not known by a key.
    pub(super) fetch: Vec<Listed>,
    /// Known, but whether it is the same message has to be made sure of.
    pub(super) doubtful: Vec<Listed>,
    /// Known, and to be deleted.
    pub(super) due: Vec<Listed>,
    /// Keys of messages that are known, and on the server.
    pub(super) sure: HashSet<String>,
    pub(super) n_too_large: u64,
    /// Sizes of messages that are not looked at.
    pub(super) unseen: HashSet<u64>,
}

pub(super) fn plan(listed: &[Listed], ledger: &Ledger, rules: &Rules<'_>) -> Plan {
    let mut plan = Plan::default();
    for message in listed {
        let known = message.key.as_ref().and_then(|key| Some((key, ledger.get(key)?)));
        match known {
            // A key whose message was deleted may be another's by now.
            Some((_, entry))
                if rules.is_wary || entry.size != message.size || entry.state == LedgerState::Deleted =>
            {
                plan.doubtful.push(message.clone());
            }
            Some((key, entry)) => {
                plan.sure.insert(key.clone());
                if is_due(entry, key, rules) {
                    plan.due.push(message.clone());
                }
            }
            None if message.size > rules.max_bytes => {
                plan.n_too_large += 1;
                plan.unseen.insert(message.size);
            }
            None if message.key.as_ref().is_some_and(|key| rules.left.contains(key)) => {
                plan.unseen.insert(message.size);
            }
            None => plan.fetch.push(message.clone()),
        }
    }
    plan
}

/// Whether a collected message is to be deleted.
pub(super) fn is_due(entry: &LedgerEntry, key: &str, rules: &Rules<'_>) -> bool {
    let is_due = match rules.keep {
        Keep::Leave => false,
        Keep::Delete => true,
        Keep::DeleteAfterDays(days) => {
            rules.now >= entry.since.saturating_add(i64::from(days).saturating_mul(24 * 3600))
        }
    };
    is_due && !rules.deleted.contains(key) && !rules.left.contains(key)
}

/// Entries that stand for nothing that is known to be on the server.
#[derive(Default)]
pub(super) struct Loose {
    /// By content: a new message with the same one is one of them under another key.
    lost: BTreeMap<String, Vec<String>>,
    /// Those that were to go: a new message with the same content is another.
    deleted: Vec<String>,
}

impl Loose {
    pub(super) fn of(ledger: &Ledger, sure: &HashSet<String>) -> Loose {
        let mut loose = Loose::default();
        for (key, entry) in ledger.iter().filter(|(key, _)| !sure.contains(*key)) {
            let place = match entry.state {
                LedgerState::Deleted => &mut loose.deleted,
                LedgerState::Appending | LedgerState::Collected => {
                    loose.lost.entry(entry.hash.clone()).or_default()
                }
            };
            place.push(key.clone());
        }
        loose
    }

    /// The key of one with this content, which is loose no more.
    pub(super) fn take(&mut self, hash: &str) -> Option<String> {
        self.lost.get_mut(hash)?.pop()
    }

    /// It was found.
    pub(super) fn remove(&mut self, hash: &str, key: &str) {
        if let Some(keys) = self.lost.get_mut(hash) {
            keys.retain(|loose| loose != key);
        }
        self.deleted.retain(|loose| loose != key);
    }

    pub(super) fn into_keys(self) -> impl Iterator<Item = String> {
        self.lost.into_values().flatten().chain(self.deleted)
    }
}

/// What a message is known by where the server gives no key that can be relied on: its content, and its number among
/// those with the same one.
pub(super) fn content_key(hash: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let first = format!("sha:{hash}");
    let others = (2..u32::MAX).map(|n| format!("sha:{hash}#{n}"));
    std::iter::once(first.clone()).chain(others).find(|key| !is_taken(key)).unwrap_or(first)
}

/// Whether a key is made of what the message is, and not given by the server.
pub(super) fn is_made(key: &str) -> bool {
    key.starts_with("sha:") || key.starts_with("top:")
}

#[cfg(test)]
mod tests;
