//! Messages under a host name of their own, to which no cookie goes.

use std::sync::OnceLock;

use postroom_rig::{Person, rig};

use crate::{
    browser::{Browser, Page},
    headers::EVERYWHERE,
    site::Site,
};

const MAIL: &str = "http://mail.test";
const CONTENT: &str = "http://content.test";
pub const SETTINGS: [(&str, &str); 2] = [("POSTROOM_PUBLIC_ORIGIN", MAIL), ("POSTROOM_BODY_ORIGIN", CONTENT)];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";

/// With a picture inside and an image elsewhere.
pub const LETTER: &str = "From: bob@example.org\nTo: ann@example.org\nSubject: picture\nMIME-Version: 1.0\n\
    Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n\
    <p>see</p><img src=\"cid:logo@x\"><img src=\"https://remote.test/a.png\">\n--r\n\
    Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\n\
    iVBORw0KGgowMDAw\n--r--\n";

fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| Site::start(&SETTINGS))
}

/// What the browser loads by an address of that host: it is another site's, and no cookie goes there.
#[track_caller]
pub fn load(origin: &str, address: &str) -> Page {
    load_with(origin, address, &[])
}

#[track_caller]
fn load_with(origin: &str, address: &str, headers: &[(&str, &str)]) -> Page {
    let headers = [&[("Host", "content.test")], headers].concat();
    let page = Browser::at(origin).get_with(address.strip_prefix(CONTENT).unwrap_or(address), &headers);
    assert_eq!(page.header("set-cookie"), "", "{page}");
    page
}

/// Ann, at her message.
fn opened() -> (Person, Browser, Page) {
    let ann = rig().person("ann");
    rig().deliver(&ann, LETTER);
    let (browser, inbox) = site().signed_in(&ann);
    let page = browser.get(&inbox.link("picture"));
    (ann, browser, page)
}

/// Exactly those that every answer has, but for these.
#[track_caller]
fn carries(page: &Page, status: u16, own: &[(&str, &str)]) {
    assert_eq!(page.status, status, "{page}");
    let everywhere = EVERYWHERE
        .iter()
        .filter(|(name, _)| *name != "x-frame-options" && !own.iter().any(|(replaced, _)| replaced == name));
    let mut expected: Vec<_> =
        everywhere.chain(own).map(|(name, value)| format!("{name}: {value}")).collect();
    let is_compared =
        |name: &str| !["date", "content-length", "transfer-encoding", "connection"].contains(&name);
    let got = page.headers.iter().filter(|(name, _)| is_compared(name.as_str()));
    let mut got: Vec<_> = got.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    expected.sort();
    got.sort();
    assert_eq!(got, expected, "{}", page.path);
}

const OPEN_TO_ALL: (&str, &str) = ("cross-origin-resource-policy", "cross-origin");

#[test]
fn every_kind_of_answer_there_carries_exactly_its_headers() {
    let (_, browser, page) = opened();
    let csp = page.header("content-security-policy");
    assert!(csp.contains("; frame-src http://content.test; "), "{csp}");
    assert_eq!(page.attr("iframe", "sandbox"), "allow-popups allow-popups-to-escape-sandbox");
    let shown = browser.get(&page.link("Show images"));
    let address = shown.attr("iframe", "src");
    assert!(address.starts_with("http://content.test/mail/INBOX/"), "{address}");

    let body = load(&site().origin, &address);
    let csp = (
        "content-security-policy",
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         img-src http://content.test data:; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; \
         frame-ancestors http://mail.test; base-uri 'none'",
    );
    let html = ("content-type", "text/html; charset=utf-8");
    carries(&body, 200, &[csp, OPEN_TO_ALL, html, ("vary", "accept-encoding")]);
    body.shows("see");

    let images = body.attrs("img", "src");
    let download = ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
    let picture = load(&site().origin, &images[0]);
    let name = ("content-disposition", "inline; filename=\"logo.png\"; filename*=UTF-8''logo.png");
    carries(&picture, 200, &[download, OPEN_TO_ALL, name, ("content-type", "image/png")]);
    assert_eq!(picture.bytes, PNG);
    let remote = load(&site().origin, &images[1]);
    carries(&remote, 502, &[download, OPEN_TO_ALL]);

    let csp = ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors http://mail.test");
    let text = ("content-type", "text/plain; charset=utf-8");
    for nothing in ["/", "/login", "/mail/INBOX", "/healthz", address.split('?').next().unwrap()] {
        carries(&load(&site().origin, nothing), 404, &[csp, OPEN_TO_ALL, text]);
    }
}

#[test]
fn no_cookie_counts_there_and_no_signature_here() {
    let (ann, browser, page) = opened();
    let address = page.attr("iframe", "src");
    let path = address.strip_prefix(CONTENT).unwrap();
    let cookie = |name: &str| format!("{name}={}", browser.cookie(name).unwrap());
    let cookies = [cookie("postroom"), cookie("postroom_key")].join("; ");
    let plain = path.split('?').next().unwrap();
    load_with(&site().origin, plain, &[("Cookie", &cookies)]).is(404);
    load_with(&site().origin, "/mail/INBOX", &[("Cookie", &cookies)]).is(404);
    site().browser().get(path).is(303);
    // Under the site's own name it is as it always was.
    let full = browser.get(&page.link("Open in full"));
    full.is(200).shows("see");
    assert_eq!(full.path, plain);
    assert!(full.header("content-security-policy").contains("img-src 'self' data:;"));
    assert!(full.attr("img", "src").ends_with("/part/2"), "{full}");
    assert_eq!(browser.get(&full.attr("img", "src")).bytes, PNG);

    // Another sign-in of hers has other addresses; a sign-out ends them, and its own alone.
    let (elsewhere, inbox) = site().signed_in(&ann);
    let other = elsewhere.get(&inbox.link("picture")).attr("iframe", "src");
    let (one, two) = (parameter(&address, "who"), parameter(&other, "who"));
    assert_ne!(one, two);
    load(&site().origin, &address.replace(one, two)).is(404);
    load(&site().origin, &address).is(200);
    browser.submit(&browser.get("/settings"), "form[action$='/logout']", &[]).is(303);
    load(&site().origin, &address).is(404).shows("Reload the page");
    load(&site().origin, &other).is(200);
    assert!(!site().log().contains(parameter(&other, "by")), "an address is in the log");
}

fn parameter<'a>(address: &'a str, name: &str) -> &'a str {
    let (_, rest) = address.split_once(&format!("{name}=")).unwrap();
    rest.split('&').next().unwrap()
}
