//! Sessions that any process serves, whatever becomes of the database meanwhile.

use std::sync::Arc;

use postroom::{
    config::Database,
    store::{KeptForms, Sessions},
};
use postroom_rig::{Fault, Proxy, Side, postgres, until};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use tokio::{runtime::Handle, task::block_in_place};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
};

use super::{Place, later, secrets};

fn sessions(place: &Place) -> Sessions {
    Sessions::new(Arc::new(place.open()))
}

async fn begin(sessions: &Sessions) -> Record {
    let mut record = Record {
        id: Id::default(),
        data: [(Sessions::OWNER.to_owned(), json!("ann")), ("x".to_owned(), json!({"y": 1}))].into(),
        expiry_date: OffsetDateTime::now_utc() + Duration::HOUR,
    };
    sessions.create(&mut record).await.unwrap();
    record
}

async fn is_there(sessions: &Sessions, record: &Record) -> bool {
    sessions.load(&record.id).await.unwrap().is_some()
}

/// Sweeps as the process does every minute, until the other process agrees.
fn swept_until(what: &str, sessions: &Sessions, is_so: impl AsyncFn() -> bool) {
    block_in_place(|| {
        until(what, || {
            Handle::current().block_on(async {
                sessions.sweep().await;
                is_so().await
            })
        });
    });
}

#[tokio::test]
async fn any_process_serves_a_session_and_ends_it_for_all() {
    for place in Place::each() {
        let (one, other) = (sessions(&place), sessions(&place));
        let record = begin(&one).await;
        let found = other.load(&record.id).await.unwrap().unwrap();
        assert_eq!(found.data, record.data);
        assert!(!secrets::holds(&secrets::everything(&place), &record.id.to_string()), "its id is a secret");
        other.delete(&record.id).await.unwrap();
        assert!(!is_there(&one, &record).await);
        // What began before the sign-out comes too late.
        one.save(&record).await.unwrap();
        one.sweep().await;
        assert!(!is_there(&other, &record).await && !is_there(&one, &record).await);
    }
}

#[tokio::test]
async fn one_in_use_lives_on_everywhere_and_one_that_expired_nowhere() {
    for place in Place::each() {
        let store = Arc::new(place.open());
        let one = Sessions::new(Arc::clone(&store));
        let (used, idle) = (begin(&one).await, begin(&one).await);
        later(&store, 40 * 60);
        one.save(&used).await.unwrap();
        one.sweep().await;
        let elsewhere = Arc::new(place.open());
        later(&elsewhere, 70 * 60);
        let other = Sessions::new(elsewhere);
        assert!(is_there(&other, &used).await);
        assert!(!is_there(&other, &idle).await);
    }
}

#[tokio::test]
async fn whoever_is_forgotten_is_signed_out() {
    for place in Place::each() {
        let one = sessions(&place);
        let record = begin(&one).await;
        place.open().forget("ann").await.unwrap();
        assert!(!is_there(&one, &record).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_the_database_is_locked_is_written_later() {
    let place = Place::sqlite();
    let (one, later) = (sessions(&place), sessions(&place));
    let before = begin(&one).await;
    let lock = rusqlite::Connection::open(place.file()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = begin(&one).await;
    one.delete(&before.id).await.unwrap();
    assert!(is_there(&one, &begun).await);
    assert!(!is_there(&one, &before).await, "a sign-out holds");
    assert!(is_there(&later, &before).await, "though nobody could be told");
    lock.execute_batch("ROLLBACK").unwrap();
    swept_until("both are written", &one, async || {
        is_there(&later, &begun).await && !is_there(&later, &before).await
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_those_who_were_seen_go_on() {
    let url = postgres().database();
    let proxy = Proxy::to(postgres().address());
    let through = url.replace(&postgres().address().to_string(), &proxy.address().to_string());
    let [_, mut place] = Place::each();
    place.database = Database::Postgres(url.into());
    let other = sessions(&place);
    place.database = Database::Postgres(through.into());
    let one = sessions(&place);
    let (seen, ended) = (begin(&one).await, begin(&one).await);
    let unseen = begin(&other).await;
    proxy.refuse();
    proxy.when(Side::Client, "id_hash", Fault::Cut);
    assert!(is_there(&one, &seen).await);
    one.delete(&ended.id).await.unwrap();
    assert!(!is_there(&one, &ended).await);
    one.save(&seen).await.unwrap();
    let begun = begin(&one).await;
    // Nobody can say that it ended.
    assert!(one.load(&unseen.id).await.is_err());
    proxy.heal();
    assert!(is_there(&one, &unseen).await);
    swept_until("what was missed is written", &one, async || {
        is_there(&other, &begun).await && !is_there(&other, &ended).await
    });
    assert!(is_there(&other, &seen).await);
}

#[tokio::test]
async fn a_scrap_is_taken_once_by_whoever_comes_first() {
    for place in Place::each() {
        let (one, other) = (place.open(), place.open());
        one.keep_scrap("s/flash", "ann", "canary-scrap".to_owned(), 60).await;
        assert!(!secrets::holds(&secrets::everything(&place), "canary-scrap"), "it is sealed");
        assert!(other.take_scrap("s/flash", |text| text == "another").await.is_none());
        let (first, second) =
            tokio::join!(one.take_scrap("s/flash", |_| true), other.take_scrap("s/flash", |_| true));
        assert_eq!([&first, &second].into_iter().flatten().count(), 1);
        one.keep_scrap("s/flash", "ann", "old".to_owned(), 60).await;
        later(&other, 60);
        assert!(other.scrap("s/flash").await.is_none());
        one.keep_scrap("s/flash", "ann", "mine".to_owned(), 60).await;
        one.keep_scrap("s2/flash", "ann", "other's".to_owned(), 60).await;
        one.forget_scraps("s").await;
        assert!(one.scrap("s/flash").await.is_none());
        assert!(one.scrap("s2/flash").await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scraps_outlive_a_locked_database() {
    let place = Place::sqlite();
    let (one, other) = (place.open(), place.open());
    one.keep_scrap("s/old", "ann", "old".to_owned(), 60).await;
    let lock = rusqlite::Connection::open(place.file()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    one.keep_scrap("s/new", "ann", "new".to_owned(), 60).await;
    assert_eq!(one.scrap("s/new").await.unwrap().as_str(), "new");
    // Once, though it cannot be removed.
    assert!(one.take_scrap("s/old", |_| true).await.is_some());
    assert!(one.take_scrap("s/old", |_| true).await.is_none() && one.scrap("s/old").await.is_none());
    lock.execute_batch("ROLLBACK").unwrap();
    block_in_place(|| until("it can be written", || Handle::current().block_on(one.sweep_scraps())));
    assert!(other.scrap("s/old").await.is_none());
    assert_eq!(other.scrap("s/new").await.unwrap().as_str(), "new");
}

#[tokio::test]
async fn a_form_comes_back_to_its_sign_in_alone() {
    for place in Place::each() {
        let (one, other) = (KeptForms::new(Arc::new(place.open())), KeptForms::new(Arc::new(place.open())));
        let fields = [("subject".to_owned(), "keep me".to_owned())];
        let id = one.keep("a", "ann", &fields).await;
        assert_eq!(other.find("a", &id).await, fields);
        assert_eq!(one.find("a", &id).await, fields, "a reload shows it again");
        assert!(one.find("b", &id).await.is_empty());
    }
}
