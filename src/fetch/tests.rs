#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use futures_util::TryStreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{config::EgressAllow, net::Forbidden};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000";

fn images(allow: &[&str], answers: &'static [&'static str], patience: Duration) -> Images {
    let allow: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
    let allow = EgressAllow::parse(&allow).unwrap().with_ports();
    let n_lookups = AtomicUsize::new(0);
    let rules = EgressRules { allow, hosts: None, ports: PORTS.to_vec() };
    let egress = Egress::resolving_with(rules, move |_| {
        let n = n_lookups.fetch_add(1, Ordering::SeqCst);
        let answer: IpAddr = answers.get(n).or(answers.last()).unwrap().parse().unwrap();
        Box::pin(async move { Ok(vec![answer]) })
    });
    Images::through(egress, Arc::new(Dialer::trusting(None).unwrap()), patience)
}

/// A web server that gives these answers, one connection each, and returns what it was asked.
async fn server(answers: Vec<Vec<u8>>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(socket.read_u8().await.unwrap());
            }
            asked.push(String::from_utf8(request).unwrap());
            // Whoever has read enough goes away.
            drop(socket.write_all(&answer).await);
        }
        asked
    });
    (port, serving)
}

fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), body].concat()
}

fn moved(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

async fn whole(image: Image) -> Result<Vec<u8>, Error> {
    image.bytes.try_fold(Vec::new(), |all, piece| async move { Ok([&all[..], &piece].concat()) }).await
}

async fn failure(images: &Images, url: &str) -> Error {
    match images.fetch("ann", url).await {
        Err(error) => error,
        Ok(image) => unreachable!("{url} is {}", image.media_type),
    }
}

fn is_private(error: &Error) -> bool {
    matches!(error, Error::Connection(net::Error::Forbidden(Forbidden::Private(_))))
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn no_spelling_of_a_private_address_is_fetched_from() {
    let images = images(&[], &["127.0.0.1"], LONG);
    for host in [
        "127.0.0.1",
        "127.1",
        "0177.1",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "127.0.0.1.",
        "10.0.0.1",
        "192.168.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "224.0.0.1",
        "255.255.255.255",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
        "%31%32%37.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        // Names that lead there.
        "127.0.0.1.nip.io",
        "10-0-0-1.sslip.io",
        "metadata.google.internal",
        "metadata",
        "router",
        "user:password@images.example",
        "8.8.8.8@images.example",
    ] {
        for url in
            [format!("http://{host}/a.png"), format!("https://{host}/a.png"), format!("http:\\\\{host}\\a")]
        {
            let error = failure(&images, &url).await;
            assert!(is_private(&error), "{url}: {error}");
        }
    }
    for url in ["http://8.8.8.8:22/", "https://8.8.8.8:8443/", "http://8.8.8.8:110/", "http://8.8.8.8:995/"] {
        let error = failure(&images, url).await;
        let is_port = matches!(error, Error::Connection(net::Error::Forbidden(Forbidden::Port { .. })));
        assert!(is_port, "{url}: {error}");
    }
    for url in [
        "",
        "a.png",
        "/a.png",
        "ftp://images.example/",
        "file:///etc/passwd",
        "data:image/png,x",
        "gopher://x/",
    ] {
        assert!(matches!(failure(&images, url).await, Error::NotAnAddress), "{url}");
    }
}

#[tokio::test]
async fn an_entry_without_a_port_is_not_about_images() {
    let images = images(&["10.1.2.0/24"], &["10.1.2.3"], LONG);
    assert!(is_private(&failure(&images, "http://intranet.example/").await));
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_address() {
    let (port, serving) = server(vec![
        moved("http://127.0.0.2/"),
        moved("//localhost/x"),
        moved("http://metadata.example/latest"),
        moved("file:///etc/passwd"),
        moved("http://127.0.0.1:1/"),
    ])
    .await;
    let images = images(&[&format!("127.0.0.1:{port}")], &["169.254.169.254"], LONG);
    let url = format!("http://127.0.0.1:{port}/a.png");
    assert!(is_private(&failure(&images, &url).await));
    // The second address of `localhost` is private; the first is allowed on another port only.
    let error = failure(&images, &url).await;
    assert!(matches!(error, Error::Connection(net::Error::Forbidden(_))), "{error}");
    assert!(is_private(&failure(&images, &url).await));
    assert!(matches!(failure(&images, &url).await, Error::NotAnAddress));
    let error = failure(&images, &url).await;
    assert!(
        matches!(error, Error::Connection(net::Error::Forbidden(Forbidden::Port { port: 1, .. }))),
        "{error}"
    );
    assert_eq!(serving.await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_next_time_leads_nowhere() {
    let (port, serving) = server(vec![moved("/b.png")]).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1", "127.0.0.2"], LONG);
    assert!(is_private(&failure(&images, &format!("http://rebind.example:{port}/a.png")).await));
    assert_eq!(serving.await.unwrap().len(), 1);
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let next = |n: u8| moved(&format!("{n}.png?x=1#f"));
    let mut answers = vec![next(1), next(2), next(3), ok("Content-Length: 24\r\n", PNG)];
    answers.extend([next(1), next(2), next(3), next(4)]);
    let (port, serving) = server(answers).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1"], LONG);
    let url = format!("http://images.example:{port}/dir/a.png?y#g");
    let image = images.fetch("ann", &url).await.unwrap();
    assert_eq!(image.media_type, "image/png");
    assert_eq!(whole(image).await.unwrap(), PNG);
    assert!(matches!(failure(&images, &url).await, Error::TooManyRedirects));
    let asked = serving.await.unwrap();
    let firsts: Vec<_> = asked.iter().take(4).map(|request| request.lines().next().unwrap()).collect();
    assert_eq!(
        firsts,
        [
            "GET /dir/a.png?y HTTP/1.1",
            "GET /dir/1.png?x=1 HTTP/1.1",
            "GET /dir/2.png?x=1 HTTP/1.1",
            "GET /dir/3.png?x=1 HTTP/1.1"
        ]
    );
}

#[tokio::test]
async fn a_server_learns_nothing_of_the_reader() {
    let (port, serving) = server(vec![
        [&b"HTTP/1.1 302 Found\r\nSet-Cookie: id=1\r\n"[..], b"Location: http://u:p@127.0.0.1/b\r\n\r\n"]
            .concat(),
    ])
    .await;
    let images = images(&[&format!("127.0.0.1:{port}")], &["127.0.0.1"], LONG);
    failure(&images, &format!("http://ann:secret@images.example:{port}/a.png?q=%20#top")).await;
    let asked = serving.await.unwrap().remove(0);
    assert_eq!(
        asked.to_ascii_lowercase(),
        format!(
            "get /a.png?q=%20 http/1.1\r\nhost: images.example:{port}\r\nuser-agent: mozilla/5.0\r\n\
             accept: image/*\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n"
        )
    );
}

#[tokio::test]
async fn only_images_are_images() {
    let svg = &b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"[..];
    let answers = [
        ok("Content-Type: image/svg+xml\r\n", svg),
        ok("Content-Type: image/png\r\n", svg),
        ok("Content-Type: image/png\r\n", b"<html><script>alert(1)</script></html>"),
        ok("Content-Type: image/gif\r\n", b"alert(1);alert(2);"),
        ok("Content-Type: image/png\r\nContent-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0\0\0"),
        ok("Content-Type: image/png\r\n", b""),
        ok("Content-Type: image/png\r\n", b"\x89PNG"),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 24\r\n\r\n\x89PNG\r\n\x1a\n0000000000000000".to_vec(),
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 24\r\n\r\n\x89PNG\r\n\x1a\n0000000000000000"
            .to_vec(),
        b"HTTP/1.1 302 Found\r\n\r\n\x89PNG\r\n\x1a\n".to_vec(),
        b"\x89PNG\r\n\x1a\n0000000000000000".to_vec(),
        b"* OK IMAP ready\r\n".to_vec(),
        ok(&format!("X: {}\r\n", "a".repeat(64_000)), PNG),
        ok(&"X: a\r\n".repeat(200), PNG),
        ok("Content-Length: 10000001\r\n", PNG),
    ];
    let n_answers = answers.len();
    let (port, serving) = server(answers.into()).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1"], LONG);
    for n in 0..n_answers {
        let result = images.fetch("ann", &format!("http://images.example:{port}/{n}")).await;
        assert!(result.is_err(), "{n}: {:?}", result.map(|image| image.media_type));
    }
    assert_eq!(serving.await.unwrap().len(), n_answers);
}

#[tokio::test]
async fn an_image_is_one_whatever_it_is_called() {
    let webp = b"RIFF\x24\0\0\0WEBPVP8 ";
    let avif = b"\0\0\0\x20ftypavif\0\0\0\0";
    let kinds: [(&[u8], &str); 5] = [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "image/gif"),
        (webp, "image/webp"),
        (avif, "image/avif"),
    ];
    let answers = kinds.iter().map(|(bytes, _)| ok("Content-Type: text/html\r\n", bytes)).collect();
    let (port, serving) = server(answers).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1"], LONG);
    for (bytes, media_type) in kinds {
        let image = images.fetch("ann", &format!("http://images.example:{port}/")).await.unwrap();
        assert_eq!(image.media_type, media_type);
        assert_eq!(whole(image).await.unwrap(), bytes);
    }
    serving.await.unwrap();
}

#[tokio::test]
async fn what_grows_too_large_is_cut_off() {
    let endless = [PNG, &vec![b'x'; 10_000_000]].concat();
    let (port, _serving) = server(vec![ok("", &endless)]).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1"], LONG);
    let image = images.fetch("ann", &format!("http://images.example:{port}/")).await.unwrap();
    assert!(matches!(whole(image).await, Err(Error::TooLarge)));
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = images(&["127.0.0.1:*"], &["127.0.0.1"], Duration::from_millis(50));
    let url = format!("http://images.example:{port}/");
    // It takes the connection and says nothing.
    assert!(matches!(failure(&silent, &url).await, Error::TimedOut));
    drop(listener.accept().await.unwrap());
    // It says a part, and then nothing.
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        while socket.read_u8().await.unwrap() != b'\n' {}
        socket.write_all(&ok("Content-Length: 100\r\n", PNG)).await.unwrap();
        let mut rest = Vec::new();
        drop(socket.read_to_end(&mut rest).await);
    });
    let patient = images(&["127.0.0.1:*"], &["127.0.0.1"], Duration::from_millis(500));
    let image = patient.fetch("ann", &url).await.unwrap();
    assert!(matches!(whole(image).await, Err(Error::TimedOut)));
    // The connection is gone: the server was told.
    serving.await.unwrap();
}

#[tokio::test]
async fn what_stops_before_its_end_is_an_error() {
    let (port, serving) = server(vec![ok("Content-Length: 100\r\n", PNG)]).await;
    let images = images(&["127.0.0.1:*"], &["127.0.0.1"], LONG);
    let image = images.fetch("ann", &format!("http://images.example:{port}/")).await.unwrap();
    assert!(matches!(whole(image).await, Err(Error::Protocol(_))));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_stops_reading_keeps_no_turn() {
    let turns = Turns::default();
    let mut held = Vec::new();
    while let Ok(turn) = timeout(Duration::ZERO, turns.take("ann")).await {
        held.push(for_a_while(turn));
    }
    assert!(!held.is_empty());
    tokio::time::advance(MAX_DURATION).await;
    turns.take("ann").await;
}
