//! Signing in: what is told when it fails, and what never happens in the clear.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
};

use postroom::{
    config::Security,
    imap::{Error, Pool},
    model::Credentials,
    net,
};
use postroom_rig::{Proxy, rig};

use super::{credentials, pool_at, server};

/// A server that says `script`, a line for each command after the greeting; returns what it was told.
fn scripted(script: &'static [&'static str]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut heard = vec![];
        for says in script {
            stream.write_all(says.as_bytes()).unwrap();
            match lines.next() {
                Some(Ok(line)) => heard.push(line),
                _ => break,
            }
        }
        heard
    });
    (address, heard)
}

#[tokio::test]
async fn the_password_is_checked_by_the_server() {
    let alice = rig().person("alice");
    let wrong = Credentials::new(alice.address.clone(), "wrong");
    let server = server(rig().imap(), Security::Insecure, None);
    assert!(matches!(Pool::sign_in(server, wrong).await, Err(Error::BadCredentials)));
    assert!(pool_at(rig().imap(), &alice).await.capabilities().uidplus);
}

#[tokio::test]
async fn names_and_passwords_may_hold_anything_that_cannot_break_a_line() {
    let odd = rig().named_person("quote-and-umlaut@example.org", "p\"a\\ss w{3+}örd");
    pool_at(rig().imap(), &odd).await;
    pool_at(rig().bare_imap(), &odd).await;
    for broken in ["a\r\nb LOGOUT", "a\nb", "a\0b"] {
        let proxy = Proxy::to(rig().imap());
        let server = server(proxy.address(), Security::Insecure, None);
        let result = Pool::sign_in(server, Credentials::new(broken, broken)).await;
        assert!(matches!(result, Err(Error::BadCredentials)));
        assert_eq!(proxy.bytes_from_client(), 0);
    }
}

#[tokio::test]
async fn tls_is_trusted_with_the_right_authority_only() {
    let alice = rig().person("alice");
    for (address, security) in [(rig().imaps(), Security::Tls), (rig().imap(), Security::StartTls)] {
        let trusting = server(address, security, Some(rig().ca_file()));
        Pool::sign_in(trusting, credentials(&alice)).await.unwrap();
        let stranger = server(address, security, None);
        let result = Pool::sign_in(stranger, credentials(&alice)).await;
        assert!(matches!(result, Err(Error::Unreachable(net::Error::Certificate(_)))));
    }
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let server = server(Proxy::to_nobody(), Security::Insecure, None);
    let result = Pool::sign_in(server, credentials(&rig().person("alice"))).await;
    assert!(matches!(result, Err(Error::Unreachable(net::Error::Unreachable(_)))));
}

#[tokio::test]
async fn a_server_without_starttls_never_hears_a_password() {
    const INJECTED: &str =
        "A0001 OK go\r\nA0002 OK injected\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] in the clear\r\n";
    for (script, is_expected) in [
        (
            &["* OK hi\r\n", "A0001 BAD what?\r\n"][..],
            (|error| matches!(error, Error::NoStartTls)) as fn(&Error) -> bool,
        ),
        (&["* OK hi\r\n", "A0001 NO not now\r\n"], |error| matches!(error, Error::NoStartTls)),
        (&["* PREAUTH welcome root\r\n"], |error| matches!(error, Error::Protocol(_))),
        (&["* BYE Too many connections from your address\r\n"], |error| {
            matches!(error, Error::TooManyConnections(_))
        }),
        (&["* OK hi\r\n", INJECTED], |error| matches!(error, Error::Protocol("bytes before the encryption"))),
    ] {
        let (address, heard) = scripted(script);
        let server = server(address, Security::StartTls, Some(rig().ca_file()));
        let error = Pool::sign_in(server, Credentials::new("alice", "secret")).await.err().unwrap();
        assert!(is_expected(&error), "{script:?}: {error:?}");
        let heard = heard.join().unwrap().join("\n");
        assert!(!heard.contains("alice") && !heard.contains("secret"), "{heard}");
    }
}

#[tokio::test]
async fn a_hostile_greeting_is_an_error() {
    const HOSTILE: &str =
        "* 1 FETCH (BODYSTRUCTURE ((((((((((\r\nc NO [UNAVAILABLE] Maximum number of connections\r\n";
    for script in [
        &["* OK [ALERT]\u{e9}\r\n", HOSTILE][..],
        &["220 smtp.example ESMTP\r\n"],
        &["* LIST {400000000}\r\n"],
        &["* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", "+ \u{7}\r\nA0001 BAD\r\n"],
        &["* OK [CAPABILITY IMAP4rev1] hi\r\n", "A0007 OK signed in\r\n* BYE\r\nnonsense\r\n"],
    ] {
        let (address, _heard) = scripted(script);
        let server = server(address, Security::Insecure, None);
        assert!(Pool::sign_in(server, Credentials::new("alice", "secret")).await.is_err(), "{script:?}");
    }
}
