#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;
use crate::model::LedgerState;

const DAY: i64 = 24 * 3600;

fn listed(number: u32, key: &str, size: u64) -> Listed {
    Listed { number, key: (!key.is_empty()).then(|| key.to_owned()), size }
}

fn entry(hash: &str, size: u64) -> LedgerEntry {
    LedgerEntry {
        state: LedgerState::Collected,
        size,
        hash: hash.to_owned(),
        n_bytes: size,
        message_id: String::new(),
        mailbox: "INBOX".to_owned(),
        uid_validity: 1,
        uid: 1,
        since: 10 * DAY,
    }
}

fn ledger(entries: &[(&str, LedgerEntry)]) -> Ledger {
    entries.iter().map(|(key, entry)| ((*key).to_owned(), entry.clone())).collect()
}

fn with_rules<T>(keep: Keep, is_wary: bool, work: impl FnOnce(&Rules<'_>) -> T) -> T {
    let (left, deleted) = (HashSet::from(["left".to_owned()]), HashSet::from(["deleted".to_owned()]));
    let rules = Rules { keep, max_bytes: 1000, now: 20 * DAY, is_wary, left: &left, deleted: &deleted };
    work(&rules)
}

fn numbers(messages: &[Listed]) -> Vec<u32> {
    messages.iter().map(|message| message.number).collect()
}

#[test]
fn what_is_not_known_is_fetched_and_what_is_known_is_not() {
    let deleted = LedgerEntry { state: LedgerState::Deleted, ..entry("w", 9) };
    let ledger = ledger(&[
        ("a", entry("x", 10)),
        ("b", entry("y", 20)),
        ("gone", entry("z", 30)),
        ("deleted", deleted),
    ]);
    let all = [
        listed(1, "a", 10),
        listed(2, "b", 21),
        listed(3, "new", 1000),
        listed(4, "large", 1001),
        listed(5, "left", 7),
        listed(6, "", 8),
        listed(7, "deleted", 9),
    ];
    let plan = with_rules(Keep::Leave, false, |rules| plan(&all, &ledger, rules));
    assert_eq!(numbers(&plan.fetch), [3, 6]);
    assert_eq!(numbers(&plan.doubtful), [2, 7], "its size is another; its key was free");
    assert_eq!(plan.sure, HashSet::from(["a".to_owned()]));
    assert_eq!((plan.n_too_large, plan.unseen), (1, HashSet::from([1001, 7])));
    assert!(plan.due.is_empty());
}

#[test]
fn once_a_key_was_wrong_every_message_is_looked_at() {
    let ledger = ledger(&[("a", entry("x", 10))]);
    let plan = with_rules(Keep::Delete, true, |rules| plan(&[listed(1, "a", 10)], &ledger, rules));
    assert_eq!(numbers(&plan.doubtful), [1]);
    assert!(plan.sure.is_empty() && plan.due.is_empty());
}

#[test]
fn messages_are_deleted_when_their_owner_said() {
    let ledger = ledger(&[("a", entry("x", 10)), ("deleted", entry("y", 10)), ("left", entry("z", 10))]);
    let all = [listed(1, "a", 10), listed(2, "deleted", 10), listed(3, "left", 10)];
    for (keep, due) in [
        (Keep::Leave, &[][..]),
        (Keep::Delete, &[1]),
        (Keep::DeleteAfterDays(10), &[1]),
        (Keep::DeleteAfterDays(11), &[]),
        (Keep::DeleteAfterDays(u32::MAX), &[]),
    ] {
        let plan = with_rules(keep, false, |rules| plan(&all, &ledger, rules));
        assert_eq!(numbers(&plan.due), due, "{keep:?}");
        assert_eq!(plan.sure.len(), 3);
    }
}

#[test]
fn a_content_without_a_place_is_found_once_for_each_entry() {
    let ledger = ledger(&[
        ("a", entry("x", 1)),
        ("b", entry("x", 1)),
        ("c", entry("x", 1)),
        ("d", entry("y", 1)),
        ("e", entry("w", 1)),
    ]);
    let mut loose = Loose::of(&ledger, &HashSet::from(["c".to_owned()]));
    let mut found = [loose.take("x").unwrap(), loose.take("x").unwrap()];
    found.sort();
    assert_eq!(found, ["a", "b"]);
    assert_eq!((loose.take("x"), loose.take("z")), (None, None), "the third was to go");
    loose.remove("y", "d");
    assert_eq!(loose.into_keys().collect::<Vec<_>>(), ["e"]);
}

#[test]
fn equal_contents_are_numbered() {
    let taken = HashSet::from(["sha:ab".to_owned(), "sha:ab#2".to_owned()]);
    assert_eq!(content_key("ab", |key| taken.contains(key)), "sha:ab#3");
    assert_eq!(content_key("cd", |key| taken.contains(key)), "sha:cd");
}
