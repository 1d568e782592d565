//! Connections that break, servers that hang, pools that are full.

use std::{future::Future, time::Duration};

use postroom::{
    config::Security,
    imap::{Error, Pool},
    model::ListRequest,
};
use postroom_rig::{Fault, Proxy, Side, rig, until};

use super::{credentials, inbox, on, pool_at, put, rows, server, subjects};

fn listing(pool: &Pool) -> impl Future<Output = Result<usize, Error>> {
    pool.read(None, |conn| {
        Box::pin(async move { Ok(conn.list_page(&inbox(), &ListRequest::default()).await?.page.rows.len()) })
    })
}

#[tokio::test]
async fn a_read_that_was_cut_is_done_again() {
    let alice = rig().person("alice");
    rig().deliver(&alice, "Subject: hello\n\ntext\n");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    for n in [0, 10, 100] {
        proxy.when(Side::Server, "FETCH (", Fault::CutAfter(n));
        assert_eq!(listing(&pool).await.unwrap(), 1, "cut after {n} bytes");
    }
    assert!(proxy.all_happened());
    proxy.whenever(Side::Server, "FETCH (", Fault::CutAfter(10));
    assert!(matches!(listing(&pool).await, Err(Error::Lost(_))));
    proxy.heal();
    assert_eq!(listing(&pool).await.unwrap(), 1);
}

#[tokio::test]
async fn an_append_that_was_cut_is_not_done_again() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    proxy.when(Side::Server, "[APPENDUID", Fault::CutAfter(0));
    let append = on(&pool, |conn| {
        Box::pin(async move { conn.append(&inbox(), &[], "Subject: once\r\n\r\ntext\r\n".into()).await })
    });
    assert!(matches!(append.await, Err(Error::Lost(_))));
    proxy.when(Side::Client, "Subject: half", Fault::CutAfter(5));
    let append = on(&pool, |conn| {
        Box::pin(async move { conn.append(&inbox(), &[], "Subject: half\r\n\r\ntext\r\n".into()).await })
    });
    assert!(matches!(append.await, Err(Error::Lost(_))));
    assert_eq!(subjects(&pool, &inbox()).await, ["once"]);
}

#[tokio::test]
async fn a_connection_that_died_while_unused_is_replaced_before_a_write() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    for n in 0..5 {
        put(&pool, &inbox(), &format!("{n}")).await.unwrap();
        proxy.cut();
    }
    assert_eq!(subjects(&pool, &inbox()).await.len(), 5);
}

#[tokio::test]
async fn no_more_connections_are_made_than_allowed_and_one_with_the_mailbox_open_is_preferred() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    let inbox_name = inbox();
    let many = (0..20).map(|_| rows(&pool, &inbox_name, ListRequest::default()));
    futures_util::future::join_all(many).await;
    assert!(proxy.n_connections() <= 3, "{}", proxy.n_connections());
    proxy.forget();
    for _ in 0..5 {
        pool.read(Some(&inbox()), |conn| {
            Box::pin(async move { conn.list_page(&inbox(), &ListRequest::default()).await })
        })
        .await
        .unwrap();
    }
    assert!(proxy.commands().iter().all(|command| !command.contains("SELECT")), "{:?}", proxy.commands());
}

#[tokio::test]
async fn a_closed_pool_has_logged_out_of_everything() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    rows(&pool, &inbox(), ListRequest::default()).await;
    pool.close().await;
    assert!(proxy.commands().last().unwrap().ends_with("LOGOUT"));
    assert!(matches!(listing(&pool).await, Err(Error::Lost(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_dropped_logs_out() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    drop(pool_at(proxy.address(), &alice).await);
    until("LOGOUT", || proxy.commands().last().is_some_and(|command| command.ends_with("LOGOUT")));
}

#[tokio::test]
async fn a_server_with_fewer_connections_than_ours_is_shared() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    let full = "NO [LIMIT] Too many connections\r\n";
    proxy.whenever(
        Side::Server,
        "OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT",
        Fault::Replace(full.into()),
    );
    let results = futures_util::future::join_all((0..10).map(|_| listing(&pool))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let refused = Pool::sign_in(server(proxy.address(), Security::Insecure, None), credentials(&alice)).await;
    assert!(matches!(refused, Err(Error::TooManyConnections(_))));
}

#[tokio::test]
async fn garbage_ends_a_connection_and_not_the_account() {
    let alice = rig().person("alice");
    rig().deliver(&alice, "Subject: hello\n\ntext\n");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    for garbage in ["* 1 FETCH (BODY[] {999999999}\r\n", "nonsense\r\n", "p99 OK done\r\n"] {
        proxy.when(Side::Server, "* 1 FETCH (UID", Fault::Replace(garbage.into()));
        assert!(matches!(listing(&pool).await, Err(Error::Protocol(_))), "{garbage}");
        assert_eq!(listing(&pool).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    proxy.stall();
    // Time passes as soon as there is nothing to do but wait.
    tokio::time::pause();
    let waiting = tokio::time::timeout(Duration::from_secs(3600), listing(&pool));
    assert!(matches!(waiting.await.unwrap(), Err(Error::TimedOut)));
    proxy.heal();
}
