//! The program as whoever runs it meets it: settings, logs, sockets, `postroom check`, and its end.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::Path,
    process::{Command, Output},
};

use postroom_rig::{Person, Product, Proxy, rig, until};

use crate::{letters::letter, site::Site, wire};

const BINARY: &str = env!("CARGO_BIN_EXE_postroom");

fn terminate(site: &Site) {
    let pid = site.process_id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
}

fn exit_code(site: &mut Site) -> i32 {
    until("Postroom ends", || site.exit_code())
}

#[test]
fn a_download_is_finished_before_the_end() {
    // More than the sockets' buffers hold, so it is under way until we read on.
    let n_bytes = 24_000_000;
    let ann = rig().person("ann");
    rig().deliver(
        &ann,
        letter("large").attach("data.bin", "application/octet-stream", vec![b'x'; n_bytes]).eml(),
    );
    let mut site = Site::start(&[]);
    let (browser, inbox) = site.signed_in(&ann);
    let page = browser.get(&inbox.link("large"));
    let path = page.attr("[data-test=attachment] a[href*='/part/']", "href");
    let cookies: Vec<_> =
        ["postroom", "postroom_key"].map(|name| format!("{name}={}", browser.cookie(name).unwrap())).into();
    let host = site.origin.trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    wire::send(&mut socket, "GET", &path, &[("Host", &host), ("Cookie", &cookies.join("; "))], "");
    let mut answer = BufReader::new(socket);
    let mut line = String::new();
    while line.trim_end() != "" || line.is_empty() {
        line.clear();
        answer.read_line(&mut line).unwrap();
    }
    let mut body = vec![0; 1000];
    answer.read_exact(&mut body).unwrap();

    terminate(&site);
    until("nobody is let in any more", || TcpStream::connect(&host).is_err());
    assert!(site.log().contains("stopping"), "{}", site.log());
    assert_eq!(site.exit_code(), None, "it waits for the download");
    answer.read_to_end(&mut body).unwrap();
    assert_eq!(body.len(), n_bytes);
    assert!(body.iter().all(|byte| *byte == b'x'));
    assert_eq!(exit_code(&mut site), 0);
    assert!(site.log().trim_end().ends_with("stopped"), "{}", site.log());
}

#[test]
fn an_idle_browser_does_not_hold_up_the_end() {
    let mut site = Site::start(&[]);
    let (_browser, _) = site.signed_in(&rig().person("ann"));
    terminate(&site);
    assert_eq!(exit_code(&mut site), 0);
}

fn on_socket(path: &Path, settings: &[(&str, &str)]) -> Product {
    let listen = format!("unix:{}", path.display());
    let settings: Vec<_> = [("POSTROOM_LISTEN", listen.as_str())].iter().chain(settings).copied().collect();
    Product::start(rig(), Path::new(BINARY), postroom_rig::free_address(), &settings)
}

fn answers(path: &Path) -> bool {
    let Ok(socket) = UnixStream::connect(path) else { return false };
    wire::ask(socket, "GET", "/healthz", &[("Host", "mail.test")]).body == "ok\n"
}

#[test]
fn a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("postroom.sock");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists() && UnixStream::connect(&path).is_err(), "the file is stale");
    let mut first = on_socket(&path, &[("POSTROOM_LISTEN_MODE", "0600")]);
    until("Postroom answers on its socket", || answers(&path));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let mut second = on_socket(&path, &[]);
    until("the second gives up", || second.ended());
    assert!(second.output().contains("another process already listens"), "{}", second.output());
    assert_eq!(second.exit_code(), Some(1));
    assert!(answers(&path), "the first still serves");

    let pid = first.process_id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(until("Postroom ends", || first.exit_code()), 0);
    assert!(!path.exists(), "it takes its socket with it");
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letters.txt");
    fs::write(&path, "mine").unwrap();
    let mut product = on_socket(&path, &[]);
    until("Postroom gives up", || product.ended());
    assert!(product.output().contains("cannot listen on unix:"), "{}", product.output());
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

/// Runs `postroom` with nothing but these variables.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(BINARY).args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}

/// `postroom check` as this person, at these servers.
fn check(imap: &str, smtp: &str, person: &Person, more: &[(&str, &str)]) -> (Option<i32>, String) {
    let account =
        [("POSTROOM_CHECK_USER", person.address.as_str()), ("POSTROOM_CHECK_PASSWORD", &person.password)];
    let servers = [("POSTROOM_LISTEN", "127.0.0.1:0"), ("POSTROOM_IMAP", imap), ("POSTROOM_SMTP", smtp)];
    let variables: Vec<_> = servers.iter().chain(&account).chain(more).copied().collect();
    let output = run(&["check"], &variables);
    (output.status.code(), said(&output))
}

