//! A walk over everything the pages offer: every link and every search leads somewhere, and every page is whole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use postroom_rig::{ImapClient, Person, modified_utf7, rig};
use scraper::{Html, Selector};

use crate::{
    browser::{Browser, Page},
    letters::letter,
    site::site,
};

const ODD_NAMES: &[&str] = &[
    "Entw\u{fc}rfe & Pl\u{e4}ne",
    "100% sure?",
    "#tag",
    "a b+c",
    "\u{65e5}\u{672c}\u{8a9e}",
    "semi;colon",
    "\"quoted\"",
    "back\\slash",
    "..",
    "act",
];

/// A mailbox with letters of many kinds, a draft, and folders with odd names.
fn furnished() -> Person {
    let ann = rig().named_person("walker@example.org", "pw");
    let inner = letter("inner").text("the inner letter\n").attach("in.txt", "text/plain", *b"in").eml();
    let letters = [
        letter("plain").text("see https://example.org/?a=1&b=2\n> quoted\n").eml(),
        letter("").eml(),
        letter("100% <b>sure</b> & \"quoted\" #1?").eml(),
        letter("=?utf-8?b?5pel5pys6Kqe8J+YgA==?=").html("<h1>Hi</h1><img src='cid:x'><a href='?x'>a</a>").eml(),
        letter("files").attach("a b&c?.pdf", "application/pdf", *b"%PDF").attach("../../x", "text/html", *b"<p>").eml(),
        letter("picture").attach("p.png", "image/png", *b"\x89PNG\r\n\x1a\n").eml(),
        letter("remote").html("<p>x</p><img src='https://remote.test/a.png'>").eml(),
        format!(
            "From: carol@example.org\nTo: ann@example.org\nSubject: outer\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nsee\n--o\n\
             Content-Type: message/rfc822\n\n{inner}\n--o--\n"
        ),
        "no header at all\n".to_owned(),
        "Subject: broken\nFrom: <<>>\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\
         Content-Transfer-Encoding: base64\n\n@@@@PHA+\n"
            .to_owned(),
        letter("many people").header("To", &vec!["P <p@example.org>"; 20].join(", ")).eml(),
    ];
    for eml in letters {
        rig().deliver(&ann, eml);
    }
    let mut other = ImapClient::login(rig().imap(), &ann);
    for name in ODD_NAMES {
        let name = modified_utf7(name).replace('\\', "\\\\").replace('"', "\\\"");
        // What this server takes; some names it does not.
        if other.try_command(&format!("CREATE \"{name}\"")).last().is_some_and(|line| line.contains(" OK ")) {
            other.append_to_all(&name);
        }
    }
    other.append("Drafts", "(\\Draft)", letter("a draft").eml());
    other.append("Trash", "", letter("thrown away").eml());
    ann
}

trait AppendToAll {
    fn append_to_all(&mut self, name: &str);
}

impl AppendToAll for ImapClient {
    /// Every folder holds one letter.
    fn append_to_all(&mut self, name: &str) {
        let eml = letter("in an odd folder").eml();
        let answer = self.try_command(&format!("APPEND \"{name}\" {{{}+}}\r\n{eml}", eml.len()));
        assert!(answer.last().is_some_and(|line| line.contains(" OK ")), "{answer:?}");
    }
}

