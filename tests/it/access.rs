//! Who gets in, and which forms are taken. Walks the table of routes: a new route is tested from its first day.

use std::net::TcpStream;

use axum::http::Method;
use postroom::web::routes::{Access, Route, table};
use postroom_rig::{ImapClient, Person, rig};

use crate::{
    browser::{Browser, Page},
    collectors,
    letters::letter,
    outbox,
    site::{Site, site},
    snooze, wire,
};

/// Somebody with mail, signed in, and what their mailboxes look like from outside.
struct Desk {
    person: Person,
    browser: Browser,
    other: ImapClient,
    id: String,
    collector: String,
    /// A message in the outbox.
    outgoing: String,
    /// A message that comes back tomorrow.
    snoozed: String,
}

impl Desk {
    fn new() -> Desk {
        let person = rig().person("ann");
        for subject in ["one", "two", "three"] {
            rig().deliver(&person, letter(subject).eml());
        }
        let mut other = ImapClient::login(rig().imap(), &person);
        other.append("Trash", "", letter("thrown away").eml());
        let (browser, inbox) = site().signed_in(&person);
        let collector = collectors::paused(&browser, "Elsewhere");
        let outgoing = outbox::scheduled(&browser, "later");
        let snoozed = snooze::until_tomorrow(&browser, "three");
        Desk { id: inbox.id_of("one"), person, browser, other, collector, outgoing, snoozed }
    }

    /// Every mailbox, what is in it, and the flags of the inbox; settings, collectors, the outbox, snoozed messages.
    fn mailboxes(&mut self) -> String {
        let list = "LIST \"\" \"*\" RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY))";
        self.other.command("EXAMINE INBOX");
        let lines = [self.other.command(list), self.other.command("FETCH 1:* (FLAGS)")].concat();
        let told = lines.into_iter().filter(|line| line.starts_with("* ")).collect::<Vec<_>>();
        // Whether something came since the last visit is no change.
        let told = told.join("\n").replace(" \\Marked", "").replace(" \\UnMarked", "");
        let mail = told.replace("\\Recent", "").replace("( ", "(").replace(" )", ")");
        // What is kept beside the mail, as its owner sees it.
        let kept = [
            ("/settings", "option[selected], .entry"),
            ("/collectors", "h2 a"),
            ("/outbox", "h2"),
            ("/snoozed", ".entry a"),
        ];
        let kept = kept.map(|(page, parts)| self.browser.get(page).texts(parts).join(", "));
        format!("{mail}\n{}", kept.join("\n"))
    }

    fn token(&self) -> String {
        self.browser.get("/folders").field("csrf")
    }

    fn is_signed_in(&self) -> bool {
        self.browser.get("/mail/INBOX").status == 200
    }

