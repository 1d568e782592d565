//! The outbox: one row for one message, and each step taken once.

use postroom::{
    model::{MessageId, MessageKey, Outgoing, OutgoingMail, Phase, SendWarning},
    store::{Advance, NewOutgoing, Store},
};

use super::{Place, later};

fn mail() -> OutgoingMail {
    OutgoingMail {
        from: "ann@example.org".into(),
        to: vec!["bob@example.org".into(), "caf\u{e9}@example.org".into()],
        subject: "\u{2603} \0 '; DROP TABLE outbox; --".replace('\0', ""),
        origin: Some(("replied".into(), "INBOX/1.2".into())),
    }
}

async fn add(store: &Store, owner: &str, id: &str, message: &[u8]) -> bool {
    let (message_id, mail, draft) =
        (MessageId::parse(id).unwrap(), mail(), MessageKey::from_reference("Drafts/3.4"));
    let new = NewOutgoing {
        owner,
        message_id: &message_id,
        mail: &mail,
        message,
        draft: draft.as_ref(),
        send_at: Some(4_000_000_000),
        due_at: Some(store.now()),
    };
    store.add_outgoing(new).await.unwrap()
}

async fn find(store: &Store, owner: &str, id: &str) -> Outgoing {
    store.find_outgoing(owner, &MessageId::parse(id).unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_message_is_one_row_however_often_it_is_added() {
    for place in Place::each() {
        let (one, other) = (place.open(), place.open());
        let message = [b"From: x\r\n\r\n\0\xff".as_slice(), &[7; 300_000]].concat();
        assert!(add(&one, "ann", "a@x", &message).await);
        assert!(!add(&other, "ann", "a@x", b"other").await, "the same message");
        assert!(add(&other, "bob", "a@x", b"bob's").await, "another person's");
        let row = find(&other, "ann", "a@x").await;
        assert_eq!((row.phase, &row.mail, row.send_at), (Phase::Waiting, &mail(), Some(4_000_000_000)));
        assert_eq!(row.draft.as_ref().unwrap().reference(), "Drafts/3.4");
        assert_eq!(other.outgoing_message(&row.id).await.unwrap().unwrap().as_slice(), message);
        assert_eq!(one.outbox("ann").await.unwrap(), [row]);
        assert_eq!(one.outbox_size("ann").await.unwrap(), 1);
        assert_eq!(one.outbox_size("carol").await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_step_is_taken_by_one_and_from_where_it_leads() {
    for place in Place::each() {
        let (one, other) = (place.open(), place.open());
        add(&one, "ann", "a@x", b"message").await;
        let id = find(&one, "ann", "a@x").await.id;
        let step = |from, to| Advance { from, to, words: None };
        assert!(one.advance(&id, step(&[Phase::Waiting], Phase::Submitting)).await.unwrap());
        let crossing = || step(&[Phase::Submitting], Phase::Crossing);
        let (a, b) = tokio::join!(one.advance(&id, crossing()), other.advance(&id, crossing()));
        assert!(a.unwrap() ^ b.unwrap(), "one of them");
        assert!(!one.advance(&id, step(&[Phase::Waiting], Phase::Cancelled)).await.unwrap(), "too late");
        let words = Advance { from: &[Phase::Crossing], to: Phase::Accepted, words: Some("250 fine") };
        assert!(one.advance(&id, words).await.unwrap());
        one.warn_outgoing(&id, &[SendWarning::NotFiled]).await.unwrap();
        let row = other.outgoing(&id).await.unwrap().unwrap();
        assert_eq!((row.words.as_str(), &row.warnings[..]), ("250 fine", &[SendWarning::NotFiled][..]));
        // What is over keeps neither its message nor its job, but is remembered for a while.
        assert!(one.advance(&id, step(&[Phase::Accepted], Phase::Sent)).await.unwrap());
        assert!(one.outgoing_message(&id).await.unwrap().is_none());
        assert!(one.claim(None).await.unwrap().is_none());
        assert!(one.outbox("ann").await.unwrap().is_empty());
        one.forget_old_outgoing().await.unwrap();
        assert_eq!(find(&one, "ann", "a@x").await.phase, Phase::Sent);
        later(&one, 31 * 24 * 3600);
        one.forget_old_outgoing().await.unwrap();
        assert!(one.outgoing(&id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_message_that_was_not_sent_is_renewed_under_its_own_id() {
    for place in Place::each() {
        let store = place.open();
        add(&store, "ann", "a@x", b"first").await;
        let row = find(&store, "ann", "a@x").await;
        let (message_id, mail) = (row.message_id.clone(), mail());
        let new = |owner| NewOutgoing {
            owner,
            message_id: &message_id,
            mail: &mail,
            message: b"second",
            draft: None,
            send_at: None,
            due_at: Some(0),
        };
        let from = &[Phase::Failed, Phase::Cancelled];
        assert!(!store.renew_outgoing(&row.id, from, new("ann")).await.unwrap(), "it waits");
        store
            .advance(&row.id, Advance { from: &[Phase::Waiting], to: Phase::Cancelled, words: None })
            .await
            .unwrap();
        assert!(!store.renew_outgoing(&row.id, from, new("bob")).await.unwrap(), "not bob's");
        assert!(store.renew_outgoing(&row.id, from, new("ann")).await.unwrap());
        let renewed = find(&store, "ann", "a@x").await;
        assert_eq!((renewed.id, renewed.phase, renewed.draft), (row.id.clone(), Phase::Waiting, None));
        assert_eq!(store.outgoing_message(&row.id).await.unwrap().unwrap().as_slice(), b"second");
        assert_eq!(store.claim(None).await.unwrap().unwrap().subject, row.id.0);
    }
}
