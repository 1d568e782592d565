//! The servers start, deliver, and refuse what must not leave the machine.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must stop")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
};

use postroom_rig::{ImapClient, Person, rig, until};

#[test]
fn a_delivered_letter_is_in_the_inbox() {
    let alice = rig().person("alice");
    rig().deliver(&alice, "From: bob@example.org\nSubject: hello\n\n.A line with a dot.\n");
    let mut imap = ImapClient::login(rig().imap(), &alice);
    assert!(imap.command("SELECT INBOX").contains(&"* 1 EXISTS".to_owned()));
    let body = imap.command("FETCH 1 BODY.PEEK[TEXT]").concat();
    assert!(body.contains("\r\n.A line with a dot.\r\n"), "{body}");
}

#[test]
fn a_mailbox_has_the_usual_folders_and_a_quota() {
    let alice = rig().person("alice");
    let mut imap = ImapClient::login(rig().imap(), &alice);
    let list = imap.command(r#"LIST (SUBSCRIBED SPECIAL-USE) "" "*" RETURN (SPECIAL-USE)"#).join("\n");
    for role in ["Drafts", "Sent", "Archive", "Junk", "Trash"] {
        assert!(list.contains(&format!("\\{role}) \"/\" {role}")), "{role} in {list}");
    }
    let quota = imap.command("GETQUOTAROOT INBOX").concat();
    assert!(quota.contains("(STORAGE 0 1048576)"), "{quota}");
}

#[test]
fn a_small_quota_is_kept() {
    let tiny = rig().person_with_quota("tiny", "10K");
    let mut imap = ImapClient::login(rig().imap(), &tiny);
    let refused = imap.try_command(&format!("APPEND Drafts {{20000+}}\r\n{}", "x".repeat(20_000)));
    assert!(refused.last().unwrap().contains("[OVERQUOTA]"), "{refused:?}");
}

#[test]
fn only_the_right_password_opens_a_mailbox() {
    let mut alice = rig().person("alice");
    alice.password = "wrong".to_owned();
    let mut imap = ImapClient::connect(rig().imap());
    let answer = imap.try_command(&format!("LOGIN {} {}", alice.address, alice.password));
    assert!(answer[0].contains("[AUTHENTICATIONFAILED]"), "{answer:?}");

    let ada = rig().named_person("ada@example.org", "postroom");
    ImapClient::login(rig().imap(), &ada).command("SELECT INBOX");
}

#[test]
fn the_full_server_announces_what_the_bare_one_hides() {
    let alice = rig().person("alice");
    let capability = |server| ImapClient::login(server, &alice).command("CAPABILITY")[0].clone();
    let full = capability(rig().imap());
    let offered = "MOVE UIDPLUS SORT ESEARCH LIST-STATUS SPECIAL-USE UNSELECT IDLE CONDSTORE PREVIEW=FUZZY QUOTA LITERAL+";
    for name in offered.split(' ') {
        assert!(full.contains(name), "{name} in {full}");
    }
    assert_eq!(capability(rig().bare_imap()), "* CAPABILITY IMAP4rev1");
}

#[test]
fn previews_and_attachment_marks_are_made() {
    let alice = rig().person("alice");
    let letter = "Subject: plans\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
                  --b\nContent-Type: text/plain\n\nSee the plans.\n\
                  --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n%PDF\n--b--\n";
    rig().deliver(&alice, letter);
    let mut imap = ImapClient::login(rig().imap(), &alice);
    imap.command("SELECT INBOX");
    let row = imap.command("FETCH 1 (FLAGS PREVIEW)").concat();
    assert!(row.contains("$HasAttachment") && row.contains("See the plans."), "{row}");
}

#[test]
fn a_submitted_letter_arrives() {
    let (alice, bob) = (rig().person("alice"), rig().person("bob"));
    let mut smtp = Smtp::logged_in(&alice);
    smtp.say(&format!("MAIL FROM:<{}>", alice.address), "250");
    smtp.say(&format!("RCPT TO:<{}>", bob.address), "250");
    smtp.say("DATA", "354");
    smtp.say("Subject: submitted\r\n\r\nHello\r\n.", "250");
    let mut imap = ImapClient::login(rig().imap(), &bob);
    until("the letter is there", || imap.command("STATUS INBOX (MESSAGES)")[0].ends_with("(MESSAGES 1)"));
}

#[test]
fn strangers_and_other_domains_are_refused_at_rcpt() {
    let alice = rig().person("alice");
    let mut smtp = Smtp::logged_in(&alice);
    smtp.say(&format!("MAIL FROM:<{}>", alice.address), "250");
    let refusal = smtp.say("RCPT TO:<x@elsewhere.test>", "550");
    assert!(refusal.contains("this rig delivers only to example.org"), "{refusal}");
    smtp.say("RCPT TO:<never@example.org>", "550");
    smtp.say("RCPT TO:<later@example.org>", "450");

    let mut stranger = Smtp::connect(rig().submission());
    stranger.say("MAIL FROM:<x@example.org>", "250");
    stranger.say(&format!("RCPT TO:<{}>", alice.address), "554");
}

#[test]
fn tls_is_offered_everywhere_with_a_certificate_of_the_rig() {
    let ca = rig().ca_file().to_str().unwrap();
    let ways = [
        (rig().imaps(), None),
        (rig().imap(), Some("imap")),
        (rig().submissions(), None),
        (rig().submission(), Some("smtp")),
        (rig().pop3s(), None),
        (rig().pop3(), Some("pop3")),
    ];
    for (server, starttls) in ways {
        let server = format!("localhost:{}", server.port());
        let mut words = vec!["s_client", "-connect", &server, "-CAfile", ca, "-verify_hostname", "localhost"];
        words.extend(["-verify_return_error", "-brief"]);
        if let Some(protocol) = starttls {
            words.extend(["-starttls", protocol]);
        }
        let tried = std::process::Command::new("openssl")
            .args(&words)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&tried.stderr);
        assert!(said.contains("Verification: OK"), "{words:?}: {said}");
    }
}

struct Smtp(BufReader<TcpStream>);

impl Smtp {
    fn connect(server: SocketAddr) -> Smtp {
        let mut smtp = Smtp(BufReader::new(TcpStream::connect(server).unwrap()));
        smtp.expect("220");
        smtp.say("EHLO rig", "250");
        smtp
    }

    fn logged_in(person: &Person) -> Smtp {
        let mut smtp = Smtp::connect(rig().submission());
        let encoded = std::process::Command::new("sh")
            .args([
                "-c",
                r#"printf '\0%s\0%s' "$1" "$2" | base64 -w0"#,
                "sh",
                &person.address,
                &person.password,
            ])
            .output()
            .unwrap();
        smtp.say(&format!("AUTH PLAIN {}", String::from_utf8(encoded.stdout).unwrap()), "235");
        smtp
    }

    #[track_caller]
    fn say(&mut self, line: &str, code: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.expect(code)
    }

    #[track_caller]
    fn expect(&mut self, code: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "SMTP hung up; said {all}");
            all.push_str(&line);
            if line.as_bytes()[3] == b' ' {
                assert!(line.starts_with(code), "wanted {code}, got {all}");
                return all;
            }
        }
    }
}
