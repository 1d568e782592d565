//! A browser that goes away never interrupts a command.

use std::time::Duration;

use bytes::Bytes;
use postroom::model::ListRequest;
use postroom_rig::{ImapClient, Proxy, rig};
use tokio::time::timeout;

use super::{inbox, pool_at, put, rows, subjects};

#[tokio::test]
async fn a_request_given_up_at_any_moment_leaves_the_next_one_right() {
    let alice = rig().person("alice");
    let mut client = ImapClient::login(rig().imap(), &alice);
    for n in 0..200 {
        client.append("INBOX", "", format!("Subject: {n}\r\n\r\ntext\r\n"));
    }
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    let inbox = inbox();
    for micros in (0..6000).step_by(150) {
        let listing = rows(&pool, &inbox, ListRequest { per_page: 200, ..ListRequest::default() });
        drop(timeout(Duration::from_micros(micros), listing).await);
        let page = rows(&pool, &inbox, ListRequest { per_page: 1, page: 5, ..ListRequest::default() }).await;
        assert_eq!(page, ["194"], "given up after {micros} µs");
    }
    assert!(proxy.n_connections() <= 3, "{} connections", proxy.n_connections());
}

#[tokio::test]
async fn an_append_given_up_half_way_is_appended_whole() {
    let alice = rig().person("alice");
    let pool = pool_at(rig().imap(), &alice).await;
    let body = "half of a letter\r\n".repeat(200_000);
    for (n, micros) in (0..3000).step_by(300).enumerate() {
        let eml = Bytes::from(format!("Subject: big {n}\r\n\r\n{body}"));
        let appending =
            pool.write(None, move |conn| Box::pin(async move { conn.append(&inbox(), &[], eml).await }));
        drop(timeout(Duration::from_micros(micros), appending).await);
        put(&pool, &inbox(), &format!("next {n}")).await.unwrap();
    }
    pool.close().await;
    let again = pool_at(rig().imap(), &alice).await;
    let subjects = subjects(&again, &inbox()).await;
    assert_eq!(subjects.iter().filter(|subject| subject.starts_with("next")).count(), 10);
    assert!(subjects.iter().all(|subject| subject.starts_with("next") || subject.starts_with("big")));
}
