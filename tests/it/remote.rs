//! Images on other servers: counted, asked for, and fetched by the site alone.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use postroom_rig::{Person, rig};

use crate::{
    browser::{Browser, Page},
    letters::{Letter, letter},
    site::{Site, site},
    wire,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000";

/// A web server on this machine, and what it was asked.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { address: listener.local_addr().unwrap(), asked: Arc::default() };
        let asked = Arc::clone(&server.asked);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let asked = Arc::clone(&asked);
                thread::spawn(move || serve(socket.unwrap(), &asked));
            }
        });
        server
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn image(&self, path: &str) -> String {
        format!("<img src=\"{}\">", self.url(path))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut socket: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut request = String::new();
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    while !request.ends_with("\r\n\r\n") && reader.read_line(&mut request).is_ok_and(|n| n > 0) {}
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(request);
    let mut answer = |headers: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {headers}\r\nSet-Cookie: seen=1\r\nConnection: close\r\n\r\n");
        // Whoever has enough goes away.
        drop(socket.write_all(&[head.as_bytes(), body].concat()));
    };
    let moved = |to: String| format!("302 Found\r\nLocation: {to}");
    match path.split_once("/to/").map_or(path.as_str(), |(_, n)| n) {
        "0" => answer("200 OK", PNG),
        n if n.parse().is_ok_and(|n: u8| n < 10) => {
            answer(&moved(format!("/to/{}", n.parse::<u8>().unwrap() - 1)), b"");
        }
        "/private" => answer(&moved("http://10.0.0.1/a.png".to_owned()), b""),
        "/beside" => answer(&moved("http://127.0.0.2/a.png".to_owned()), b""),
        "/file" => answer(&moved("file:///etc/hostname".to_owned()), b""),
        "/typed" => answer("200 OK\r\nContent-Type: text/html", PNG),
        "/svg" => {
            answer("200 OK\r\nContent-Type: image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        }
        "/html" => answer("200 OK\r\nContent-Type: image/png", b"<html><script>alert(1)</script></html>"),
        "/js" => answer("200 OK\r\nContent-Type: image/gif", b"alert(document.domain);"),
        "/gone" => answer("404 Not Found\r\nContent-Type: image/png", PNG),
        "/large" => answer("200 OK", &[PNG, &vec![b'x'; 11_000_000]].concat()),
        _ => answer("200 OK\r\nContent-Type: image/png", PNG),
    }
}

/// A site whose administrator lets it fetch from this address, and from no other of this machine.
fn allowing() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*")]))
}

fn from(sender: &str, subject: &str, html: &str) -> Letter {
    letter(subject).header("From", sender).html(html)
}

fn signed_in(person: &Person, letters: &[Letter]) -> (Browser, Page) {
    for letter in letters {
        rig().deliver(person, letter.eml());
    }
    allowing().signed_in(person)
}

/// The document that a message's page frames.
#[track_caller]
fn body(browser: &Browser, page: &Page) -> Page {
    let body = browser.get(&page.attr("iframe", "src"));
    body.is(200);
    let csp = body.header("content-security-policy");
    assert!(csp.contains("img-src 'self' data:;"), "{csp}");
    body
}

/// Where the images of a message are loaded from, once somebody asked for them.
#[track_caller]
fn addresses(browser: &Browser, page: &Page) -> Vec<String> {
    let shown = browser.get(&page.link("Show images"));
    body(browser, &shown).attrs("img", "src")
}

#[track_caller]
fn trust(browser: &Browser, page: &Page, action: &str) -> Page {
    browser.follow(browser.submit(page, "form[action$='/images']", &[("action", action)]))
}

fn cookies(browser: &Browser) -> String {
    let cookie = |name: &str| format!("{name}={}", browser.cookie(name).unwrap());
    [cookie("postroom"), cookie("postroom_key")].join("; ")
}

