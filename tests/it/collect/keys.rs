//! Servers whose identifiers are not what RFC 1939 wants: missing, given again, given anew, given twice.

use postroom::model::Keep;
use postroom_rig::{Fault, Proxy, Side, rig};

use super::{Case, told};
use crate::office::{expunge, message, put};

/// Dovecot's identifiers are a UID and the UIDVALIDITY, eight digits each.
fn uid_validity(case: &Case) -> String {
    let ledger = case.office.ledger(&case.id);
    let uidl = &ledger.first().unwrap().0;
    assert_eq!(uidl.len(), 16, "{uidl}");
    uidl[8..].to_owned()
}

/// The server gives these identifiers instead of its own, by UID.
fn renumber(case: &Case, uid_validity: &str, instead: &[(u32, u32)]) {
    for (uid, other) in instead {
        let [said, instead] = [uid, other].map(|uid| format!("{uid:08x}{uid_validity}"));
        case.pop3.whenever(Side::Server, said, Fault::replace(&instead));
    }
}

fn without_uidl(also: &[&str]) -> Proxy {
    let proxy = Proxy::to(rig().pop3());
    for name in ["UIDL"].iter().chain(also) {
        proxy.whenever(Side::Server, format!("{name}\r\n"), Fault::replace(&format!("X{name}\r\n")));
        proxy.whenever(Side::Client, format!("{name}\r\n"), Fault::replace(&format!("X{name}\r\n")));
    }
    proxy
}

#[test]
fn without_identifiers_messages_are_known_by_their_headers() {
    let alike = "Subject: alike\r\n\r\nthe same text\r\n";
    let other = "Subject: alike\r\n\r\nthe s\u{e4}me size\r\n".replace('\u{e4}', "a");
    let messages = [message("one"), alike.to_owned(), alike.to_owned(), other];
    let (case, first) = Case::at(rig().person("owner"), without_uidl(&[]), messages, |_| {});
    assert_eq!(told(&first), (4, 0, None));
    let run = case.run();
    assert_eq!(told(&run), (0, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 3, "only what looks alike is fetched again");
    put(&case.source, [alike]);
    expunge(&case.source, 1);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.inbox(), ["one", "alike", "alike", "alike", "alike"]);
    // It learns UIDL.
    case.pop3.heal();
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 0);
}

#[test]
fn without_identifiers_and_headers_messages_are_known_by_their_content() {
    let messages = [message("one"), message("two"), message("two")];
    let (case, first) = Case::at(rig().person("owner"), without_uidl(&["TOP"]), messages, |_| {});
    assert_eq!(told(&first), (3, 0, None));
    let keys: Vec<String> = case.office.ledger(&case.id).into_iter().map(|(key, _)| key).collect();
    assert!(keys.iter().all(|key| key.starts_with("sha:")), "{keys:?}");
    expunge(&case.source, 2);
    put(&case.source, [message("three")]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 3);
    assert_eq!(case.inbox(), ["one", "two", "two", "three"]);

    for also in [&["TOP"][..], &[]] {
        let messages = [message("one"), message("one")];
        let (case, first) = Case::at(rig().person("owner"), without_uidl(also), messages, |new| {
            new.keep = Keep::Delete;
        });
        assert_eq!(told(&first), (2, 2, None));
        assert_eq!((case.inbox().len(), case.left().len()), (2, 0));
        // What looks the same is another one, now that the first is gone.
        put(&case.source, [message("one")]);
        assert_eq!(told(&case.run()), (1, 1, None));
        assert_eq!((case.inbox().len(), case.left().len()), (3, 0));
    }
}

#[test]
fn an_identifier_that_is_given_again_is_another_message() {
    let (case, _) = Case::with([message("one"), message("two"), message("three")], |_| {});
    let validity = uid_validity(&case);
    // Nobody looked between.
    expunge(&case.source, 1);
    put(&case.source, [message("another one")]);
    renumber(&case, &validity, &[(4, 1)]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.inbox(), ["one", "two", "three", "another one"]);
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 0);
    // Looked at between.
    expunge(&case.source, 1);
    assert_eq!(told(&case.run()), (0, 0, None));
    put(&case.source, [message("FOUR")]);
    renumber(&case, &validity, &[(5, 2)]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.inbox().len(), 5);
}

#[test]
fn messages_that_are_all_renumbered_are_not_collected_again() {
    let twins = "Subject: twin\r\n\r\ntext\r\n";
    let messages = [message("one"), message("two"), twins.to_owned(), twins.to_owned()];
    let (case, _) = Case::with(messages, |_| {});
    let validity = uid_validity(&case);
    case.pop3.whenever(Side::Server, &validity, Fault::replace("deadbeef"));
    put(&case.source, [twins.to_owned(), message("new")]);
    assert_eq!(told(&case.run()), (2, 0, None));
    assert_eq!(case.inbox(), ["one", "two", "twin", "twin", "twin", "new"]);
    assert_eq!(case.office.ledger(&case.id).len(), 6);
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!(case.pop3.n_commands("RETR"), 0);
}

/// Identifiers that are mere positions: with each deletion all of them are others.
#[test]
fn identifiers_that_move_on_name_what_they_name_now() {
    let messages = ["one", "second", "the third", "number four"].map(message);
    for shift in [&[(2, 1), (3, 2), (4, 3)][..], &[(2, 4), (4, 3), (3, 2)]] {
        let (case, _) = Case::with(&messages, |_| {});
        let validity = uid_validity(&case);
        expunge(&case.source, 1);
        renumber(&case, &validity, shift);
        put(&case.source, [message("a fifth")]);
        assert_eq!(told(&case.run()), (1, 0, None), "{shift:?}");
        assert_eq!(case.inbox(), ["one", "second", "the third", "number four", "a fifth"]);
        assert_eq!(told(&case.run()), (0, 0, None));
        assert_eq!(case.pop3.n_commands("RETR"), 0);
        assert_eq!(case.office.ledger(&case.id).len(), 4);
    }
}

#[test]
fn an_identifier_given_twice_names_neither() {
    let (case, first) = Case::with([message("one")], |new| new.keep = Keep::DeleteAfterDays(1));
    assert_eq!(told(&first), (1, 0, None));
    let validity = uid_validity(&case);
    put(&case.source, [message("two")]);
    renumber(&case, &validity, &[(2, 1)]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(case.inbox(), ["one", "two"]);
    // One of them goes: what is left is known by the identifier.
    expunge(&case.source, 1);
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!((case.pop3.n_commands("RETR"), case.inbox().len()), (0, 2));
}

/// A program that writes on what it shows changes its size.
#[test]
fn a_message_whose_size_is_told_otherwise_is_the_same() {
    let messages = [message("one"), "Subject: two\r\n\r\nwithout Message-ID\r\n".to_owned()];
    let (case, _) = Case::with(&messages, |_| {});
    for (n, message) in messages.iter().enumerate() {
        let row = format!("{} {}\r\n", n + 1, message.len());
        let other = format!("{} {}\r\n", n + 1, message.len() + 13);
        case.pop3.whenever(Side::Server, row, Fault::replace(&other));
    }
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!((case.pop3.n_commands("TOP"), case.pop3.n_commands("RETR")), (2, 1));
    assert_eq!(told(&case.run()), (0, 0, None));
    assert_eq!((case.pop3.n_commands("TOP"), case.pop3.n_commands("RETR")), (0, 0));
    assert_eq!(case.inbox().len(), 2);
}
