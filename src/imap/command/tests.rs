#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use super::*;

impl Leg {
    pub(in crate::imap) fn text(&self) -> &str {
        let Load::Bytes(bytes) = &self.load else { panic!("nothing is uploaded here") };
        std::str::from_utf8(bytes).unwrap()
    }
}

fn sent(command: Command, literals: Literals) -> Vec<String> {
    let mut writes = vec![String::new()];
    for leg in command.encode("a", literals) {
        writes.last_mut().unwrap().push_str(leg.text());
        if leg.then == Then::Await {
            writes.push(String::new());
        }
    }
    assert_eq!(writes.pop().unwrap(), "", "the last leg awaits the answer");
    writes
}

#[test]
fn plain_strings_are_quoted_and_others_are_literals() {
    for (string, want) in [
        ("plain", "a X \"plain\"\r\n"),
        ("", "a X \"\"\r\n"),
        ("{5+}", "a X \"{5+}\"\r\n"),
        ("* %", "a X \"* %\"\r\n"),
        ("a\"b", "a X {3+}\r\na\"b\r\n"),
        ("a\\b", "a X {3+}\r\na\\b\r\n"),
        ("a\r\nb LOGOUT", "a X {11+}\r\na\r\nb LOGOUT\r\n"),
        ("Größe", "a X {7+}\r\nGröße\r\n"),
        ("nul\0byte", "a X {7+}\r\nnulbyte\r\n"),
    ] {
        assert_eq!(sent(Command::new("X").string(string), Literals::Plus), [want], "{string:?}");
    }
}

#[test]
fn a_literal_waits_where_the_server_wants_to_be_asked() {
    let command = || Command::new("X").string("é").word("(").string("ü").close(")");
    assert_eq!(sent(command(), Literals::Synchronizing), ["a X {2}\r\n", "é ({2}\r\n", "ü)\r\n"]);
    assert_eq!(sent(command(), Literals::Minus), ["a X {2+}\r\né ({2+}\r\nü)\r\n"]);
    let large = || Command::new("X").literal(Bytes::from(vec![b'x'; 5000]));
    assert_eq!(sent(large(), Literals::Minus).len(), 2);
    assert_eq!(sent(large(), Literals::Plus).len(), 1);
    assert_eq!(sent(Command::new("X").literal(Bytes::from(vec![b'x'; 100_000])), Literals::Plus).len(), 2);
}

#[test]
fn arguments_are_separated() {
    let uid = |n| UidRange { first: n, last: n + 1 };
    let command = Command::new("UID FETCH")
        .uids(&[uid(1), uid(5)])
        .word("(UID")
        .body(&"1.2".parse().unwrap(), "HEADER", Some((0, 10)))
        .close(")")
        .flag(&Flag::Seen)
        .date(Date::constant(2026, 2, 1))
        .date_time("2026-02-01T08:15:00+01:00".parse().unwrap())
        .number(7)
        .range(1, 50)
        .uids_from(Uid::new(9).unwrap());
    let want = "a UID FETCH 1:2,5:6 (UID BODY.PEEK[1.2.HEADER]<0.10>) \\Seen 1-Feb-2026 \
                \" 1-Feb-2026 07:15:00 +0000\" 7 1:50 9:*\r\n";
    assert_eq!(sent(command, Literals::Plus), [want]);
    let root = Command::new("F").body(&Section::root(), "HEADER", None).body(&Section::root(), "", None);
    assert_eq!(sent(root, Literals::Plus), ["a F BODY.PEEK[HEADER] BODY.PEEK[]\r\n"]);
}