#[test]
fn nothing_is_fetched_before_somebody_asks() {
    let server = Server::start();
    let html = format!(
        "<style>.hero{{background:url({})}}</style><p class=hero style=\"background-image:url({})\">x</p>\
         <table background=\"{}\"><tr><td>y</table>{}<img src=\"https://a.invalid/1.png\">\
         <img src=\"//b.invalid/2.png\" srcset=\"https://c.invalid/3.png 2x\">\
         <img src=\"https://t.invalid/o.gif\" width=1 height=1><img src=\"{}\" style=\"display:none\">",
        server.url("/hero"),
        server.url("/inline"),
        server.url("/table"),
        server.image("/a.png"),
        server.url("/open"),
    );
    let ann = rig().person("ann");
    let (browser, inbox) = signed_in(&ann, &[from("Shop <news@shop.example>", "sale", &html)]);
    let page = browser.get(&inbox.link("sale"));
    page.shows("8 images from 4 hosts, 2 trackers among them, were not shown");
    assert_eq!(page.texts(".hosts li"), ["127.0.0.1", "a.invalid", "b.invalid", "t.invalid"]);
    let blocked = body(&browser, &page).html();
    assert!(!blocked.contains("http") && !blocked.contains("/remote?"), "{blocked}");
    browser.get(&format!("{}/print", page.path.split('?').next().unwrap())).lacks("invalid");
    assert_eq!(server.asked(), Vec::<String>::new());

    let shown = browser.get(&page.link("Show images"));
    shown.shows("8 images from 4 hosts, 2 trackers among them, are shown for now");
    let document = body(&browser, &shown);
    assert!(!document.html().contains("http") && !document.html().contains("invalid"), "{document}");
    let own = format!("{}/remote?u=", page.path.split('?').next().unwrap());
    let of_css = document.html().matches("url(").count();
    let addresses = [document.attrs("[src]", "src"), document.attrs("[background]", "background")].concat();
    assert_eq!((of_css, addresses.len()), (2, 6), "{document}");
    assert!(addresses.iter().all(|address| address.starts_with(&own)), "{addresses:?}");
    assert_eq!(server.asked(), Vec::<String>::new(), "only a browser that loads them asks");

    // And for this once only.
    browser.get(&page.path).shows("were not shown");
    assert!(browser.get(&shown.link("Hide images")).text().contains("were not shown"));
}

