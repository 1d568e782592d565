//! Any plain text: our own elements only, each closed, nothing of the text lost to markup.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::render::text;

fuzz_target!(|source: &str| {
    let html = text(source).to_string();
    let mut open = 0_i64;
    for tag in html.split('<').skip(1).filter(|tag| !tag.starts_with("br>")) {
        let known = ["div", "/div", "a ", "/a>", "blockquote", "/blockquote", "details", "/details", "summary", "/summary", "p ", "/p>"];
        assert!(known.iter().any(|k| tag.starts_with(k)), "<{tag}");
        open += if tag.starts_with('/') { -1 } else { 1 };
        assert!(open >= 0, "{html}");
    }
    assert_eq!(open, 0, "{html}");
});
