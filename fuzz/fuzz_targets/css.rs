//! Any style sheet and style attribute: rebuilt without anything that fetches, and closed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::render::{Policy, sanitize};

fuzz_target!(|css: &str| {
    let policy = Policy::default();
    let attribute = css.replace('&', "&amp;").replace('"', "&quot;");
    let html = format!("<style>{css}</style><p style=\"{attribute}\">x</p>");
    let shown = sanitize(&html, &policy);
    for rebuilt in [shown.css.as_str(), shown.body.as_str()] {
        for bad in ["url(", "\\", "@import", "var(", "position:", "z-index", "expression(", "image-set"] {
            assert!(!rebuilt.contains(bad), "{bad} in {rebuilt}");
        }
    }
    assert!(!shown.css.contains('<'), "{}", shown.css);
    assert_eq!(shown.css.matches('{').count(), shown.css.matches('}').count(), "{}", shown.css);
    let again = sanitize(&format!("<style>{}</style>", shown.css), &policy);
    assert_eq!(again.css.replace(".m-_body", ""), shown.css.replace(".m-_body", ""), "rebuilding again changes it");
});
