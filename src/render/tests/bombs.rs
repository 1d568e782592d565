//! Markup that costs a naive parser the square of its size. Without the guard these tests run for minutes.

use super::*;

/// Bytes: enough to hang what is quadratic, little enough for an unoptimised build.
const BOMB: usize = 200_000;

/// Depth of the sanitised tree.
fn depth(html: &str) -> usize {
    let tree = Html::parse_fragment(html);
    tree.tree.nodes().map(|node| node.ancestors().count()).max().unwrap()
}

fn bomb(name: &str, html: &str) -> Sanitized {
    let shown = sanitize(html, &policy());
    assert!(shown.simplified, "{name}: not noticed");
    assert!(depth(shown.body.as_str()) < 300, "{name}: too deep");
    assert!(
        shown.body.as_str().len() < html.len() * 4 + 500_000,
        "{name}: grown to {}",
        shown.body.as_str().len()
    );
    shown
}

fn kept(name: &str, html: &str) {
    let shown = bomb(name, html);
    let text = visible_text(shown.body.as_str());
    for word in ["BEGINNING", "DEEPEST"] {
        assert!(text.contains(word), "{name}: {word} is gone");
    }
}

#[test]
fn depth_is_flattened_and_its_text_kept() {
    for unit in [
        "<div>",
        "<ul><li>",
        "<span>",
        "<blockquote>",
        "<table><tr><td>",
        "<font color=red>",
        "<a href=x><div>",
        "<center><h1>",
    ] {
        let html = format!("<p>BEGINNING</p>{}DEEPEST", unit.repeat(BOMB / unit.len()));
        kept(unit, &html);
    }
    let odd: String = (0..15_000).map(|n| format!("<b id=x{n}><p>")).collect();
    kept("b p, all different", &format!("<p>BEGINNING</p>{odd}DEEPEST"));
}

#[test]
fn the_rest_of_the_message_comes_after_a_deep_part() {
    let html = format!("BEGINNING{}DEEPEST{}<p>AFTER</p>", "<div>".repeat(5_000), "</div>".repeat(5_000));
    let shown = bomb("closed", &html);
    assert!(shown.body.as_str().ends_with("</div><p>AFTER</p>"), "AFTER stands outside");
}

#[test]
fn elements_are_many_but_not_without_end() {
    let n_elements =
        |html: &str| Html::parse_fragment(html).tree.nodes().filter(|n| n.value().is_element()).count();
    for unit in ["<i>x</i>", "<br>", "</br>", "</p>", "<b><p>", "<td>x"] {
        let html = format!("<p>BEGINNING</p><table><td>{}DEEPEST", unit.repeat(100_100));
        kept(unit, &html);
        assert!(n_elements(sanitize(&html, &policy()).body.as_str()) < guard::MAX_ELEMENTS + 1_000, "{unit}");
    }
    // What comes after those that are left out stands where it would.
    let html = format!("<div>{}</div><p>AFTER</p>", "<i>x</i>".repeat(100_100));
    assert!(bomb("closed", &html).body.as_str().ends_with("x</div>AFTER"));
}

#[test]
fn attributes_are_few() {
    let many: String = (0..50_000).map(|n| format!(" a{n}=1")).collect();
    kept("attributes", &format!("BEGINNING<p{many} style='color:red'>DEEPEST</p>"));
    // Real mail has twenty.
    let some: String = (0..20).map(|n| format!(" data-{n}=1")).collect();
    assert_eq!(clean(&format!("<p{some} align=left>x</p>")), "<p align=\"left\">x</p>");
}

#[test]
fn character_references_cost_nothing_but_their_length() {
    for unit in ["&notit;", "&zzz;", "&notin", "&nbsp;", "& ", "&amp;", "°", "\u{a0}", "<", "&lt;", "&#60;"]
    {
        let html = format!("BEGINNING{} DEEPEST", unit.repeat(BOMB / unit.len()));
        let shown = sanitize(&html, &policy());
        let whole = visible_text(shown.body.as_str());
        assert!(!shown.simplified && whole.contains("BEGINNING") && whole.contains("DEEPEST"), "{unit}");
        assert!(!whole.contains("<!--") && !shown.body.as_str().contains("<!--"), "{unit}");
        assert_eq!(whole, visible_text(&html), "{unit}");
    }
    let value = "&amp;".repeat(100_000);
    assert_eq!(bomb("value", &format!("<p title='{value}'>x")).body.as_str(), "<p>x</p>");
}

