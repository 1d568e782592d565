//! What must survive: mail as it is really written (`tests/fixtures/html`).

use super::*;

fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/html/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn shown(name: &str) -> Sanitized {
    let html = fixture(name);
    let shown = sanitize(&html, &policy());
    assert_harmless(name, shown.body.as_str(), &shown.css);
    assert_stable(name, &html);
    assert!(!shown.simplified, "{name}");
    if let Ok(folder) = std::env::var("POSTROOM_SHOTS") {
        let sheet = "section.html{background:#fff}body{margin:0}";
        std::fs::write(format!("{folder}/{name}"), document(name, sheet, &[shown.clone().into()])).unwrap();
    }
    shown
}

fn assert_has(html: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(html.contains(piece), "{piece} is missing in {html}");
    }
}

#[test]
fn a_responsive_newsletter_keeps_layout_and_style() {
    let shown = shown("newsletter.html");
    assert_has(
        shown.body.as_str(),
        &[
            "<div class=\"m-_body\" style=\"background-color:#eef1ee;margin:0;padding:0\">",
            "cellpadding=\"0\"",
            "cellspacing=\"0\"",
            "bgcolor=\"#ffffff\"",
            "valign=\"middle\"",
            "border-bottom:3px solid #146e5a",
            "font:bold 18px Georgia,serif",
            "href=\"https://harbour.example/read?id=214&amp;u=77\"",
            "src=\"data:image/png;base64,",
            "hspace=\"10\"",
        ],
    );
    assert_has(
        &shown.css,
        &[
            "#m-outlook a{padding:0}",
            ".m-_body,table,td,a{-webkit-text-size-adjust:100%",
            "font-family:Lora,Georgia,\"Times New Roman\",serif",
            "color:#ffffff!important",
            "@media screen and (max-width:480px){.m-wrap{width:100%!important}.m-col{display:block!important;width:100%!important}",
        ],
    );
    let track = ["track.example".to_owned()].into();
    assert_eq!(shown.remote, RemoteImages { images: 1, trackers: 1, hosts: track });
}

#[test]
fn untidy_markup_of_the_nineties_keeps_its_look() {
    let shown = shown("nineties.html");
    assert_has(
        shown.body.as_str(),
        &[
            "style=\"background-color:#FFFFE0;color:#000080\"",
            "<center><font face=\"Verdana,Arial\" size=\"5\" color=\"#CC0000\">",
            "bordercolor=\"#CC0000\"",
            "<th align=\"LEFT\">",
            "nowrap=\"\"",
            "<strike>49,00</strike>",
            "noshade=\"\"",
            "<ul type=\"square\">",
        ],
    );
}

#[test]
fn word_html_keeps_its_paragraphs_and_tables() {
    let shown = shown("outlook.html");
    assert_has(
        shown.body.as_str(),
        &[
            "class=\"m-MsoNormal\"",
            "style=\"background:yellow\"",
            "border:solid windowtext 1pt",
            "id=\"m-Picture_x0020_1\"",
        ],
    );
    assert_has(
        &shown.css,
        &["p.m-MsoNormal,li.m-MsoNormal,div.m-MsoNormal{margin:0cm;margin-bottom:0.0001pt;font-size:11pt"],
    );
}
