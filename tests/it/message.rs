//! Reading.

use postroom_rig::{ImapClient, rig};

use crate::{
    browser::{Browser, Page},
    letters::{Letter, letter},
    site::{Site, site},
};

/// Somebody who opens this letter.
fn open(letter: &Letter) -> (Browser, Page, ImapClient) {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter.eml());
    let (browser, inbox) = site().signed_in(&ann);
    let path = inbox.attr("li.row a[href*='/mail/INBOX/']", "href");
    let page = browser.get(&path);
    page.is(200);
    (browser, page, ImapClient::login(rig().imap(), &ann))
}

#[test]
fn a_text_letter_is_read_and_marked_read() {
    let text = "Hello <b>Ann</b>,\nsee https://example.org/?a=1&b=2 now\n\n> quoted\n> lines\n-- \nBob\n";
    let (browser, page, mut other) = open(&letter("greetings").text(text));
    page.shows("greetings").shows("Bob Baker").shows("bob@example.org").shows("Hello <b>Ann</b>,");
    assert_eq!(page.attr(".message-body a[href^=https]", "href"), "https://example.org/?a=1&b=2");
    other.command("SELECT INBOX");
    assert!(other.command("FETCH 1 (FLAGS)").concat().contains("\\Seen"));
    // And it can be taken back.
    let id = page.attr("input[name=id]", "value");
    browser.submit(&page, "form[action$='/act']", &[("id", &id), ("action", "unread")]);
    assert!(!other.command("FETCH 1 (FLAGS)").concat().contains("\\Seen"));
}

#[test]
fn html_stands_in_a_document_of_its_own_that_runs_nothing() {
    let html = "<h1>Sale</h1><script>alert(1)</script><p onclick='x()' style='color:red;position:fixed'>text</p>\
                <img src='https://tracker.test/p.gif' alt='pixel'><a href='javascript:x()'>bad</a>\
                <a href='https://shop.test/'>good</a>";
    let (browser, page, _) = open(&letter("sale").html(html));
    assert!(!page.html().contains("<h1>Sale</h1>"), "the letter's HTML is not in our page: {page}");
    let frame = page.attr("iframe", "src");
    assert_eq!(
        page.attr("iframe", "sandbox"),
        "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    );
    let body = browser.get(&frame);
    body.is(200).shows("Sale").shows("text");
    let csp = body.header("content-security-policy");
    for part in [
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "img-src 'self'",
        "form-action 'none'",
    ] {
        assert!(csp.contains(part), "{csp}");
    }
    assert!(!csp.contains("allow-scripts"));
    for bad in ["<script", "onclick", "javascript:", "tracker.test", "position"] {
        assert!(!body.html().contains(bad), "`{bad}` in {body}");
    }
    assert_eq!(body.attr("a[href]", "href"), "https://shop.test/");
    page.shows("1 image from tracker.test was not shown");
}

#[test]
fn inline_images_are_shown_and_remote_ones_only_when_asked_for() {
    let png = b"\x89PNG\r\n\x1a\n0000";
    let eml = "From: bob@example.org\nTo: ann@example.org\nSubject: picture\nMIME-Version: 1.0\n\
        Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n\
        <p>see</p><img src=\"cid:logo@x\"><img src=\"https://remote.test/a.png\">\n--r\n\
        Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\n\
        iVBORw0KGgowMDAw\n--r--\n";
    let ann = rig().person("ann");
    rig().deliver(&ann, eml);
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("picture"));
    let body = browser.get(&page.attr("iframe", "src"));
    assert!(!body.html().contains("remote.test"));
    let image = browser.get(&body.attr("img", "src"));
    assert_eq!((image.status, image.header("content-type"), &image.bytes[..]), (200, "image/png", &png[..]));
    let shown = browser.get(&page.link("Show images"));
    let body = browser.get(&shown.attr("iframe", "src"));
    assert!(body.attrs("img", "src")[1].starts_with("/mail/INBOX/"), "{body}");
    assert!(!body.html().contains("remote.test"), "{body}");
}

