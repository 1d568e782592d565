//! When a message arrived where it was: what it is filed under (INTERNALDATE, RFC 3501 §2.3.3).

use jiff::Timestamp;

use crate::mime;

/// A clock may be wrong by so much. Seconds.
const MAX_AHEAD: i64 = 24 * 3600;

/// By the topmost `Received` (RFC 5321 §4.4: whoever took it last), else by its `Date`; `None` where neither is
/// possible at `now` (Unix seconds).
pub(super) fn arrival(header: &[u8], now: i64) -> Option<Timestamp> {
    let headers = mime::headers(header);
    let received = headers.all.iter().find(|(name, _)| name.eq_ignore_ascii_case("received"));
    let received = received.and_then(|(_, value)| mime::date(value.rsplit_once(';')?.1.as_bytes()));
    let is_possible = |at: &Timestamp| (0..=now.saturating_add(MAX_AHEAD)).contains(&at.as_second());
    let [received, date] =
        [received, headers.date].map(|date| date.map(|date| date.timestamp()).filter(is_possible));
    received.or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_filed_under_the_time_it_was_received() {
        let now = 1_770_000_000; // 2026-02-02
        for (header, want) in [
            (
                "Received: from a\r\n by b; Tue, 3 Feb 2026 00:00:00 +0100\r\nReceived: by c; 1 Jan 2026 00:00 +0000\r\n\
              Date: 1 Jan 2025 00:00:00 +0000\r\n",
                Some("2026-02-02T23:00:00Z"),
            ),
            ("Received: by b\r\nDate: 1 Jan 2025 00:00:00 +0000\r\n", Some("2025-01-01T00:00:00Z")),
            (
                "Received: by b; 1 Jan 2036 00:00:00 +0000\r\nDate: 1 Jan 2025 00:00:00 +0000\r\n",
                Some("2025-01-01T00:00:00Z"),
            ),
            ("Date: 1 Jan 1960 00:00:00 +0000\r\n", None),
            ("Date: 1 Jan 2036 00:00:00 +0000\r\n", None),
            ("Subject: x\r\n", None),
        ] {
            let at = arrival(header.as_bytes(), now).map(|at| at.to_string());
            assert_eq!(at.as_deref(), want, "{header}");
        }
    }
}
