//! Folders.

use postroom::{
    imap::Error,
    model::{Counts, Holds, Mailbox, MailboxRole},
};
use postroom_rig::{ImapClient, Proxy, Side, rig};

use super::{inbox, mailbox, on, pool_at, put, servers};

async fn list(pool: &postroom::imap::Pool) -> Vec<Mailbox> {
    pool.read(None, |conn| Box::pin(async move { conn.list_mailboxes().await })).await.unwrap()
}

#[tokio::test]
async fn folders_have_roles_counts_and_subscriptions() {
    for address in servers() {
        let alice = rig().person("alice");
        rig().deliver(&alice, "Subject: one\n\ntext\n");
        let pool = pool_at(address, &alice).await;
        let mut second = ImapClient::login(rig().imap(), &alice);
        second.command("CREATE \"Größe/a \\\"q\\\\ b\"".replace("Größe", "Gr&APYA3w-e").as_str());
        let mailboxes = list(&pool).await;
        let named = |name: &str| {
            mailboxes
                .iter()
                .find(|m| m.name.as_str() == name)
                .unwrap_or_else(|| panic!("{name} in {mailboxes:?}"))
        };
        assert_eq!(named("INBOX").role, Some(MailboxRole::Inbox));
        assert_eq!(named("INBOX").counts, Some(Counts { messages: 1, unseen: 1 }));
        assert_eq!(named("Sent").role, Some(MailboxRole::Sent));
        assert_eq!(named("Trash").role, Some(MailboxRole::Trash));
        assert!(named("Sent").subscribed && !named("Größe/a \"q\\ b").subscribed);
        assert_eq!(named("Größe/a \"q\\ b").counts, Some(Counts::default()));
        assert_eq!(named("Größe").delimiter, Some('/'));
        assert_eq!(named("Größe/a \"q\\ b").holds, Holds::Messages);
    }
}

#[tokio::test]
async fn folders_are_listed_in_one_round_trip_where_the_server_can() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    proxy.forget();
    list(&pool).await;
    assert_eq!(proxy.commands().len(), 1, "{:?}", proxy.commands());
}

#[tokio::test]
async fn folders_are_made_renamed_and_deleted_under_any_name() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        for name in ["plain", "日本語 😀", "a \"q\\ b", "R&D", "x{5+}", "100% & more"] {
            let (from, to) = (mailbox(name), mailbox(&format!("{name} 2")));
            let (first, again, missing) = on(&pool, {
                let (from, to) = (from.clone(), to.clone());
                move |conn| {
                    Box::pin(async move {
                        conn.create_mailbox(&from).await?;
                        let again = conn.create_mailbox(&from).await;
                        conn.subscribe(&from).await?;
                        conn.unsubscribe(&from).await?;
                        conn.rename_mailbox(&from, &to).await?;
                        let listed = conn.list_mailboxes().await?;
                        let missing = conn.list_page(&from, &Default::default()).await;
                        conn.list_page(&to, &Default::default()).await?;
                        conn.delete_mailbox(&to).await?;
                        Ok((listed, again, missing))
                    })
                }
            })
            .await
            .unwrap();
            assert!(first.iter().any(|mailbox| mailbox.name == to), "{name}: {first:?}");
            assert!(matches!(again, Err(Error::MailboxExists)), "{again:?}");
            assert!(matches!(missing, Err(Error::NoSuchMailbox)), "{missing:?}");
            assert!(list(&pool).await.iter().all(|mailbox| mailbox.name != to));
        }
    }
}

#[tokio::test]
async fn a_name_is_one_string_of_one_command() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().imap());
    let pool = pool_at(proxy.address(), &alice).await;
    proxy.forget();
    let name = mailbox("x\" \"y {3+} * % \\");
    on(&pool, move |conn| Box::pin(async move { conn.create_mailbox(&name).await })).await.unwrap();
    let said = String::from_utf8(proxy.said_by(Side::Client)).unwrap();
    assert_eq!(proxy.commands().len(), 2, "NOOP and CREATE: {said}");
    assert!(said.contains("CREATE {16+}\r\nx\" \"y {3+} * % \\\r\n"), "{said}");
}

#[tokio::test]
async fn the_quota_is_told_where_there_is_one() {
    let alice = rig().person_with_quota("alice", "100K");
    let quota =
        |pool| async move { on(&pool, |conn| Box::pin(async move { conn.quota().await })).await.unwrap() };
    assert_eq!(quota(pool_at(rig().imap(), &alice).await).await.unwrap().limit_kib, 100);
    assert_eq!(quota(pool_at(rig().bare_imap(), &alice).await).await, None);
}

#[tokio::test]
async fn a_full_mailbox_says_so() {
    let alice = rig().person_with_quota("alice", "10K");
    let pool = pool_at(rig().imap(), &alice).await;
    let result = on(&pool, |conn| {
        Box::pin(async move { conn.append(&inbox(), &[], vec![b'x'; 200_000].into()).await })
    });
    assert!(matches!(result.await, Err(Error::OverQuota(_))));
    put(&pool, &inbox(), "small").await.unwrap();
}

#[tokio::test]
async fn emptying_deletes_everything() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        for subject in ["a", "b", "c"] {
            put(&pool, &mailbox("Trash"), subject).await;
        }
        let n = on(&pool, |conn| Box::pin(async move { conn.empty(&mailbox("Trash")).await })).await.unwrap();
        assert_eq!(n, 3);
        let n = on(&pool, |conn| Box::pin(async move { conn.empty(&mailbox("Trash")).await })).await.unwrap();
        assert_eq!(n, 0);
    }
}