#[test]
fn attachments_come_byte_for_byte_and_never_run_here() {
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n.wrapping_mul(7919) >> 5) as u8).collect();
    let letter = letter("files")
        .attach("data.bin", "application/octet-stream", bytes.clone())
        .attach("page.html", "text/html", *b"<script>alert(1)</script>")
        .attach("fake.png", "image/png", *b"<script>alert(1)</script>");
    let (browser, page, _) = open(&letter);
    let links = page.attrs("[data-test=attachment] a[href*='/part/']", "href");
    let parts: Vec<_> = links.iter().map(|link| browser.get(link)).collect();
    assert!(parts.iter().any(|part| part.bytes == bytes), "{page}");
    for part in &parts {
        part.is(200);
        assert!(part.header("content-disposition").starts_with("attachment"), "{:?}", part.headers);
        assert_eq!(part.header("x-content-type-options"), "nosniff");
        assert!(part.header("content-security-policy").contains("sandbox"));
        assert_ne!(part.header("content-type"), "text/html");
    }
    let message = page.path.split('?').next().unwrap();
    let zip = browser.get(&format!("{message}/attachments.zip"));
    assert_eq!((&zip.bytes[..4], zip.header("content-type")), (&b"PK\x03\x04"[..], "application/zip"));
    assert!(zip.bytes.len() > bytes.len());
    let source = browser.get(&format!("{message}/source"));
    assert!(
        source.header("content-type").starts_with("text/plain") && source.html().contains("Subject: files")
    );
    let eml = browser.get(&format!("{message}/message.eml"));
    assert!(eml.header("content-disposition").contains("files.eml"), "{:?}", eml.headers);
    assert_eq!(eml.bytes, source.bytes);
    browser.get(&format!("{message}/part/99")).is(404);
    browser.get(&format!("{message}/part/x")).is(404);
}

/// Issue 2: a 50 MB attachment must not cost 50 MB.
#[test]
fn a_large_attachment_passes_through_without_being_held() {
    let ann = rig().person("ann");
    let site = Site::start(&[]);
    let bytes: Vec<u8> = (0..50_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let eml = letter("film").attach("film.mp4", "video/mp4", bytes.clone()).eml().replace('\n', "\r\n");
    ImapClient::login(rig().imap(), &ann).append("INBOX", "", eml);
    let (browser, inbox) = site.signed_in(&ann);
    let page = browser.get(&inbox.link("film"));
    let link = page.attr("[data-test=attachment] a[href*='/part/']", "href");
    let before = peak_memory(&site);
    assert!(browser.get(&link).bytes == bytes, "the film arrives as it was sent");
    let grown = peak_memory(&site) - before;
    assert!(grown < 15_000_000, "{grown} bytes were held at once");
}

/// The most memory the process ever held, bytes.
fn peak_memory(site: &Site) -> u64 {
    let status = format!("/proc/{}/status", site.process_id().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
fn a_forwarded_message_opens_in_place() {
    let inner =
        letter("inner subject").text("the inner letter\n").attach("in.txt", "text/plain", *b"in").eml();
    let outer = format!(
        "From: carol@example.org\nTo: ann@example.org\nSubject: outer\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nsee below\n--o\n\
         Content-Type: message/rfc822\n\n{inner}\n--o--\n"
    );
    let ann = rig().person("ann");
    rig().deliver(&ann, outer);
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("outer"));
    page.shows("see below").shows("inner subject").lacks("the inner letter");
    let open = page.attr(".attachment a[href*='part=']", "href");
    browser.get(&open).is(200).shows("inner subject").shows("the inner letter").shows("in.txt");
}

#[test]
fn newer_and_older_follow_the_list() {
    let ann = rig().person("ann");
    for subject in ["one", "two", "three"] {
        rig().deliver(&ann, letter(subject).eml());
    }
    let (browser, inbox) = site().signed_in(&ann);
    let two = browser.get(&inbox.link("two"));
    browser.get(&two.link("Previous")).shows("three");
    browser.get(&two.link("Next")).shows("one");
}

#[test]
fn broken_mail_still_shows() {
    let ann = rig().person("ann");
    let mut other = ImapClient::login(rig().imap(), &ann);
    other.append("INBOX", "", "no headers at all, only a line\r\n");
    other.append("INBOX", "", "Subject: broken\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@@PHA+cmVhZGFibGU8L3A+\r\n");
    let deep = (0..300)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
        .collect::<String>();
    other.append(
        "INBOX",
        "",
        format!("Subject: deep\r\nMIME-Version: 1.0\r\n{deep}Content-Type: text/plain\r\n\r\nbottom\r\n"),
    );
    let (browser, inbox) = site().signed_in(&ann);
    for path in inbox.attrs("li.row a[href*='/mail/INBOX/']", "href") {
        let page = browser.get(&path);
        page.is(200);
        let message = path.split('?').next().unwrap();
        browser.get(&format!("{message}/body")).is(200);
        browser.get(&format!("{message}/source")).is(200);
    }
}
