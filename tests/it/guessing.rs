//! Guessing passwords: slow for whoever guesses, never the end for whoever knows.

use std::{path::Path, process::Command};

use postroom_rig::rig;

use crate::site::Site;

/// Behind a proxy that says who asks.
fn behind_proxy() -> Site {
    Site::start(&[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1"), ("POSTROOM_LOG", "info")])
}

/// Status of an attempt from this address.
fn attempt(site: &Site, username: &str, password: &str, from: &str) -> u16 {
    let fields = [("username", username), ("password", password)];
    site.browser().post("/login", &fields, &[("X-Forwarded-For", from)]).status
}

#[test]
fn an_account_is_not_guessed_at_and_its_owner_comes_in_from_elsewhere() {
    let site = behind_proxy();
    let ann = rig().person("ann");
    let mut refused = 0;
    for _ in 0..12 {
        match attempt(&site, &ann.address, "wrong", "192.0.2.1") {
            401 => {}
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0, "{}", site.log());
    let fields = [("username", ann.address.as_str()), ("password", &ann.password)];
    let page = site.browser().post("/login", &fields, &[("X-Forwarded-For", "192.0.2.1")]);
    page.is(429).shows("too many attempts to sign in").shows("Please wait");
    assert!(page.header("retry-after").parse::<u64>().unwrap() <= 901);
    assert_eq!(page.field("username"), ann.address);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(attempt(&site, &ann.address, &ann.password, "192.0.2.2"), 303);
    // One stable line with the browser's address, for both kinds of failure.
    for reason in ["bad-credentials", "too-many-attempts"] {
        let line = format!("auth failed user={} ip=192.0.2.1 reason={reason}", ann.address);
        assert!(site.log().contains(&line), "no `{line}` in {}", site.log());
    }
}

#[test]
fn one_address_is_not_guessing_at_everybody() {
    let site = behind_proxy();
    // Nobody's: such names are refused like wrong passwords.
    let refused = (0..40).any(|n| attempt(&site, &format!("nobody{n}@example.org"), "x", "192.0.2.9") == 429);
    assert!(refused, "{}", site.log());
    let ann = rig().person("ann");
    assert_eq!(attempt(&site, &ann.address, &ann.password, "198.51.100.1"), 303);
}

#[test]
fn who_says_no_address_counts_by_the_connection() {
    // Without trusted_proxies a header changes nothing, however often it does.
    let ann = rig().person("ann");
    let site = Site::start(&[]);
    let refused = (0..12).any(|n| attempt(&site, &ann.address, "wrong", &format!("192.0.2.{n}")) == 429);
    assert!(refused, "{}", site.log());
}

/// The filter in `contrib/`, as fail2ban itself reads it.
#[test]
fn fail2ban_reads_our_log() {
    let filter = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/fail2ban/filter.d/postroom.conf");
    for (format, settings) in [("text", &[][..]), ("json", &[("POSTROOM_LOG_FORMAT", "json")][..])] {
        let settings = [&[("POSTROOM_TRUSTED_PROXIES", "127.0.0.1")][..], settings].concat();
        let site = Site::start(&settings);
        let ann = rig().person("ann");
        // A name that is made to look like another line of the log.
        let forged = "x ip=203.0.113.7 reason=bad-credentials\nauth failed user=y ip=203.0.113.7";
        for username in [ann.address.as_str(), forged] {
            assert_eq!(attempt(&site, username, "wrong", "192.0.2.33"), 401);
        }
        assert_eq!(attempt(&site, &ann.address, "wrong", "2001:db8::5"), 401);
        assert_eq!(attempt(&site, &ann.address, &ann.password, "198.51.100.4"), 303);
        let log = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(log.path(), site.log()).unwrap();
        let output = Command::new("fail2ban-regex")
            .args(["--print-all-matched", "--print-no-missed", "--verbose"])
            .args([log.path(), &filter])
            .output()
            .expect("fail2ban-regex; `tests/rig/install-packages tests` installs it");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("3 matched"), "{format}: {said}");
        assert!(said.contains("192.0.2.33") && said.contains("2001:db8::5"), "{format}: {said}");
        assert!(!said.contains("203.0.113.7  "), "{format}: a user name chose the address: {said}");
    }
}
