#![expect(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use std::{fs, os::unix::fs::PermissionsExt};

use futures_util::stream;

use super::*;
use crate::{
    config::{Config, Listen, Security, Upstream},
    store::Clock,
};

const LIMITS: Limits = Limits { file_bytes: 10, account_bytes: 15, account_files: 3 };

async fn add(uploads: &Uploads, owner: &str, content: &'static str) -> Result<Waiting, UploadError> {
    let chunks = content.as_bytes().chunks(4).map(|chunk| Ok::<_, io::Error>(Bytes::from_static(chunk)));
    uploads.add(owner, "ä.txt", "text/plain", stream::iter(chunks)).await
}

fn config() -> Config {
    let nowhere = Upstream { host: String::new(), port: 9, security: Security::Insecure };
    Config::new(Listen::Tcp(([127, 0, 0, 1], 0).into()), nowhere.clone(), nowhere)
}

fn store() -> Arc<Store> {
    Arc::new(Store::new(&config(), None, Clock::default()).unwrap())
}

/// One for each shelf.
fn each() -> [Uploads; 2] {
    let rows = Shelf::Rows(Rows::new(store()));
    [Uploads::new(&store(), &config(), LIMITS).unwrap(), Uploads { limits: LIMITS, shelf: rows }]
}

fn n_files(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}

/// What is kept, of whomever: files, or rows.
async fn n_kept(uploads: &Uploads) -> usize {
    match &uploads.shelf {
        Shelf::Files(files) => n_files(&files.dir),
        Shelf::Rows(rows) => {
            let sql = "SELECT id FROM uploads UNION ALL SELECT upload FROM upload_chunks";
            rows.store.db.query(sql, Vec::new()).await.unwrap().len()
        }
    }
}

#[tokio::test]
async fn an_upload_is_read_back_by_its_owner_alone() {
    for uploads in each() {
        let waiting = add(&uploads, "ann", "content").await.unwrap();
        let id = std::slice::from_ref(&waiting.id);
        assert_eq!((waiting.filename.as_str(), waiting.size), ("ä.txt", 7));
        assert_eq!(&*uploads.read("ann", &waiting.id).await.unwrap().unwrap().bytes, b"content");
        assert!(uploads.read("bob", &waiting.id).await.unwrap().is_none());
        assert!(uploads.list("bob", id).await.is_empty());

        uploads.remove("bob", id).await;
        assert_eq!(uploads.list("ann", id).await, std::slice::from_ref(&waiting));
        uploads.remove("ann", id).await;
        assert!(uploads.read("ann", &waiting.id).await.unwrap().is_none());
        assert_eq!(n_kept(&uploads).await, 0);
    }
}

#[tokio::test]
async fn what_is_too_large_leaves_nothing_behind() {
    for uploads in each() {
        let too_large = add(&uploads, "ann", "more than ten").await;
        assert!(matches!(too_large, Err(UploadError::TooLarge { limit: 10 })));
        let broken = stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("gone"))]);
        assert!(matches!(uploads.add("ann", "a", "a/b", broken).await, Err(UploadError::BrokenOff(_))));
        // Rows are removed by a task of their own.
        while n_kept(&uploads).await > 0 {
            tokio::task::yield_now().await;
        }

        add(&uploads, "ann", "ten bytes.").await.unwrap();
        assert!(add(&uploads, "ann", "six by").await.is_err(), "the account's limit");
        assert!(add(&uploads, "bob", "six by").await.is_ok(), "another account has its own");
        while n_kept(&uploads).await > 4 {
            tokio::task::yield_now().await;
        }
        add(&uploads, "ann", "1").await.unwrap();
        add(&uploads, "ann", "2").await.unwrap();
        assert!(matches!(add(&uploads, "ann", "3").await, Err(UploadError::TooMany)));
    }
}

#[tokio::test]
async fn what_nobody_sent_in_a_day_goes() {
    let [_, uploads] = each();
    let Shelf::Rows(rows) = &uploads.shelf else { panic!("these are rows") };
    add(&uploads, "ann", "1").await.unwrap();
    rows.store.clock().put_forward(std::time::Duration::from_secs(MAX_AGE));
    add(&uploads, "ann", "2").await.unwrap();
    uploads.sweep().await;
    assert_eq!(n_kept(&uploads).await, 2);
}

#[tokio::test]
async fn the_directory_is_private_and_only_what_is_whole_outlives_the_process() {
    let parent = tempfile::tempdir().unwrap();
    let config = Config { upload_dir: Some(parent.path().into()), ..config() };
    let uploads = Uploads::new(&store(), &config, LIMITS).unwrap();
    let Shelf::Files(files) = &uploads.shelf else { panic!("these are files") };
    let dir = files.dir.clone();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let waiting = add(&uploads, "ann", "x").await.unwrap();
    assert_eq!(fs::metadata(files.path(&waiting.id)).unwrap().permissions().mode() & 0o777, 0o600);
    drop(uploads);
    fs::write(dir.join("not-ours"), "").unwrap();
    let half = "0123456789abcdef0123456789abcdef";
    fs::write(dir.join(half), "wi").unwrap();
    fs::write(dir.join(half.replace('0', "1")).with_extension("json"), "{}").unwrap();
    let uploads = Uploads::new(&store(), &config, LIMITS).unwrap();
    assert_eq!(n_files(&dir), 3, "what is whole, and what is not ours");
    let ids = std::slice::from_ref(&waiting.id);
    assert_eq!(uploads.list("ann", ids).await, std::slice::from_ref(&waiting));
    assert!(uploads.read("bob", &waiting.id).await.unwrap().is_none());
    assert_eq!(&*uploads.read("ann", &waiting.id).await.unwrap().unwrap().bytes, b"x");
    forget_uploads(&config, "bob").unwrap();
    assert_eq!(n_files(&dir), 3);
    forget_uploads(&config, "ann").unwrap();
    assert_eq!(n_files(&dir), 1, "only what is not ours stays");
}

#[test]
fn an_id_cannot_be_a_path() {
    for bad in [
        "",
        "../../etc/passwd",
        "0123456789abcdef0123456789abcde",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcde/",
    ] {
        assert_eq!(UploadId::parse(bad), None, "{bad}");
    }
}
