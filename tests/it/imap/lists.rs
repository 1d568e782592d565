//! Pages of a folder: order, filters, searches, cost.

use jiff::civil::Date;
use postroom::{
    imap::Order,
    model::{Filter, ListRequest, MessageKey, Query, SortKey, Term},
};
use postroom_rig::{ImapClient, Proxy, rig};

use super::{inbox, on, pool_at, rows, servers};

fn request(sort: SortKey, page: u32) -> ListRequest {
    ListRequest { sort, page, per_page: 2, ..ListRequest::default() }
}

fn search(terms: Vec<Term>) -> ListRequest {
    ListRequest { query: Query { text: String::new(), terms }, ..ListRequest::default() }
}

/// Five messages whose orders by arrival, date, sender, subject and size all differ.
fn filled() -> postroom_rig::Person {
    let alice = rig().person("alice");
    let mut client = ImapClient::login(rig().imap(), &alice);
    for (subject, from, day, n) in
        [("e", "b", 3, 50), ("a", "c", 1, 10), ("d", "a", 5, 90), ("b", "e", 2, 70), ("c", "d", 4, 30)]
    {
        let eml = format!(
            "From: {from}@example.org\r\nDate: {day} Feb 2026 10:00:00 +0000\r\nSubject: {subject}\r\n\r\n{}\r\n",
            "x".repeat(n)
        );
        client.append("INBOX", "() \"01-Mar-2026 09:00:00 +0000\"", eml);
    }
    alice
}

