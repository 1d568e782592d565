//! The submission adapter against a real Postfix, and against what can come between.

mod outbox;

use std::{convert::Infallible, future::ready, net::SocketAddr};

use postroom::{
    config::{Security, Upstream},
    mime,
    model::{Address, AddressList, Credentials, Draft, MessageId},
    net::Dialer,
    smtp::{self, Accepted, Envelope, Error},
};
use postroom_rig::{Fault, ImapClient, Person, Proxy, Side, rig, until};

const MESSAGE: &[u8] = b"From: <a@example.org>\r\nSubject: hello\r\n\r\n.\r\n..\r\nend\r\n";

fn upstream(address: SocketAddr, security: Security) -> Upstream {
    let host = if security == Security::Insecure { address.ip().to_string() } else { "localhost".to_owned() };
    Upstream { host, port: address.port(), security }
}

fn credentials(person: &Person) -> Credentials {
    Credentials::new(person.address.clone(), person.password.clone())
}

fn envelope(from: &Person, to: &[&str]) -> Envelope {
    let to = to.iter().map(|email| (*email).to_owned()).collect();
    Envelope { from: from.address.clone(), to, release_at: None }
}

fn dialer() -> Dialer {
    Dialer::trusting(Some(rig().ca_file())).unwrap()
}

