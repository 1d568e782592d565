#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use crate::model::{Flag, Uid, UidValidity};

use super::*;

fn parsed(line: &str) -> String {
    format!("{:?}", Response::parse(line.as_bytes()))
}

fn fetched(line: &[u8]) -> Fetch<'_> {
    match Response::parse(line).unwrap() {
        Response::Fetch(fetch) => fetch,
        other => panic!("{other:?}"),
    }
}

#[test]
fn unknown_responses_are_passed_over() {
    for line in [
        "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n",
        "* 5 RECENT\r\n",
        "* VANISHED (EARLIER) 1:5\r\n",
        "* THREAD (1 2)(3)\r\n",
        "* 99999999999 EXISTS\r\n",
        "* \r\n",
        "*  \r\n",
        "* X-NEW {3}\r\n(((\r\n",
    ] {
        assert_eq!(parsed(line), "Ok(Other)", "{line:?}");
    }
    for line in ["", "\r\n", "nothing", "a1 MAYBE\r\n", "a1\r\n"] {
        assert_eq!(parsed(line), "Err(Malformed)", "{line:?}");
    }
}

#[test]
fn status_responses_have_codes_and_words() {
    let status = |line: &'static str| match Response::parse(line.as_bytes()).unwrap() {
        Response::Tagged { status, .. } | Response::Status(status) => (status.code, status.text),
        other => panic!("{other:?}"),
    };
    let validity = UidValidity::new(7).unwrap();
    let uid = |n| Uid::new(n).unwrap();
    for (line, code, text) in [
        ("a OK done\r\n", None, "done"),
        ("a NO [OVERQUOTA] full\r\n", Some(Code::OverQuota), "full"),
        ("a ok [appenduid 7 9]\r\n", Some(Code::AppendUid(validity, uid(9))), ""),
        ("* OK [COPYUID 7 1:2 9,4] x\r\n", Some(Code::CopyUid(validity, vec![uid(9), uid(4)])), "x"),
        ("* OK [UIDVALIDITY 0] x\r\n", Some(Code::Other(b"UIDVALIDITY")), "x"),
        ("* OK [UIDVALIDITY 7] x\r\n", Some(Code::UidValidity(validity)), "x"),
        ("* NO [X-NEW a (b \"c\")] \u{e9}\u{7}t\u{9b}\r\n", Some(Code::Other(b"X-NEW")), "\u{e9}t"),
        ("* NO [no end\r\n", None, "[no end"),
        ("* BYE\r\n", None, ""),
    ] {
        assert_eq!(status(line), (code, text.to_owned()), "{line:?}");
    }
}

#[test]
fn a_row_is_read_whatever_stands_beside_it() {
    let fetch = fetched(
        b"* 3 FETCH (UID 9 X-NEW (1 (2 \"(\")) FLAGS (\\Seen $Forwarded \\Recent bad{flag) MODSEQ (5) \
          INTERNALDATE \" 1-Feb-2026 08:15:00 +0100\" RFC822.SIZE 12 PREVIEW {4}\r\na\r\n\xe9 BODY[1.MIME]<0> ~{3}\r\nx\0) )\r\n",
    );
    assert_eq!((fetch.sequence, fetch.uid, fetch.size), (3, Uid::new(9), Some(12)));
    assert!(fetch.flags.as_ref().is_some_and(|flags| flags.is_seen() && flags.is_forwarded()));
    assert_eq!(fetch.internal_date.unwrap().to_string(), "2026-02-01T07:15:00Z");
    assert_eq!(fetch.body().unwrap(), &b"x\0)"[..]);
    assert_eq!(fetch.bodies.first().unwrap().0, b"1.MIME");
    assert_eq!(fetch.preview.unwrap(), "a \u{fffd}");
}

#[test]
fn a_row_that_breaks_off_keeps_what_came_before() {
    let fetch = fetched(b"* 3 FETCH (UID 9 FLAGS (\\Flagged) ENVELOPE (\"a\" ((\r\n");
    assert!(fetch.flags.unwrap().has(&Flag::Flagged) && fetch.envelope.is_none());
    assert_eq!(parsed("* 3 FETCH (FLAGS (\\Seen\r\n"), "Err(Malformed)");
    assert_eq!(fetched(b"* 3 FETCH (INTERNALDATE NIL FLAGS NIL UID 0 RFC822.SIZE -1)\r\n").uid, None);
}

