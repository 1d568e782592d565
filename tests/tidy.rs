//! What no compiler checks: who may use whom, where libraries live, how long a file may get, what templates
//! may say. Needs nothing but std, and runs in milliseconds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "tests may panic"
)]

use std::{fs, path::Path};

/// Layer → what it may use. A new arrow is a design change: it belongs in a commit of its own.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &[]),
    ("net", &["config"]),
    ("mime", &["model"]),
    ("render", &["model"]),
    ("imap", &["model", "net", "config", "mime"]),
    ("smtp", &["model", "net", "config"]),
    ("pop3", &["model", "net", "config"]),
    ("store", &["model", "config"]),
    ("mail", &["model", "mime", "imap", "smtp", "pop3", "store", "net", "config"]),
    ("web", &["model", "render", "mail", "store", "net", "config"]),
];

/// Made of layers, used by none.
const ROOTS: &[&str] = &["lib", "main", "check", "admin"];

/// Library → the layers that may know it. Replacing one is a change in its folder.
const HOMES: &[(&str, &[&str])] = &[
    ("async_imap", &["imap"]),
    ("lettre", &["smtp"]),
    ("mail_parser", &["mime"]),
    ("mail_builder", &["mime"]),
    ("encoding_rs", &["mime"]),
    ("chardetng", &["mime"]),
    ("ammonia", &["render"]),
    ("cssparser", &["render"]),
    ("linkify", &["render"]),
    ("unicode_security", &["render"]),
    ("idna", &["render"]),
    ("axum", &["web"]),
    ("tower", &["web"]),
    ("tower_http", &["web"]),
    ("tower_sessions", &["web", "store"]),
    ("rustls", &["net", "store"]),
    ("tokio_rustls", &["net"]),
    ("chacha20poly1305", &["store"]),
    ("rusqlite", &["store"]),
    ("tokio_postgres", &["store"]),
    ("deadpool_postgres", &["store"]),
    ("toml", &["config"]),
    ("clap", &["main"]),
];

/// Without inline tests.
const MAX_LINES: usize = 400;

