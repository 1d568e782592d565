#![expect(clippy::unwrap_used, reason = "tests may panic")]

use crate::{imap::response::Cursor, model::Section};

use super::*;

/// A leaf of a BODYSTRUCTURE: `main/sub`, then what else is said of it.
fn leaf(content_type: &str, name: Option<&str>, id: Option<&str>, disposition: Option<&str>) -> String {
    let (main, sub) = content_type.split_once('/').unwrap();
    let quoted = |text: Option<&str>| text.map_or("NIL".to_owned(), |text| format!("\"{text}\""));
    let parameters = name.map_or("NIL".to_owned(), |name| format!("(\"NAME\" \"{name}\")"));
    let disposition = disposition.map_or("NIL".to_owned(), |disposition| format!("(\"{disposition}\" NIL)"));
    let lines = if main == "text" { " 1" } else { "" };
    format!(
        "(\"{main}\" \"{sub}\" {parameters} {} NIL \"7bit\" 10{lines} NIL {disposition} NIL NIL)",
        quoted(id)
    )
}

fn plain() -> String {
    leaf("text/plain", None, None, None)
}

fn html() -> String {
    leaf("text/html", None, None, None)
}

fn multi(sub: &str, parts: &[String]) -> String {
    format!("({} \"{sub}\" (\"boundary\" \"b\") NIL NIL NIL)", parts.concat())
}

fn message(body: &str) -> String {
    let envelope = "(NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL \"<id@x>\")";
    format!("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 99 {envelope} {body} 3 NIL NIL NIL NIL)")
}

