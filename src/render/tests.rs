#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod bombs;
mod harmless;
mod newsletters;
mod soup;

use scraper::Html;

use self::harmless::{assert_harmless, visible_text};
use super::*;

fn policy() -> Policy {
    let inline = [("logo@x".to_owned(), "/mail/INBOX/1.2/part/2".to_owned())].into();
    Policy { inline, ..Policy::default() }
}

fn clean(html: &str) -> String {
    sanitize(html, &policy()).body.to_string()
}

fn assert_stable(name: &str, html: &str) {
    let once = sanitize(html, &policy());
    let twice = sanitize(once.body.as_str(), &policy());
    assert_eq!(once.body.as_str(), twice.body.as_str(), "{name}: cleaning again changes it");
    // Parsing by another version of the parser and writing again gives the same tree.
    let tree = Html::parse_fragment(once.body.as_str());
    let again = Html::parse_fragment(&tree.root_element().inner_html());
    assert_eq!(tree.root_element().inner_html(), again.root_element().inner_html(), "{name}");
}

#[test]
fn links_open_elsewhere_and_tell_nothing() {
    assert_eq!(
        clean("<a href='HTTP://Example.org/a b' target=_top rel=opener>x</a>"),
        "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"http://example.org/a%20b\">x</a>"
    );
    for (raw, href) in [
        ("http://bank.example@evil.test/", "http://evil.test/"),
        ("http://bаnk.example/", "http://xn--bnk-6cd.example/"),
        ("mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"),
        ("tel:+4930123", "tel:+4930123"),
    ] {
        let shown = clean(&format!("<a href='{raw}'>x</a>"));
        assert!(shown.contains(&format!("href=\"{href}\"")), "{raw}: {shown}");
    }
    for raw in
        ["/logout", "#x", "//evil.test", "cid:logo@x", "javascript:x", "file:///etc", "ftp://a/", "?a", ""]
    {
        assert!(!clean(&format!("<a href='{raw}'>x</a>")).contains("href"), "{raw}");
    }
}

#[test]
fn images_come_from_the_message_or_not_at_all() {
    let shown = sanitize(
        "<img src='cid:logo@x'><img src=cid:logo%40x><img src=cid:none><img src='/logout'>\
         <img src='http://a.example/1.png' alt=one width=9><img src='//b.example/2.png'><img src='\\\\b.example\\3'>\
         <td background=x></td><table background='http://c.example/t'><tr><td>x</table>\
         <p style='background:#fff url(http://d.example/p) no-repeat'>p",
        &policy(),
    );
    let body = shown.body.as_str();
    assert_eq!(body.matches("src=\"/mail/INBOX/1.2/part/2\"").count(), 2, "{body}");
    assert_eq!(body.matches("src=").count(), 2, "{body}");
    assert!(body.contains("<img width=\"9\" alt=\"one\">"), "{body}");
    assert!(body.contains("<p style=\"background-color:#fff\">"), "{body}");
    assert_eq!(shown.used, ["logo@x"]);
    assert_eq!(shown.remote.images, 5);
    let hosts: Vec<_> = shown.remote.hosts.iter().map(String::as_str).collect();
    assert_eq!(hosts, ["a.example", "b.example", "c.example", "d.example"]);
    assert!(!shown.simplified);
}

/// Its addresses are paths, as the site's are.
fn proxied() -> Policy {
    let proxy = Proxy::new(|url| format!("/proxy?u={}", url.replace(['/', ':', '?', '='], "_")));
    Policy { remote: RemoteContent::Through(proxy), ..policy() }
}

#[test]
fn allowed_images_are_loaded_from_the_proxy_and_from_nowhere_else() {
    let html = "<style>td{background:url('http://e.example/5.png')}</style><img src='http://u:p@a.example/1.png?x#f'>\
                <img src='//c.example/3' srcset='http://z.example/ 2x' lowsrc='http://y.example/'>\
                <table background='http://d.example/4'><tr><td>x</table>\
                <p style='background:url(//b.example/2.png)'>p<video poster='http://x.example/'></video>";
    let shown = sanitize(html, &proxied());
    let (body, css) = (shown.body.as_str(), shown.css.as_str());
    assert!(body.contains("<img src=\"/proxy?u=http___a.example_1.png_x\">"), "{body}");
    assert!(body.contains("<img src=\"/proxy?u=https___c.example_3\">"), "{body}");
    assert!(body.contains("background=\"/proxy?u=http___d.example_4\""), "{body}");
    assert!(body.contains("url(&quot;/proxy?u=https___b.example_2.png&quot;)"), "{body}");
    assert_eq!(css, "td{background:url(\"/proxy?u=http___e.example_5.png\")}");
    assert!(!body.contains("://") && !body.contains("//") && !css.contains("//"), "{body} {css}");
    let hosts: Vec<_> = shown.remote.hosts.iter().map(String::as_str).collect();
    assert_eq!(
        (shown.remote.images, hosts.join(" ").as_str()),
        (5, "a.example b.example c.example d.example e.example")
    );
}

#[test]
fn what_the_proxy_gave_stays_when_markup_is_mended() {
    let html = "<b><p><img src='http://a.example/1'></b></p><table>x<tr><td background='http://b.example/2'>y</table>\
                <img src='/proxy?u=forged'>";
    let shown = sanitize(html, &proxied());
    let body = shown.body.as_str();
    assert!(body.contains("src=\"/proxy?u=http___a.example_1\""), "{body}");
    assert!(body.contains("background=\"/proxy?u=http___b.example_2\""), "{body}");
    assert!(!body.contains("forged"), "{body}");
    assert_eq!(shown.remote.images, 2);
}

#[test]
fn data_images_are_raster() {
    assert_eq!(
        clean("<img src='DATA:image/PNG;base64,AA BB=='>"),
        "<img src=\"data:image/png;base64,AABB==\">"
    );
    for raw in [
        "data:image/svg+xml;base64,AAAA",
        "data:text/html,x",
        "data:,",
        "data:image/png,x",
        "data:image/png;base64,'",
    ] {
        assert_eq!(clean(&format!("<img src=\"{raw}\">")), "<img>", "{raw}");
    }
}

#[test]
fn the_body_element_lives_on_as_a_block() {
    let shown = sanitize(
        "<html><head><style>body{margin:0;color:red}</style></head>\
         <body bgcolor=f0f0f0 text='#333333' class=outer style='padding:4px' onload=x()><p>x</p></body></html>",
        &policy(),
    );
    assert_eq!(
        shown.body.as_str(),
        "<div class=\"m-_body m-outer\" style=\"background-color:#f0f0f0;color:#333333;padding:4px\"><p>x</p></div>"
    );
    assert_eq!(shown.css, ".m-_body{margin:0;color:red}");
}

#[test]
fn ids_and_classes_are_plain_words_of_the_message() {
    assert_eq!(
        clean("<p id=main class='a b&lt;c --x 9 d'>x</p><p id='a b' name=body>y</p>"),
        "<p id=\"m-main\" class=\"m-a m-d\">x</p><p id=\"m-a m-b\">y</p>"
    );
}
