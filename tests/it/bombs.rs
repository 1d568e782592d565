//! Mail that is made to hurt, through the whole product: bombs lie side by side in one inbox that can be listed, every
//! one is opened, framed and answered, the process lives, its memory stays bounded, and a page that leaves something
//! out says so and offers the source. How long it takes is measured by `make bench-bombs`.

use postroom_rig::{BOMBS, Bomb, ImapClient, MARKER, rig};

use crate::{browser::Browser, site::Site};

/// Pages that must say that something is missing; those of the others may be whole.
const SHORTENED: &[&str] = &[
    "h247", "h249", "x01", "h250", "h251", "h252", "h253", "h254", "h255", "h256", "h264", "x04", "x05",
    "x06",
];

/// Its text lies deeper than anybody reads.
const WITHOUT_TEXT: &[&str] = &["h247"];

/// 200 MB are appended by the benchmark; a large attachment is tested in `message.rs`.
const NOT_HERE: &[&str] = &["h263"];

#[test]
fn no_bomb_takes_the_service_down() {
    let site = Site::start(&[("POSTROOM_LOG", "info")]);
    let ann = rig().person("bombs");
    let mut other = ImapClient::login(rig().imap(), &ann);
    let (browser, _) = site.signed_in(&ann);
    let before = peak_memory(&site);
    let bombs = || BOMBS.iter().filter(|bomb| !NOT_HERE.contains(&bomb.id));
    for bomb in bombs() {
        other.append("INBOX", "", bomb.eml());
    }
    // Dovecot 2.3.19 ends over the ENVELOPE of x11: the others are still there.
    let list = browser.get("/mail/INBOX");
    list.is(200);
    let ids = list.attrs("li.row input[name=id]", "value");
    assert_eq!(ids.len(), bombs().count(), "{list:.2000}");
    let hurt: Vec<_> =
        bombs().zip(ids.iter().rev()).filter_map(|(bomb, id)| open(&browser, id, bomb)).collect();
    assert!(hurt.is_empty(), "{}", hurt.join("\n"));
    let grown = peak_memory(&site) - before;
    assert!(grown < 300_000_000, "{grown} bytes more than before");
    browser.get("/mail/INBOX").is(200);
    assert!(!site.log().contains("panic"), "{}", site.log());
}

/// What is wrong with its pages.
fn open(browser: &Browser, id: &str, bomb: &Bomb) -> Option<String> {
    let path = &format!("/mail/INBOX/{id}");
    let id = bomb.id;
    for path in [
        format!("/compose?reply={}", path.trim_start_matches("/mail/")),
        format!("{path}/headers"),
        format!("{path}/print"),
    ] {
        let page = browser.get(&path);
        if page.status != 200 {
            return Some(format!("{id}: {} {path}: {:.300}", page.status, page.text()));
        }
    }
    let page = browser.get(path);
    if page.status != 200 {
        return Some(format!("{id}: {} {path}: {:.300}", page.status, page.text()));
    }
    let shown = match page.attrs("iframe", "src").first() {
        Some(frame) => browser.get(frame).text(),
        None => page.text(),
    };
    if !shown.contains(MARKER) && !WITHOUT_TEXT.contains(&id) {
        return Some(format!("{id}: the text is gone: {shown:.300}"));
    }
    if SHORTENED.contains(&id) && page.texts(".strip.warning").is_empty() {
        return Some(format!("{id}: nothing says that it was shortened"));
    }
    None
}

/// The most memory the process ever held, bytes.
fn peak_memory(site: &Site) -> u64 {
    let status = format!("/proc/{}/status", site.process_id().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
