#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::{
    config::{Security, Upstream},
    net::Dialer,
};

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

fn rules(allow: &[&str]) -> EgressRules {
    EgressRules { allow: EgressAllow::parse(&words(allow)).unwrap(), hosts: None, ports: vec![110, 995] }
}

/// A gate whose names lead where `answers` say, one lookup after the other, the last for ever; and the count of lookups.
fn gate(rules: EgressRules, answers: &'static [&'static [&'static str]]) -> (Egress, Arc<AtomicUsize>) {
    let n_lookups = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_lookups);
    let egress = Egress::resolving_with(rules, move |_| {
        let n = counter.fetch_add(1, Ordering::SeqCst);
        let answer = answers.get(n).or(answers.last()).copied().unwrap_or_default();
        Box::pin(async move { Ok(answer.iter().map(|ip| ip.parse().unwrap()).collect()) })
    });
    (egress, n_lookups)
}

fn refused(result: Result<Stream, Error>) -> Forbidden {
    match result {
        Err(Error::Forbidden(why)) => why,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_let_through() {
    let (egress, n_lookups) = gate(rules(&[]), &[&["127.0.0.1"]]);
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0177.1",
        "0177.0.0.01",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "0x0",
        "00",
        "127.0.0.1.",
        "10.0.0.1",
        "012.0.0.1",
        "10.1",
        "167772161",
        "192.168.1",
        "0xc0a80101",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "4294967295",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
        "\u{2460}\u{2461}\u{2466}.0.0.1",
        "::1",
        "[::1]",
        "::",
        "[::]",
        "::ffff:127.0.0.1",
        "[::ffff:7f00:1]",
        "::127.0.0.1",
        "[0:0:0:0:0:ffff:10.0.0.1]",
        "fc00::1",
        "[fd00:ec2::254]",
        "fe80::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001:0:7f00:1::",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "x.y.LocalHost.",
    ] {
        let why = refused(egress.connect(host, 995).await);
        assert!(matches!(why, Forbidden::Private(_)), "{host}: {why}");
    }
    assert_eq!(n_lookups.load(Ordering::SeqCst), 0, "an address was asked for");
    for name in [
        "127.0.0.1.nip.io",
        "7f000001.nip.io",
        "10-0-0-1.sslip.io",
        "metadata.google.internal",
        "metadata",
        "instance-data.ec2.internal",
        "pop.example.org",
        "localhost.localdomain",
        "ip6-localhost",
    ] {
        let why = refused(egress.connect(name, 995).await);
        assert_eq!(why, Forbidden::Private(name.to_owned()));
    }
    for bad in [
        "",
        ".",
        "a b",
        "a/b",
        "a@b",
        "a%2eb",
        "%31",
        "1.2.3.4.5",
        "256.1.1.1",
        "0x100000000",
        "a:1",
        "[::1",
        "*",
    ] {
        let why = refused(egress.connect(bad, 995).await);
        assert!(matches!(why, Forbidden::NotAHost(_)), "{bad:?}: {why}");
    }
}

#[tokio::test]
async fn what_was_judged_is_what_is_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // First an address that may be reached, then one that may not.
    let (egress, n_lookups) = gate(rules(&["127.0.0.1:*"]), &[&["127.0.0.1"], &["127.0.0.2"]]);
    let stream = egress.connect("rebind.example.org", port).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap().to_string(), format!("127.0.0.1:{port}"));
    assert_eq!(n_lookups.load(Ordering::SeqCst), 1, "a name is resolved once");
    let why = refused(egress.connect("rebind.example.org", port).await);
    assert_eq!(
        why.to_string(),
        "rebind.example.org leads to a private address; this site does not connect to those"
    );
}

#[tokio::test]
async fn the_next_address_is_tried_and_a_private_one_never() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let everything = rules(&["127.0.0.1:*", "127.0.0.3:*"]);
    // Nobody listens at the first; the second may not be reached, whoever listens there.
    let (egress, _) = gate(everything.clone(), &[&["127.0.0.3", "127.0.0.2", "::ffff:127.0.0.1"]]);
    let stream = egress.connect("pop.example.org", port).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap().ip().to_string(), "127.0.0.1");
    let (egress, _) = gate(everything.clone(), &[&["127.0.0.3"]]);
    assert!(matches!(egress.connect("pop.example.org", port).await, Err(Error::Unreachable(_))));
    let (egress, _) = gate(everything, &[&[]]);
    assert!(matches!(egress.connect("pop.example.org", port).await, Err(Error::Unreachable(_))));
}

#[tokio::test]
async fn ports_and_hosts_are_limited_to_those_listed() {
    let (egress, _) = gate(rules(&["10.0.0.0/8", "10.9.9.9:25"]), &[&["8.8.8.8"]]);
    for (host, port) in [("pop.example.org", 25), ("8.8.8.8", 22), ("10.1.1.1", 143), ("10.9.9.9", 26)] {
        let why = refused(egress.connect(host, port).await);
        assert_eq!(why, Forbidden::Port { host: host.to_owned(), port });
    }
    let mut listed = rules(&["127.0.0.1:*"]);
    listed.hosts = Some(HostNames::parse(&words(&["*.example.org", "127.0.0.9"])).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (egress, n_lookups) = gate(listed, &[&["127.0.0.1"]]);
    egress.connect("POP.Example.org.", port).await.unwrap();
    for host in ["example.org", "pop.example.net", "127.0.0.1", "localhost"] {
        assert_eq!(refused(egress.connect(host, port).await), Forbidden::NotListed(host.to_owned()));
    }
    assert!(matches!(refused(egress.connect("127.0.0.9", port).await), Forbidden::Private(_)));
    assert_eq!(n_lookups.load(Ordering::SeqCst), 1, "a host that is not listed was asked for");
}

#[tokio::test]
async fn only_this_machine_is_spoken_to_in_the_clear() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let egress = Egress::new(rules(&["127.0.0.1:*"]));
    let upstream = Upstream { host: "localhost".into(), port, security: Security::Insecure };
    let dialer = Dialer::trusting(None).unwrap();
    assert!(!dialer.connect_through(&egress, &upstream).await.unwrap().is_encrypted());
    let shut = Egress::new(rules(&[]));
    assert!(matches!(dialer.connect_through(&shut, &upstream).await, Err(Error::Forbidden(_))));
}

/// The system's own resolver, for what it makes of addresses in disguise.
#[tokio::test]
async fn the_system_is_asked_for_names_only() {
    for host in ["0177.1", "0x7f.1", "2130706433", "localhost"] {
        assert!(matches!(refused(Egress::new(rules(&[])).connect(host, 110).await), Forbidden::Private(_)));
    }
}
