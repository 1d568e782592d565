//! Flags, copies, moves, deletions: of exactly the messages that were named, seen at once by others.

use postroom::{
    imap::Error,
    model::{Flag, FlagChange, Keyword, MessageKey, UidValidity},
};
use postroom_rig::{ImapClient, Proxy, rig};

use super::{SEEN, inbox, mailbox, on, pool_at, put, servers, set, subjects};

#[tokio::test]
async fn flags_change_and_only_what_changed_is_told() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        let a = put(&pool, &inbox(), "a").await.unwrap();
        let b = put(&pool, &inbox(), "b").await.unwrap();
        let mut second = ImapClient::login(rig().imap(), &alice);
        second.command("SELECT INBOX");
        let both = set(&[&a, &b]);
        let change = |messages: &postroom::model::MessageSet, change: FlagChange| {
            let messages = messages.clone();
            on(&pool, move |conn| Box::pin(async move { conn.change_flags(&messages, &change).await }))
        };
        assert_eq!(change(&set(&[&a]), FlagChange::Add(SEEN)).await.unwrap(), Some(set(&[&a])));
        assert_eq!(change(&both, FlagChange::Add(SEEN)).await.unwrap(), Some(set(&[&b])));
        assert_eq!(change(&both, FlagChange::Add(SEEN)).await.unwrap(), None);
        second.command("NOOP");
        assert_eq!(second.command("SEARCH SEEN")[0], "* SEARCH 1 2");
        assert_eq!(change(&both, FlagChange::Remove(SEEN)).await.unwrap(), Some(both.clone()));
        let forwarded = Flag::Keyword(Keyword::forwarded());
        assert_eq!(change(&both, FlagChange::Add(forwarded)).await.unwrap(), Some(both.clone()));
        assert!(second.command("FETCH 1 FLAGS").concat().contains("$Forwarded"));
    }
}

#[tokio::test]
async fn copies_and_moves_go_where_they_should_and_can_be_found() {
    for address in servers() {
        let is_bare = address == rig().bare_imap();
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        let a = put(&pool, &inbox(), "a").await.unwrap();
        let b = put(&pool, &inbox(), "b").await.unwrap();
        let c = put(&pool, &inbox(), "c").await.unwrap();
        let messages = set(&[&a, &c]);
        let copied =
            on(&pool, move |conn| Box::pin(async move { conn.copy(&messages, &mailbox("Archive")).await }));
        let copied = copied.await.unwrap();
        let messages = set(&[&a, &b]);
        let moved =
            on(&pool, move |conn| Box::pin(async move { conn.move_to(&messages, &mailbox("Trash")).await }));
        let moved = moved.await.unwrap();
        // Dovecot tells COPYUID whether it announces UIDPLUS or not.
        assert_eq!(copied.unwrap().uids().len(), 2);
        assert_eq!(moved.as_ref().unwrap().mailbox, mailbox("Trash"));
        assert_eq!(moved.as_ref().unwrap().uids().len(), 2);
        assert_eq!(subjects(&pool, &inbox()).await, ["c"], "bare: {is_bare}");
        assert_eq!(subjects(&pool, &mailbox("Archive")).await, ["a", "c"]);
        assert_eq!(subjects(&pool, &mailbox("Trash")).await, ["a", "b"]);
        let back = moved.unwrap();
        on(&pool, move |conn| Box::pin(async move { conn.move_to(&back, &inbox()).await })).await.unwrap();
        assert_eq!(subjects(&pool, &inbox()).await, ["c", "a", "b"]);
        let nowhere = set(&[&c]);
        let refused =
            on(&pool, move |conn| Box::pin(async move { conn.move_to(&nowhere, &mailbox("Nowhere")).await }));
        assert!(matches!(refused.await, Err(Error::NoSuchMailbox)));
        assert_eq!(subjects(&pool, &inbox()).await, ["c", "a", "b"]);
    }
}