/// `section kind` of each part, then the problems.
fn classified(structure: &str) -> String {
    let value = Cursor::new(structure.as_bytes()).value().unwrap();
    let tree = tree(Some(&value));
    let kind = |kind: &PartKind| match kind {
        PartKind::Text => "text",
        PartKind::Html => "html",
        PartKind::Alternative => "alternative",
        PartKind::Attachment => "attachment",
        PartKind::Inline => "inline",
        PartKind::Message(_) => "message",
    };
    let parts = tree.parts.iter().map(|part| format!("{} {}", part.section, kind(&part.kind)));
    let problems = tree.problems.iter().map(|problem| format!("{problem:?}"));
    parts.chain(problems).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_part_is_what_it_is_to_a_reader() {
    let picture = || leaf("image/png", Some("p.png"), Some("<p@x>"), Some("inline"));
    let pdf = || leaf("application/pdf", Some("a.pdf"), None, Some("attachment"));
    let alternative = || multi("alternative", &[plain(), html()]);
    for (structure, want) in [
        (plain(), "1 text"),
        (html(), "1 html"),
        (pdf(), "1 attachment"),
        (leaf("text/plain", Some("only.txt"), None, None), "1 text"),
        (leaf("text/plain", None, None, Some("attachment")), "1 attachment"),
        (leaf("text/calendar", None, None, None), "1 attachment"),
        (alternative(), "1 alternative, 2 html"),
        (multi("alternative", &[html(), plain()]), "1 html, 2 alternative"),
        (multi("alternative", &[plain(), leaf("text/calendar", None, None, None)]), "1 text, 2 attachment"),
        (
            multi("alternative", &[plain(), leaf("text/x-amp-html", None, None, None), html()]),
            "1 alternative, 2 attachment, 3 html",
        ),
        (
            multi("alternative", &[plain(), multi("mixed", &[html(), pdf(), html()])]),
            "1 alternative, 2.1 html, 2.2 attachment, 2.3 html",
        ),
        (
            multi(
                "alternative",
                &[multi("mixed", &[plain(), pdf()]), multi("related", &[html(), picture()])],
            ),
            "1.1 alternative, 1.2 attachment, 2.1 html, 2.2 inline",
        ),
        (multi("related", &[alternative(), picture()]), "1.1 alternative, 1.2 html, 2 inline"),
        (multi("related", &[html(), pdf()]), "1 html, 2 attachment"),
        (multi("related", &[plain(), picture()]), "1 text, 2 attachment"),
        (multi("mixed", &[html(), picture()]), "1 html, 2 inline"),
        (multi("mixed", &[plain(), picture(), plain()]), "1 text, 2 attachment, 3 text"),
        (
            multi("mixed", &[plain(), leaf("text/plain", Some("notes.txt"), None, Some("inline"))]),
            "1 text, 2 attachment",
        ),
        (multi("x-new", &[plain(), html()]), "1 text, 2 html"),
        (multi("signed", &[alternative(), pdf()]), "1.1 alternative, 1.2 html, 2 attachment"),
        (multi("mixed", &[plain(), message(&plain())]), "1 text, 2 message, 2.1 text"),
        (
            multi("mixed", &[plain(), message(&multi("mixed", &[html(), pdf()])), plain()]),
            "1 text, 2 message, 2.1 html, 2.2 attachment, 3 text",
        ),
        (message(&message(&plain())), "1 message, 1.1 message, 1.1.1 text"),
        ("NIL".to_owned(), "Structure"),
        ("()".to_owned(), "Structure"),
        ("(\"mixed\")".to_owned(), "Structure"),
        (multi("mixed", &["NIL".to_owned()]), "Structure"),
        ("(\"text\" \"plain\")".to_owned(), "1 text"),
        ("(\"message\" \"rfc822\" NIL NIL NIL NIL 5)".to_owned(), "1 attachment"),
    ] {
        assert_eq!(classified(&structure), want, "{structure}");
    }
}

#[test]
fn the_root_of_related_parts_may_be_named() {
    let html = leaf("text/html", None, Some("<root@x>"), None);
    let picture = leaf("image/png", None, Some("<p@x>"), None);
    let structure = format!("({picture}{html} \"related\" (\"start\" \"<root@x>\"))");
    assert_eq!(classified(&structure), "1 inline, 2 html");
}

#[test]
fn what_is_too_much_is_left_out_and_told() {
    let deep = (0..70).fold(plain(), |inner, _| multi("mixed", &[inner]));
    assert_eq!(classified(&deep), "TooDeep");
    let deeper = (0..5000).fold(plain(), |inner, _| format!("({inner} \"mixed\")"));
    assert_eq!(classified(&deeper), "TooDeep");
    let nested = (0..40).fold(plain(), |inner, _| message(&inner));
    assert_eq!(classified(&nested).matches("message").count(), 40);
    let many = vec![plain(); 2000];
    let listed = classified(&multi("mixed", &many));
    assert_eq!(listed.matches("text").count(), 1000);
    assert!(listed.ends_with("TooManyParts"));
}

#[test]
fn a_part_keeps_what_the_server_said_of_it() {
    let structure = b"(\"TEXT\" \"Plain\" (\"Charset\" \"UTF-8\" \"FORMAT\" \"Flowed\" \"DelSp\" \"YES\") \" <c@x> \" NIL \
        \"Quoted-Printable\" 123 4 NIL (\"ATTACHMENT\" (\"size\" \"1\")) (\"en\" \"fr\") NIL)";
    let value = Cursor::new(structure).value().unwrap();
    let tree = tree(Some(&value));
    let part = tree.part(&"1".parse::<Section>().unwrap()).unwrap();
    assert_eq!(part.content_type.to_string(), "text/plain");
    assert_eq!(part.content_type.charset.as_deref(), Some("UTF-8"));
    assert!(part.content_type.flowed && part.content_type.del_sp);
    assert_eq!((part.encoding, part.disposition), (Encoding::QuotedPrintable, Disposition::Attachment));
    assert_eq!((part.content_id.as_deref(), part.size), (Some("c@x"), 123));
}

#[test]
fn the_mark_is_for_attachments_that_somebody_attached() {
    let marked =
        |structure: String| has_attachment(&tree(Some(&Cursor::new(structure.as_bytes()).value().unwrap())));
    let signature = leaf("application/pgp-signature", None, None, Some("attachment"));
    let picture = leaf("image/png", None, Some("<p@x>"), Some("inline"));
    assert!(marked(multi("mixed", &[plain(), leaf("application/pdf", None, None, None)])));
    assert!(marked(multi("mixed", &[plain(), message(&plain())])));
    assert!(!marked(multi("signed", &[plain(), signature])));
    assert!(!marked(multi("related", &[html(), picture])));
}
