//! The headers of every kind of answer, word for word: what a browser is told about caching, framing, sniffing,
//! loading and cookies. A route without a line here fails.

use std::collections::BTreeSet;

use axum::http::Method;
use postroom::web::routes::table;
use postroom_rig::{Person, Proxy, rig, until};

use crate::{
    browser::{Browser, Page},
    letters::{Letter, letter},
    site::{Site, site},
};

/// On every answer, unless a line of its kind says otherwise.
pub const EVERYWHERE: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; \
         manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         require-trusted-types-for 'script'; trusted-types mail dompurify",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=()",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-dns-prefetch-control", "off"),
    ("x-frame-options", "DENY"),
];

/// Changes with every answer, or says nothing but how the bytes are framed.
const NOT_COMPARED: &[&str] = &["date", "content-length", "transfer-encoding", "connection"];

type Headers = &'static [(&'static str, &'static str)];

const HTML: Headers = &[("content-type", "text/html; charset=utf-8"), ("vary", "accept-encoding")];

const TEXT: Headers = &[("content-type", "text/plain; charset=utf-8")];

/// The one document that may be framed, and by us alone.
const BODY: Headers = &[
    (
        "content-security-policy",
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         img-src 'self' data:; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; \
         frame-ancestors 'self'; base-uri 'none'",
    ),
    ("content-type", "text/html; charset=utf-8"),
    ("vary", "accept-encoding"),
    ("x-frame-options", "SAMEORIGIN"),
];

