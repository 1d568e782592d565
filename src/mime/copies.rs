//! The copies of one composed message, made from the one that is kept: the draft copy has every header.

use jiff::ZonedDateTime;

use super::build::{Copy, ORIGIN_HEADER};

/// What `draft_copy`, as [`super::build`] wrote it, is as `copy`; with another Date where one is given.
pub fn copy_of(draft_copy: &[u8], copy: Copy, date: Option<&ZonedDateTime>) -> Vec<u8> {
    let end = memchr::memmem::find(draft_copy, b"\r\n\r\n").map_or(draft_copy.len(), |end| end + 2);
    let (head, rest) = draft_copy.split_at(end);
    let mut out = Vec::with_capacity(draft_copy.len() + 64);
    let mut has_recipients = false;
    for field in fields(head) {
        let is = |name: &str| {
            field.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
                && field.get(name.len()) == Some(&b':')
        };
        has_recipients |= is("To") || is("Cc");
        match date {
            _ if copy != Copy::Draft && is(ORIGIN_HEADER) => {}
            _ if copy == Copy::Submitted && is("Bcc") => {}
            Some(date) if is("Date") => out.extend_from_slice(date_field(date).as_bytes()),
            _ => out.extend_from_slice(field),
        }
    }
    if copy == Copy::Submitted && !has_recipients {
        out.extend_from_slice(b"To: undisclosed-recipients:;\r\n");
    }
    out.extend_from_slice(rest);
    out
}

fn date_field(date: &ZonedDateTime) -> String {
    format!("Date: {}\r\n", super::build::date(date))
}

/// Each with its line ends, those of folding too (RFC 5322 §2.2.3).
fn fields(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let folds = |at: &usize| !matches!(rest.get(at + 2), Some(b' ' | b'\t'));
        let end = memchr::memmem::find_iter(rest, b"\r\n").find(folds).map_or(rest.len(), |at| at + 2);
        let (field, after) = rest.split_at(end);
        rest = after;
        Some(field)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAFT: &[u8] =
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: <a@b.c>\r\nBcc: <x@y.z>,\r\n <w@y.z>\r\n\
        Subject: a\r\n Bcc: no field\r\nX-Postroom-Origin: replied\r\n INBOX%2F1\r\n\r\nBcc: body\r\n";

    #[test]
    fn a_copy_has_the_headers_of_its_purpose() {
        let text = |copy| String::from_utf8(copy_of(DRAFT, copy, None)).expect("ASCII");
        assert_eq!(text(Copy::Draft).as_bytes(), DRAFT);
        let sent = text(Copy::Sent);
        assert!(sent.contains("Bcc: <x@y.z>,\r\n <w@y.z>\r\n") && !sent.contains("Origin"), "{sent}");
        let submitted = text(Copy::Submitted);
        assert!(!submitted.contains("y.z") && !submitted.contains("INBOX"), "{submitted}");
        assert!(submitted.contains("Subject: a\r\n Bcc: no field\r\n"), "{submitted}");
        assert!(submitted.ends_with("To: undisclosed-recipients:;\r\n\r\nBcc: body\r\n"), "{submitted}");
    }

    #[test]
    fn the_date_can_be_another() {
        let date = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let text = String::from_utf8(copy_of(DRAFT, Copy::Sent, Some(&date))).expect("ASCII");
        assert!(text.starts_with("Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nFrom:"), "{text}");
    }
}
