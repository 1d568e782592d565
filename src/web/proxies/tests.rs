#![expect(clippy::unwrap_used, reason = "tests may panic")]

use axum::http::{HeaderName, HeaderValue};

use super::*;

fn seen(peer: &str, trusted: &[&str], pairs: &[(&'static str, &'static str)]) -> Client {
    let peer = peer.parse().map_or(Peer::Unix, Peer::Tcp);
    let trusted: Vec<String> = trusted.iter().map(|word| (*word).to_owned()).collect();
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static("inner:8025"));
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    client(peer, &Uri::from_static("/"), &headers, &TrustedProxies::parse(&trusted).unwrap())
}

const ALL: &[(&str, &str)] =
    &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "mail.test")];

#[test]
fn a_trusted_proxy_is_believed() {
    let client = seen("10.0.0.1", &["10.0.0.0/8"], ALL);
    assert_eq!(client.address.to_string(), "203.0.113.9");
    assert_eq!((client.is_https(), client.host.as_str()), (true, "mail.test"));
    assert_eq!(seen("unix", &["unix"], ALL).address.to_string(), "203.0.113.9");
}

#[test]
fn anybody_else_is_not() {
    for (peer, trusted) in [
        ("10.0.0.1", &["10.0.0.2"][..]),
        ("10.0.0.1", &[]),
        ("10.0.0.1", &["unix"]),
        ("unix", &["10.0.0.0/8"]),
    ] {
        let client = seen(peer, trusted, ALL);
        assert_eq!(client.address.to_string(), peer);
        assert_eq!((client.is_https(), client.host.as_str()), (false, "inner:8025"));
        assert_eq!(client.ignored_host.as_deref(), Some("mail.test"));
    }
}

#[test]
fn the_address_is_the_last_one_that_no_trusted_proxy_has() {
    for (chain, address) in [
        ("1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("203.0.113.9, unknown", "10.0.0.1"),
        ("spoof, 203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:99", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "10.0.0.1"),
    ] {
        let client = seen("10.0.0.1", &["10.0.0.0/8"], &[("x-forwarded-for", chain)]);
        assert_eq!(client.address.to_string(), address, "{chain}");
    }
    let two_lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(seen("10.0.0.1", &["10.0.0.0/8"], &two_lines).address.to_string(), "203.0.113.9");
}

#[test]
fn forwarded_wins_over_the_older_headers() {
    let standard = "for=1.1.1.1;proto=http;host=evil.test, for=\"[2001:db8::7]:4711\";proto=https;host=real.test, for=10.0.0.2";
    let mut pairs = ALL.to_vec();
    pairs.push(("forwarded", standard));
    let client = seen("10.0.0.1", &["10.0.0.0/8"], &pairs);
    assert_eq!(client.address.to_string(), "2001:db8::7");
    assert_eq!((client.is_https(), client.host.as_str()), (true, "real.test"));
}