#[test]
fn layers_use_only_what_is_below_them() {
    let mut bad = Vec::new();
    for (path, text) in files("src", "rs") {
        let layer = layer_of(&path);
        if ROOTS.contains(&layer.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
            panic!("{path}: give the layer `{layer}` a line in MAY_USE");
        };
        for used in layers_named_in(&text) {
            if used != layer && !allowed.contains(&used.as_str()) {
                bad.push(format!("{path}: {layer} may not use {used}"));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_layers_have_no_circle() {
    for (position, (layer, uses)) in MAY_USE.iter().enumerate() {
        for used in *uses {
            let below = MAY_USE[..position].iter().any(|(name, _)| name == used);
            assert!(below, "{layer} uses {used}, which must stand above it in MAY_USE");
        }
    }
}

#[test]
fn libraries_stay_in_their_homes() {
    let mut bad = Vec::new();
    // A test may take a message apart with any library.
    for (path, text) in files("src", "rs").into_iter().filter(|(path, _)| !path.contains("/tests")) {
        let layer = layer_of(&path);
        for (library, homes) in HOMES {
            if names(&text, library) && !homes.contains(&layer.as_str()) {
                bad.push(format!("{path}: {library} belongs in {}", homes.join(" or ")));
            }
        }
        // `HtmlSafe` is how `render` tells the templates what is safe; templates belong to pages.
        let text = text.replace("askama::filters::HtmlSafe", "");
        if names(&text, "askama") && layer != "web" {
            bad.push(format!("{path}: askama belongs in web"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// `net::Egress` judges every host that a person named; clippy.toml says the same of tokio's functions.
#[test]
fn only_net_opens_connections() {
    let mut n_openers = 0;
    for (path, text) in files("src", "rs").into_iter().filter(|(path, _)| !path.contains("/tests")) {
        for opener in [
            "TcpStream::connect",
            "TcpSocket",
            "UdpSocket",
            "lookup_host",
            "ToSocketAddrs",
            "to_socket_addrs",
        ] {
            let is_there = text.contains(opener);
            assert!(!is_there || layer_of(&path) == "net", "{path}: `{opener}` belongs in net");
            n_openers += usize::from(is_there);
        }
    }
    assert!(n_openers > 0, "net opens none either: has this test gone blind?");
}

#[test]
fn files_stay_short() {
    for (path, text) in files("src", "rs") {
        if path.ends_with("tests.rs") {
            continue;
        }
        let n_lines = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap().lines().count();
        assert!(n_lines <= MAX_LINES, "{path}: {n_lines} lines without its tests; split it by what it does");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in files("src", "rs") {
        if path.ends_with("tests.rs") {
            continue;
        }
        assert!(text.starts_with("//! "), "{path}: begin with a `//!` line: what it is for");
        assert!(!path.ends_with("/mod.rs"), "{path}: `foo.rs` beside `foo/`, never `mod.rs`");
        for word in ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("] {
            assert!(!text.contains(word), "{path}: `{word}`");
        }
    }
}

#[test]
fn templates_never_switch_escaping_off() {
    for (path, text) in files("templates", "html") {
        for bad in ["|safe", "| safe", "autoescape", "filter safe"] {
            assert!(!text.contains(bad), "{path}: `{bad}`");
        }
    }
}

/// The Content-Security-Policy would block it anyway, and only a person with a browser would notice.
#[test]
fn templates_hold_no_script_and_no_style() {
    for (path, text) in files("templates", "html") {
        for tag in tags(&text) {
            let lower = tag.to_ascii_lowercase();
            assert!(!lower.starts_with("<style"), "{path}: {tag}");
            assert!(!lower.starts_with("<script") || lower.contains(" src="), "{path}: {tag}");
            assert!(!lower.contains("javascript:"), "{path}: {tag}");
            for attribute in lower.split_ascii_whitespace().skip(1) {
                let name = attribute.split('=').next().unwrap();
                let is_handler = name.starts_with("on") && attribute.contains('=');
                assert!(name != "style" && !is_handler, "{path}: {attribute} in {tag}");
            }
        }
        assert!(!text.contains("<!--"), "{path}: comments for us are written {{# … #}}: these are sent");
    }
}

#[test]
fn every_posting_form_carries_its_token() {
    let mut n_forms = 0;
    for (path, text) in files("templates", "html") {
        // The sign-in has no session yet; Origin and Sec-Fetch-Site guard it.
        if path.ends_with("/login.html") {
            continue;
        }
        for form in text.split("<form").skip(1) {
            let tag = form.split('>').next().unwrap().to_ascii_lowercase();
            if !tag.contains("post") {
                continue;
            }
            n_forms += 1;
            let inside = form.split("</form>").next().unwrap();
            assert!(
                inside.contains("name=\"csrf\""),
                "{path}: a posting form without its token: <form{tag}>"
            );
            let token = inside.find("name=\"csrf\"").unwrap();
            let file = inside.find("type=\"file\"").unwrap_or(usize::MAX);
            assert!(
                token < file,
                "{path}: the token must come before the files, or they are read for nothing"
            );
        }
        for tag in tags(&text).filter(|tag| tag.contains("formmethod")) {
            assert!(!tag.contains("post"), "{path}: a button that posts a form made for GET: {tag}");
        }
    }
    let n_templates = files("templates", "html").len();
    assert!(n_forms > 0 || n_templates <= 3, "no posting form was found: has this test gone blind?");
}

/// Without it browsers post our forms with `Origin: null`: the header's `no-referrer` says so.
#[test]
fn every_page_lets_its_own_site_know_the_origin() {
    for (path, text) in files("templates", "html") {
        if text.contains("<head>") && !path.ends_with("/body.html") {
            let meta = "<meta name=\"referrer\" content=\"same-origin\">";
            assert!(text.contains(meta), "{path}: {meta} is missing; see `web/origin.rs`");
        }
    }
}

/// `src/imap/wire.rs` and `src/imap.rs` are of the layer `imap`.
fn layer_of(path: &str) -> String {
    path.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned()
}

/// Whether `text` uses the crate: as a path, or imported whole. Comments do not count.
fn names(text: &str, library: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| {
        line.match_indices(library).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let is_start = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
            let after = &line[at + library.len()..];
            let is_whole = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            is_start && is_whole && (after.starts_with("::") || line.trim_start().starts_with("use "))
        })
    })
}

/// The first words of every `crate::…` path, also of `crate::{a::…, b}`.
fn layers_named_in(text: &str) -> Vec<String> {
    let mut layers = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            layers.push(first_word(rest));
            continue;
        };
        let mut depth = 0;
        let mut entry = String::new();
        for c in group.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => layers.push(first_word(&std::mem::take(&mut entry))),
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            entry.push(c);
        }
        layers.push(first_word(&entry));
    }
    let modules: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    layers.retain(|layer| modules.contains(&layer.as_str()));
    layers
}

fn first_word(text: &str) -> String {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '}' || c == ',')
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Every opening tag, attributes included; template code inside stays as it is.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices('<').filter_map(|(at, _)| {
        let tag = &html[at..];
        tag[1..]
            .starts_with(|c: char| c.is_ascii_alphabetic())
            .then(|| &tag[..tag.find('>').unwrap_or(tag.len())])
    })
}

fn files(dir: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut dirs = vec![Path::new(dir).to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|given| given == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.to_str().unwrap().to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "nothing was found in {dir}");
    found.sort();
    found
}

#[test]
fn the_readers_above_read() {
    let text = "use crate::{model::{A, imap}, mail::Error,\n web};\nuse crate::render;\ncrate::nothing";
    assert_eq!(layers_named_in(text), ["model", "mail", "web", "render"]);
    assert!(names("use axum::Router;", "axum") && names("let a = tower::util();", "tower"));
    assert!(
        !names("use tower_http::x;", "tower")
            && !names("// axum::x", "axum")
            && !names("crate::axum::x", "axum")
    );
    assert_eq!(tags("<p>a < b</p><a href='x'>").collect::<Vec<_>>(), ["<p", "<a href='x'"]);
}
