//! Attachments that any instance finds, in PostgreSQL.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use postroom::{
    config::Database,
    store::{Limits, UploadError, Uploads, Waiting},
};
use postroom_rig::{Fault, Proxy, Side, postgres, until};
use tokio::task::block_in_place;

use super::{Place, secrets};

const LIMITS: Limits = Limits { file_bytes: 1_000_000, account_bytes: 1_500_000, account_files: 3 };

fn uploads(place: &Place) -> Uploads {
    Uploads::new(&Arc::new(place.open()), &place.config(&place.key_file()), LIMITS).unwrap()
}

/// No two pieces of it are the same.
fn content(n_bytes: usize) -> Vec<u8> {
    (0..n_bytes).map(|n| (n / 251 + n) as u8).collect()
}

async fn add(uploads: &Uploads, content: &[u8]) -> Result<Waiting, UploadError> {
    let chunks: Vec<Bytes> = content.chunks(70_000).map(Bytes::copy_from_slice).collect();
    let chunks = stream::iter(chunks).map(Ok::<_, std::io::Error>);
    uploads.add("ann", "canary-name.txt", "text/plain", chunks).await
}

#[tokio::test]
async fn what_one_instance_takes_another_reads_and_counts() {
    let [_, place] = Place::each();
    let (one, other) = (uploads(&place), uploads(&place));
    for size in [0, 1, 256 * 1024, 900_000] {
        let content = content(size);
        let waiting = add(&one, &content).await.unwrap();
        assert_eq!(waiting.size, size as u64);
        let id = std::slice::from_ref(&waiting.id);
        assert_eq!(other.list("ann", id).await, std::slice::from_ref(&waiting));
        let read = other.read("ann", &waiting.id).await.unwrap().unwrap();
        assert!(*read.bytes == *content && read.filename == "canary-name.txt", "{size}");
        assert!(other.read("bob", &waiting.id).await.unwrap().is_none());
        let too_much = add(&other, &vec![0; 1_000_000]).await;
        assert_eq!(too_much.is_err(), size == 900_000, "the account's limit counts both");
        if let Ok(waiting) = too_much {
            other.remove("ann", &[waiting.id]).await;
        }
        other.remove("ann", id).await;
        assert!(one.read("ann", &waiting.id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_thief_of_the_database_sees_neither_name_nor_content() {
    let [_, place] = Place::each();
    let one = uploads(&place);
    add(&one, b"canary-content").await.unwrap();
    let bytes = secrets::everything(&place);
    assert!(secrets::holds(&bytes, "upload_chunks"));
    assert!(!secrets::holds(&bytes, "canary-content") && !secrets::holds(&bytes, "canary-name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_broke_off_is_nowhere() {
    let [_, place] = Place::each();
    let one = uploads(&place);
    let broken = stream::iter([Ok(Bytes::from(content(600_000))), Err(std::io::Error::other("gone"))]);
    assert!(matches!(one.add("ann", "a", "a/b", broken).await, Err(UploadError::BrokenOff(_))));
    let Database::Postgres(url) = &place.database else { panic!("it is PostgreSQL") };
    let url = secrecy::ExposeSecret::expose_secret(url);
    let is_empty = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM upload_chunks); END $$";
    block_in_place(|| until("nothing is left", || postgres().try_sql(url, is_empty)));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_the_form_keeps_its_files() {
    let url = postgres().database();
    let proxy = Proxy::to(postgres().address());
    let through = url.replace(&postgres().address().to_string(), &proxy.address().to_string());
    let [_, mut place] = Place::each();
    place.database = Database::Postgres(through.into());
    let one = uploads(&place);
    let waiting = add(&one, b"x").await.unwrap();
    proxy.refuse();
    proxy.when(Side::Client, "is_whole", Fault::Cut);
    let listed = one.list("ann", std::slice::from_ref(&waiting.id)).await;
    assert_eq!(listed.iter().map(|file| &file.id).collect::<Vec<_>>(), [&waiting.id]);
    assert!(matches!(one.read("ann", &waiting.id).await, Err(UploadError::Store(_))));
    proxy.heal();
    assert_eq!(one.list("ann", std::slice::from_ref(&waiting.id)).await, std::slice::from_ref(&waiting));
    one.remove("ann", &[waiting.id]).await;
}
