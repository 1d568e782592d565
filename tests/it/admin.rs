//! `postroom backup`, `export-user`, `forget-user`, `rotate-key`: beside a Postroom that runs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use postroom_rig::{Product, rig, until};

use crate::{browser::Browser, site::Site};

/// A Postroom whose data is where its administrator's commands find it.
struct Desk {
    data: tempfile::TempDir,
    site: Site,
}

impl Desk {
    fn new() -> Desk {
        let data = tempfile::tempdir().unwrap();
        let site = Site::start(&[("POSTROOM_DATA_DIR", data.path().to_str().unwrap())]);
        Desk { data, site }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        run(self.data.path(), words)
    }
}

fn run(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postroom"))
        .args(words)
        .env_clear()
        .env("POSTROOM_DATA_DIR", data)
        .env("POSTROOM_LISTEN", "127.0.0.1:0")
        .env("POSTROOM_IMAP", format!("imap+insecure://{}", rig().imap()))
        .env("POSTROOM_SMTP", format!("submission+insecure://{}", rig().submission()))
        .output()
        .unwrap()
}

#[track_caller]
fn says(output: &Output, words: &str) -> String {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(text.contains(words), "{text}");
    text
}

fn hold(browser: &Browser, seconds: &str) {
    let settings = browser.get("/settings");
    browser.submit(&settings, "form.setting", &[("hold_seconds", seconds), ("action", "hold")]).is(303);
}

#[test]
fn a_backup_of_a_running_database_is_whole_and_holds_no_key() {
    let desk = Desk::new();
    let (browser, _) = desk.site.signed_in(&rig().person("ann"));
    hold(&browser, "20");
    let copy = desk.file("copy.db");
    let output = desk.run(&["backup", "--to", copy.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    says(&output, "The key file is not in it");
    let again = desk.run(&["backup", "--to", copy.to_str().unwrap()]);
    assert!(!again.status.success(), "a backup is not overwritten");
    let restored = tempfile::tempdir().unwrap();
    fs::copy(&copy, restored.path().join("postroom.db")).unwrap();
    let key = fs::read_to_string(desk.file("server.key")).unwrap();
    let key = key.split_whitespace().nth(1).unwrap();
    let bytes = fs::read(&copy).unwrap();
    assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()));
    let exported = run(restored.path(), &["export-user", "nobody"]);
    says(&exported, "\"settings\": {}");
}

#[test]
fn a_user_is_exported_and_forgotten() {
    let desk = Desk::new();
    let ann = rig().person("ann");
    let (browser, _) = desk.site.signed_in(&ann);
    hold(&browser, "20");
    let export = says(&desk.run(&["export-user", &ann.address]), "\"hold_seconds\": \"20\"");
    assert!(!export.contains(&format!("\"{}\"", ann.password)), "{export}");
    let output = desk.run(&["forget-user", &ann.address]);
    assert!(output.status.success(), "{output:?}");
    says(&output, "Their mail stays on the mail server");
    says(&desk.run(&["export-user", &ann.address]), "\"settings\": {}");
    says(&desk.run(&["forget-user", &ann.address]), ": 0 rows");
}

#[test]
fn a_rotated_key_is_used_by_the_process_that_runs() {
    let desk = Desk::new();
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let (browser, _) = desk.site.signed_in(&ann);
    hold(&browser, "5");
    let fields = [("to", &*bob.address), ("subject", "sealed twice"), ("intent", "send")];
    browser.submit(&browser.get("/compose"), "form[action$='/compose']", &fields).is(303);
    let output = desk.run(&["rotate-key"]);
    says(&output, "2 secrets were sealed");
    let keys = fs::read_to_string(desk.file("server.key")).unwrap();
    assert_eq!(keys.lines().count(), 2, "the old key still opens what a backup holds");
    // It is sent all the same.
    until("the message arrives", || {
        let mut client = postroom_rig::ImapClient::login(rig().imap(), &bob);
        client.command("STATUS INBOX (MESSAGES)").concat().contains("MESSAGES 1")
    });
}

#[test]
fn check_makes_nothing_and_says_what_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    let said = says(&run(data.path(), &["check"]), "It will be made at the first start.");
    assert!(said.contains("server key will be made at the first start"), "{said}");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    fs::write(
        data.path().join("postroom.db"),
        "no database, and long enough for its header to be read as one",
    )
    .unwrap();
    let output = run(data.path(), &["check"]);
    assert!(!output.status.success());
    says(&output, "the database is damaged");
    says(&output, "the check failed: the database");
}

/// A key that others may read is refused by everything that needs it, and mail goes on.
#[test]
fn a_key_file_for_everybody_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let key = data.path().join("server.key");
    fs::write(&key, "00000000 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n").unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let output = run(data.path(), &["check"]);
    assert!(!output.status.success());
    says(&output, "chmod 600");
    let product = Product::start(
        rig(),
        Path::new(env!("CARGO_BIN_EXE_postroom")),
        postroom_rig::free_address(),
        &[("POSTROOM_DATA_DIR", data.path().to_str().unwrap())],
    );
    until("it is ready all the same", || product.is_ready());
}
