#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;

fn parsed(typed: &str) -> Vec<(String, String)> {
    let list = AddressList::parse(typed).unwrap();
    list.0.into_iter().map(|address| (address.name.unwrap_or_default(), address.email)).collect()
}

fn pair(name: &str, email: &str) -> (String, String) {
    (name.to_owned(), email.to_owned())
}

#[test]
fn addresses_stand_between_commas_semicolons_and_line_ends() {
    let expected = vec![pair("", "a@x.org"), pair("", "b@x.org"), pair("", "c@x.org"), pair("", "d@x.org")];
    assert_eq!(parsed("a@x.org, b@x.org;c@x.org\r\n d@x.org ,"), expected);
    assert_eq!(parsed(" ,;\n"), []);
    assert_eq!(parsed(""), []);
}

#[test]
fn names_are_taken_however_they_are_written() {
    for (typed, name) in [
        ("Ann Example <ann@x.org>", "Ann Example"),
        ("\"Doe, \\\"Jack\\\" J.\" <ann@x.org>", "Doe, \"Jack\" J."),
        ("J. R. \t Doe<ann@x.org>", "J. R. Doe"),
        ("Ann (work) < ann@x.org >", "Ann (work)"),
        ("ann@x.org (Ann: Example)", "Ann: Example"),
        ("\"a\\\\b\" <ann@x.org>", "a\\b"),
        ("<ann@x.org>", ""),
        ("mailto:ann@x.org", ""),
        ("Team: ann@x.org;", ""),
        ("undisclosed-recipients:;, ann@x.org", ""),
    ] {
        assert_eq!(parsed(typed), [pair(name, "ann@x.org")], "{typed}");
    }
    let group = parsed("Team: a@x.org, \"B, C\" <b@x.org>;, d@x.org");
    assert_eq!(group, [pair("", "a@x.org"), pair("B, C", "b@x.org"), pair("", "d@x.org")]);
}

#[test]
fn every_well_formed_address_is_taken() {
    for email in [
        "用户@例子.example",
        "info@bücher.example",
        "info@xn--bcher-kva.example",
        "o'brien+tag@x-y.org",
        "root@localhost",
        "\"john doe\"@x.org",
        "\"a@b, \\\"c\\\"\"@x.org",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
    ] {
        assert_eq!(parsed(email), [pair("", email)]);
    }
}

#[test]
fn what_is_no_address_is_named() {
    for (typed, named) in [
        ("a@x.org, ann", "ann"),
        ("Doe, Jack <jack@x.org>", "Doe"),
        ("a@x.org b@x.org", "a@x.org b@x.org"),
        ("a@x.org, Bob <b@>", "Bob <b@>"),
        ("Bob <b@x.org", "Bob <b@x.org"),
        ("\"Bob <b@x.org>, c@x.org", "\"Bob <b@x.org>, c@x.org"),
    ] {
        assert_eq!(AddressList::parse(typed), Err(AddressError(named.to_owned())), "{typed}");
    }
    let long = format!("{}@x.org", "a".repeat(65));
    for bad in [
        "@x.org",
        "a@",
        "a..b@x.org",
        ".a@x.org",
        "a@x..org",
        "a@-x.org",
        "a@x_y.org",
        "\"a\"b@x.org",
        "a@x.org.",
        "\"a\\\"@x.org",
        "\"\"\"@x.org",
        "a@[1.2.3]",
        "a\u{202e}b@x.org",
        "a\u{200b}@x.org",
        "a\u{a0}b@x.org",
        &long,
    ] {
        assert!(AddressList::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn control_characters_never_survive() {
    for bad in ["a\0b@x.org", "a@x.org\u{1b}", "An\0n <a@x.org>", "\"An\u{7f}n\" <a@x.org>", "a@x.o\u{85}rg"]
    {
        let error = AddressList::parse(bad).unwrap_err();
        assert!(!error.to_string().contains(char::is_control), "{bad:?}");
    }
    // A line end separates, or is a blank where it is quoted.
    assert!(AddressList::parse("a@x.org\r\nBcc: evil").is_err());
    assert_eq!(parsed("\"Ann\r\n Example\u{2028}\" <a@x.org>"), [pair("Ann Example", "a@x.org")]);
}

#[test]
fn what_is_shown_can_be_read_back() {
    for name in ["Ann", "Doe, Jack", "a\"b\\c", "Re: x <y@z>", "Zoë 用户", "(x)", "-", ";"] {
        let list = AddressList(vec![Address { name: Some(name.to_owned()), email: "a@x.org".to_owned() }; 2]);
        assert_eq!(AddressList::parse(&list.to_string()).unwrap(), list);
    }
}
