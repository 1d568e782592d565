#![expect(clippy::unwrap_used, reason = "tests may panic")]

use futures_util::stream;

use super::*;

const LIMITS: Limits = Limits { file_bytes: 10, account_bytes: 15, account_files: 3 };

async fn add(uploads: &Uploads, owner: &str, content: &'static str) -> Result<Waiting, UploadError> {
    let chunks = content.as_bytes().chunks(4).map(|chunk| Ok::<_, io::Error>(Bytes::from_static(chunk)));
    uploads.add(owner, "ä.txt", "text/plain", stream::iter(chunks)).await
}

fn n_files(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}

#[tokio::test]
async fn an_upload_is_read_back_by_its_owner_alone() {
    let uploads = Uploads::new(None, LIMITS).unwrap();
    let waiting = add(&uploads, "ann", "content").await.unwrap();
    assert_eq!((waiting.filename.as_str(), waiting.size), ("ä.txt", 7));
    assert_eq!(&*uploads.read("ann", &waiting.id).await.unwrap().unwrap().bytes, b"content");
    assert!(uploads.read("bob", &waiting.id).await.unwrap().is_none());
    assert!(uploads.list("bob", std::slice::from_ref(&waiting.id)).is_empty());

    uploads.remove("bob", std::slice::from_ref(&waiting.id));
    assert_eq!(uploads.list("ann", std::slice::from_ref(&waiting.id)), std::slice::from_ref(&waiting));
    uploads.remove("ann", std::slice::from_ref(&waiting.id));
    assert!(uploads.read("ann", &waiting.id).await.unwrap().is_none());
    assert_eq!(n_files(&uploads.dir), 0);
}

#[tokio::test]
async fn what_is_too_large_leaves_nothing_behind() {
    let uploads = Uploads::new(None, LIMITS).unwrap();
    assert!(matches!(add(&uploads, "ann", "more than ten").await, Err(UploadError::TooLarge { limit: 10 })));
    let broken = stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("gone"))]);
    assert!(matches!(uploads.add("ann", "a", "a/b", broken).await, Err(UploadError::BrokenOff(_))));
    assert_eq!(n_files(&uploads.dir), 0);

    add(&uploads, "ann", "ten bytes.").await.unwrap();
    assert!(add(&uploads, "ann", "six by").await.is_err(), "the account's limit");
    assert!(add(&uploads, "bob", "six by").await.is_ok(), "another account has its own");
    add(&uploads, "ann", "1").await.unwrap();
    add(&uploads, "ann", "2").await.unwrap();
    assert!(matches!(add(&uploads, "ann", "3").await, Err(UploadError::TooMany)));
}

#[tokio::test]
async fn the_directory_is_private_and_leftovers_go() {
    let parent = tempfile::tempdir().unwrap();
    let uploads = Uploads::new(Some(parent.path()), LIMITS).unwrap();
    let dir = uploads.dir.clone();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let waiting = add(&uploads, "ann", "x").await.unwrap();
    assert_eq!(fs::metadata(uploads.path(&waiting.id)).unwrap().permissions().mode() & 0o777, 0o600);
    drop(uploads);
    fs::write(dir.join("not-ours"), "").unwrap();
    drop(Uploads::new(Some(parent.path()), LIMITS).unwrap());
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
