#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;

fn parsed(text: &str) -> Vec<(String, String)> {
    let list = AddressList::parse(text).unwrap_or_else(|error| unreachable!("{text:?}: {error}"));
    list.0.into_iter().map(|a| (a.name.unwrap_or_default(), a.email)).collect()
}

#[test]
fn whatever_people_type_is_read() {
    for (text, expected) in [
        ("", &[][..]),
        (" ,; \n", &[]),
        ("ann@example.org", &[("", "ann@example.org")]),
        ("<ann@example.org>", &[("", "ann@example.org")]),
        ("Ann Example <ann@example.org>", &[("Ann Example", "ann@example.org")]),
        (
            "\"Example, Ann\" <ann@example.org>, bob@x.org",
            &[("Example, Ann", "ann@example.org"), ("", "bob@x.org")],
        ),
        ("\"a \\\"b\\\\\" <a@b.c>", &[("a \"b\\", "a@b.c")]),
        ("\"Ann (Sales)\" <ann@x.org>", &[("Ann (Sales)", "ann@x.org")]),
        ("J. R. (Jim) Doe <j@x.org>", &[("J. R. Doe", "j@x.org")]),
        ("j@x.org (Jim Doe)", &[("Jim Doe", "j@x.org")]),
        ("a@x.org; b@x.org\r\nc@x.org\n", &[("", "a@x.org"), ("", "b@x.org"), ("", "c@x.org")]),
        ("a@x.org b@x.org\tc@x.org", &[("", "a@x.org"), ("", "b@x.org"), ("", "c@x.org")]),
        (
            "Team: a@x.org, \"B: C\" <b@x.org>; c@x.org",
            &[("", "a@x.org"), ("B: C", "b@x.org"), ("", "c@x.org")],
        ),
        ("undisclosed-recipients:;", &[]),
        ("mailto:a@x.org", &[("", "a@x.org")]),
        ("用户 <用户@例子.example>", &[("用户", "用户@例子.example")]),
        ("Jürgen <j@bücher.example>", &[("Jürgen", "j@bücher.example")]),
        ("\"a b\"@x.org", &[("", "\"a b\"@x.org")]),
        ("\"Q\" <\"a@b\"@x.org>", &[("Q", "\"a@b\"@x.org")]),
        ("odd..dots.@x.org", &[("", "odd..dots.@x.org")]),
        (
            "root@localhost, a@[192.0.2.1], a@[IPv6:2001:db8::1]",
            &[("", "root@localhost"), ("", "a@[192.0.2.1]"), ("", "a@[IPv6:2001:db8::1]")],
        ),
        ("O'Brien+tag/x@my_host.x.org", &[("", "O'Brien+tag/x@my_host.x.org")]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(n, e)| ((*n).to_owned(), (*e).to_owned())).collect();
        assert_eq!(parsed(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_no_address_is_named() {
    for bad in [
        "ann",
        "@",
        "a@",
        "@b",
        "a@b@",
        "a b@c d",
        "Ann a@b.c",
        "<a@b",
        "a@b>",
        "<a@b> <c@d>",
        "<a@b> x",
        "\"Ann <a@b>",
        "(a@b",
        "a@b..c",
        "a@-b.c",
        "a@b.c.",
        "a@b/c",
        "a@b%41",
        "a@[x]",
        "a\0@b",
        "a@b\u{7}",
        "a@b\u{2028}.c",
        "<a\u{85}@b>",
        "a\u{202e}b@c",
        "a@b\u{200b}",
        "a<b@c",
        "\"a\"b@c",
        "\"a\\\"@c",
        "a@xn--\u{fc}",
        "<a@b\\r>",
        "a@b:25",
        "a@b c",
        "=?utf-8?q?a@b?=",
    ] {
        let error = AddressList::parse(&format!("x@y.z, {bad}")).expect_err(bad);
        assert!(!error.0.contains(char::is_control) && !error.0.is_empty(), "{bad:?}: {error}");
    }
    let long = format!("{}@x.org", "a".repeat(65));
    assert_eq!(AddressList::parse(&long).unwrap_err().0.len(), 71);
    assert!(AddressList::parse(&format!("a@{}", "b.".repeat(128))).is_err());
}

#[test]
fn no_line_end_survives() {
    for text in ["a@b\r\nBcc: c@d", "a@b\r\n\r\nDATA", "Ann\r\n <a@b>", "\"Ann\nX\" <a@b>", "a\r@b"] {
        if let Ok(list) = AddressList::parse(text) {
            assert!(!list.to_string().contains(['\r', '\n']), "{text:?}");
        }
    }
}

#[test]
fn what_is_shown_reads_back() {
    for text in
        ["\"a, \\\"b\\\" \\\\\" <a@b.c>", "Ann <a@b.c>, \"J. R.\" <d@e>", "\"x:y;z\" <a@b>", "\"(c)\" <a@b>"]
    {
        let list = AddressList::parse(text).unwrap();
        assert_eq!(AddressList::parse(&list.to_string()), Ok(list), "{text}");
    }
}

#[test]
fn the_wire_form_is_ascii_where_it_can_be() {
    for (email, wire) in [
        ("a@x.org", "a@x.org"),
        ("j@bücher.example", "j@xn--bcher-kva.example"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
        ("odd..dots.@x.org", "\"odd..dots.\"@x.org"),
        ("\"a b\"@x.org", "\"a b\"@x.org"),
    ] {
        assert_eq!(crate::model::wire_form(email), wire);
    }
}
