#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use std::borrow::Cow;

use crate::{
    mime::{self, Decoder},
    model::{Address, AddressList, Encoding, Query, wire_form},
};

const PIECES: &[&[u8]] = &[
    b"=?utf-8?B?",
    b"=?iso-2022-jp?Q?",
    b"=?gb2312*en?q?",
    b"?=",
    b"=",
    b"=C3=A9",
    b"=0D=0A",
    b"_",
    b"SGVsbG8=",
    b" ",
    b"\t",
    b"\r\n",
    b"\n ",
    b"\r",
    b"\0",
    b"\x1b$B",
    b"\x1b(B",
    b"\xe9",
    b"\xc3\xa9",
    b"\xe2\x80\xa8",
    b"<",
    b">",
    b"@",
    b",",
    b";",
    b":",
    b"(",
    b")",
    b"\"",
    b"\\",
    b"a",
    b"b.c",
    b"To: ",
    b"Subject: ",
    b"Date: ",
    b"3 Feb 2026",
    b"10:00:61",
    b"+9999",
    b"EST",
    b"-",
    b"/",
    b"<a@b>",
    b"\nReferences: ",
    b"[1.2.3.4]",
    b"xn--",
    b"\xef\xbb\xbf",
    b"from:",
    b"before:",
    b"2026-13-01",
    b"larger:5M",
    b"is:unread",
    b"begin 644 x\n",
    b"#0V%T\n",
    b"end\n",
    b"&#x",
    b"&amp;",
    b"<p",
    b"<a href=",
    b"</",
    b"<!--",
    b"<style>",
    b"'",
    b"filename*0*",
    b"%E4",
    b"+AGE-",
    b"\xff\xfe",
];

/// Deterministic (xorshift): a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n).unwrap()).unwrap()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(24)).flat_map(|_| PIECES[self.below(PIECES.len())]).copied().collect()
    }
}

fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn is_clean(address: &Address) -> bool {
    is_plain(&address.email) && address.name.as_deref().is_none_or(is_plain)
}

#[test]
fn whatever_comes_is_read_and_clean() {
    let n: usize = std::env::var("SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..n {
        let bytes = random.bytes();
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let headers = mime::headers(&bytes);
        assert!(headers.all.iter().all(|(name, value)| is_plain(name) && is_plain(value)), "{shown:?}");
        let lists = [&headers.from, &headers.to, &headers.cc];
        assert!(lists.into_iter().flatten().chain(&mime::addresses(&bytes)).all(is_clean), "{shown:?}");
        assert!(headers.references.iter().all(|id| is_plain(id)), "{shown:?}");
        mime::date(&bytes);
        let params = [
            (Cow::from(&b"filename*0*"[..]), Cow::from(&bytes[..])),
            (Cow::from(&b"filename"[..]), Cow::from(&bytes[..])),
        ];
        for params in [&params[..], &params[1..]] {
            assert!(mime::parameter(params, "filename").is_none_or(|name| is_plain(&name)), "{shown:?}");
        }
        for encoding in [Encoding::Base64, Encoding::QuotedPrintable, Encoding::UuEncode] {
            let (left, right) = bytes.split_at(bytes.len() / 2);
            let mut whole = Decoder::new(encoding);
            let mut halves = Decoder::new(encoding);
            let mut one = whole.push(&bytes);
            let mut two = [halves.push(left), halves.push(right)].concat();
            let (last, clean) = whole.finish();
            one.extend(last);
            let (last, clean_halves) = halves.finish();
            two.extend(last);
            assert_eq!((one, clean), (two, clean_halves), "{encoding:?} {shown:?}");
        }
        mime::html_to_text(&shown);
        mime::uu_attachments(&shown);
        mime::unflow(&shown, true);
        let query = Query::parse(&shown);
        assert_eq!(Query::parse(&query.text), query);
        if let Ok(list) = AddressList::parse(&shown) {
            assert!(list.0.iter().all(is_clean), "{shown:?}");
            assert_eq!(AddressList::parse(&list.to_string()).as_ref(), Ok(&list), "{shown:?}");
            assert!(list.0.iter().all(|a| is_plain(&wire_form(&a.email))), "{shown:?}");
        }
    }
}
