//! Dates for people: English, 24-hour clock.

use jiff::{Timestamp, ZonedDateTime};

/// A date as a list row shows it, seen from `now`: the time today, the day this year, else the date.
pub fn when_short(at: Timestamp, now: &ZonedDateTime) -> String {
    let at = at.to_zoned_datetime(now.time_zone().clone());
    let format = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    at.strftime(format).to_string()
}

/// A date as a message shows it: `Tuesday, 24 November 2026 at 20:54`.
pub fn when_long(at: &ZonedDateTime) -> String {
    at.strftime("%A, %-d %B %Y at %H:%M").to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seen_from_the_readers_zone() {
        let now: ZonedDateTime = "2026-11-24T21:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let cases = [
            ("2026-11-24T19:54:00Z", "20:54"),
            ("2026-11-23T23:30:00Z", "00:30"),
            ("2026-11-23T22:30:00Z", "23 Nov"),
            ("2026-01-02T10:00:00Z", "2 Jan"),
            ("2025-12-31T23:30:00Z", "1 Jan"),
            ("2025-12-31T22:30:00Z", "31 Dec 2025"),
            ("2031-05-06T10:00:00Z", "6 May 2031"),
        ];
        for (at, shown) in cases {
            assert_eq!(when_short(at.parse().unwrap(), &now), shown, "{at}");
        }
        assert_eq!(when_long(&now), "Tuesday, 24 November 2026 at 21:00");
    }
}
