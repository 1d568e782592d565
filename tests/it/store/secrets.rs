//! What a thief of the database learns: no password, and no mail that waits.

use std::fs;

use postroom::{
    model::{Credentials, MessageId, OutgoingMail},
    store::{NewOutgoing, Store, StoreError},
};
use postroom_rig::postgres;
use secrecy::ExposeSecret;

use super::{Place, kept::settings, later};

const SECRETS: [&str; 3] = ["imap-canary-7f3a", "pop-canary-91c2", "mail-canary-55d0"];

async fn fill(store: &Store) -> postroom::model::CollectorId {
    store.keep_credentials(&Credentials::new("ann", SECRETS[0])).await.unwrap();
    let mail =
        OutgoingMail { from: "a@x".into(), to: vec!["b@x".into()], subject: String::new(), origin: None };
    let message_id = MessageId::parse("a@x").unwrap();
    let new = NewOutgoing {
        owner: "ann",
        message_id: &message_id,
        mail: &mail,
        message: SECRETS[2].as_bytes(),
        draft: None,
        send_at: None,
        due_at: Some(0),
    };
    assert!(store.add_outgoing(new).await.unwrap());
    store.add_collector("ann", &settings("old"), &SECRETS[1].into()).await.unwrap()
}

/// All bytes that the database has put on the disk, or would hand out.
pub(super) fn everything(place: &Place) -> Vec<u8> {
    match &place.database {
        postroom::config::Database::Postgres(url) => postgres().dump(url.expose_secret()),
        _ => {
            let dir = place.file().parent().unwrap();
            let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
            files.filter(|path| path.is_file()).flat_map(|path| fs::read(path).unwrap()).collect()
        }
    }
}

pub(super) fn holds(bytes: &[u8], text: &str) -> bool {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms = [text.to_owned(), hex.to_uppercase(), hex];
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[tokio::test]
async fn the_database_without_the_key_file_reveals_no_secret() {
    for place in Place::each() {
        let store = place.open();
        let collector = fill(&store).await;
        let bytes = everything(&place);
        assert!(holds(&bytes, "pop.example.org"), "the search finds what stands there in the clear");
        for secret in SECRETS {
            assert!(!holds(&bytes, secret), "{secret}");
        }
        // With a key of their own, thieves open nothing either.
        let thief = place.open_with_key(&place.dir.path().join("other/server.key"));
        assert!(matches!(thief.credentials("ann").await, Err(StoreError::Sealed)));
        assert!(matches!(thief.collector_secret(&collector).await, Err(StoreError::Sealed)));
        let row = thief.outbox("ann").await.unwrap().remove(0);
        assert!(matches!(thief.outgoing_message(&row.id).await, Err(StoreError::Sealed)));
        // The owner's process still does.
        assert_eq!(place.open().credentials("ann").await.unwrap().unwrap().password(), SECRETS[0]);
    }
}

#[tokio::test]
async fn a_rotated_key_seals_anew_and_the_old_one_can_go() {
    for place in Place::each() {
        let running = place.open();
        let collector = fill(&running).await;
        let admin = place.open();
        admin.keys().rotate().unwrap();
        assert_eq!(admin.reseal().await.unwrap(), 3);
        assert_eq!(admin.reseal().await.unwrap(), 0);
        // The process that runs learns of the new key by itself.
        assert_eq!(running.credentials("ann").await.unwrap().unwrap().password(), SECRETS[0]);
        let keys = fs::read_to_string(place.key_file()).unwrap();
        fs::write(place.key_file(), keys.lines().next().unwrap()).unwrap();
        let later = place.open();
        let secret = later.collector_secret(&collector).await.unwrap().unwrap();
        assert_eq!(secret.expose_secret(), SECRETS[1]);
        let row = later.outbox("ann").await.unwrap().remove(0);
        assert_eq!(later.outgoing_message(&row.id).await.unwrap().unwrap().as_slice(), SECRETS[2].as_bytes());
    }
}

#[tokio::test]
async fn passwords_are_kept_only_as_long_as_there_is_work() {
    for place in Place::each() {
        let store = place.open();
        let collector = fill(&store).await;
        store.keep_credentials(&Credentials::new("idle", "x")).await.unwrap();
        store.forget_idle_credentials().await.unwrap();
        assert!(store.credentials("idle").await.unwrap().is_some(), "what it is for may come");
        later(&store, 601);
        store.forget_idle_credentials().await.unwrap();
        assert!(store.credentials("idle").await.unwrap().is_none());
        assert!(store.credentials("ann").await.unwrap().is_some());
        store.credentials_refused("ann").await.unwrap();
        assert!(store.credentials("ann").await.unwrap().is_none(), "not tried again");
        store.keep_credentials(&Credentials::new("ann", "new")).await.unwrap();
        assert_eq!(store.credentials("ann").await.unwrap().unwrap().password(), "new");
        // Paused, a collector still needs it one day.
        store.pause_collector("ann", &collector).await.unwrap();
        store.forget_idle_credentials().await.unwrap();
        assert!(store.credentials("ann").await.unwrap().is_some());
        store.forget_all_credentials().await.unwrap();
        assert!(store.credentials("ann").await.unwrap().is_none());
    }
}
