//! Every page with sample data: it renders, and `target/preview/` holds it to look at in a browser.
//! `python3 -m http.server -d target/preview` serves it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod kept;
mod login;
mod mail;

use std::{fs, path::Path};

use askama::Template;
use scraper::{Html, Selector};

use self::mail::{LETTER, NEWSLETTER, account, inbox, key, mailbox, now, people};
use super::{
    compose::{Alert, ComposeForm, ComposePage, Kind, WayOn},
    folder::{FolderPage, ListView},
    folders::FoldersPage,
    headers::HeadersPage,
    message::{
        AttachmentView, Body, Frame, Heading, Images, MessagePage, OtherForm, Remote, Showing, Tone,
        TrustLine, note,
    },
    print::PrintPage,
    shell::{Shell, arrange},
};
use crate::{
    mail::UndoToken,
    model::{
        ContentType, Disposition, Encoding, Filter, Flags, ListRequest, MailboxName, MailboxRole, Paged,
        Part, PartKind, Problem, Query, Quota,
    },
    render::{self, RemoteImages},
    web::{assets, flash::Flash, urls::Urls},
};

fn shell(current: &str) -> Shell {
    let current = MailboxName::new(current).unwrap();
    Shell {
        urls: Urls::new(""),
        product: "Postroom".into(),
        username: "marlene.okafor@example.org".into(),
        csrf: "token".into(),
        mailboxes: arrange(&account(), Some(&current)),
        quota: Some(Quota { used_kib: 3_900_000, limit_kib: 5_242_880 }),
        n_outbox: 2,
        flash: None,
        query: String::new(),
        here: "/mail/INBOX".into(),
        current: Some(current),
    }
}

fn list(current: &str, request: ListRequest, n_rows: usize, total: u32, open: Option<u32>) -> ListView {
    let mut rows = inbox(current);
    rows.truncate(n_rows);
    let page = Paged { rows, page: request.page, per_page: request.per_page, total };
    let open = open.map(|uid| key(current, uid));
    ListView::new(&Urls::new(""), &mailbox(current), request, page, open.as_ref(), &now())
}

fn message() -> MessagePage {
    let urls = Urls::new("");
    let attachment = |section: &str, main: &str, sub: &str, name: &str, size| {
        let part = Part {
            section: section.parse().unwrap(),
            kind: PartKind::Attachment,
            content_type: ContentType::new(main, sub),
            encoding: Encoding::Identity,
            disposition: Disposition::Attachment,
            filename: None,
            content_id: None,
            size,
        };
        AttachmentView::new(&urls, &key("INBOX", 8), &part, name.into(), String::new())
    };
    MessagePage {
        list: None,
        key: key("INBOX", 8),
        role: Some(MailboxRole::Inbox),
        flags: Flags::default(),
        back: "/mail/INBOX".into(),
        back_label: "Inbox".into(),
        newer: Some("/mail/INBOX/1700000001.9".into()),
        older: Some("/mail/INBOX/1700000001.7".into()),
        heading: Heading {
            subject: "Floor plans for the new reading room, and two questions about the budget".into(),
            from: people("Iris Vandermeer <iris@vandermeer-architects.example>"),
            to: people("Marlene Okafor <marlene.okafor@example.org>"),
            cc: people(
                "Jonas Lindqvist <jonas@example.org>; 山田 花子 <hanako@example.jp>; building@lists.example.org; \
                 ليلى حداد <layla@example.org>; Ana <ana@example.org>; Bo <bo@example.org>; c@example.org",
            ),
            iso: "2026-11-24T09:41:00Z".into(),
            when: "Tuesday, 24 November 2026 at 09:41".into(),
            ..Heading::default()
        },
        trust: Some(TrustLine {
            tone: Tone::Confirmed,
            text: "The mail server confirmed that example.org sent this. (DMARC passed for example.org)"
                .into(),
        }),
        warnings: vec!["A link that reads bank.example leads to elsewhere.example.".into()],
        notes: Vec::new(),
        body: Body::Text(render::text(LETTER)),
        other_form: None,
        remote: None,
        attachments: vec![
            attachment("2", "application", "pdf", "Reading room – floor plan v4.pdf", 2_410_000),
            attachment("3", "image", "jpeg", "site-visit-2026-11-20.jpg", 840_000),
            attachment("4", "application", "vnd.ms-excel", "予算_2026.xlsx", 48_200),
        ],
        inside: None,
        shell: Shell { here: "/mail/INBOX/1700000001.8".into(), ..shell("INBOX") },
    }
}