const PRINT: Headers = &[
    (
        "content-security-policy",
        "sandbox allow-same-origin allow-modals allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         img-src 'self' data:; style-src 'self' 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    ("content-type", "text/html; charset=utf-8"),
    ("vary", "accept-encoding"),
];

const IMMUTABLE: (&str, &str) = ("cache-control", "public, max-age=31536000, immutable");

const DOWNLOAD_CSP: (&str, &str) =
    ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'");

/// A plain and an HTML text, a picture, and what only looks like one.
fn varied() -> Letter {
    letter("all kinds")
        .html("<p>see</p><img src=\"https://remote.test/a.png\">")
        .attach("p\u{e9}r\u{e9} \\\"x\\\".png", "image/png", *b"\x89PNG\r\n\x1a\n0000")
        .attach("page.html", "text/html", *b"<script>alert(1)</script>")
        .attach("notes.txt", "text/plain; charset=iso-8859-1", *b"notes")
}

struct Asked {
    /// The route that answers, as in the table; empty where none does.
    route: &'static str,
    page: Page,
    status: u16,
    headers: Vec<(&'static str, String)>,
}

/// Requests, and what their answers must carry.
struct Survey {
    browser: Browser,
    asked: Vec<Asked>,
}

impl Survey {
    fn get(&mut self, route: &'static str, path: &str, status: u16, headers: &[(&'static str, &str)]) {
        let page = self.browser.get(path);
        self.note(route, page, status, headers);
    }

    fn note(&mut self, route: &'static str, page: Page, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.asked.push(Asked { route, page, status, headers });
    }

    fn compare(&self) {
        let mut wrong = Vec::new();
        for Asked { page, status, headers, .. } in &self.asked {
            let mut expected: Vec<String> = Vec::new();
            let own = |name: &str| headers.iter().any(|(n, _)| *n == name);
            for (name, value) in EVERYWHERE.iter().filter(|(name, _)| !own(name)) {
                expected.push(format!("{name}: {value}"));
            }
            expected.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
            let compared = |name: &str| name != "set-cookie" && !NOT_COMPARED.contains(&name);
            let got = page.headers.iter().filter(|(name, _)| compared(name.as_str()));
            let mut got: Vec<String> =
                got.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
            got.extend(cookies(page).iter().map(|cookie| format!("set-cookie: {cookie}")));
            expected.sort();
            got.sort();
            if expected != got || page.status != *status {
                let missing = expected.iter().filter(|line| !got.contains(line)).collect::<Vec<_>>();
                let surplus = got.iter().filter(|line| !expected.contains(line)).collect::<Vec<_>>();
                wrong.push(format!(
                    "{} {}, expected {status}\n  missing: {missing:#?}\n  surplus: {surplus:#?}",
                    page.status, page.path
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What is set, without the secrets.
fn cookies(page: &Page) -> Vec<String> {
    let lines = page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
    let mut cookies: Vec<String> = lines
        .map(|line| {
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            // The time of the answer, said once more for old browsers.
            let attributes = attributes.split("; Expires=").next().unwrap_or_default();
            format!("{name}={}; {attributes}", if value.is_empty() { "" } else { "…" })
        })
        .collect();
    cookies.sort();
    cookies
}

fn sign_in(browser: &Browser, base: &str, person: &Person, headers: &[(&str, &str)]) -> Page {
    let fields = [("username", person.address.as_str()), ("password", &person.password)];
    browser.post(&format!("{base}/login"), &fields, headers)
}

#[test]
fn every_kind_of_answer_carries_exactly_its_headers() {
    let ann = rig().person("ann");
    rig().deliver(&ann, varied().eml());
    let (browser, inbox) = site().signed_in(&ann);
    let id = inbox.id_of("all kinds");
    let message = format!("/mail/INBOX/{id}");
    let at = |below: &str| format!("{message}{below}");
    let css = inbox.attr("link[rel=stylesheet]", "href");
    let csrf = inbox.field("csrf");
    let csrf = ("csrf", csrf.as_str());
    let mut survey = Survey { browser, asked: Vec::new() };

    // Pages.
    survey.get("/", "/", 303, &[("location", "/mail/INBOX")]);
    survey.get("/login", "/login", 200, HTML);
    survey.get("/mail/{mailbox}", "/mail/INBOX", 200, HTML);
    survey.get("/mail/{mailbox}", "/mail/INBOX?q=nothing", 200, HTML);
    survey.get("/mail/{mailbox}/{id}", &message, 200, HTML);
    survey.get("/mail/{mailbox}/{id}/headers", &at("/headers"), 200, HTML);
    survey.get("/compose", "/compose", 200, HTML);
    survey.get("/folders", "/folders", 200, HTML);
    survey.get("/settings", "/settings", 200, HTML);
    survey.get("/collectors", "/collectors", 200, HTML);
    survey.get("/collectors/new", "/collectors/new", 200, HTML);
    survey.get("/collectors/{collector}", "/collectors/0", 404, HTML);
    survey.get("/outbox", "/outbox", 200, HTML);
    survey.get("/snoozed", "/snoozed", 200, HTML);
    survey.get("/healthz", "/healthz", 200, TEXT);
    survey.get("/readyz", "/readyz", 200, TEXT);

    // A message.
    survey.get("/mail/{mailbox}/{id}/body", &at("/body"), 200, BODY);
    survey.get("/mail/{mailbox}/{id}/body", &at("/body?images=show"), 200, BODY);
    let image = survey.browser.get(&at("/body?images=show")).attr("img", "src");
    let remote = "/mail/{mailbox}/{id}/remote";
    survey.get(remote, &image, 502, &[DOWNLOAD_CSP]);
    survey.get(remote, &at("/remote?u=eA&sig=eA"), 404, HTML);
    survey.get("/mail/{mailbox}/{id}/print", &at("/print"), 200, PRINT);
    let source = [
        DOWNLOAD_CSP,
        ("content-disposition", "inline; filename=\"source.txt\"; filename*=UTF-8''source.txt"),
        ("content-type", "text/plain; charset=utf-8"),
    ];
    survey.get("/mail/{mailbox}/{id}/source", &at("/source"), 200, &source);
    let eml = [
        DOWNLOAD_CSP,
        ("content-disposition", "attachment; filename=\"all kinds.eml\"; filename*=UTF-8''all%20kinds.eml"),
        ("content-type", "message/rfc822"),
    ];
    survey.get("/mail/{mailbox}/{id}/message.eml", &at("/message.eml"), 200, &eml);
    let zip = [
        DOWNLOAD_CSP,
        ("content-disposition", "attachment; filename=\"all kinds.zip\"; filename*=UTF-8''all%20kinds.zip"),
        ("content-type", "application/zip"),
    ];
    survey.get("/mail/{mailbox}/{id}/attachments.zip", &at("/attachments.zip"), 200, &zip);

    // Parts: a picture is shown, a page only looks like one, a text stays in its charset.
    let picture = "filename=\"p_r_ _x_.png\"; filename*=UTF-8''p%C3%A9r%C3%A9%20_x_.png";
    let shown = [
        DOWNLOAD_CSP,
        ("content-disposition", &*format!("inline; {picture}")),
        ("content-type", "image/png"),
    ];
    let part = "/mail/{mailbox}/{id}/part/{section}";
    survey.get(part, &at("/part/2"), 200, &shown);
    let saved = [
        DOWNLOAD_CSP,
        ("content-disposition", &*format!("attachment; {picture}")),
        ("content-type", "image/png"),
    ];
    survey.get(part, &at("/part/2?download=1"), 200, &saved);
    let page = [
        DOWNLOAD_CSP,
        ("content-disposition", "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"),
        ("content-type", "application/octet-stream"),
    ];
    survey.get(part, &at("/part/3"), 200, &page);
    let text = [
        DOWNLOAD_CSP,
        ("content-disposition", "inline; filename=\"notes.txt\"; filename*=UTF-8''notes.txt"),
        ("content-type", "text/plain; charset=iso-8859-1"),
    ];
    survey.get(part, &at("/part/4"), 200, &text);
    survey.get(part, &at("/part/99"), 404, HTML);

    // Style sheets, scripts, icons.
    let sheet = [IMMUTABLE, ("content-type", "text/css; charset=utf-8"), ("vary", "Accept-Encoding")];
    survey.get("/static/{file}", &css, 200, &sheet);
    survey.get("/static/{file}", "/static/none.css", 404, HTML);

    // Errors.
    survey.get("", "/nothing", 404, HTML);
    survey.get("/mail/{mailbox}", "/mail/Nowhere", 404, HTML);
    survey.get("/mail/{mailbox}/{id}", "/mail/INBOX/1.1", 410, HTML);
    survey.get("", "/logout", 405, &[HTML[0], HTML[1], ("allow", "POST")]);

    // Forms.
    let to = |path| [("location", path)];
    let page = survey.browser.post(&at("/images"), &[csrf, ("action", "trust")], &[]);
    survey.note("/mail/{mailbox}/{id}/images", page, 303, &[("location", &message)]);
    let page = survey.browser.post("/mail/INBOX/act", &[csrf, ("action", "flag"), ("id", &id)], &[]);
    survey.note("/mail/{mailbox}/act", page, 303, &to("/mail/INBOX"));
    let undo = survey.browser.get("/mail/INBOX").field("undo");
    let page = survey.browser.post("/undo", &[csrf, ("undo", &undo)], &[]);
    survey.note("/undo", page, 303, &to("/mail/INBOX"));
    let page = survey.browser.post("/mail/Trash/empty", &[csrf], &[]);
    survey.note("/mail/{mailbox}/empty", page, 303, &to("/mail/Trash"));
    let page = survey.browser.post("/folders", &[csrf, ("action", "create"), ("name", "New")], &[]);
    survey.note("/folders", page, 303, &to("/folders"));
    let page = survey.browser.post("/settings", &[csrf, ("action", "hold"), ("hold_seconds", "0")], &[]);
    survey.note("/settings", page, 303, &to("/settings"));
    let page = survey.browser.post("/settings", &[csrf, ("action", "add"), ("address", "nobody")], &[]);
    survey.note("/settings", page, 422, HTML);
    let page = survey.browser.post("/collectors/new", &[csrf, ("intent", "save")], &[]);
    survey.note("/collectors/new", page, 422, HTML);
    let page = survey.browser.post("/collectors/0", &[csrf], &[]);
    survey.note("/collectors/{collector}", page, 404, HTML);
    let page = survey.browser.post("/collectors", &[csrf, ("action", "run"), ("id", "0")], &[]);
    survey.note("/collectors", page, 404, HTML);
    let page = survey.browser.post("/outbox", &[csrf, ("action", "edit"), ("id", "0")], &[]);
    survey.note("/outbox", page, 303, &to("/outbox"));
    let page = survey.browser.post("/snoozed", &[csrf, ("id", "0")], &[]);
    survey.note("/snoozed", page, 303, &to("/snoozed"));
    let page = survey.browser.post("/compose", &[csrf, ("intent", "attach")], &[]);
    survey.note("/compose", page, 200, HTML);
    let page = survey.browser.post("/compose", &[csrf, ("to", "nobody at all")], &[]);
    survey.note("/compose", page, 422, HTML);
    let page = survey.browser.post("/folders", &[], &[]);
    survey.note("/folders", page, 403, HTML);
    let page = survey.browser.post("/login", &[("username", "ann"), ("password", "wrong")], &[]);
    survey.note("/login", page, 401, HTML);
    let page = survey.browser.post("/logout", &[csrf], &[]);
    let signed_out = [
        ("clear-site-data", "\"cache\", \"storage\""),
        ("location", "/login"),
        ("set-cookie", "postroom=; Path=/; Max-Age=0"),
        ("set-cookie", "postroom_key=; Max-Age=0; HttpOnly; SameSite=Lax; Path=/"),
    ];
    survey.note("/logout", page, 303, &signed_out);

    // Signed out.
    survey.get("/compose", "/compose?to=bob", 303, &to("/login?next=%2Fcompose%3Fto%3Dbob"));
    let page = survey.browser.post("/compose", &[("text", "half a sen")], &[]);
    survey.note("/compose", page, 401, HTML);
    let page = sign_in(&survey.browser, "", &ann, &[]);
    let signed_in = [
        ("location", "/mail/INBOX"),
        ("set-cookie", "postroom=…; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"),
        ("set-cookie", "postroom_key=…; HttpOnly; SameSite=Lax; Path=/"),
    ];
    survey.note("/login", page, 303, &signed_in);

    survey.compare();
    let asked: BTreeSet<_> = survey.asked.iter().map(|asked| asked.route).collect();
    for route in table() {
        assert!(asked.contains(route.path), "{} {}: give its answers a line here", route.method, route.path);
    }
    let posts = table().into_iter().filter(|route| route.method == Method::POST).map(|route| route.path);
    assert_eq!(posts.filter(|path| !asked.contains(path)).count(), 0);
}

#[test]
fn what_refuses_or_fails_carries_the_headers_of_a_page() {
    let imap = Proxy::to(rig().imap());
    let site = Site::start(&[("POSTROOM_IMAP", &format!("imap+insecure://{}", imap.address()))]);
    let ann = rig().person("ann");
    let (browser, _) = site.signed_in(&ann);
    let mut survey = Survey { browser, asked: Vec::new() };
    imap.refuse().cut();
    survey.get("", "/mail/INBOX", 502, HTML);
    survey.get("", "/readyz", 503, TEXT);
    imap.heal();
    let guess = || {
        let page = site.browser().post("/login", &[("username", &ann.address), ("password", "wrong")], &[]);
        (page.status == 429).then_some(page).ok_or("it is let in to guess")
    };
    let refused = until("guessing is refused", guess);
    let seconds = refused.header("retry-after").to_owned();
    assert!(seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0), "{seconds}");
    survey.note("", refused, 429, &[HTML[0], HTML[1], ("retry-after", &seconds)]);
    survey.compare();
}

#[test]
fn pages_are_compressed_and_mail_is_not() {
    let ann = rig().person("ann");
    let text = "the same words again and again\n".repeat(1000);
    rig().deliver(&ann, varied().text(&text).attach("long.txt", "text/plain", text.clone()).eml());
    let (browser, inbox) = site().signed_in(&ann);
    let message = format!("/mail/INBOX/{}", inbox.id_of("all kinds"));
    let css = inbox.attr("link[rel=stylesheet]", "href");
    let encoding = |path: &str| {
        browser.get_with(path, &[("Accept-Encoding", "br")]).header("content-encoding").to_owned()
    };
    assert_eq!(encoding("/mail/INBOX"), "br");
    assert_eq!(encoding(&css), "br");
    for path in ["/source", "/message.eml", "/part/2", "/part/5", "/attachments.zip"] {
        assert_eq!(encoding(&format!("{message}{path}")), "", "{path}");
    }
}

#[test]
fn cookies_are_for_the_server_alone_and_for_this_site_alone() {
    let ann = rig().person("ann");
    let below = Site::start(&[
        ("POSTROOM_BASE_PATH", "/webmail/"),
        ("POSTROOM_TRUSTED_PROXIES", "127.0.0.1"),
        ("POSTROOM_SESSION_IDLE_MINUTES", "5"),
    ]);
    let forwarded = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https")];
    let page = sign_in(&below.browser(), "/webmail", &ann, &forwarded);
    assert_eq!(
        cookies(&page),
        [
            "postroom=…; HttpOnly; SameSite=Lax; Path=/webmail; Max-Age=300; Secure",
            "postroom_key=…; HttpOnly; SameSite=Lax; Path=/webmail; Secure"
        ]
    );
    let known = Site::start(&[("POSTROOM_PUBLIC_ORIGIN", "https://mail.test")]);
    let page = sign_in(&known.browser(), "", &ann, &[("Origin", "https://mail.test")]);
    assert!(cookies(&page).iter().all(|cookie| cookie.ends_with("; Secure")), "{:?}", cookies(&page));
    assert_eq!(cookies(&page).len(), 2);
}
