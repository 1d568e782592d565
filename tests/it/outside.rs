//! What comes from outside the mail: values that would be commands, addresses that would lead away, requests that would
//! be two.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use postroom_rig::{ImapClient, Proxy, rig};

use crate::{
    letters::letter,
    site::{Site, site},
};

/// Each ends a line, a string or a literal, and begins a command that would be seen.
const INJECTED: &[&str] = &[
    "x\r\na1 CREATE Pwned\r\n",
    "x\na1 CREATE Pwned\n",
    "x\" a1 CREATE Pwned",
    "x\" OR ALL\r\na1 CREATE Pwned",
    "{5}\r\nhello\r\na1 CREATE Pwned",
    "{5+}\r\nhelloa1 CREATE Pwned\r\n",
    "~{3}\r\na1 CREATE Pwned",
    "x\0a1 CREATE Pwned",
    "x) a1 CREATE Pwned (",
    "\\\"a1 CREATE Pwned\r\n",
    "ü{4}\r\na1 CREATE Pwned\r\n",
    "&AAo-a1 CREATE Pwned",
];

#[test]
fn no_field_becomes_a_command() {
    let ann = rig().person("ann");
    rig().deliver(&ann, letter("one").eml());
    let proxy = Proxy::to(rig().imap());
    let site = Site::start(&[("POSTROOM_IMAP", &format!("imap+insecure://{}", proxy.address()))]);
    let (browser, inbox) = site.signed_in(&ann);
    let (csrf, id) = (inbox.field("csrf"), inbox.id_of("one"));
    let csrf = ("csrf", csrf.as_str());
    for &injected in INJECTED {
        let encoded: String = injected.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            format!("/mail/{encoded}"),
            format!("/mail/INBOX?q={encoded}"),
            format!("/mail/INBOX?q=from:%22{encoded}%22"),
            format!("/mail/INBOX?sort={encoded}&filter={encoded}&page={encoded}"),
            format!("/mail/INBOX/{encoded}"),
            format!("/mail/INBOX/{id}/part/{encoded}"),
            format!("/mail/INBOX/{id}?part={encoded}"),
            format!("/compose?reply={encoded}"),
        ] {
            let page = browser.get(&path);
            assert_ne!(page.status, 500, "{page}");
        }
        let forms: [(&str, Vec<(&str, &str)>); 5] = [
            ("/folders", vec![("action", "create"), ("name", injected), ("parent", injected)]),
            ("/folders", vec![("action", "rename"), ("mailbox", injected), ("name", injected)]),
            ("/folders", vec![("action", "delete"), ("mailbox", injected)]),
            ("/mail/INBOX/act", vec![("action", "move"), ("to", injected), ("id", &id)]),
            ("/mail/INBOX/act", vec![("action", injected), ("id", injected)]),
        ];
        for (path, fields) in forms {
            let fields: Vec<_> = std::iter::once(csrf).chain(fields).collect();
            let page = browser.post(path, &fields, &[]);
            assert_ne!(page.status, 500, "{page}");
        }
        let login = [("username", injected), ("password", injected)];
        assert_ne!(site.browser().post("/login", &login, &[]).status, 500);
    }
    let commands = proxy.commands();
    assert!(commands.len() > INJECTED.len(), "{commands:?}");
    for command in &commands {
        // A literal stands in its line: what is in none would be a command of its own.
        assert!(!command.starts_with("a1 ") && !command.starts_with("helloa1 "), "{command:?}");
    }
    let mailboxes = ImapClient::login(rig().imap(), &ann).command("LIST \"\" Pwned").concat();
    assert!(!mailboxes.contains("* LIST"), "{mailboxes}");
}

#[test]
fn nothing_leads_away_after_signing_in() {
    let ann = rig().person("ann");
    for next in [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test/",
        "https:evil.test",
        "javascript:alert(1)",
        " //evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "///evil.test",
        "/%09/evil.test",
        "evil.test",
        "@evil.test",
    ] {
        let browser = site().browser();
        let fields = [("username", ann.address.as_str()), ("password", &ann.password), ("next", next)];
        let answer = browser.post("/login", &fields, &[]);
        let location = answer.is(303).location().unwrap();
        let is_ours = location.starts_with('/')
            && !location.starts_with("//")
            && location.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        assert!(is_ours, "{next:?} leads to {location:?}");
        assert!(
            !location.contains("evil.test") || location.starts_with("/%09/"),
            "{next:?} leads to {location:?}"
        );
    }
}

/// What two servers could read as two requests is read as none.
#[test]
fn a_request_is_one_request() {
    let address = site().origin.trim_start_matches("http://");
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    for head in [
        format!("Content-Length: 5\r\nContent-Length: {}\r\n", smuggled.len()),
        "Content-Length: 5, 6\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: 0x5\r\n".to_owned(),
        "Content-Length : 5\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "X: y\r\n Content-Length: 5\r\n".to_owned(),
    ] {
        let request = format!("POST /login HTTP/1.1\r\nHost: {address}\r\n{head}\r\n0\r\n\r\n{smuggled}");
        let statuses = answers(address, &request);
        assert!(matches!(statuses.as_slice(), [400] | []), "{head:?}: {statuses:?}");
    }
}

/// The statuses that come back on one connection, until the server closes it or says no more.
fn answers(address: &str, request: &str) -> Vec<u16> {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let (mut said, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(n @ 1..) = socket.read(&mut piece) {
        said.extend_from_slice(&piece[..n]);
    }
    let said = String::from_utf8_lossy(&said).into_owned();
    said.match_indices("HTTP/1.1 ")
        .filter_map(|(at, start)| said[at + start.len()..].get(..3)?.parse().ok())
        .collect()
}