fn newsletter() -> MessagePage {
    MessagePage {
        heading: Heading {
            subject: "The Weekend Edition: 12 walks for clear days".into(),
            from: people("Hill & Heath <hello@news.hillandheath.example>"),
            reply_to: people("Hill & Heath support <support@hillandheath.example>"),
            ..message().heading
        },
        warnings: Vec::new(),
        list: Some(list("INBOX", ListRequest::default(), 50, 12_345, Some(25))),
        body: Body::Frame(Frame { src: "/letter.html".into(), is_apart: false, full: "/letter.html".into() }),
        other_form: Some(OtherForm::Text { url: "?as=text".into() }),
        remote: Some(Remote {
            found: RemoteImages {
                images: 7,
                trackers: 2,
                hosts: ["cdn.hillandheath.example", "fonts.example", "t.mailer.example"]
                    .map(Into::into)
                    .into(),
            },
            images: Images { showing: Showing::Not, sender: Some("hello@news.hillandheath.example".into()) },
            show: "?images=1".into(),
            hide: "?".into(),
            action: "/images".into(),
        }),
        attachments: Vec::new(),
        ..message()
    }
}

fn compose(form: ComposeForm) -> ComposePage {
    ComposePage {
        kind: Kind::New,
        form: ComposeForm { from: "Marlene Okafor <marlene.okafor@example.org>".into(), ..form },
        identities: Vec::new(),
        contacts: Vec::new(),
        files: Vec::new(),
        problems: Vec::new(),
        alert: None,
        status: None,
        shell: Shell { current: None, ..shell("INBOX") },
    }
}

/// Writes the page for the eyes, and gives it back for the test.
#[track_caller]
fn render(name: &str, page: &impl Template) -> Html {
    let markup = page.render().unwrap();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/preview");
    fs::create_dir_all(dir.join("static")).unwrap();
    fs::write(dir.join(format!("{name}.html")), &markup).unwrap();
    for asset in assets::ASSETS {
        fs::write(dir.join("static").join(asset.name), asset.raw).unwrap();
    }
    let letter = format!(
        "<!doctype html><meta name=viewport content=width=device-width><style>{}</style>{NEWSLETTER}",
        assets::BODY_CSS
    );
    fs::write(dir.join("letter.html"), letter).unwrap();
    Html::parse_document(&markup)
}

