//! Mail that is made to hurt, through the whole product: every bomb is opened, framed and answered, the process lives,
//! its memory stays bounded, and a page that leaves something out says so and offers the source. How long it takes is
//! measured by `make bench-bombs`.

use postroom_rig::{BOMBS, Bomb, ImapClient, MARKER, rig};

use crate::{browser::Browser, site::Site};

/// Pages that must say that something is missing; those of the others may be whole.
const SHORTENED: &[&str] =
    &["h249", "x01", "h250", "h251", "h252", "h253", "h254", "h255", "h256", "h264", "x04", "x06"];

/// 200 MB are appended by the benchmark; a large attachment is tested in `message.rs`.
const NOT_HERE: &[&str] = &["h263"];

#[test]
fn no_bomb_takes_the_service_down() {
    let site = Site::start(&[("POSTROOM_LOG", "info")]);
    let ann = rig().person("bombs");
    let mut other = ImapClient::login(rig().imap(), &ann);
    let bombs: Vec<&Bomb> = BOMBS.iter().filter(|bomb| !NOT_HERE.contains(&bomb.id)).collect();
    for bomb in &bombs {
        other.append("INBOX", "", bomb.eml());
    }
    let (browser, inbox) = site.signed_in(&ann);
    let paths = inbox.attrs("li.row .row-link", "href");
    assert_eq!(paths.len(), bombs.len(), "each has its row: {inbox}");
    let before = peak_memory(&site);
    // The newest is on top.
    for (path, bomb) in paths.iter().rev().zip(&bombs) {
        open(&browser, path, bomb);
    }
    let grown = peak_memory(&site) - before;
    assert!(grown < 300_000_000, "{grown} bytes more than before");
    browser.get("/mail/INBOX").is(200);
    assert!(!site.log().contains("panic"), "{}", site.log());
}

fn open(browser: &Browser, path: &str, bomb: &Bomb) {
    let (id, path) = (bomb.id, path.split('?').next().unwrap());
    let page = browser.get(path);
    assert_eq!(page.status, 200, "{id}");
    let frames = page.attrs("iframe", "src");
    let shown = match frames.first() {
        Some(frame) => browser.get(frame).is(200).text(),
        None => page.text(),
    };
    assert!(shown.contains(MARKER), "{id}: the text is gone: {shown:.500}");
    assert!(
        page.attrs("a", "href").iter().any(|href| href.ends_with("/source")),
        "{id}: no way to the source"
    );
    if SHORTENED.contains(&id) {
        assert!(!page.texts(".strip.warning").is_empty(), "{id}: nothing says that it was shortened");
    }
    for answer in ["reply", "forward"] {
        let place = path.trim_start_matches("/mail/");
        let form = browser.get(&format!("/compose?{answer}={place}"));
        assert_eq!(form.status, 200, "{id}: {answer}");
    }
    browser.get(&format!("{path}/headers")).is(200);
    browser.get(&format!("{path}/print")).is(200);
}

/// The most memory the process ever held, bytes.
fn peak_memory(site: &Site) -> u64 {
    let status = format!("/proc/{}/status", site.process_id().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
