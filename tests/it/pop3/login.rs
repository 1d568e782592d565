//! Greeting, STLS, and every way to say who we are.

use base64::{Engine, engine::general_purpose::STANDARD};
use postroom::{
    config::{Security, Upstream},
    model::Credentials,
    net::Forbidden,
    pop3::{Conn, Error, Login, Server},
};
use postroom_rig::{Fault, Proxy, Side, rig, until};

use super::{append, conn, gate, login, retr, server, sign_in};

/// What we said, line by line; logins too.
fn said(proxy: &Proxy) -> Vec<String> {
    String::from_utf8(proxy.said_by(Side::Client)).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_mailbox_opens_however_the_connection_is_secured() {
    let ann = rig().person("ann");
    append(&ann, &[b"Subject: x\r\n\r\ntext\r\n"]);
    for (address, security) in [
        (rig().pop3(), Security::Insecure),
        (rig().pop3(), Security::StartTls),
        (rig().pop3s(), Security::Tls),
    ] {
        let server = server(address, security, Some(rig().ca_file()));
        let mut conn = Conn::sign_in(&server, &login(&ann)).await.unwrap();
        assert!(conn.capabilities().uidl && conn.capabilities().top && conn.capabilities().pipelining);
        assert_eq!(conn.stat().await.unwrap().n_messages, 1);
        assert_eq!(retr(&mut conn, 1).await.unwrap(), b"Subject: x\r\n\r\ntext\r\n");
        conn.noop().await.unwrap();
        conn.quit().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_is_not_the_one_named() {
    let ann = rig().person("ann");
    for (address, security) in [(rig().pop3(), Security::StartTls), (rig().pop3s(), Security::Tls)] {
        let proxy = Proxy::to(address);
        let refused = Conn::sign_in(&server(proxy.address(), security, None), &login(&ann)).await;
        assert!(matches!(refused, Err(Error::Certificate(_))), "{refused:?}");
        // The certificate is for another name.
        let trusting = server(proxy.address(), security, Some(rig().ca_file()));
        let upstream = Upstream { host: "elsewhere.localhost".into(), ..trusting.upstream.clone() };
        let refused = Conn::sign_in(&Server { upstream, ..trusting }, &login(&ann)).await;
        assert!(matches!(refused, Err(Error::Certificate(_))), "{refused:?}");
        assert!(!String::from_utf8_lossy(&proxy.said_by(Side::Client)).contains("AUTH"));
    }
}

#[tokio::test]
async fn the_gate_stands_before_every_connection() {
    let ann = rig().person("ann");
    let proxy = Proxy::to(rig().pop3());
    for security in [Security::Insecure, Security::StartTls, Security::Tls] {
        for allow in [&[][..], &["127.0.0.2:*"], &["10.0.0.0/8"]] {
            let open = server(proxy.address(), security, None);
            let refused =
                Conn::sign_in(&Server { egress: gate(allow), ..open }, &login(&ann)).await.unwrap_err();
            assert!(matches!(refused, Error::Forbidden(Forbidden::Private(_))) && refused.is_permanent());
            let words = "localhost leads to a private address; this site does not connect to those";
            assert_eq!(refused.to_string(), words);
        }
        let open = server(proxy.address(), security, None);
        let refused = Conn::sign_in(&Server { egress: gate(&["127.0.0.0/8"]), ..open }, &login(&ann)).await;
        assert!(matches!(refused, Err(Error::Forbidden(Forbidden::Port { .. }))), "{refused:?}");
    }
    assert_eq!(proxy.n_connections(), 0);
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_servers_words_and_never_shown() {
    let ann = rig().person("ann");
    let wrong = Login::Password(Credentials::new(ann.address.clone(), "hunter2".to_owned()));
    for mechanisms in ["SASL PLAIN LOGIN", "SASL GSSAPI"] {
        let proxy = Proxy::to(rig().pop3());
        proxy.whenever(Side::Server, "SASL PLAIN LOGIN", Fault::replace(mechanisms));
        let server = server(proxy.address(), Security::Insecure, None);
        let refused = Conn::sign_in(&server, &wrong).await.unwrap_err();
        assert!(
            matches!(&refused, Error::BadCredentials(words) if words == "Authentication failed."),
            "{refused:?}"
        );
        assert!(refused.is_permanent() && !format!("{refused:?} {refused} {wrong:?}").contains("hunter2"));
    }
    for bad in ["a\r\nDELE 1", "a\nb", "a\0b", "a\u{1}b"] {
        for credentials in
            [Credentials::new(bad, "pw".to_owned()), Credentials::new(ann.address.clone(), bad.to_owned())]
        {
            let server = server(Proxy::to_nobody(), Security::Insecure, None);
            let refused = Conn::sign_in(&server, &Login::Password(credentials)).await;
            assert!(matches!(refused, Err(Error::BadCredentials(_))), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn every_form_of_a_login_works() {
    let ann = rig().person("ann");
    let plain = STANDARD.encode(format!("\0{}\0pw", ann.address));
    let initial = format!("AUTH PLAIN {plain}");
    let classic = vec![format!("USER {}", ann.address), "PASS pw".to_owned()];

    // In one line; where the server takes that for a mistake, in two; where it passes the second word over, too.
    let proxy = Proxy::to(rig().pop3());
    conn(proxy.address(), &ann).await;
    assert_eq!(said(&proxy), ["CAPA", &initial, "CAPA"]);
    for (instead, want) in [
        ("AUTX PLAIN\r\n", &["CAPA", &initial, "AUTH PLAIN", &plain, "CAPA"][..]),
        ("AUTH PLAIN\r\n", &["CAPA", &initial, &plain, "CAPA"]),
    ] {
        let proxy = Proxy::to(rig().pop3());
        proxy.when(Side::Client, format!("{initial}\r\n"), Fault::replace(instead));
        conn(proxy.address(), &ann).await;
        assert_eq!(said(&proxy), want);
    }

    // Without SASL PLAIN; without CAPA.
    let proxy = Proxy::to(rig().pop3());
    proxy.whenever(Side::Server, "SASL PLAIN LOGIN", Fault::replace("SASL GSSAPI"));
    conn(proxy.address(), &ann).await;
    assert_eq!(said(&proxy)[1..3], classic);
    let proxy = Proxy::to(rig().pop3());
    proxy.whenever(Side::Client, "CAPA\r\n", Fault::replace("XAPA\r\n"));
    let mut old = conn(proxy.address(), &ann).await;
    assert_eq!(said(&proxy)[1..3], classic);
    assert!(old.capabilities().all.is_empty());
    assert_eq!(old.uidl().await.unwrap(), Some(vec![]));
}

#[tokio::test]
async fn a_password_too_long_for_one_line_goes_in_a_second() {
    let long = rig().named_person("long@example.org", &"long".repeat(60));
    let proxy = Proxy::to(rig().pop3());
    conn(proxy.address(), &long).await;
    let said = said(&proxy);
    assert_eq!((&*said[1], said[2].len() > 255, &*said[3]), ("AUTH PLAIN", true, "CAPA"));
}

/// Dovecot knows no tokens here, so the proxy puts a password in the token's place: what is tried is our half.
#[tokio::test]
async fn a_token_is_sent_as_xoauth2_and_its_refusal_is_read_to_the_end() {
    let ann = rig().person("ann");
    let token = Login::Token(Credentials::new(ann.address.clone(), "ya29.token".to_owned()));
    let message = STANDARD.encode(format!("user={}\u{1}auth=Bearer ya29.token\u{1}\u{1}", ann.address));
    let sent = format!("AUTH XOAUTH2 {message}\r\n");
    let plain = |password: &str| STANDARD.encode(format!("\0{}\0{password}", ann.address));
    let proxy = Proxy::to(rig().pop3());
    let server = server(proxy.address(), Security::Insecure, None);
    proxy.whenever(Side::Server, "SASL PLAIN LOGIN", Fault::replace("SASL XOAUTH2"));

    proxy.when(Side::Client, &sent, Fault::replace(&format!("AUTH PLAIN {}\r\n", plain("pw"))));
    Conn::sign_in(&server, &token).await.unwrap();

    proxy.when(Side::Client, &sent, Fault::replace(&format!("AUTH PLAIN {}\r\n", plain("no"))));
    let news = format!("+ {}\r\n-ERR [AUTH]", STANDARD.encode(r#"{"status":"401","schemes":"bearer"}"#));
    proxy.when(Side::Server, "-ERR [AUTH]", Fault::replace(&news));
    let refused = Conn::sign_in(&server, &token).await;
    assert!(matches!(refused, Err(Error::BadCredentials(_))), "{refused:?}");
    assert!(proxy.all_happened());
    until("the bad news are answered", || {
        proxy.said_by(Side::Client).ends_with(format!("{sent}\r\n").as_bytes())
    });

    let refused = Conn::sign_in(&super::server(rig().pop3(), Security::Insecure, None), &token).await;
    assert!(
        matches!(&refused, Err(Error::BadCredentials(words)) if words.contains("XOAUTH2")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nothing_said_before_encryption_counts_after_it() {
    let ann = rig().person("ann");
    for (side, said, fault) in [
        // More than was asked for, in the packet that allows the handshake; with the greeting.
        (Side::Server, "Begin TLS negotiation now.\r\n", Fault::inject("+OK injected\r\n")),
        (Side::Server, "ready.\r\n", Fault::inject("+OK Begin TLS\r\n")),
        // Not offered any more.
        (Side::Client, "STLS\r\n", Fault::replace("XTLS\r\n")),
        (Side::Server, "+OK Begin TLS", Fault::replace("-ERR Begin no TLS")),
        (Side::Server, "+OK Begin TLS", Fault::replace("+ Begin TLS")),
    ] {
        let proxy = Proxy::to(rig().pop3());
        proxy.when(side, said, fault.clone());
        let server = server(proxy.address(), Security::StartTls, Some(rig().ca_file()));
        let refused = Conn::sign_in(&server, &login(&ann)).await.unwrap_err();
        let is_ours = match fault {
            Fault::Inject(_) => matches!(refused, Error::Protocol(_)),
            _ if said == "+OK Begin TLS" => matches!(refused, Error::NoEncryption | Error::Protocol(_)),
            _ => matches!(refused, Error::NoEncryption),
        };
        assert!(is_ours && proxy.all_happened(), "{said}: {refused:?}");
        let clear = String::from_utf8_lossy(&proxy.said_by(Side::Client)).into_owned();
        assert!(["", "STLS\r\n"].contains(&clear.as_str()), "{clear}");
    }
}

#[tokio::test]
async fn what_a_refused_login_means_is_told_by_its_code() {
    let ann = rig().person("ann");
    let proxy = Proxy::to(rig().pop3());
    for (answer, want, is_permanent) in [
        ("-ERR [IN-USE] Mailbox is open", "InUse(\"Mailbox is open\")", false),
        ("-ERR [LOGIN-DELAY] Once in 5 minutes", "LoginDelay(\"Once in 5 minutes\")", false),
        ("-ERR [SYS/TEMP] Disk", "SysTemp(\"Disk\")", false),
        ("-ERR [SYS/PERM] Gone", "SysPerm(\"Gone\")", true),
        ("-ERR [AUTH] No", "BadCredentials(\"No\")", true),
        // Dovecot announces AUTH-RESP-CODE: it would have said that it is about the password.
        ("-ERR Whatever", "Refused(\"Whatever\")", false),
    ] {
        proxy.when(Side::Server, "+OK Logged in.", Fault::replace(answer));
        let refused = sign_in(proxy.address(), &ann).await.unwrap_err();
        assert_eq!((format!("{refused:?}").as_str(), refused.is_permanent()), (want, is_permanent));
        proxy.when(Side::Server, "+OK Dovecot", Fault::replace(answer));
        let refused = sign_in(proxy.address(), &ann).await.unwrap_err();
        assert!(!matches!(refused, Error::Protocol(_) | Error::Lost(_)), "{refused:?}");
    }
    assert!(proxy.all_happened());
}

#[tokio::test]
async fn a_server_that_knows_utf8_is_asked_for_it_before_the_login() {
    let ann = rig().named_person("umlaut@example.org", "Gr\u{fc}\u{df}e, \u{4e16}\u{754c}");
    for mechanisms in ["SASL PLAIN LOGIN", "SASL GSSAPI"] {
        let proxy = Proxy::to(rig().pop3());
        let offer = format!("UTF8 USER\r\n{mechanisms}");
        proxy.whenever(Side::Server, "SASL PLAIN LOGIN", Fault::replace(&offer));
        // Where Dovecot knows no UTF8 (2.3) its refusal stands once, and becomes a yes once.
        for answer in ["-ERR Unknown command.", "+OK UTF8 enabled"] {
            proxy.when(Side::Server, "-ERR Unknown command.", Fault::replace(answer));
            proxy.forget();
            conn(proxy.address(), &ann).await;
            assert_eq!(said(&proxy)[..2], ["CAPA", "UTF8"]);
        }
    }
    // Not offered, not sent.
    let proxy = Proxy::to(rig().pop3());
    conn(proxy.address(), &ann).await;
    assert!(!said(&proxy).contains(&"UTF8".to_owned()));
}