#[track_caller]
fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |e: scraper::ElementRef| e.text().collect::<String>();
    page.select(&selector).map(|e| text(e).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[track_caller]
fn attribute(page: &Html, selector: &str, name: &str) -> String {
    let parsed = Selector::parse(selector).unwrap();
    let found = page.select(&parsed).next();
    found.and_then(|e| e.value().attr(name)).unwrap_or_else(|| panic!("no {selector} with {name}")).to_owned()
}

#[test]
fn a_list_shows_what_came_and_what_can_be_done() {
    let flash = Flash::note("3 messages archived.").with_undo(Some(UndoToken("u".into())));
    let page = FolderPage {
        list: list("INBOX", ListRequest { page: 1, ..ListRequest::default() }, 50, 12_345, None),
        shell: Shell { flash: Some(flash), ..shell("INBOX") },
    };
    let html = render("inbox", &page);
    assert_eq!(texts(&html, ".pager span")[0], "51–74 of 12,345");
    assert_eq!(texts(&html, "li.row").len(), 24);
    assert!(texts(&html, "li.row.unread a")[0].starts_with("Unread: "));
    assert_eq!(attribute(&html, "li.row input", "value"), "1700000001.30");
    assert_eq!(attribute(&html, "li.row a", "href"), "/mail/INBOX/1700000001.30?page=2");
    assert_eq!(attribute(&html, "form#bulk button", "value"), "read", "Enter in a form does the first");
    assert_eq!(texts(&html, "#flash form button"), ["Undo"]);
    assert_eq!(texts(&html, "[aria-current=page] .folder-name"), ["Inbox"]);
}

#[test]
fn a_search_says_what_was_found() {
    let query =
        Query { text: "from:nobody ثلج".into(), terms: vec![crate::model::Term::Text("x".into())] };
    let request = ListRequest { query: query.clone(), ..ListRequest::default() };
    let shell = Shell { query: query.text.clone(), ..shell("INBOX") };
    let found = FolderPage { list: list("INBOX", request.clone(), 3, 3, None), shell: shell.clone() };
    let html = render("search", &found);
    assert_eq!(texts(&html, ".list-head .count"), ["3 results for from:nobody ثلج"]);
    let nothing = FolderPage { list: list("INBOX", request, 0, 0, None), shell };
    let html = render("search-empty", &nothing);
    assert_eq!(texts(&html, ".empty h2"), ["Nothing found"]);
    assert!(texts(&html, "form#bulk").is_empty());
}

#[test]
fn each_folder_offers_what_fits_it() {
    let trash = FolderPage { list: list("Trash", ListRequest::default(), 9, 9, None), shell: shell("Trash") };
    let html = render("trash", &trash);
    assert_eq!(texts(&html, "button[value=expunge]"), ["Delete for good"]);
    assert_eq!(texts(&html, "form[action$='/empty'] button"), ["Delete everything"]);

    let junk = FolderPage { list: list("Junk", ListRequest::default(), 0, 0, None), shell: shell("Junk") };
    let html = render("junk", &junk);
    assert_eq!(texts(&html, ".empty h2"), ["No junk"]);

    let drafts =
        FolderPage { list: list("Drafts", ListRequest::default(), 4, 4, None), shell: shell("Drafts") };
    let html = render("drafts", &drafts);
    assert!(attribute(&html, "li.row a", "href").starts_with("/compose?draft=Drafts%2F"));
    assert_eq!(texts(&html, "li.row .who")[0], "Marlene Okafor", "drafts show whom they are for");

    let request = ListRequest { filter: Filter::Unread, ..ListRequest::default() };
    let read = FolderPage { list: list("INBOX", request, 0, 0, None), shell: shell("INBOX") };
    let html = render("all-read", &read);
    assert_eq!(texts(&html, ".chip[aria-current]"), ["Unread"]);
    assert_eq!(texts(&html, ".empty h2"), ["All read"]);
}

#[test]
fn a_message_always_shows_its_real_sender() {
    let page =
        MessagePage { list: Some(list("INBOX", ListRequest::default(), 50, 12_345, Some(29))), ..message() };
    let html = render("message", &page);
    assert_eq!(texts(&html, ".from"), ["Iris Vandermeer <iris@vandermeer-architects.example>"]);
    assert_eq!(texts(&html, ".people details summary"), ["and 3 more"]);
    assert_eq!(texts(&html, "[data-test=attachment] .file-name").len(), 3);
    assert!(attribute(&html, "[data-test=attachment] a", "href").ends_with("/part/2?download=1"));
    assert_eq!(attribute(&html, "[data-test=reply]", "href"), "/compose?reply=INBOX%2F1700000001.8");
    render("message-alone", &message());
}

#[test]
fn html_mail_stays_in_its_frame() {
    let html = render("newsletter", &newsletter());
    let sandbox = attribute(&html, "iframe", "sandbox");
    assert_eq!(sandbox, "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    assert!(
        texts(&html, ".strip.remote p")[0]
            .starts_with("7 images from 3 hosts, 2 trackers among them, were not shown")
    );
    assert_eq!(texts(&html, ".hosts li").len(), 3);
    assert_eq!(attribute(&html, ".strip.remote a", "href"), "?images=1");
    render("newsletter-alone", &MessagePage { list: None, ..newsletter() });
}

#[test]
fn broken_mail_says_what_is_missing() {
    let problems = [Problem::Structure, Problem::Encoding("1".parse().unwrap())];
    let page = MessagePage {
        notes: problems.iter().map(note).collect(),
        body: Body::Empty,
        heading: Heading::default(),
        ..message()
    };
    let html = render("broken", &page);
    assert_eq!(texts(&html, "h1"), ["(no subject)"]);
    assert_eq!(texts(&html, ".from"), ["Unknown sender"]);
    assert!(texts(&html, ".warning a").contains(&"Show the source".to_owned()));
}

#[test]
fn mail_cannot_write_markup() {
    let evil = "<img src=x onerror=alert(1)>\"'</script>";
    let mut page = message();
    page.heading.subject = evil.into();
    page.heading.from[0].name = Some(evil.into());
    page.attachments[0].name = evil.into();
    let html = render("evil", &page);
    assert!(texts(&html, "img[onerror]").is_empty());
    assert_eq!(texts(&html, "h1.subject"), [evil]);
}

#[test]
fn a_form_comes_back_as_typed() {
    let form = ComposeForm {
        to: "Iris <iris@example.org>, nobody".into(),
        cc: "hanako@example.jp".into(),
        subject: "Re: Floor plans \"v4\"".into(),
        text: "\nfirst line is empty\n</textarea><b>".into(),
        ..ComposeForm::default()
    };
    let mut page = compose(form);
    page.problems = vec![("to", "“nobody” is not an e-mail address.".into())];
    let html = render("compose-problem", &page);
    assert_eq!(attribute(&html, "#to", "value"), "Iris <iris@example.org>, nobody");
    assert_eq!(attribute(&html, "#to", "aria-describedby"), "to-problem");
    assert!(html.select(&Selector::parse("details.more-fields[open]").unwrap()).next().is_some());
    let text: String = html.select(&Selector::parse("textarea").unwrap()).next().unwrap().text().collect();
    assert_eq!(text, "\nfirst line is empty\n</textarea><b>");
    assert_eq!(attribute(&html, "form.composer button", "value"), "save", "Enter sends nothing");
}

#[test]
fn sending_again_must_be_chosen() {
    let mut page = compose(ComposeForm { to: "iris@example.org".into(), ..ComposeForm::default() });
    page.alert = Some(Alert {
        title: "Nobody knows whether it was sent".into(),
        text: "The mail server took the message and did not answer. It is kept in Drafts.".into(),
        quotes: vec!["451 4.3.0 <iris@example.org>: Temporary lookup failure".into()],
        way_on: WayOn::SendAgain,
    });
    let html = render("compose-unknown", &page);
    assert_eq!(texts(&html, "[role=alert] button[value=send-again]"), ["Send again"]);
    page.status = Some("Saved in Drafts at 20:54".into());
    page.alert = None;
    page.form.subject = "A walk on Sunday? 🌤️".into();
    page.form.text = "Dear Iris,\n\nthank you for the plans. 明日お会いしましょう。\n\nMarlene".into();
    let html = render("compose", &page);
    assert!(texts(&html, "button[value=send-again]").is_empty());
    render("compose-new", &compose(ComposeForm::default()));
}

#[test]
fn folders_with_a_special_use_stay_as_they_are() {
    let page = FoldersPage::new(Shell { current: None, ..shell("INBOX") }, &account());
    let html = render("folders", &page);
    let deletable = texts(&html, "button[value=delete]").len();
    assert_eq!(deletable, account().iter().filter(|mailbox| mailbox.role.is_none()).count());
    assert!(
        texts(&html, ".managed").iter().any(|line| line.starts_with("Inbox") && !line.contains("Rename"))
    );
}

#[test]
fn headers_and_paper() {
    let headers = [
        ("Received", "from mx.example (mx.example [192.0.2.1])\n by mail.example.org"),
        ("Subject", "Floor plans"),
    ];
    let page = HeadersPage {
        shell: shell("INBOX"),
        key: key("INBOX", 8),
        subject: "Floor plans".into(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
    };
    assert_eq!(texts(&render("headers", &page), ".headers dt"), ["Received", "Subject"]);

    let page = PrintPage {
        urls: Urls::new(""),
        product: "Postroom".into(),
        heading: message().heading,
        body: render::text(LETTER),
        attachments: vec![("plan.pdf".into(), "2.4 MB".into())],
    };
    let html = render("print", &page);
    assert!(texts(&html, ".headers dd")[2].ends_with("c@example.org"), "paper shows everybody");
}
