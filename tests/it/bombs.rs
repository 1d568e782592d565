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
#[ignore = "takes minutes in a debug build; cargo test --test it bombs -- --ignored"]
fn no_bomb_takes_the_service_down() {
    let site = Site::start(&[("POSTROOM_LOG", "info")]);
    let ann = rig().person("bombs");
    let mut other = ImapClient::login(rig().imap(), &ann);
    let (browser, _) = site.signed_in(&ann);
    let before = peak_memory(&site);
    let mut hurt = Vec::new();
    for bomb in BOMBS.iter().filter(|bomb| !NOT_HERE.contains(&bomb.id)) {
        // Each in a mailbox of its own: what the mail server cannot describe is missing in one list only.
        other.command(&format!("CREATE {}", bomb.id));
        let answer = other.append(bomb.id, "", bomb.eml()).pop().unwrap();
        let mut id = answer.split("APPENDUID ").nth(1).unwrap().split([' ', ']']);
        let path = format!("/mail/{}/{}.{}", bomb.id, id.next().unwrap(), id.next().unwrap());
        hurt.extend(open(&browser, &path, bomb));
        other.command(&format!("DELETE {}", bomb.id));
    }
    assert!(hurt.is_empty(), "{}", hurt.join("\n"));
    let grown = peak_memory(&site) - before;
    assert!(grown < 300_000_000, "{grown} bytes more than before");
    browser.get("/mail/INBOX").is(200);
    assert!(!site.log().contains("panic"), "{}", site.log());
}

/// What is wrong with its pages.
fn open(browser: &Browser, path: &str, bomb: &Bomb) -> Option<String> {
    let id = bomb.id;
    let list = path.rsplit_once('/').unwrap().0;
    let place = path.trim_start_matches("/mail/");
    for path in [
        list.to_owned(),
        path.to_owned(),
        format!("/compose?reply={place}"),
        format!("/compose?forward={place}"),
        format!("{path}/headers"),
        format!("{path}/print"),
    ] {
        let page = browser.get(&path);
        if page.status != 200 {
            return Some(format!("{id}: {} {path}: {:.300}", page.status, page.text()));
        }
    }
    let page = browser.get(path);
    let shown = match page.attrs("iframe", "src").first() {
        Some(frame) => browser.get(frame).text(),
        None => page.text(),
    };
    if !shown.contains(MARKER) {
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