#[test]
fn check_says_what_works_and_what_each_missing_capability_costs() {
    let (imap, smtp) = (
        format!("imap+insecure://{}", rig().imap()),
        format!("submission+insecure://{}", rig().submission()),
    );
    let ann = rig().named_person("check@example.org", "check-Zq7-canary");
    let (code, text) = check(&imap, &smtp, &ann, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("check@example.org was logged in") && text.contains("yes  MOVE"), "{text}");
    let bare = format!("imap+insecure://{}", rig().bare_imap());
    assert!(
        text.contains("every server with a public address") && text.contains("Nothing in private"),
        "{text}"
    );
    assert!(text.contains("in a sandbox, under the site's own name."), "{text}");
    let origins =
        [("POSTROOM_PUBLIC_ORIGIN", "https://mail.test"), ("POSTROOM_BODY_ORIGIN", "https://content.test")];
    let (_, text) = check(&imap, &smtp, &ann, &origins);
    assert!(text.contains("under https://content.test, in pages of https://mail.test:"), "{text}");
    let (code, text) = check(&imap, &smtp, &ann, &origins[1..]);
    assert!(
        code == Some(1) && text.contains("POSTROOM_BODY_ORIGIN") && text.contains("public_origin"),
        "{text}"
    );
    let rules = [("POSTROOM_COLLECT_HOSTS", "*.example.org"), ("POSTROOM_EGRESS_ALLOW", "10.1.2.0/24:1110")];
    let (_, text) = check(&imap, &smtp, &ann, &rules);
    assert!(
        text.contains("may name *.example.org.") && text.contains("private: 10.1.2.0/24:1110."),
        "{text}"
    );
    let (code, text) = check(&bare, &smtp, &ann, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no   MOVE") && !text.contains("yes  MOVE"), "{text}");

    let (code, text) = check(&imap, &smtp, &Person { password: "wrong-Zq7".into(), ..ann.clone() }, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("FAILED") && text.contains("the check failed: the IMAP server"), "{text}");
    assert!(!text.contains("Zq7"), "{text}");

    // The password may stand in a file, and the line break at its end is not part of it.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    fs::write(&file, "check-Zq7-canary\n").unwrap();
    let servers =
        [("POSTROOM_LISTEN", "127.0.0.1:0"), ("POSTROOM_IMAP", imap.as_str()), ("POSTROOM_SMTP", &smtp)];
    let arguments = ["check", "--user", &ann.address, "--password-file", file.to_str().unwrap()];
    let output = run(&arguments, &servers);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn check_tells_a_bad_certificate_from_nobody_there() {
    let ann = rig().person("ann");
    let imaps = format!("imaps://localhost:{}", rig().imaps().port());
    let submissions = format!("submissions://localhost:{}", rig().submissions().port());
    let (code, text) = check(&imaps, &submissions, &ann, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(text.matches("certificate is not trusted").count(), 2, "{text}");
    assert!(text.contains("the check failed: the IMAP server and the submission server"), "{text}");
    let (code, text) =
        check(&imaps, &submissions, &ann, &[("POSTROOM_CA_FILE", rig().ca_file().to_str().unwrap())]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("its certificate is trusted"), "{text}");

    let starttls = format!("submission://localhost:{}", rig().submission().port());
    let (code, text) = check(&imaps, &starttls, &ann, &[]);
    assert_eq!((code, text.matches("certificate is not trusted").count()), (Some(1), 2), "{text}");

    let nobody = format!("imap+insecure://{}", Proxy::to_nobody());
    let (code, text) =
        check(&nobody, &submissions, &ann, &[("POSTROOM_CA_FILE", rig().ca_file().to_str().unwrap())]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("refused") && text.contains("the check failed: the IMAP server\n"), "{text}");
}

#[test]
fn an_unknown_setting_is_an_error_that_names_the_nearest() {
    let three = [
        ("POSTROOM_LISTEN", "127.0.0.1:0"),
        ("POSTROOM_IMAP", "imap+insecure://127.0.0.1:1"),
        ("POSTROOM_SMTP", "submission+insecure://127.0.0.1:1"),
    ];
    let with = |name, value| three.into_iter().chain([(name, value)]).collect::<Vec<_>>();
    for command in ["serve", "check"] {
        let output = run(&[command], &with("POSTROOM_TRUSTED_PROXY", "127.0.0.1"));
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("did you mean `trusted_proxies`?"), "{}", said(&output));
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("postroom.toml");
    fs::write(&file, "base_pth = \"/webmail\"\n").unwrap();
    let output = run(&["serve", "--config", file.to_str().unwrap()], &three);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(
        text.contains("`base_pth`") && text.contains("`base_path`") && text.contains("postroom.toml"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
    let output = run(&["serve"], &three[..2]);
    assert!(
        output.status.code() == Some(1) && said(&output).contains("`smtp` is missing"),
        "{}",
        said(&output)
    );
    // Nor is a wrong value taken for a default.
    let output = run(&["serve"], &with("POSTROOM_LOG", "postroom=loud"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn every_line_of_a_json_log_is_an_object() {
    let mut site = Site::start(&[("POSTROOM_LOG_FORMAT", "json"), ("POSTROOM_LOG", "trace")]);
    let ann = rig().person("ann");
    let browser = site.browser();
    let form = browser.get("/login");
    let forged = "x\n{\"level\":\"INFO\",\"message\":\"auth ok user=root\"}";
    browser.submit(&form, "form", &[("username", forged), ("password", "wrong")]);
    site.signed_in(&ann);
    terminate(&site);
    exit_code(&mut site);
    let log = site.log();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let auth: Vec<_> = lines.iter().filter(|line| line["target"] == "postroom::auth").collect();
    assert_eq!(auth.len(), 2, "{auth:?}");
    assert!(auth[0]["message"].as_str().unwrap().starts_with("auth failed user=x"), "{auth:?}");
    assert_eq!(auth[1]["message"], format!("auth ok user={} ip=127.0.0.1", ann.address));
    for line in lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
}