    /// What a form of this route would change. A new route that takes a form needs a line here.
    fn fields(&self, route: &Route) -> Vec<(&'static str, String)> {
        let owned = |pairs: &[(&'static str, &str)]| {
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        match route.path {
            "/login" => owned(&[("username", &self.person.address), ("password", &self.person.password)]),
            "/logout" | "/mail/{mailbox}/empty" => Vec::new(),
            "/mail/{mailbox}/act" => owned(&[("action", "flag"), ("id", &self.id)]),
            "/mail/{mailbox}/{id}/images" => owned(&[("action", "trust")]),
            "/undo" => owned(&[("undo", &self.undoable())]),
            "/compose" => owned(&[("to", "bob@example.org"), ("subject", "forged"), ("intent", "save")]),
            "/folders" => owned(&[("action", "create"), ("name", "Forged")]),
            "/settings" => owned(&[("action", "hold"), ("hold_seconds", "20")]),
            "/collectors" => owned(&[("action", "remove"), ("id", &self.collector)]),
            "/collectors/new" | "/collectors/{collector}" => collectors::fields("Forged")
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            "/outbox" => owned(&[("action", "cancel"), ("id", &self.outgoing)]),
            "/snoozed" => owned(&[("id", &self.snoozed)]),
            path => panic!("{path}: say here what a form of it changes"),
        }
    }

    /// Does something, and returns what takes it back.
    fn undoable(&self) -> String {
        let list = self.browser.get("/mail/INBOX");
        let fields = [("id", self.id.as_str()), ("action", "read")];
        let done = self.browser.follow(self.browser.submit(&list, "form[action$='/act']", &fields));
        done.field("undo")
    }

    /// An address of the route, its parameters filled in.
    fn address(&self, route: &Route) -> String {
        // Only Trash and Junk can be emptied.
        let mailbox = if route.path.ends_with("/empty") { "Trash" } else { "INBOX" };
        let mut path = route.path.to_owned();
        for (name, value) in [
            ("mailbox", mailbox),
            ("id", &self.id),
            ("section", "1"),
            ("file", "none.css"),
            ("collector", &self.collector),
        ] {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "{path}: give its parameter a value here");
        path
    }
}

fn routes(method: &Method, access: Access) -> Vec<Route> {
    table().into_iter().filter(|route| route.method == *method && route.access == access).collect()
}

#[track_caller]
fn post(
    browser: &Browser,
    path: &str,
    fields: &[(&str, String)],
    token: Option<&str>,
    from: &[(&str, &str)],
) -> Page {
    let token = token.map(|token| ("csrf", token));
    let fields: Vec<_> = token.into_iter().chain(fields.iter().map(|(n, v)| (*n, v.as_str()))).collect();
    browser.post(path, &fields, from)
}

#[test]
fn signed_out_every_page_leads_to_the_sign_in() {
    let desk = Desk::new();
    let nobody = site().browser();
    for route in routes(&Method::GET, Access::SignedIn) {
        let path = desk.address(&route);
        for asked in [path.clone(), format!("{path}?a=1&b=%2F")] {
            let next = asked.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
            let next = next.replace("b%3D%2F", "b%3D%252F");
            let login = if asked == "/" { "/login".to_owned() } else { format!("/login?next={next}") };
            let answer = nobody.get(&asked);
            assert_eq!((answer.status, answer.location()), (303, Some(login)), "{asked}");
            assert!(answer.bytes.is_empty(), "{answer}");
        }
    }
}

#[test]
fn signed_out_every_form_shows_the_sign_in_and_changes_nothing() {
    let mut desk = Desk::new();
    let token = desk.token();
    let nobody = site().browser();
    for route in routes(&Method::POST, Access::SignedIn) {
        let (path, fields) = (desk.address(&route), desk.fields(&route));
        let before = desk.mailboxes();
        let answer = post(&nobody, &path, &fields, Some(&token), &[]);
        answer.is(401).shows("Your session has ended");
        assert_eq!(answer.field("password"), "");
        assert_eq!(desk.mailboxes(), before, "{path}");
    }
    assert!(desk.is_signed_in());
}

#[test]
fn a_form_without_the_right_token_is_refused() {
    let mut desk = Desk::new();
    let token = desk.token();
    let (same_person_elsewhere, _) = site().signed_in(&desk.person);
    let of_another_session = same_person_elsewhere.get("/folders").field("csrf");
    for route in routes(&Method::POST, Access::SignedIn) {
        let (path, fields) = (desk.address(&route), desk.fields(&route));
        let before = desk.mailboxes();
        for wrong in [None, Some(""), Some("0"), Some(&token[1..]), Some(&of_another_session)] {
            let answer = post(&desk.browser, &path, &fields, wrong, &[]);
            assert_eq!(answer.status, 403, "{path} {wrong:?}: {answer}");
            answer.shows("out of date");
        }
        // Not in the address either, nor in a header.
        let answer =
            post(&desk.browser, &format!("{path}?csrf={token}"), &fields, None, &[("X-CSRF-Token", &token)]);
        answer.is(403);
        // A type that another site's page can send without asking first.
        let body = format!("csrf={token}");
        let answer = desk.browser.post_bytes(&path, "text/plain", body.as_bytes(), &[]);
        answer.is(400);
        assert_eq!(desk.mailboxes(), before, "{path}");
    }
    assert!(desk.is_signed_in());
}

#[test]
fn a_form_of_another_site_is_refused_even_with_the_token() {
    let mut desk = Desk::new();
    let token = desk.token();
    for route in table().into_iter().filter(|route| route.method == Method::POST) {
        let (path, fields) = (desk.address(&route), desk.fields(&route));
        let before = desk.mailboxes();
        for foreign in [
            &[("Origin", "https://evil.test")][..],
            &[("Origin", "null")],
            &[("Sec-Fetch-Site", "cross-site")],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Sec-Fetch-Site", "same-site"), ("Origin", &site().origin)],
        ] {
            let answer = post(&desk.browser, &path, &fields, Some(&token), foreign);
            assert_eq!(answer.status, 403, "{path} {foreign:?}: {answer}");
            answer.shows("another website");
            assert_eq!(answer.header("set-cookie"), "", "{path} {foreign:?}");
        }
        assert_eq!(desk.mailboxes(), before, "{path}");
    }
    assert!(desk.is_signed_in());
}

#[test]
fn of_a_forged_form_with_files_nothing_reaches_the_disk() {
    let uploads = tempfile::tempdir().unwrap();
    let site = Site::start(&[("POSTROOM_UPLOAD_DIR", uploads.path().to_str().unwrap())]);
    let (browser, _) = site.signed_in(&rig().person("ann"));
    let token = browser.get("/compose").field("csrf");
    let field = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file =
        "--b\r\nContent-Disposition: form-data; name=\"attachments\"; filename=\"a.txt\"\r\n\r\n12345\r\n";
    let post = |parts: &[&str]| {
        let body = format!("{}--b--\r\n", parts.concat());
        browser.post_bytes("/compose", "multipart/form-data; boundary=b", body.as_bytes(), &[]).status
    };
    let n_files = || std::fs::read_dir(uploads.path().join("uploads")).unwrap().count();
    let attach = field("intent", "attach");
    for forged in [
        &[attach.as_str(), file][..],
        &[&attach, file, &field("csrf", &token)],
        &[&field("csrf", &token[1..]), &attach, file],
        &[&field("csrf", &token), &field("csrf", "x"), &attach, file],
    ] {
        assert_eq!((post(forged), n_files()), (403, 0), "{forged:?}");
    }
    // The file, and what is known of it.
    assert_eq!((post(&[&field("csrf", &token), &attach, file]), n_files()), (200, 2));
}

/// Without this the tests above could pass because their forms change nothing anyway.
#[test]
fn the_same_forms_with_the_token_do_what_they_say() {
    let mut desk = Desk::new();
    let token = desk.token();
    let ours = [("Origin", site().origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let (last, rest): (Vec<_>, Vec<_>) =
        routes(&Method::POST, Access::SignedIn).into_iter().partition(|route| route.path == "/logout");
    // Not gone before it is changed.
    let (removal, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|route| route.path == "/collectors");
    for route in rest.into_iter().chain(removal) {
        let (path, fields) = (desk.address(&route), desk.fields(&route));
        let before = desk.mailboxes();
        let answer = post(&desk.browser, &path, &fields, Some(&token), &ours);
        assert!(answer.status < 400, "{path}: {answer}");
        assert_ne!(desk.mailboxes(), before, "{path}");
    }
    for route in last {
        post(&desk.browser, &desk.address(&route), &[], Some(&token), &ours).is(303);
        assert!(!desk.is_signed_in());
    }
}

#[test]
fn no_form_can_be_sent_as_an_address() {
    let mut desk = Desk::new();
    let token = desk.token();
    for route in table().into_iter().filter(|route| route.method == Method::POST) {
        let path = desk.address(&route);
        let query: Vec<_> =
            desk.fields(&route).iter().map(|(n, v)| format!("{n}={}", v.replace(' ', "+"))).collect();
        let before = desk.mailboxes();
        let asked = format!("{path}?csrf={token}&{}", query.join("&"));
        let answer = desk.browser.get_with(&asked, &[("X-HTTP-Method-Override", "POST")]);
        let has_page = table().iter().any(|r| r.method == Method::GET && r.path == route.path);
        assert_eq!(answer.status, if has_page { 200 } else { 405 }, "{answer}");
        assert_eq!(desk.mailboxes(), before, "{path}");
    }
    assert!(desk.is_signed_in());
}

#[test]
fn an_address_takes_its_methods_and_no_other() {
    let desk = Desk::new();
    let cookies: Vec<_> = ["postroom", "postroom_key"]
        .map(|name| format!("{name}={}", desk.browser.cookie(name).unwrap()))
        .into();
    let cookies = cookies.join("; ");
    let host = site().origin.trim_start_matches("http://");
    for route in table() {
        let path = desk.address(&route);
        let takes =
            |method: &str| table().iter().any(|r| r.path == route.path && r.method.as_str() == method);
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if takes(method) || (method == "HEAD" && takes("GET")) {
                continue;
            }
            let socket = TcpStream::connect(host).unwrap();
            let answer = wire::ask(socket, method, &path, &[("Host", host), ("Cookie", &cookies)]);
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
            let allowed = answer.header("allow").unwrap_or_default();
            assert!(allowed.contains(route.method.as_str()), "{method} {path}: {answer:?}");
            assert!(!allowed.contains(method) || method == "HEAD", "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_found_by_anybody() {
    let desk = Desk::new();
    let strangers = site().browser();
    for path in [
        "/nothing",
        "/mail",
        "/mail/",
        "/mail/INBOX/",
        "/login/",
        "/static/",
        "/static/../login",
        "/mail/INBOX/1.1/x",
    ] {
        desk.browser.get(path).is(404).shows("nothing at this address");
        strangers.get(path).is(404).lacks("Sign out");
    }
    // A stranger learns nothing of what is behind the door.
    for path in ["/mail/INBOX/0.0", "/mail/Nowhere", "/mail/INBOX/x.y/part/1"] {
        assert_eq!(strangers.get(path).status, 303, "{path}");
    }
    for path in
        ["/mail/INBOX/0.0", "/mail/INBOX/x.y", "/mail/INBOX/1.99999999999", "/mail/%00", "/static/none.css"]
    {
        desk.browser.get(path).is(404);
    }
}

/// Every address of somebody else's mail, settings and waiting letters, asked for by a person who is signed in.
#[test]
fn what_is_anothers_is_not_there() {
    let mut desk = Desk::new();
    let (browser, inbox) = site().signed_in(&rig().person("eve"));
    let token = inbox.field("csrf");
    for route in table().into_iter().filter(|route| route.access == Access::SignedIn) {
        if route.path == "/logout" {
            continue;
        }
        // To have something to take back, its owner does something.
        let fields = if route.method == Method::POST { desk.fields(&route) } else { Vec::new() };
        let (path, before) = (desk.address(&route), desk.mailboxes());
        let answer = match route.method {
            Method::GET => browser.get(&path),
            _ => post(&browser, &path, &fields, Some(&token), &[]),
        };
        assert_eq!(desk.mailboxes(), before, "{} {path}", route.method);
        for private in ["this is the letter", "Elsewhere", "half a thought", "Bob Baker"] {
            assert!(!answer.html().contains(private), "{} {path}: `{private}` in {answer}", route.method);
        }
        if route.path.contains("{id}") || route.path.contains("{collector}") {
            assert!(matches!(answer.status, 404 | 410), "{} {path}: {answer}", route.method);
        }
    }
    for answer in ["reply", "reply-all", "forward", "forward-attached", "as-new", "draft"] {
        let answer = browser.get(&format!("/compose?{answer}=INBOX%2F{}", desk.id));
        assert!(!answer.html().contains("this is the letter"), "{answer}");
    }
}