#[tokio::test]
async fn pages_come_in_the_order_that_was_asked_for() {
    let alice = filled();
    for address in servers() {
        let pool = pool_at(address, &alice).await;
        for (sort, want) in
            [(SortKey::Arrival, ["cb", "da", "e", ""]), (SortKey::ArrivalOldest, ["ea", "db", "c", ""])]
        {
            for (page, want) in (0..).zip(want) {
                assert_eq!(
                    rows(&pool, &inbox(), request(sort, page)).await.concat(),
                    want,
                    "{sort:?} {page}"
                );
            }
        }
    }
    let pool = pool_at(rig().imap(), &alice).await;
    for (sort, want) in [
        (SortKey::Date, ["dc", "eb", "a", ""]),
        (SortKey::From, ["de", "ac", "b", ""]),
        (SortKey::Subject, ["ab", "cd", "e", ""]),
        (SortKey::Size, ["db", "ec", "a", ""]),
    ] {
        for (page, want) in (0..).zip(want) {
            assert_eq!(rows(&pool, &inbox(), request(sort, page)).await.concat(), want, "{sort:?} {page}");
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_sort_lists_by_arrival_and_says_so() {
    let alice = filled();
    let pool = pool_at(rig().bare_imap(), &alice).await;
    let listed = on(&pool, |conn| {
        Box::pin(async move { conn.list_page(&inbox(), &request(SortKey::Subject, 1)).await })
    });
    let listed = listed.await.unwrap();
    assert_eq!((listed.order, listed.page.total), (Order::ByArrival, 5));
    assert_eq!(listed.page.rows.iter().map(|row| row.subject.as_str()).collect::<String>(), "da");
}

#[tokio::test]
async fn filters_and_searches_find_the_same_everywhere() {
    let alice = rig().person("alice");
    let mut client = ImapClient::login(rig().imap(), &alice);
    for (subject, options, rest) in [
        (
            "plain",
            "(\\Seen \\Flagged) \"01-Feb-2026 09:00:00 +0000\"",
            "From: bob@example.org\r\n\r\nneedle in it\r\n",
        ),
        (
            "umlaut",
            "() \"05-Feb-2026 09:00:00 +0000\"",
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrößenwahn\r\n",
        ),
        (
            "file",
            "(\\Answered) \"09-Feb-2026 09:00:00 +0000\"",
            "Cc: carol@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nxxx\r\n--b--\r\n",
        ),
        ("odd \"quotes\" and \\", "()", "\r\nlast\r\n"),
    ] {
        client.append("INBOX", options, format!("Subject: {subject}\r\n{rest}"));
    }
    let text = |text: &str| text.to_owned();
    let not = |term| Term::Not(Box::new(term));
    for address in servers() {
        let pool = pool_at(address, &alice).await;
        for (filter, want) in [
            (Filter::Unread, vec!["odd \"quotes\" and \\", "file", "umlaut"]),
            (Filter::Flagged, vec!["plain"]),
            (Filter::Attachments, vec!["file"]),
        ] {
            assert_eq!(
                rows(&pool, &inbox(), ListRequest { filter, ..ListRequest::default() }).await,
                want,
                "{filter:?}"
            );
        }
        for (terms, want) in [
            (vec![Term::Text(text("needle"))], vec!["plain"]),
            (vec![Term::Body(text("Größen"))], vec!["umlaut"]),
            (vec![Term::Subject(text("odd \"quotes\" and \\"))], vec!["odd \"quotes\" and \\"]),
            (vec![Term::From(text("bob")), Term::Flagged], vec!["plain"]),
            (vec![Term::Cc(text("carol"))], vec!["file"]),
            (vec![Term::HasAttachment, Term::Answered], vec!["file"]),
            (vec![Term::Before(Date::constant(2026, 2, 5))], vec!["plain"]),
            (
                vec![Term::After(Date::constant(2026, 2, 5)), Term::Before(Date::constant(2026, 2, 9))],
                vec!["umlaut"],
            ),
            (vec![not(Term::Read), not(Term::HasAttachment)], vec!["odd \"quotes\" and \\", "umlaut"]),
            (vec![Term::Larger(150)], vec!["file"]),
            (vec![Term::Text(text("x\r\na LOGOUT"))], vec![]),
        ] {
            assert_eq!(rows(&pool, &inbox(), search(terms.clone())).await, want, "{terms:?}");
        }
    }
}

#[tokio::test]
async fn a_row_tells_what_a_list_shows() {
    let alice = rig().person("alice");
    let mut client = ImapClient::login(rig().imap(), &alice);
    client.append("INBOX", "(\\Seen $Forwarded) \"01-Feb-2026 08:15:00 +0100\"",
        "From: \"Ann \\\"A\\\" Example\" <ann@example.com>\r\nTo: team: b@example.com, c@example.com;\r\nSubject: hi\r\n\r\nFirst words of it.\r\n");
    for (address, preview) in servers().into_iter().zip([Some("First words of it."), None]) {
        let pool = pool_at(address, &alice).await;
        let listed = on(&pool, |conn| {
            Box::pin(async move { conn.list_page(&inbox(), &ListRequest::default()).await })
        });
        let listed = listed.await.unwrap();
        let row = &listed.page.rows[0];
        assert_eq!(row.key.uid_validity, listed.uid_validity);
        assert_eq!(row.from[0].to_string(), "\"Ann \\\"A\\\" Example\" <ann@example.com>");
        assert_eq!(
            row.to.iter().map(|a| a.email.as_str()).collect::<Vec<_>>(),
            ["b@example.com", "c@example.com"]
        );
        assert_eq!(row.received.to_string(), "2026-02-01T07:15:00Z");
        assert!(row.flags.is_seen() && row.flags.is_forwarded() && !row.has_attachment);
        assert_eq!(row.preview.as_deref(), preview);
    }
}

#[tokio::test]
async fn a_page_of_large_messages_costs_what_a_page_costs() {
    let alice = rig().person("alice");
    let mut client = ImapClient::login(rig().imap(), &alice);
    let attachment = "x".repeat(76).repeat(70_000);
    let eml = format!(
        "Subject: big\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n\
         Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{attachment}\r\n--b--\r\n"
    );
    for _ in 0..50 {
        client.append("INBOX", "", &eml);
    }
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    proxy.forget();
    assert_eq!(rows(&pool, &inbox(), ListRequest::default()).await.len(), 50);
    assert!(proxy.bytes_from_server() < 200_000, "{} bytes", proxy.bytes_from_server());
    assert_eq!(proxy.commands().len(), 2, "{:?}", proxy.commands());
}

#[tokio::test]
async fn new_mail_is_in_the_next_list() {
    let alice = rig().person("alice");
    let pool = pool_at(rig().imap(), &alice).await;
    for n in 0..3 {
        assert_eq!(rows(&pool, &inbox(), ListRequest::default()).await.len(), n);
        rig().deliver(&alice, "Subject: new\n\ntext\n");
    }
}

#[tokio::test]
async fn a_message_has_neighbours_even_after_it_left_the_list() {
    let alice = filled();
    for address in servers() {
        let pool = pool_at(address, &alice).await;
        let all = on(&pool, |conn| {
            Box::pin(async move { conn.list_page(&inbox(), &ListRequest::default()).await })
        });
        let keys: Vec<MessageKey> = all.await.unwrap().page.rows.into_iter().map(|row| row.key).collect();
        let unread = ListRequest { filter: Filter::Unread, ..ListRequest::default() };
        ImapClient::login(rig().imap(), &alice).command("SELECT INBOX");
        for request in [ListRequest::default(), unread] {
            for (i, key) in keys.iter().enumerate() {
                let (wanted, request) = (key.clone(), request.clone());
                let found =
                    on(&pool, move |conn| Box::pin(async move { conn.neighbours(&wanted, &request).await }));
                let found = found.await.unwrap();
                assert_eq!(found.above.as_ref(), i.checked_sub(1).map(|i| &keys[i]), "{i}");
                assert_eq!(found.below.as_ref(), keys.get(i + 1), "{i}");
            }
        }
    }
    let pool = pool_at(rig().imap(), &alice).await;
    let unread = ListRequest { filter: Filter::Unread, ..ListRequest::default() };
    let first =
        on(&pool, |conn| Box::pin(async move { conn.list_page(&inbox(), &ListRequest::default()).await }));
    let keys: Vec<MessageKey> = first.await.unwrap().page.rows.into_iter().map(|row| row.key).collect();
    let mut client = ImapClient::login(rig().imap(), &alice);
    client.command("SELECT INBOX");
    client.command("STORE 2:4 +FLAGS (\\Seen)");
    let read = keys[2].clone();
    let found =
        on(&pool, move |conn| Box::pin(async move { conn.neighbours(&read, &unread).await })).await.unwrap();
    assert_eq!((found.above, found.below), (Some(keys[0].clone()), Some(keys[4].clone())));
}

#[tokio::test]
async fn a_sorted_or_filtered_page_asks_for_a_page_only() {
    let alice = filled();
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    rows(&pool, &inbox(), request(SortKey::Date, 1)).await;
    let unread = ListRequest { filter: Filter::Unread, ..request(SortKey::Arrival, 1) };
    assert_eq!(rows(&pool, &inbox(), unread.clone()).await, ["d", "a"]);
    let oldest = ListRequest { sort: SortKey::ArrivalOldest, ..unread };
    assert_eq!(rows(&pool, &inbox(), oldest).await, ["d", "b"]);
    let said = proxy.commands().join("\n");
    for want in [
        "UID SORT RETURN (COUNT PARTIAL 3:4) (REVERSE DATE) US-ASCII ALL\n",
        "UID SEARCH RETURN (SAVE COUNT) ALL UNSEEN\n",
        "UID SEARCH RETURN (PARTIAL 2:3) $\n",
        "UID SEARCH RETURN (PARTIAL 3:4) $\n",
    ] {
        assert!(said.contains(want), "{want} in {said}");
    }
}
