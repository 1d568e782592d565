//! Every HTML and text part of the hostile corpus (`tests/fixtures/hostile`), through `render`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

#[path = "../src/render/tests/harmless.rs"]
mod harmless;

use std::path::PathBuf;

use mail_parser::{MessageParser, PartType};
use serde_json::Value;

use postroom::render::{Policy, Proxy, RemoteContent, sanitize, text};
use scraper::{Html, Node};

use self::harmless::{assert_harmless, visible_text};

struct Case {
    id: String,
    html: Vec<String>,
    text: Vec<String>,
    visible: Vec<String>,
}

fn corpus() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let strings = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_owned()).collect()
    };
    let messages = manifest["messages"].as_array().unwrap();
    let stored = messages.iter().filter_map(|entry| Some((entry, entry["file"].as_str()?)));
    stored
        .map(|(entry, file)| {
            let bytes = std::fs::read(folder.join(file)).unwrap();
            let message = MessageParser::default().parse(&bytes).unwrap();
            let mut case = Case {
                id: entry["id"].as_str().unwrap().to_owned(),
                html: Vec::new(),
                text: Vec::new(),
                visible: strings(&entry["expect"]["text_visible"]),
            };
            for part in &message.parts {
                match &part.body {
                    PartType::Html(html) => case.html.push(html.to_string()),
                    PartType::Text(text) => case.text.push(text.to_string()),
                    _ => {}
                }
            }
            case
        })
        .collect()
}

#[test]
fn no_html_part_of_the_corpus_stays_dangerous() {
    let corpus = corpus();
    assert_eq!(corpus.len(), 246);
    let mut parts = 0;
    for case in &corpus {
        for html in &case.html {
            parts += 1;
            let shown = sanitize(html, &Policy::default());
            assert_harmless(&case.id, shown.body.as_str(), &shown.css);
            let again = sanitize(shown.body.as_str(), &Policy::default());
            assert_eq!(shown.body, again.body, "{}: cleaning again changes it", case.id);
            assert!(!visible_text(shown.body.as_str()).contains("PWNED:h001"), "script shown as text");
        }
    }
    assert!(parts > 150, "{parts} HTML parts: the extraction broke");
}

#[test]
fn with_images_shown_the_corpus_loads_from_our_proxy_alone() {
    let policy = Policy {
        remote: RemoteContent::Through(Proxy::new(|_| "/mail/remote".to_owned())),
        ..Policy::default()
    };
    let mut n_images = 0;
    for case in &corpus() {
        for html in &case.html {
            let shown = sanitize(html, &policy);
            // Style holds the proxy's addresses then, and no others.
            let plain = |text: &str| {
                text.replace("url(&quot;/mail/remote&quot;)", "none").replace("url(\"/mail/remote\")", "none")
            };
            assert_harmless(&case.id, &plain(shown.body.as_str()), &plain(&shown.css));
            n_images += shown.remote.images;
            let blocked = sanitize(html, &Policy::default()).remote;
            assert_eq!(shown.remote, blocked, "{}: counted by whether they are shown", case.id);
        }
    }
    assert!(n_images > 50, "{n_images} images: the extraction broke");
}

#[test]
fn what_the_corpus_says_is_visible_is_there() {
    let mut seen = 0;
    for case in corpus() {
        let markers: Vec<&String> = case.visible.iter().filter(|m| m.contains("-h")).collect();
        // Markers in headers and attachments are for others to show.
        let all: String = case.html.iter().chain(&case.text).map(String::as_str).collect();
        let shown: String = case
            .html
            .iter()
            .map(|html| visible_text(sanitize(html, &Policy::default()).body.as_str()))
            .chain(case.text.iter().map(|t| visible_text(text(t).as_str())))
            .collect();
        for marker in markers {
            if all.contains(marker.as_str()) {
                seen += 1;
                assert!(shown.contains(marker.as_str()), "{}: {marker} is gone: {shown}", case.id);
            }
        }
    }
    assert!(seen > 300, "{seen} markers: the extraction broke");
}

#[test]
fn no_text_part_becomes_markup() {
    for case in corpus() {
        for source in &case.text {
            let html = text(source);
            for node in Html::parse_fragment(html.as_str()).tree.nodes() {
                if let Node::Element(element) = node.value() {
                    let ours = ["html", "body", "div", "a", "br", "blockquote", "details", "summary"];
                    assert!(ours.contains(&element.name()), "{}: <{}>", case.id, element.name());
                    for (name, value) in element.attrs() {
                        match name {
                            "href" => assert!(
                                ["http://", "https://", "mailto:"].iter().any(|s| value.starts_with(s)),
                                "{}: {value}",
                                case.id
                            ),
                            "class" | "target" | "rel" => {}
                            _ => panic!("{}: {name}={value}", case.id),
                        }
                    }
                }
            }
        }
    }
}