/// Submits as somebody with nothing to do before the message is sent.
async fn submit(
    dialer: &Dialer,
    upstream: &Upstream,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Accepted, Error> {
    smtp::submit(dialer, upstream, credentials, envelope, message, ready(Ok::<_, Infallible>(()))).await
}

async fn submit_at(
    address: SocketAddr,
    from: &Person,
    to: &[&str],
    message: &[u8],
) -> Result<Accepted, Error> {
    let upstream = upstream(address, Security::Insecure);
    submit(&dialer(), &upstream, &credentials(from), &envelope(from, to), message).await
}

/// The messages in a person's inbox, once there are `n`.
#[track_caller]
fn inbox(person: &Person, n: usize) -> Vec<String> {
    let mut client = ImapClient::login(rig().imap(), person);
    until(&format!("{n} messages arrive"), || {
        client.command("SELECT INBOX").iter().any(|line| line == &format!("* {n} EXISTS"))
    });
    (1..=n).map(|i| client.command(&format!("FETCH {i} (BODY.PEEK[])")).concat()).collect()
}

#[tokio::test]
async fn a_message_goes_out_however_the_connection_is_secured() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let ways = [
        (rig().submission(), Security::Insecure),
        (rig().submission(), Security::StartTls),
        (rig().submissions(), Security::Tls),
    ];
    for (address, security) in ways {
        let to = envelope(&ann, &[&bob.address, &bob.address]);
        submit(&dialer(), &upstream(address, security), &credentials(&ann), &to, MESSAGE).await.unwrap();
    }
    for got in inbox(&bob, 3) {
        assert!(got.contains("\r\n\r\n.\r\n..\r\nend\r\n") && !got.contains("end\r\n\r\n"), "{got}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_untrusted_certificate_are_told_apart() {
    let ann = rig().person("ann");
    let wrong = Credentials::new(ann.address.clone(), "not it".to_owned());
    let to = envelope(&ann, &["bob@example.org"]);
    let tls = upstream(rig().submissions(), Security::Tls);
    let refused = submit(&dialer(), &tls, &wrong, &to, MESSAGE).await;
    assert!(
        matches!(&refused, Err(Error::BadCredentials(words)) if words.starts_with("535 ")),
        "{refused:?}"
    );
    let stranger = Dialer::trusting(None).unwrap();
    for (address, security) in
        [(rig().submissions(), Security::Tls), (rig().submission(), Security::StartTls)]
    {
        let upstream = upstream(address, security);
        let refused = submit(&stranger, &upstream, &credentials(&ann), &to, MESSAGE).await;
        let is_certificate = matches!(refused, Err(Error::Unreachable(postroom::net::Error::Certificate(_))));
        assert!(is_certificate, "{refused:?}");
    }
    let nobody = upstream(Proxy::to_nobody(), Security::Insecure);
    let refused = submit(&dialer(), &nobody, &credentials(&ann), &to, MESSAGE).await;
    assert!(matches!(refused, Err(Error::Unreachable(_))), "{refused:?}");
}

#[tokio::test]
async fn every_refused_recipient_is_named_and_nothing_is_sent() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let proxy = Proxy::to(rig().submission());
    let to = [&bob.address, "never@example.org", "later@example.org", "x@elsewhere.test"];
    let Err(Error::Recipients(refusals)) = submit_at(proxy.address(), &ann, &to, MESSAGE).await else {
        panic!("nobody was refused")
    };
    let named: Vec<&str> = refusals.iter().map(|refusal| refusal.address.as_str()).collect();
    assert_eq!(named, to[1..]);
    for (refusal, (words, is_permanent)) in refusals.iter().zip([
        ("nobody of that name", true),
        ("come back later", false),
        ("delivers only to", true),
    ]) {
        assert!(refusal.words.contains(words) && refusal.is_permanent == is_permanent, "{refusal:?}");
    }
    assert!(!Error::Recipients(refusals).is_temporary());
    let commands = proxy.commands();
    assert!(!commands.iter().any(|command| command == "DATA"), "{commands:?}");
    assert_eq!(commands.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn nothing_said_before_encryption_counts_after_it() {
    let ann = rig().person("ann");
    let to = envelope(&ann, &["bob@example.org"]);
    for (said, fault) in [
        ("Ready to start TLS\r\n", Fault::inject("250 injected\r\n")),
        ("250-STARTTLS", Fault::replace("250-STARTLSX")),
        ("220 2.0.0 Ready", Fault::replace("454 4.7.0 Never")),
    ] {
        let proxy = Proxy::to(rig().submission());
        proxy.when(Side::Server, said, fault);
        let upstream = upstream(proxy.address(), Security::StartTls);
        let refused = submit(&dialer(), &upstream, &credentials(&ann), &to, MESSAGE).await;
        assert!(refused.is_err() && proxy.all_happened(), "{said}");
        assert_eq!(matches!(refused, Err(Error::NoStartTls)), said == "250-STARTTLS", "{refused:?}");
        let clear = String::from_utf8_lossy(&proxy.said_by(Side::Client)).into_owned();
        assert!(!clear.contains("AUTH") && !clear.contains("MAIL"), "{clear}");
    }
}

#[tokio::test]
async fn only_a_connection_lost_after_the_last_byte_leaves_doubt() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let proxy = Proxy::to(rig().submission());
    let send = || submit_at(proxy.address(), &ann, &["bob@example.org"], MESSAGE);
    for (side, said, fault) in [
        (Side::Server, "220 ", Fault::replace("421 4.3.2 ")),
        (Side::Server, "250 ", Fault::Cut),
        (Side::Server, "235 ", Fault::Cut),
        (Side::Client, "MAIL FROM", Fault::Cut),
        (Side::Server, "250 2.1.5", Fault::Cut),
        (Side::Server, "250 2.1.5", Fault::replace("421 4.3.0")),
        (Side::Server, "250 2.1.0", Fault::replace("451 4.3.0")),
        (Side::Server, "354 ", Fault::Cut),
        (Side::Server, "354 ", Fault::replace("452 ")),
    ] {
        proxy.when(side, said, fault.clone());
        let result = send().await;
        assert!(matches!(result, Err(Error::NotNow(_))), "{said}, {fault:?}: {result:?}");
    }
    for (said, answer) in
        [("250 2.1.0", "550 5.7.1"), ("354 ", "554 "), ("250 2.0.0 Ok: queued", "554 5.6.0 spam")]
    {
        proxy.when(Side::Server, said, Fault::replace(answer));
        let result = send().await;
        assert!(
            matches!(&result, Err(Error::Refused(words)) if words.starts_with(&answer[..4])),
            "{result:?}"
        );
    }
    proxy.when(Side::Server, "250 2.0.0 Ok: queued", Fault::replace("451 4.3.0 busy"));
    assert!(matches!(send().await, Err(Error::NotNow(_))));
    for fault in [Fault::SwallowReply, Fault::Cut] {
        proxy.when(Side::Client, "\r\n.\r\n", fault);
        let result = send().await;
        assert!(matches!(result, Err(Error::Unknown(_))), "{result:?}");
    }
    assert!(proxy.all_happened());
    // A yes in no known charset is a yes.
    proxy.when(Side::Server, "250 2.0.0 Ok: queued", Fault::Replace(b"250 2.0.0 angenommen f\xfcr".to_vec()));
    submit_at(proxy.address(), &ann, &[&bob.address], MESSAGE).await.unwrap();
    assert_eq!(inbox(&bob, 1).len(), 1);
}

#[tokio::test]
async fn what_the_server_must_know_is_announced_and_needed() {
    let ann = rig().person("ann");
    let proxy = Proxy::to(rig().submission());
    let mail = |proxy: &Proxy| {
        let commands = proxy.commands();
        commands.into_iter().rfind(|command| command.starts_with("MAIL")).unwrap_or_default()
    };
    submit_at(proxy.address(), &ann, &["bob@example.org"], MESSAGE).await.unwrap();
    assert_eq!(mail(&proxy), format!("MAIL FROM:<{}> SIZE={}", ann.address, MESSAGE.len()));
    let eight_bit = "Subject: x\r\n\r\n\u{e9}\r\n".as_bytes();
    submit_at(proxy.address(), &ann, &["bob@b\u{fc}cher.example"], eight_bit).await.unwrap_err();
    assert!(mail(&proxy).ends_with(" BODY=8BITMIME"), "{}", mail(&proxy));
    assert!(proxy.commands().iter().any(|command| command == "RCPT TO:<bob@xn--bcher-kva.example>"));
    submit_at(proxy.address(), &ann, &["\u{7528}\u{6237}@elsewhere.test"], MESSAGE).await.unwrap_err();
    assert!(mail(&proxy).ends_with(" SMTPUTF8"), "{}", mail(&proxy));

    for (offered, to, message) in [
        ("250-8BITMIME", "bob@example.org", eight_bit),
        ("250-SMTPUTF8", "\u{7528}\u{6237}@example.org", MESSAGE),
        ("250-SIZE 150000000", "bob@example.org", MESSAGE),
    ] {
        let proxy = Proxy::to(rig().submission());
        let instead = if offered.contains("SIZE") { "250-SIZE 20" } else { "250-X" };
        proxy.whenever(Side::Server, offered, Fault::replace(instead));
        let result = submit_at(proxy.address(), &ann, &[to], message).await;
        assert!(matches!(result, Err(Error::Refused(_))), "{offered}: {result:?}");
        assert_eq!(mail(&proxy), "", "{offered}");
    }
}

#[tokio::test]
async fn no_line_end_of_a_draft_ends_the_message() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let bodies =
        ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", ".\n.x\n..\n", "a\r\n.\r\nMAIL FROM:<e@x>\r\n"];
    for (n, body) in bodies.iter().enumerate() {
        let draft = Draft {
            message_id: MessageId::parse(&format!("{n}@example.org")).unwrap(),
            from: Address { name: None, email: ann.address.clone() },
            reply_to: AddressList::default(),
            to: AddressList::parse(&bob.address).unwrap(),
            cc: AddressList::default(),
            bcc: AddressList::default(),
            subject: "x\r\nBcc: eve@example.org".into(),
            text: format!("start{body}end"),
            attachments: vec![],
            in_reply_to: None,
            references: vec![],
            origin: None,
        };
        let message = mime::build(&draft, mime::Copy::Submitted, jiff::ZonedDateTime::now()).unwrap();
        submit_at(rig().submission(), &ann, &[&bob.address], &message).await.unwrap();
        let got = inbox(&bob, n + 1).remove(n);
        let lines = body.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        assert!(got.contains(&format!("\r\n\r\nstart{lines}end\r\n")), "{body:?}: {got}");
        assert!(!got.contains("\r\nBcc"), "{got}");
    }
    for bad in ["a\n.\nb", "a\r.\rb", "a\0b"] {
        let refused = submit_at(rig().submission(), &ann, &[&bob.address], bad.as_bytes()).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{bad:?}");
    }
}

#[tokio::test]
async fn a_large_message_is_sent_whole() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let line = b".234567890123456789012345678901234567890123456789012345678901234567890\r\n";
    let message = [MESSAGE, &line.repeat(40_000)].concat();
    submit_at(rig().submission(), &ann, &[&bob.address], &message).await.unwrap();
    let got = inbox(&bob, 1).remove(0);
    assert_eq!(got.matches("\r\n.2345").count(), 40_000);
    assert!(!got.contains("\r\n..2345"));
}