#[test]
fn strings_are_unescaped_and_may_hold_anything() {
    for (wire, want) in [
        (&b"\"a\\\"b\\\\c\""[..], &b"a\"b\\c"[..]),
        (b"\"\"", b""),
        (b"\"\\\\\"", b"\\"),
        (b"\"\xff (\"", b"\xff ("),
        (b"{2}\r\n\"\n", b"\"\n"),
        (b"{0+}\r\n", b""),
        (b"~{1}\n\0", b"\0"),
    ] {
        let value = Cursor::new(wire).value().unwrap();
        assert_eq!(value.bytes().unwrap(), want, "{:?}", String::from_utf8_lossy(wire));
    }
    for broken in
        [&b"\"a"[..], b"\"a\\", b"{5}\r\nabc", b"{99999999999999999999}\r\n", b"{}\r\n", b"(a", b")", b""]
    {
        assert_eq!(Cursor::new(broken).value(), Err(Malformed), "{:?}", String::from_utf8_lossy(broken));
    }
}

#[test]
fn nesting_is_bounded() {
    assert_eq!(Cursor::new(&vec![b'('; 1_000_000]).value(), Err(Malformed));
    let deep = [vec![b'('; 1_000_000], b"\")\"".to_vec(), vec![b')'; 1_000_000], b" next".to_vec()].concat();
    let mut cursor = Cursor::new(&deep);
    let mut value = &cursor.value().unwrap();
    assert_eq!(cursor.rest(), b" next");
    let mut depth = 0;
    while let Some(inner) = value.items().first() {
        (value, depth) = (inner, depth + 1);
    }
    assert_eq!((value, depth), (&Value::TooDeep, 100));
    let wide = [b"(".to_vec(), b"a ".repeat(600_000), b")".to_vec()].concat();
    assert_eq!(Cursor::new(&wide).value(), Err(Malformed));
}

#[test]
fn lists_and_counts_are_read() {
    let Response::List(row) =
        Response::parse(b"* LIST (\\HasNoChildren \\sent) \"\\\\\" \"a \\\"q\\\\ b\" (X y)\r\n").unwrap()
    else {
        panic!()
    };
    assert!(row.has("\\Sent") && !row.has("\\Drafts"));
    assert_eq!((row.delimiter, &*row.name), (Some('\\'), &b"a \"q\\ b"[..]));
    let Response::List(row) = Response::parse(b"* LSUB () NIL NIL\r\n").unwrap() else { panic!() };
    assert_eq!((row.delimiter, &*row.name), (None, &b"NIL"[..]));
    let Response::MailboxStatus(row) =
        Response::parse(b"* STATUS {2}\r\nIn (SIZE 9 UNSEEN 1 MESSAGES 7)\r\n").unwrap()
    else {
        panic!()
    };
    assert_eq!((&*row.name, row.messages, row.unseen), (&b"In"[..], Some(7), Some(1)));
    let Response::Quota(row) = Response::parse(b"* QUOTA \"\" (MESSAGE 1 2 STORAGE 10 512)\r\n").unwrap()
    else {
        panic!()
    };
    assert_eq!(row.storage, Some((10, 512)));
    assert!(matches!(
        Response::parse(b"* QUOTA \"r\" ()\r\n"),
        Ok(Response::Quota(QuotaRow { storage: None }))
    ));
}

#[test]
fn results_keep_their_order() {
    let Response::Found(numbers) = Response::parse(b"* SORT 9 3 4294967295 (MODSEQ 5)\r\n").unwrap() else {
        panic!()
    };
    assert_eq!(numbers, [9, 3, u32::MAX]);
    assert!(matches!(Response::parse(b"* SEARCH\r\n"), Ok(Response::Found(none)) if none.is_empty()));
    let esearch = |line: &'static str| match Response::parse(line.as_bytes()).unwrap() {
        Response::Esearch(esearch) => {
            (esearch.count, esearch.partial.map(|uids| uids.iter().map(|uid| uid.get()).collect::<Vec<_>>()))
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        esearch("* ESEARCH (TAG \"p1\") UID PARTIAL (1:50 9,4:2) COUNT 120 X-NEW (a)\r\n"),
        (Some(120), Some(vec![9, 4, 3, 2]))
    );
    assert_eq!(
        esearch("* ESEARCH (TAG \"p1\") UID PARTIAL (51:100 NIL) COUNT 0\r\n"),
        (Some(0), Some(vec![]))
    );
    assert_eq!(esearch("* ESEARCH\r\n"), (None, None));
}

#[test]
fn a_million_results_are_read_in_one_pass() {
    let line = (1..=1_000_000).fold(String::from("* SEARCH"), |line, n| line + " " + &n.to_string());
    assert!(
        matches!(Response::parse(line.as_bytes()), Ok(Response::Found(found)) if found.len() == 1_000_000)
    );
}
