use super::text;

fn html(source: &str) -> String {
    let html = text(source).to_string();
    let inner = html.strip_prefix("<div class=\"plain\">").and_then(|h| h.strip_suffix("</div>"));
    inner.expect("every text stands in its block").to_owned()
}

fn link(href: &str, shown: &str) -> String {
    format!("<a href=\"{href}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{shown}</a>")
}

#[test]
fn markup_is_text() {
    assert_eq!(html("<b>&amp; \"x\" 'y'"), "&lt;b&gt;&amp;amp; &quot;x&quot; &#39;y&#39;");
    assert_eq!(html("a\0b\u{1b}[2J\tc\u{202e}d"), "a\u{fffd}b\u{fffd}[2J\tc\u{fffd}d");
}

#[test]
fn addresses_become_links() {
    let cases = [
        (
            "see http://a.example/x?a=1&b=2.",
            format!("see {}.", link("http://a.example/x?a=1&amp;b=2", "http://a.example/x?a=1&amp;b=2")),
        ),
        ("(HTTPS://A.example)", format!("({})", link("https://a.example/", "HTTPS://A.example"))),
        ("www.a.example/b", link("https://www.a.example/b", "www.a.example/b")),
        ("ann@a.example,", format!("{},", link("mailto:ann@a.example", "ann@a.example"))),
        ("mailto:ann@a.example", format!("mailto:{}", link("mailto:ann@a.example", "ann@a.example"))),
        ("readme.md and 1.5", "readme.md and 1.5".to_owned()),
        ("javascript:x data:text/html,x file:///etc", "javascript:x data:text/html,x file:///etc".to_owned()),
        ("ftp://a.example/", "ftp://a.example/".to_owned()),
    ];
    for (source, expected) in cases {
        assert_eq!(html(source), expected, "{source}");
    }
}

#[test]
fn quotes_nest() {
    assert_eq!(
        html("you\n> I\n>> he\n> > he too\n> I again\nyou again"),
        "you<blockquote class=\"quote\">I<blockquote class=\"quote\">he<br>he too</blockquote>I again</blockquote>you again"
    );
    assert_eq!(html("a\n\n> b\n\nc"), "a<br><blockquote class=\"quote\">b</blockquote><br>c");
    let deep = html(&format!("{} x", ">".repeat(400)));
    assert_eq!(deep.matches("<blockquote").count(), super::MAX_QUOTES);
    assert_eq!(deep.matches("</blockquote").count(), super::MAX_QUOTES);
}

#[test]
fn long_quotes_fold_unless_they_are_all_there_is() {
    let quote = "> line\n".repeat(20);
    let folded = html(&format!("Yes.\n{quote}Regards"));
    assert!(
        folded.starts_with("Yes.<details class=\"fold\"><summary>Quoted text, 20 lines</summary><blockquote")
    );
    assert!(folded.ends_with("</blockquote></details>Regards"), "{folded}");
    assert!(!html(&quote).contains("<details"));
    assert!(!html(&format!("Yes.\n{}", "> line\n".repeat(3))).contains("<details"));
}

#[test]
fn the_signature_is_set_apart() {
    assert_eq!(
        html("Hello\n-- \nAnn\nwww.a.example"),
        format!(
            "Hello<div class=\"signature\">-- <br>Ann<br>{}</div>",
            link("https://www.a.example/", "www.a.example")
        )
    );
    assert!(!html("a\n--\nb").contains("signature"), "two dashes alone are a ruler");
    assert!(!html("> -- \n> Ann").contains("signature"), "somebody else's");
}

#[test]
fn long_text_is_cut_and_says_so() {
    let long = text(&"é".repeat(super::MAX_BYTES)).to_string();
    assert!(long.ends_with("The source has all of it.</p></div>"));
    assert_eq!(long.matches('é').count(), super::MAX_BYTES / 2);
}
