#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;

const BASE: &str =
    "listen = \"127.0.0.1:8025\"\nimap = \"imaps://mail.test\"\nsmtp = \"submissions://mail.test\"\n";

fn with(line: &str) -> Result<Config, Error> {
    Config::parse(&format!("{BASE}{line}"))
}

fn env(pairs: &[(&str, &str)]) -> Result<Config, Error> {
    Config::load(None, pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

#[test]
fn three_variables_are_enough() {
    let config = env(&[
        ("PATH", "/bin"),
        ("POSTROOM_LISTEN", "[::1]:8025"),
        ("POSTROOM_IMAP", "imap+insecure://127.0.0.1:1143"),
        ("POSTROOM_SMTP", "submission+insecure://[::1]:1587"),
    ])
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:8025");
    assert_eq!(config.imap, Upstream { host: "127.0.0.1".into(), port: 1143, security: Security::Insecure });
    assert_eq!(config.smtp, Upstream { host: "::1".into(), port: 1587, security: Security::Insecure });
}

#[test]
fn the_default_ports_are_the_registered_ones() {
    for (url, port, security) in [
        ("imaps://h", 993, Security::Tls),
        ("imap://h/", 143, Security::StartTls),
        ("imap+insecure://localhost", 143, Security::Insecure),
    ] {
        assert_eq!(Upstream::imap(url).unwrap().port, port, "{url}");
        assert_eq!(Upstream::imap(url).unwrap().security, security, "{url}");
    }
    assert_eq!(Upstream::smtp("submissions://h").unwrap().port, 465);
    assert_eq!(Upstream::smtp("submission://h").unwrap().port, 587);
}

#[test]
fn a_wrong_server_address_says_how_to_write_it() {
    for bad in [
        "mail.test",
        "http://h",
        "imaps://",
        "imaps://h:x",
        "imaps://h:99999",
        "imaps://u@h",
        "imaps://[::1",
        "imaps://h/x",
        "submissions://h",
        "imaps://a b",
    ] {
        assert!(Upstream::imap(bad).is_err(), "{bad}");
    }
    assert!(Upstream::imap("h").unwrap_err().contains("imaps://host:port"));
}

#[test]
fn every_spelling_of_a_pop3_server_becomes_one() {
    for (url, host, port) in [
        ("pop3s://Pop.Example.ORG", "pop.example.org", 995),
        (" pop3://pop.example.org.:1110/ ", "pop.example.org", 1110),
        ("pop3+insecure://[::1]", "::1", 110),
        ("pop3s://[::ffff:7f00:1]", "127.0.0.1", 995),
        ("pop3s://b\u{fc}cher.example", "xn--bcher-kva.example", 995),
        ("pop3s://0177.1", "127.0.0.1", 995),
        ("pop3s://0x7f.0.0x1", "127.0.0.1", 995),
        ("pop3s://2130706433:995", "127.0.0.1", 995),
        ("pop3s://127.1.", "127.0.0.1", 995),
        ("pop3s://0", "0.0.0.0", 995),
        ("pop3s://\u{ff11}\u{ff12}\u{ff17}.0.0.1", "127.0.0.1", 995),
    ] {
        let upstream = Upstream::pop3(url).unwrap();
        assert_eq!((upstream.host.as_str(), upstream.port), (host, port), "{url}");
    }
    let long = format!("pop3s://{}.example.org", "x".repeat(64));
    for bad in
        ["pop.test", "imaps://h", "pop3s://", "pop3s://1.2.3.4.5", "pop3s://a..b", "pop3s://me@h", &long]
    {
        assert!(Upstream::pop3(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_unencrypted_server_elsewhere_must_be_forced() {
    let insecure = BASE.replace("imaps", "imap+insecure");
    let error = Config::parse(&insecure).unwrap_err().to_string();
    assert!(error.contains("allow_insecure") && error.contains("mail.test"), "{error}");
    assert!(Config::parse(&format!("{insecure}allow_insecure = true")).is_ok());
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let error = with("trusted_proxy = []").unwrap_err().to_string();
    assert!(error.contains("`trusted_proxy`") && error.contains("did you mean `trusted_proxies`"), "{error}");
    let error = env(&[("POSTROOM_LISTN", "x")]).unwrap_err().to_string();
    assert!(error.contains("POSTROOM_LISTN") && error.contains("`listen`"), "{error}");
    let error = with("zzz = 1").unwrap_err().to_string();
    assert!(!error.contains("did you mean"), "{error}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{BASE}imap_connections = 7\nproduct_name = \"Post\"")).unwrap();
    let environment = [("POSTROOM_IMAP_CONNECTIONS".to_owned(), "2".to_owned())];
    let config = Config::load(Some(file.path()), environment).unwrap();
    assert_eq!((config.imap_connections, config.product_name.as_str()), (2, "Post"));
}

#[test]
fn any_value_may_stand_in_a_file_of_its_own() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "hunter2\n").unwrap();
    let line = format!("check_password_file = {:?}", secret.path());
    let config = with(&line).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&config.check_password.clone().unwrap()), "hunter2");
    assert!(!format!("{config:?}").contains("hunter2"));
    let twice = with(&format!("{line}\ncheck_password = \"x\"")).unwrap_err().to_string();
    assert!(twice.contains("twice"), "{twice}");
    assert!(with("check_password_file = \"/nowhere/x\"").unwrap_err().to_string().contains("/nowhere/x"));
}

#[test]
fn lists_stand_between_commas_or_in_brackets() {
    let a = with("trusted_proxies = [\"10.0.0.0/8\", \"::1\", \"unix\"]").unwrap().trusted_proxies;
    let b = with("trusted_proxies = \"10.0.0.0/8, ::1,unix\"").unwrap().trusted_proxies;
    assert_eq!(a, b);
    assert!(a.has_unix() && a.has_ip("10.1.2.3".parse().unwrap()));
    assert!(a.has_ip("::ffff:10.1.2.3".parse().unwrap()) && !a.has_ip("11.0.0.1".parse().unwrap()));
    assert!(with("trusted_proxies = [\"proxy.test\"]").is_err());
}

#[test]
fn a_bad_value_names_its_key_and_its_place() {
    for (line, hint) in [
        ("imap_connections = 0", "from 1 to 20"),
        ("imap_connections = \"many\"", "whole number"),
        ("log_format = \"xml\"", "json"),
        ("base_path = \"/a b\"", "/webmail"),
        ("base_path = \"/../x\"", "/webmail"),
        ("base_path = \"/{x}\"", "/webmail"),
        ("public_origin = \"mail.test\"", "https://mail.example.org"),
        ("public_origin = \"https://mail.test/sub\"", "base_path"),
        ("body_origin = \"https://content.test\"", "public_origin"),
        ("public_origin = \"https://mail.test\"\nbody_origin = \"https://mail.test:8443\"", "another host"),
        ("public_origin = \"https://mail.test\"\nbody_origin = \"http://content.test\"", "scheme"),
        ("public_origin = \"https://mail.test\"\nbody_origin = \"content.test\"", "https://"),
        ("allow_insecure = \"maybe\"", "true or false"),
        ("listen_mode = \"9\"", "octal"),
        ("egress_allow = [\"pop.test\"]", "network"),
        ("collect_hosts = []", "every host"),
        ("mail_domain = \"\"", "empty"),
        ("mail_domain = { a = 1 }", "must be a text"),
    ] {
        let error = with(line).unwrap_err().to_string();
        assert!(error.contains(hint) && error.contains("postroom.toml"), "{line}: {error}");
    }
    let error =
        Config::parse("listen = \"unix:sock\"\nimap=\"imaps://h\"\nsmtp=\"submissions://h\"").unwrap_err();
    assert!(error.to_string().contains("absolute path"), "{error}");
    assert!(Config::parse("imap = \"imaps://h\"").unwrap_err().to_string().contains("`listen` is missing"));
}

#[test]
fn paths_and_origins_are_put_in_order() {
    assert_eq!(with("base_path = \"webmail/\"").unwrap().base_path, "/webmail");
    assert_eq!(with("base_path = \"/\"").unwrap().base_path, "");
    let config = with("public_origin = \"https://Mail.Test:443/\"").unwrap();
    assert_eq!(config.public_origin.as_deref(), Some("https://mail.test"));
    let config =
        with("body_origin = \"https://Content.Test/\"\npublic_origin = \"https://mail.test\"").unwrap();
    assert_eq!(config.body_origin.as_deref(), Some("https://content.test"));
}

#[test]
fn the_sample_file_is_understood() {
    let sample = include_str!("../../contrib/postroom.toml");
    let config = Config::parse(sample).unwrap();
    assert!(config.trusted_proxies.has_ip("::1".parse().unwrap()));
    // What is commented out is right, too; some of it needs the site's own address.
    let base = format!("{BASE}public_origin = \"https://mail.example.org\"\n");
    for line in sample.lines().filter_map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")))
    {
        let name = line.split(' ').next().unwrap();
        let others: String =
            base.lines().filter(|l| !l.starts_with(name)).map(|l| format!("{l}\n")).collect();
        Config::parse(&format!("{others}{line}")).unwrap();
    }
}

#[test]
fn the_readme_lists_every_setting() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap_or_default();
    let rows = KEYS.iter().map(|key| format!("| `{}` | {} | {} |", key.name, key.default, key.about));
    let missing: Vec<String> = rows.filter(|row| !readme.lines().any(|line| line == row)).collect();
    assert!(
        missing.is_empty(),
        "README.md lacks these rows of its table of settings:\n{}",
        missing.join("\n")
    );
}

#[test]
fn the_documented_defaults_are_the_real_ones() {
    let plain = format!("{:?}", with("").unwrap());
    let is_value = |default: &str| !default.is_empty() && !default.contains(' ');
    for key in KEYS.iter().filter(|key| is_value(key.default)) {
        let config = with(&format!("{} = {:?}", key.name, key.default)).unwrap();
        assert_eq!(format!("{config:?}"), plain, "{}", key.name);
    }
}