#[test]
fn misnesting_is_repaired_a_limited_number_of_times() {
    for unit in [
        "<a href=http://a/><div>x</a>",
        "<i><b><u><s>x</i></b>",
        "<font size=1><div></font>",
        "<b><i><u><div></b></i></u>",
    ] {
        kept(unit, &format!("BEGINNING{}DEEPEST", unit.repeat(BOMB / unit.len())));
    }
    let fonts: String = (0..5_000).map(|n| format!("<font title=f{n}>")).collect();
    kept("left open", &format!("BEGINNING<p>{fonts}</p>{}DEEPEST", "<p>x".repeat(50_000)));
    let wide = format!("<font title={}>", "x".repeat(100_000));
    kept("wide, left open", &format!("BEGINNING<p>{wide}</p>{}DEEPEST", "<p>x".repeat(50_000)));
}

#[test]
fn content_between_table_rows_gets_cells() {
    for unit in ["x<tr>", "<br><tr>", "<b>x</b><tr>", "<br>", "<p>x</p><tbody>"] {
        kept(unit, &format!("BEGINNING<table>{}<td>DEEPEST", unit.repeat(BOMB / unit.len())));
    }
    let deep = "<div>".repeat(253);
    let flood = "x<br><tr>".repeat(20_000);
    kept("deep", &format!("BEGINNING{deep}<table>{flood}<td>DEEPEST"));
}

#[test]
fn size_is_cut_at_a_tag() {
    let html = format!("BEGINNING{}", "<p title='>'>hello world</p>\n".repeat(200_000));
    let shown = bomb("flat", &html);
    assert!(shown.body.as_str().ends_with("</p>\n") || shown.body.as_str().ends_with("</p>"));
    assert!(visible_text(shown.body.as_str()).contains("BEGINNING"));
    let cut = guard::guard(&"é".repeat(guard::MAX_BYTES));
    assert_eq!(cut.markup.matches('é').count(), guard::MAX_BYTES / 2);
}

#[test]
fn ordinary_untidy_mail_is_not_simplified() {
    for html in [
        "<p>para ".repeat(50_000),
        format!("<table>{}</table>", "<tr><td>x<td>y".repeat(30_000)),
        "<ul>".to_owned() + &"<li>item <b>bold".repeat(100),
        ("<div>".repeat(200) + &"</div>".repeat(200)).repeat(300),
        ("<ul><li>".repeat(100) + &"</li></ul>".repeat(100)).repeat(300),
        "<dl>".to_owned() + &"<dt>a<dd>b".repeat(40_000),
        "<p><b><i>x</b></i></p>".repeat(20_000),
        "<b><p>x</b>".repeat(20_000),
        "<b><p>".repeat(10_000),
    ] {
        let shown = sanitize(&html, &policy());
        assert!(!shown.simplified, "{}", html.get(..60).unwrap());
    }
}

#[test]
fn style_sheets_are_bounded() {
    let nested = format!("<style>{}</style>BEGINNING DEEPEST", "a{".repeat(140_000));
    assert_eq!(sanitize(&nested, &policy()).css, "");
    let functions = format!("<p style='width:{}'>x", "calc(".repeat(100_000));
    assert_eq!(clean(&functions), "<p>x</p>");
    let media = format!("<style>{}p{{color:red}}</style>", "@media screen{".repeat(20_000));
    assert_eq!(sanitize(&media, &policy()).css, "");
    kept("large", &format!("<style>{}</style>BEGINNING DEEPEST", "p{color:red}".repeat(100_000)));
}

#[test]
fn text_is_linear() {
    for unit in
        ["http://", "a@", "www.", "a.b@c.d ", "> ", "[](http://x", "((((http://a", "\"http://a'", "a:", "@@"]
    {
        let source = format!("BEGINNING\n{}\nEND", unit.repeat(BOMB / unit.len()));
        let shown = text(&source);
        assert!(shown.as_str().contains("BEGINNING") && shown.as_str().contains("END"), "{unit}");
        let lines = format!("{}\n", unit.repeat(2_000 / unit.len())).repeat(500);
        assert!(!text(&lines).is_empty());
    }
}
