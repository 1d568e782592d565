//! Behind a real nginx with TLS, as it is deployed: at the root and below it, over TCP and over a Unix socket.

use std::{os::unix::net::UnixStream, path::Path};

use postroom_rig::{Nginx, Person, Product, free_address, rig, until};

use crate::{
    browser::{Browser, Page},
    letters::letter,
};

/// How nginx reaches Postroom.
#[derive(Clone, Copy)]
enum Over {
    Tcp,
    Unix,
}

/// Postroom behind nginx, at a subpath or at the root.
struct Behind {
    product: Product,
    _nginx: Nginx,
    _dir: tempfile::TempDir,
    /// `https://localhost:1234`
    origin: String,
    base: String,
}

impl Behind {
    /// `at` ends with a slash.
    fn start(at: &str, over: Over, settings: &[(&str, &str)]) -> Behind {
        let dir = tempfile::tempdir().unwrap();
        let address = free_address();
        let socket = format!("unix:{}", dir.path().join("postroom.sock").display());
        let upstream = match over {
            Over::Tcp => address.to_string(),
            Over::Unix => socket,
        };
        let own = [("POSTROOM_LISTEN", upstream.as_str()), ("POSTROOM_BASE_PATH", at)];
        let settings: Vec<_> = own.iter().chain(settings).copied().collect();
        let product = Product::start(rig(), Path::new(env!("CARGO_BIN_EXE_postroom")), address, &settings);
        let nginx = Nginx::in_front_of(rig(), &upstream, at);
        let base = at.trim_end_matches('/').to_owned();
        let origin = nginx.url().trim_end_matches(at).to_owned();
        let behind = Behind { product, _nginx: nginx, _dir: dir, origin, base };
        let browser = behind.browser();
        let healthz = format!("{}/healthz", behind.base);
        until("Postroom answers through nginx", || browser.get(&healthz).status == 200);
        behind
    }

    fn browser(&self) -> Browser {
        Browser::trusting(&self.origin, rig().ca_file())
    }

    /// Posts the sign-in form.
    fn sign_in(&self, person: &Person, password: &str, headers: &[(&str, &str)]) -> Page {
        let fields = [("username", person.address.as_str()), ("password", password)];
        self.browser().post(&format!("{}/login", self.base), &fields, headers)
    }

    /// The line about this person's failed sign-in.
    fn auth_failed(&self, person: &Person) -> String {
        let begin = format!("auth failed user={} ", person.address);
        let log = self.product.output();
        let line = log.lines().find_map(|line| line.split_once(&begin).map(|(_, rest)| rest.to_owned()));
        line.unwrap_or_else(|| panic!("no `{begin}` in {log}"))
    }

    /// Everything the answer points to is below the base path.
    #[track_caller]
    fn holds(&self, page: &Page) {
        let mut addresses: Vec<String> = page.location().into_iter().collect();
        for (css, attribute) in [
            ("a[href], link[href], use[href]", "href"),
            ("form[action]", "action"),
            ("[formaction]", "formaction"),
            ("[src]", "src"),
            ("input[name=next], input[name=back]", "value"),
        ] {
            addresses.extend(page.attrs(css, attribute));
        }
        let below = format!("{}/", self.base);
        for address in addresses {
            let is_ours = address.starts_with(&below) || address == self.base || address.starts_with('#');
            let is_mails = address.starts_with("https://example.org/") || address.starts_with("data:");
            assert!(is_ours || is_mails, "{address} in {page}");
        }
        for cookie in page.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let path = if self.base.is_empty() { "/" } else { &self.base };
            assert!(cookie.split("; ").any(|word| word == format!("Path={path}")), "{cookie}");
            assert!(cookie.ends_with("; Secure"), "{cookie}");
        }
    }
}

