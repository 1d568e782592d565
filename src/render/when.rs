//! Dates for people: English, 24-hour clock.

use jiff::{Timestamp, ZonedDateTime, civil::Date};

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

/// A date in a sentence, seen from `now`: `today at 15:30`, `tomorrow at 08:00`, `on Monday, 30 November at 08:00`.
pub fn when_spoken(at: Timestamp, now: &ZonedDateTime) -> String {
    let at = at.to_zoned_datetime(now.time_zone().clone());
    let is = |day: Result<Date, jiff::Error>| day.is_ok_and(|day| day == at.date());
    let format = if at.date() == now.date() {
        "today at %H:%M"
    } else if is(now.date().tomorrow()) {
        "tomorrow at %H:%M"
    } else if is(now.date().yesterday()) {
        "yesterday at %H:%M"
    } else if at.year() == now.year() {
        "on %A, %-d %B at %H:%M"
    } else {
        "on %A, %-d %B %Y at %H:%M"
    };
    at.strftime(format).to_string()
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
    #[test]
    fn a_date_in_a_sentence() {
        let now: ZonedDateTime = "2026-11-24T21:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let cases = [
            ("2026-11-24T20:30:00Z", "today at 21:30"),
            ("2026-11-24T23:30:00Z", "tomorrow at 00:30"),
            ("2026-11-23T07:00:00Z", "yesterday at 08:00"),
            ("2026-11-30T07:00:00Z", "on Monday, 30 November at 08:00"),
            ("2027-01-01T07:00:00Z", "on Friday, 1 January 2027 at 08:00"),
        ];
        for (at, spoken) in cases {
            assert_eq!(when_spoken(at.parse().unwrap(), &now), spoken, "{at}");
        }
    }
}
