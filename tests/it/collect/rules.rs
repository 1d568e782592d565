//! What its owner decided: what stays, what goes, where to, and how it looks there.

use postroom::model::{Keep, LedgerEntry};
use postroom_rig::{ImapClient, rig};

use super::{Case, told};
use crate::office::{first_row, message, put, subjects};

#[test]
fn what_is_left_on_the_server_is_collected_once() {
    let (case, first) = Case::with([message("one"), message("two")], |_| {});
    assert_eq!(told(&first), (2, 0, None));
    assert_eq!(case.inbox(), ["one", "two"]);
    assert_eq!(case.left(), ["one", "two"]);
    let row = first_row(&case.owner);
    assert!(row.ends_with(&format!("{})", message("one"))) || row.contains(&message("one")), "{row}");

    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!((case.pop3.n_commands("RETR"), case.pop3.n_commands("TOP")), (0, 0));
    put(&case.source, [message("three")]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 1);
    assert_eq!(case.inbox(), ["one", "two", "three"]);
}

#[test]
fn what_is_not_left_is_deleted_once_it_was_collected() {
    let (case, first) = Case::with([message("one"), message("two")], |new| new.keep = Keep::Delete);
    assert_eq!(told(&first), (2, 2, None));
    assert_eq!(case.inbox(), ["one", "two"]);
    assert!(case.left().is_empty());
    assert_eq!(told(&case.run()), (0, 0, None));
    assert!(case.office.ledger(&case.id).is_empty(), "what is gone is forgotten");
    // Another one that looks the same is another one, looked at between or not.
    for n in 1..4 {
        put(&case.source, [message("one")]);
        assert_eq!(told(&case.run()), (1, 1, None));
        assert_eq!((case.inbox().len(), case.left().len()), (2 + n, 0));
    }
}

#[test]
fn what_is_left_for_some_days_is_deleted_after_them() {
    let messages = [message("one"), message("two"), "Subject: three\r\n\r\nno Message-ID\r\n".to_owned()];
    let (case, first) = Case::with(messages, |new| new.keep = Keep::DeleteAfterDays(7));
    assert_eq!(told(&first), (3, 0, None));
    let aged = |entry: LedgerEntry, days: i64| LedgerEntry { since: entry.since - days * 24 * 3600, ..entry };
    let ledger = case.office.ledger(&case.id);
    assert!(ledger.iter().all(|(_, entry)| entry.n_bytes > 0 && entry.uid > 0));
    let aged: Vec<_> = ledger
        .into_iter()
        .map(|(key, entry)| {
            let days = if entry.message_id == "two@elsewhere" { 6 } else { 7 };
            (key, Some(aged(entry, days)))
        })
        .collect();
    case.office.write_ledger(&case.owner, &case.id, &aged);
    assert_eq!(told(&case.run()), (0, 2, None));
    assert_eq!(case.left(), ["two"]);
    // Before it goes it was made sure of: by its header, or whole.
    assert_eq!((case.pop3.n_commands("TOP"), case.pop3.n_commands("RETR")), (2, 1));
    assert_eq!(case.inbox(), ["one", "two", "three"]);
}

#[test]
fn a_message_is_filed_as_its_owner_wants_it() {
    let text = "Received: from a by b; Sat, 1 Jan 2022 12:00:00 +0100\r\nDate: 1 Jan 2020 00:00:00 +0000\r\n\
                Subject: old\r\n\r\ntext\r\n";
    let (case, first) = Case::with([text], |new| {
        new.mark_read = true;
        new.keyword = Some("via-elsewhere".into());
        new.mailbox = "Collected/From elsewhere".into();
    });
    assert_eq!(told(&first), (1, 0, None));
    // The folder was made, and other programs show it.
    let mut client = ImapClient::login(rig().imap(), &case.owner);
    assert!(client.command("LSUB \"\" *").concat().contains("Collected/From elsewhere"));
    client.command("SELECT \"Collected/From elsewhere\"");
    let row = client.command("FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])").concat();
    assert!(row.contains("\\Seen") && row.contains("via-elsewhere"), "{row}");
    assert!(row.contains("01-Jan-2022 11:00:00 +0000") && row.contains(text), "{row}");

    let (unread, _) = Case::with([text], |_| {});
    let row = first_row(&unread.owner);
    assert!(!row.contains("\\Seen") && !row.contains("via-"), "{row}");
}

#[test]
fn what_is_too_large_stays() {
    let large = format!("Subject: large\r\n\r\n{}", "a line of text\r\n".repeat(1000));
    let (case, first) = Case::with([message("small"), large], |new| {
        new.max_bytes = Some(10_000);
        new.keep = Keep::Delete;
    });
    assert_eq!((told(&first), first.report.too_large), ((1, 1, None), 1));
    assert_eq!(case.left(), ["large"]);
    assert_eq!(case.pop3.n_commands("RETR"), 1);
    assert_eq!(case.run().report.too_large, 1);
    // Its owner thinks again.
    let mut settings = case.office.collector(&case.owner, &case.id).settings;
    settings.max_bytes = None;
    case.office
        .ask(async |store| store.change_collector(&case.owner.address, &case.id, &settings, None).await);
    let last = case.office.after_run(&case.owner, &case.id);
    assert_eq!((told(&last), last.report.too_large), ((1, 1, None), 0));
}

#[test]
fn a_folder_that_is_gone_is_made_again_and_one_that_cannot_be_made_is_the_inbox() {
    let (case, _) = Case::with([message("one")], |new| new.mailbox = "Elsewhere".into());
    ImapClient::login(rig().imap(), &case.owner).command("DELETE Elsewhere");
    put(&case.source, [message("two")]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(subjects(&case.owner, "Elsewhere"), ["two"]);

    let (case, first) = Case::with([message("one"), message("two")], |new| new.mailbox = "no//such".into());
    assert_eq!(first.report.collected, 2);
    let problem = first.report.problem.unwrap();
    assert!(problem.contains("\u{201c}no//such\u{201d} cannot be made"), "{problem}");
    assert_eq!(case.inbox(), ["one", "two"]);
}