#[test]
fn an_image_comes_through_the_site_and_tells_nothing_of_the_reader() {
    let server = Server::start();
    let html = server.image("/a.png?id=7&amp;x=%20#top") + &server.image("/typed");
    let (browser, inbox) = signed_in(&rig().person("ann"), &[from("news@shop.example", "sale", &html)]);
    let addresses = addresses(&browser, &browser.get(&inbox.link("sale")));
    for address in &addresses {
        let image =
            browser.get_with(address, &[("Referer", "http://mail.test/secret"), ("Accept-Language", "de")]);
        image.is(200);
        assert_eq!(image.bytes, PNG);
        for (name, value) in [
            ("content-type", "image/png"),
            ("cache-control", "private, max-age=3600"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("set-cookie", ""),
        ] {
            assert_eq!(image.header(name), value, "{name}");
        }
    }
    let asked = server.asked();
    let host = server.address;
    for (request, path) in asked.iter().zip(["/a.png?id=7&x=%20", "/typed"]) {
        let expected = format!(
            "get {path} http/1.1\r\nhost: {host}\r\nuser-agent: mozilla/5.0\r\naccept: image/*\r\n\
             accept-encoding: identity\r\nconnection: close\r\n\r\n"
        );
        assert_eq!(request.to_ascii_lowercase(), expected);
    }
    assert_eq!(asked.len(), 2);
    // The cookie that the server set is not sent the next time either.
    browser.get(&addresses[0]).is(200);
    assert!(!server.asked()[2].to_ascii_lowercase().contains("cookie"));
    // HEAD has the headers alone.
    let socket = TcpStream::connect(allowing().origin.trim_start_matches("http://")).unwrap();
    let head = wire::ask(socket, "HEAD", &addresses[0], &[("Host", "x"), ("Cookie", &cookies(&browser))]);
    assert_eq!((head.status, head.header("content-type"), head.body.as_str()), (200, Some("image/png"), ""));
}

#[test]
fn what_is_no_image_is_not_passed_on() {
    let server = Server::start();
    let bad = ["/svg", "/html", "/js", "/gone", "/private", "/beside", "/file", "/to/4"];
    let html: String = bad.iter().chain(&["/to/3"]).map(|path| server.image(path)).collect();
    // Private by itself, on a port that is not for the web, and nobody there.
    let others = [
        "http://127.0.0.2/a",
        "http://[::1]/a",
        "http://2130706434/a",
        "http://8.8.8.8:25/a",
        "http://x.invalid/",
    ];
    let others: String = others.iter().map(|url| format!("<img src=\"{url}\">")).collect();
    let (browser, inbox) =
        signed_in(&rig().person("ann"), &[from("a@shop.example", "odd", &(html + &others))]);
    let addresses = addresses(&browser, &browser.get(&inbox.link("odd")));
    assert_eq!(addresses.len(), bad.len() + 1 + 5);
    for (n, address) in addresses.iter().enumerate() {
        let answer = browser.get(address);
        if n == bad.len() {
            assert_eq!((answer.status, &answer.bytes[..]), (200, PNG), "three redirects are followed");
            continue;
        }
        assert_eq!((answer.status, answer.bytes.len()), (502, 0), "{n}: {answer}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[test]
fn what_is_too_large_is_cut_off() {
    let server = Server::start();
    let (browser, inbox) =
        signed_in(&rig().person("ann"), &[from("a@shop.example", "large", &server.image("/large"))]);
    let address = addresses(&browser, &browser.get(&inbox.link("large"))).remove(0);
    let mut socket = TcpStream::connect(allowing().origin.trim_start_matches("http://")).unwrap();
    wire::send(&mut socket, "GET", &address, &[("Host", "x"), ("Cookie", &cookies(&browser))], "");
    let mut n_bytes = 0;
    let mut reader = BufReader::new(socket);
    // However the connection ends.
    while let Ok(n @ 1..) = reader.fill_buf().map(<[u8]>::len) {
        reader.consume(n);
        n_bytes += n;
    }
    assert!((1_000..10_010_000).contains(&n_bytes), "{n_bytes}");
}

#[test]
fn an_address_holds_for_its_message_and_its_sign_in_alone() {
    let server = Server::start();
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let one = from("a@shop.example", "one", &server.image("/a.png"));
    let two = from("a@shop.example", "two", &server.image("/b.png"));
    rig().deliver(&bob, one.eml());
    let (browser, inbox) = signed_in(&ann, &[one, two]);
    let a = addresses(&browser, &browser.get(&inbox.link("one"))).remove(0);
    let b = addresses(&browser, &browser.get(&inbox.link("two"))).remove(0);
    let (path, query) = a.split_once('?').unwrap();
    let (u, sig) = query.split_once("&sig=").unwrap();
    let (b_path, b_query) = b.split_once('?').unwrap();
    let (b_u, b_sig) = b_query.split_once("&sig=").unwrap();
    let forged = [
        format!("{b_path}?{query}"),
        format!("{path}?{b_query}"),
        format!("{path}?{u}&sig={b_sig}"),
        format!("{path}?{b_u}&sig={sig}"),
        format!("{}?{query}", path.replace("/INBOX/", "/Trash/")),
        format!("{path}?{u}A&sig={sig}"),
        format!("{path}?{u}&sig={}", &sig[1..]),
        format!("{path}?{u}&sig={sig}="),
        format!("{path}?{u}"),
        format!("{path}?sig={sig}"),
        format!("{path}?u={}&sig={sig}", server.url("/a.png").replace([':', '/'], "_")),
        path.to_owned(),
    ];
    for address in &forged {
        browser.get(address).is(404);
    }
    let (elsewhere, _) = allowing().signed_in(&ann);
    elsewhere.get(&a).is(404);
    let (of_bob, _) = allowing().signed_in(&bob);
    of_bob.get(&a).is(404);
    allowing().browser().get(&a).is(303);
    assert_eq!(server.asked(), Vec::<String>::new());
    browser.get(&a).is(200);
    browser.get("/settings");
    browser.submit(&browser.get("/settings"), "form[action$='/logout']", &[]).is(303);
    browser.get(&a).is(303);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_sender_is_trusted_until_they_are_not() {
    let server = Server::start();
    let ann = rig().person("ann");
    let letters = ["summer", "winter"].map(|s| from("Shop <News@Shop.example>", s, &server.image("/a.png")));
    let other = from("Shop <news@shop.example.evil.example>", "autumn", &server.image("/c.png"));
    let (browser, inbox) = signed_in(&ann, &[&letters[..], &[other]].concat());
    let open = |subject: &str| browser.get(&inbox.link(subject));
    let summer = open("summer");
    summer.shows("Always show images from news@shop.example");
    let trusted = trust(&browser, &summer, "trust");
    trusted.is(200).shows("is shown, as always from news@shop.example").shows("Stop showing");
    for page in [&trusted, &open("winter")] {
        let image = body(&browser, page).attr("img", "src");
        assert_eq!(browser.get(&image).bytes, PNG);
    }
    let print = browser.get(&format!("{}/print", open("summer").path.split('?').next().unwrap()));
    assert_eq!(browser.get(&print.attr(".message-body img", "src")).bytes, PNG);
    open("autumn").shows("was not shown").shows("Always show images from news@shop.example.evil.example");
    // Nobody else trusts them.
    let bob = rig().person("bob");
    let (of_bob, inbox_of_bob) = signed_in(&bob, &letters[..1]);
    of_bob.get(&inbox_of_bob.link("summer")).shows("was not shown");
    of_bob.get("/settings").lacks("shop.example");

    trust(&browser, &open("winter"), "distrust").shows("no longer").shows("was not shown");
    open("summer").shows("was not shown").shows("Always show images");
    browser.get("/settings").lacks("news@shop.example");

    trust(&browser, &open("summer"), "trust");
    let settings = browser.get("/settings");
    settings.shows("news@shop.example");
    let removed = browser.follow(browser.submit(&settings, "form.entry-buttons", &[("action", "distrust")]));
    removed.shows("Images from news@shop.example are no longer shown");
    assert!(removed.texts(".entry bdi").iter().all(|shown| shown != "news@shop.example"), "{removed}");
    open("summer").shows("was not shown");
}

#[test]
fn a_forged_sender_is_not_trusted() {
    let server = Server::start();
    let image = server.image("/a.png");
    let ann = rig().person("ann");
    let real = from("news@shop.example", "real", &image);
    let fails =
        "mx.example; spf=pass smtp.mailfrom=evil.example; dmarc=fail (p=none) header.from=shop.example";
    let forged = from("news@shop.example", "forged", &image).header("Authentication-Results", fails);
    let two = from("news@shop.example, evil@evil.example", "two of them", &image);
    let attached = format!(
        "From: carol@example.org\nTo: ann@example.org\nSubject: outer\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nsee\n--o\n\
         Content-Type: message/rfc822\n\n{}\n--o--\n",
        real.eml()
    );
    rig().deliver(&ann, attached);
    let (browser, inbox) = signed_in(&ann, &[real, forged, two]);
    let open = |subject: &str| browser.get(&inbox.link(subject));
    open("forged").shows("was not shown").lacks("Always show");
    open("two of them").shows("was not shown").lacks("Always show");
    trust(&browser, &open("real"), "trust").shows("is shown, as always");
    let page = open("forged");
    page.shows("a server that checked says that this message is not from there").shows("Show images");
    assert!(body(&browser, &page).attrs("img", "src").is_empty());
    open("two of them").shows("was not shown");
    let outer = open("outer");
    let inner = browser.get(&outer.attr(".attachment a[href*='part=']", "href"));
    inner.shows("was not shown").lacks("Always show");
    assert_eq!(server.asked(), Vec::<String>::new());
    // Asked for, they are shown all the same.
    assert_eq!(browser.get(&addresses(&browser, &page)[0]).bytes, PNG);
    assert_eq!(browser.get(&addresses(&browser, &inner)[0]).bytes, PNG);
}

#[test]
fn without_the_administrators_leave_this_machine_is_out_of_reach() {
    let server = Server::start();
    let ann = rig().person("ann");
    let port = server.address.port();
    let hosts = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"];
    let html: String = hosts.iter().map(|host| format!("<img src=\"http://{host}:{port}/a.png\">")).collect();
    rig().deliver(&ann, from("a@shop.example", "inside", &html).eml());
    let (browser, inbox) = site().signed_in(&ann);
    let addresses = addresses(&browser, &browser.get(&inbox.link("inside")));
    assert_eq!(addresses.len(), hosts.len());
    for address in addresses {
        let answer = browser.get(&address);
        assert_eq!((answer.status, answer.bytes.len()), (502, 0), "{answer}");
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}