#[tokio::test]
async fn expunging_leaves_what_others_marked_as_deleted() {
    for address in servers() {
        let alice = rig().person("alice");
        let proxy = Proxy::to(address);
        let pool = pool_at(proxy.address(), &alice).await;
        let mut keys = vec![];
        for subject in ["a", "b", "c", "d"] {
            keys.push(put(&pool, &inbox(), subject).await.unwrap());
        }
        let mut second = ImapClient::login(rig().imap(), &alice);
        second.command("SELECT INBOX");
        second.command("STORE 2,4 +FLAGS (\\Deleted)");
        let messages = set(&[&keys[0], &keys[3]]);
        on(&pool, move |conn| Box::pin(async move { conn.expunge(&messages).await })).await.unwrap();
        assert_eq!(subjects(&pool, &inbox()).await, ["b", "c"]);
        second.command("NOOP");
        assert_eq!(second.command("SEARCH DELETED")[0], "* SEARCH 1");
        let used_uidplus = proxy.commands().iter().any(|command| command.contains("UID EXPUNGE"));
        assert_eq!(used_uidplus, address == rig().imap());
    }
}

#[tokio::test]
async fn no_action_touches_a_renumbered_mailbox() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        let name = mailbox("Work");
        let made = name.clone();
        on(&pool, move |conn| Box::pin(async move { conn.create_mailbox(&made).await })).await.unwrap();
        let old = put(&pool, &name, "old").await.unwrap();
        let mut second = ImapClient::login(rig().imap(), &alice);
        second.command("DELETE Work");
        second.command("CREATE Work");
        second.append("Work", "", "Subject: new\r\n\r\nother\r\n");
        // UIDVALIDITY is a time in seconds: a mailbox made anew within one may get the same.
        let validity = UidValidity::new(old.uid_validity.get() - 1).unwrap();
        let stale = MessageKey { uid_validity: validity, ..old };
        let messages = set(&[&stale]);
        let deleted = on(&pool, move |conn| Box::pin(async move { conn.expunge(&messages).await })).await;
        assert!(matches!(deleted, Err(Error::Stale)), "{deleted:?}");
        let messages = set(&[&stale]);
        let moved =
            on(&pool, move |conn| Box::pin(async move { conn.move_to(&messages, &inbox()).await })).await;
        assert!(matches!(moved, Err(Error::Stale)), "{moved:?}");
        assert_eq!(subjects(&pool, &name).await, ["new"]);
    }
}

#[tokio::test]
async fn a_renamed_mailbox_is_gone_under_its_old_name() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        let name = mailbox("Work");
        let made = name.clone();
        on(&pool, move |conn| Box::pin(async move { conn.create_mailbox(&made).await })).await.unwrap();
        let key = put(&pool, &name, "a").await.unwrap();
        assert_eq!(subjects(&pool, &name).await, ["a"]);
        ImapClient::login(rig().imap(), &alice).command("RENAME Work Play");
        let read = pool.read(Some(&name), {
            let name = name.clone();
            move |conn| {
                let name = name.clone();
                Box::pin(async move { conn.list_page(&name, &Default::default()).await })
            }
        });
        assert!(matches!(read.await, Err(Error::NoSuchMailbox)));
        let messages = set(&[&key]);
        let written = pool.write(Some(&name), move |conn| {
            Box::pin(async move { conn.change_flags(&messages, &FlagChange::Add(SEEN)).await })
        });
        assert!(matches!(written.await, Err(Error::NoSuchMailbox)));
        assert_eq!(subjects(&pool, &mailbox("Play")).await, ["a"]);
    }
}

#[tokio::test]
async fn messages_are_found_by_their_message_id() {
    for address in servers() {
        let alice = rig().person("alice");
        let pool = pool_at(address, &alice).await;
        put(&pool, &inbox(), "a").await;
        let key = put(&pool, &inbox(), "ab").await.unwrap();
        let found = |id: &'static str| {
            on(&pool, move |conn| Box::pin(async move { conn.find_message_id(&inbox(), id).await }))
        };
        assert_eq!(found("ab@example.org").await.unwrap(), Some(set(&[&key])));
        assert_eq!(found("b@example.org").await.unwrap(), None);
        assert_eq!(found("x\"\r\na LOGOUT").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_appended_message_is_found_without_uidplus_too() {
    let alice = rig().person("alice");
    let proxy = Proxy::to(rig().bare_imap());
    proxy.whenever(
        postroom_rig::Side::Server,
        "[APPENDUID",
        postroom_rig::Fault::Replace("[X-NOTHING".into()),
    );
    let pool = pool_at(proxy.address(), &alice).await;
    let drafts = mailbox("Drafts");
    let first = put(&pool, &drafts, "one").await.unwrap();
    let second = put(&pool, &drafts, "two").await.unwrap();
    assert!(second.uid > first.uid);
    assert!(proxy.commands().iter().any(|command| command.contains("HEADER Message-ID")));
}