#[tokio::test]
async fn the_probe_tells_what_is_missing() {
    let ann = rig().person("ann");
    let starttls = upstream(rig().submission(), Security::StartTls);
    let probe = smtp::probe(&dialer(), &starttls, Some(&credentials(&ann))).await.unwrap();
    let missing: Vec<&str> = probe.missing.iter().filter_map(|sentence| sentence.split(':').next()).collect();
    assert_eq!(missing, ["FUTURERELEASE"], "{:?}", probe.keywords);
    assert!(probe.keywords.iter().any(|keyword| keyword == "SIZE 150000000"), "{:?}", probe.keywords);

    let proxy = Proxy::to(rig().submission());
    proxy.whenever(Side::Server, "250-SMTPUTF8", Fault::replace("250-X"));
    proxy.whenever(Side::Server, "250-AUTH PLAIN", Fault::replace("250-AUTH NTLM"));
    proxy.whenever(Side::Server, "250-AUTH=PLAIN", Fault::replace("250-AUTH=NTLM"));
    let probe = smtp::probe(&dialer(), &upstream(proxy.address(), Security::Insecure), None).await.unwrap();
    assert!(probe.missing.iter().any(|sentence| sentence.starts_with("SMTPUTF8: ")), "{:?}", probe.missing);
    assert!(!proxy.commands().iter().any(|command| command.starts_with("MAIL")));
}