/// Signs in, lists, opens, acts, writes, signs out: every step through what the page before offers.
fn main_flow(at: &str, over: Over, settings: &[(&str, &str)]) {
    let behind = Behind::start(at, over, settings);
    let base = behind.base.as_str();
    let ann = rig().person("ann");
    rig().deliver(
        &ann,
        letter("through the proxy").html("<p>Hello <a href='https://example.org/'>you</a></p>").eml(),
    );
    let browser = behind.browser();
    // What a browser says of a form of this very site.
    let ours = [("Origin", behind.origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let holds = |page: Page| {
        behind.holds(&page);
        page
    };

    let door = holds(browser.get(&format!("{base}/")));
    assert_eq!(door.location(), Some(format!("{base}/login")));
    let form = holds(browser.get(&door.location().unwrap()));
    let signed_in =
        holds(browser.submit(&form, "form", &[("username", &ann.address), ("password", &ann.password)]));
    assert_eq!(signed_in.location(), Some(format!("{base}/mail/INBOX")));
    assert_eq!(signed_in.headers.get_all("set-cookie").iter().count(), 2);

    let list = holds(browser.follow(signed_in));
    let css = browser.get(&list.attr("link[rel=stylesheet]", "href"));
    assert_eq!((css.status, css.header("content-type")), (200, "text/css; charset=utf-8"));
    let message = holds(browser.get(&list.link("through the proxy")));
    message.is(200).shows("through the proxy");
    holds(browser.get(&message.attr("iframe", "src"))).is(200).shows("Hello you");
    for link in ["All headers", "Print", "Reply", "Forward"] {
        holds(browser.get(&message.link(link))).is(200);
    }

    let fields =
        [("csrf", message.field("csrf")), ("id", message.field("id")), ("action", "flag".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let acted = holds(browser.post(&format!("{base}/mail/INBOX/act"), &fields, &ours));
    assert_eq!(acted.location(), Some(format!("{base}/mail/INBOX")));
    let list = holds(browser.follow(acted));
    list.shows("1 message flagged");
    holds(browser.follow(browser.submit(&list, "form[action$='/undo']", &[]))).shows("Undone");

    let form = holds(browser.get(&list.link("Compose")));
    let written = [("to", "bob@example.org"), ("subject", "a draft"), ("intent", "save")];
    let saved = holds(browser.follow(browser.submit(&form, "form[action$='/compose']", &written)));
    saved.is(200).shows("Saved in Drafts");
    let drafts = holds(browser.get(&format!("{base}/mail/Drafts")));
    let draft = holds(browser.get(&drafts.attr("li.row a[href*='draft=']", "href")));
    assert_eq!(draft.field("subject"), "a draft");
    holds(browser.get(&format!("{base}/mail/Nowhere"))).is(404);
    holds(browser.get(&format!("{base}/folders"))).is(200);

    let out = holds(browser.submit(&list, "form[action$='/logout']", &[]));
    assert_eq!(out.location(), Some(format!("{base}/login")));
    let gone = holds(browser.get(&format!("{base}/mail/INBOX")));
    assert!(gone.location().is_some_and(|to| to.starts_with(&format!("{base}/login?next="))), "{gone}");
}

#[test]
fn the_main_flow_at_the_root() {
    main_flow("/", Over::Tcp, &[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1")]);
}

#[test]
fn the_main_flow_below_webmail() {
    main_flow("/webmail/", Over::Tcp, &[("POSTROOM_TRUSTED_PROXIES", "127.0.0.0/8, ::1")]);
}

#[test]
fn the_main_flow_at_the_root_over_a_socket() {
    main_flow("/", Over::Unix, &[("POSTROOM_TRUSTED_PROXIES", "unix")]);
}

#[test]
fn the_main_flow_below_webmail_over_a_socket() {
    main_flow("/webmail/", Over::Unix, &[("POSTROOM_TRUSTED_PROXIES", "unix")]);
}

#[test]
fn the_main_flow_works_with_a_known_origin_and_no_trust() {
    // The certificate's host is localhost; the port is nginx's, which only the Host header knows. So the origin is
    // not compared with it: browsers of today say themselves that a form is of this site.
    main_flow("/mail/box/", Over::Tcp, &[("POSTROOM_PUBLIC_ORIGIN", "https://localhost")]);
}

#[test]
fn the_log_has_the_browsers_address_from_a_trusted_proxy_alone() {
    let forged = [("X-Forwarded-For", "198.51.100.7, 203.0.113.9")];
    // Our browser is on 127.0.0.1 too, so here it stands for an outer proxy: its last word is believed, and no more.
    let trusting = Behind::start("/", Over::Tcp, &[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1")]);
    let ann = rig().person("ann");
    trusting.sign_in(&ann, "wrong", &forged).is(401);
    assert_eq!(trusting.auth_failed(&ann), "ip=203.0.113.9 reason=bad-credentials");

    // Only the socket is trusted: nginx's word is, what the browser wrote before it is not.
    let trusting = Behind::start("/", Over::Unix, &[("POSTROOM_TRUSTED_PROXIES", "unix")]);
    let bob = rig().person("bob");
    trusting.sign_in(&bob, "wrong", &forged).is(401);
    assert_eq!(trusting.auth_failed(&bob), "ip=127.0.0.1 reason=bad-credentials");

    for (over, seen) in [(Over::Tcp, "127.0.0.1"), (Over::Unix, "unix")] {
        let untrusting = Behind::start("/webmail/", over, &[("POSTROOM_TRUSTED_PROXIES", "192.0.2.1")]);
        let carol = rig().person("carol");
        untrusting.sign_in(&carol, "wrong", &forged).is(401);
        assert_eq!(untrusting.auth_failed(&carol), format!("ip={seen} reason=bad-credentials"));
    }
}

#[test]
fn a_refused_origin_names_its_cause_in_the_log() {
    let ann = rig().person("ann");
    let foreign = [("Origin", "https://mail.test")];
    let untrusting = Behind::start("/webmail/", Over::Tcp, &[]);
    untrusting.sign_in(&ann, &ann.password, &foreign).is(403);
    let host = untrusting.origin.trim_start_matches("https://");
    let log = untrusting.product.output();
    let cause = format!(
        "its origin is \"https://mail.test\", expected was \"http://{host}\"; X-Forwarded-Host: \"{host}\" was \
         ignored, because the peer is not in trusted_proxies"
    );
    assert!(log.contains(&cause), "{log}");
    // Trusted, there is nothing to ignore; the origin is another site's all the same.
    let trusting = Behind::start("/webmail/", Over::Tcp, &[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1")]);
    trusting.sign_in(&ann, &ann.password, &foreign).is(403);
    let host = trusting.origin.trim_start_matches("https://");
    let log = trusting.product.output();
    assert!(log.contains(&format!("expected was \"https://{host}\"")) && !log.contains("ignored"), "{log}");
}

#[test]
fn what_an_untrusted_peer_claims_is_ignored() {
    let ann = rig().person("ann");
    let site = crate::site::site();
    let fields = [("username", ann.address.as_str()), ("password", "wrong")];
    for claims in [
        &[
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "mail.test"),
        ][..],
        &[("Forwarded", "for=203.0.113.9;proto=https;host=mail.test")],
    ] {
        let browser = site.browser();
        browser.post("/login", &fields, claims).is(401);
        let right = [fields[0], ("password", ann.password.as_str())];
        let signed_in = browser.post("/login", &right, claims);
        signed_in.is(303);
        assert!(
            signed_in.headers.get_all("set-cookie").iter().all(|c| !c.to_str().unwrap().contains("Secure"))
        );
        // The host they claim makes no foreign origin ours.
        let with_origin: Vec<_> = claims.iter().copied().chain([("Origin", "https://mail.test")]).collect();
        browser.post("/login", &right, &with_origin).is(403);
    }
    let log = site.log();
    let about_ann = log.lines().filter(|line| line.contains(&format!("user={} ", ann.address)));
    let about_ann: Vec<_> = about_ann.collect();
    assert_eq!(about_ann.len(), 4, "{about_ann:?}");
    assert!(about_ann.iter().all(|line| line.contains(" ip=127.0.0.1")), "{about_ann:?}");
}

#[test]
fn a_trusted_peer_may_say_it_in_the_standard_header() {
    let site = crate::site::Site::start(&[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1")]);
    let ann = rig().person("ann");
    let right = [("username", ann.address.as_str()), ("password", &ann.password)];
    let claims = [
        ("Forwarded", "for=\"[2001:db8::1]:4711\";proto=https;host=mail.test"),
        ("Origin", "https://mail.test"),
    ];
    let signed_in = site.browser().post("/login", &right, &claims);
    signed_in.is(303);
    assert!(
        signed_in.headers.get_all("set-cookie").iter().all(|c| c.to_str().unwrap().ends_with("; Secure"))
    );
    let line = format!("auth ok user={} ip=2001:db8::1", ann.address);
    assert!(site.log().contains(&line), "{}", site.log());
}

#[test]
fn the_sockets_mode_decides_who_may_connect() {
    use std::os::unix::fs::PermissionsExt;
    let behind = Behind::start("/", Over::Unix, &[]);
    let path = behind._dir.path().join("postroom.sock");
    assert!(UnixStream::connect(&path).is_ok());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
}