struct Walk {
    browser: Browser,
    waiting: VecDeque<(String, String)>,
    seen: BTreeSet<String>,
    n_of_path: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Walk {
    /// Takes an address up unless enough of its kind were asked: a list has very many orders and filters.
    fn find(&mut self, from: &str, address: &str) {
        let address = address.split('#').next().unwrap_or_default();
        if !address.starts_with('/') || !self.seen.insert(address.to_owned()) {
            return;
        }
        let path = address.split('?').next().unwrap_or_default();
        let n = self.n_of_path.entry(path.to_owned()).or_default();
        *n += 1;
        if *n <= if path == "/mail/INBOX" || path == "/compose" { 60 } else { 4 } {
            self.waiting.push_back((from.to_owned(), address.to_owned()));
        }
    }

    fn all(&mut self) {
        while let Some((from, address)) = self.waiting.pop_front() {
            let page = self.browser.get(&address);
            // What is on another server need not be there.
            let is_elsewhere = address.contains("/remote?") && page.status == 502;
            if page.status >= 400 && !is_elsewhere {
                self.wrong.push(format!("{} {address}, offered by {from}", page.status));
            }
            if let Some(location) = page.location() {
                self.find(&address, &location);
            } else if page.header("content-type").starts_with("text/html") {
                self.look_at(&page);
            }
        }
    }

    fn look_at(&mut self, page: &Page) {
        let path = page.path.as_str();
        for (css, attribute) in [("a[href], link[href], use[href]", "href"), ("[src]", "src")] {
            for address in page.attrs(css, attribute) {
                self.find(path, &address);
            }
        }
        let html = Html::parse_document(&page.html());
        let all = |css: &str| html.select(&Selector::parse(css).unwrap()).collect::<Vec<_>>();
        for form in all("form") {
            let attribute = |name| form.value().attr(name).unwrap_or_default();
            // The sign-in stands before every session, and so before every token.
            if attribute("method") == "post" && attribute("action") != "/login" {
                let token = form.select(&Selector::parse("input[name=csrf]").unwrap()).next();
                // Its button may stand elsewhere, its token not.
                if token.and_then(|field| field.value().attr("value")).is_none_or(|token| token.len() != 64) {
                    self.wrong.push(format!("{path}: the form {} has no token", attribute("action")));
                }
            } else if attribute("method") != "post" {
                for query in ["", "letter", "from:bob is:unread", "\"((", "100%"] {
                    let query = query.replace('%', "%25").replace(' ', "+").replace('"', "%22");
                    self.find(path, &format!("{}?q={query}", attribute("action")));
                }
            }
        }
        let mut complain = |what: String| self.wrong.push(format!("{path}: {what}"));
        if all("title").first().is_none_or(|title| title.text().collect::<String>().trim().is_empty()) {
            complain("no title".to_owned());
        }
        let is_body = path.split('?').next().is_some_and(|path| path.ends_with("/body"));
        // Nobody says which language a letter is in.
        if all("html[lang]").len() != 1 && !is_body {
            complain("no lang".to_owned());
        }
        let mut ids = BTreeSet::new();
        for id in all("[id]").iter().filter_map(|element| element.value().attr("id")) {
            if !ids.insert(id) {
                complain(format!("two elements called {id}"));
            }
        }
        if is_body {
            return;
        }
        // A letter on paper stands in the page with its own headings.
        let of_letter = all(".message-body h1").len();
        let (mains, headings) = (all("main").len(), all("main h1").len() - of_letter);
        if (mains, headings) != (1, 1) {
            complain(format!("{mains} main regions with {headings} headings"));
        }
        if all("h1").len() - of_letter != 1 {
            complain(format!("{} headings of the first rank", all("h1").len()));
        }
        for field in all("input, select, textarea") {
            let element = field.value();
            let is_hidden = element.attr("type") == Some("hidden") || element.attr("hidden").is_some();
            let labelled_by =
                element.attr("id").is_some_and(|id| !all(&format!("label[for='{id}']")).is_empty());
            let inside =
                field.ancestors().any(|node| node.value().as_element().is_some_and(|e| e.name() == "label"));
            if !is_hidden && !labelled_by && !inside && element.attr("aria-label").is_none() {
                complain(format!("no label for the field {:?}", element.attr("name")));
            }
        }
        for control in all("a[href], button, summary") {
            let words = control.text().collect::<String>();
            if words.trim().is_empty() && control.value().attr("aria-label").is_none() {
                complain(format!("a control without words: {}", control.html()));
            }
        }
    }
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_whole() {
    let ann = furnished();
    let (browser, inbox) = site().signed_in(&ann);
    let waiting = VecDeque::from([("the sign-in".to_owned(), inbox.path.clone())]);
    let mut walk =
        Walk { browser, waiting, seen: BTreeSet::new(), n_of_path: BTreeMap::new(), wrong: Vec::new() };
    walk.find("the tester", "/login");
    walk.all();
    assert!(
        walk.wrong.is_empty(),
        "{} of {} pages:\n{}",
        walk.wrong.len(),
        walk.seen.len(),
        walk.wrong.join("\n")
    );
    // It went everywhere.
    for kind in [
        "/compose?reply=",
        "/part/",
        "/source",
        "/message.eml",
        "/attachments.zip",
        "/print",
        "/headers",
        "/body",
        "/static/",
        "/folders",
        "/settings",
        "/collectors/new",
        "/outbox",
        "/snoozed",
        "draft=",
        "sort=",
        "filter=",
        "part=",
    ] {
        assert!(walk.seen.iter().any(|address| address.contains(kind)), "nothing offers `{kind}`");
    }
    assert!(walk.seen.contains("/mail/%E6%97%A5%E6%9C%AC%E8%AA%9E"), "{:?}", walk.seen);
}
