//! Dates and times in plain English, 24 hour clock.

use jiff::{Timestamp, ZonedDateTime};

/// A date as a list row shows it, seen from `now`: `20:54` today, `24 Nov` this year, else `24 Nov 2025`.
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
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]
    use super::{when_long, when_short};
    use jiff::{Timestamp, ZonedDateTime};

    fn zoned(text: &str) -> ZonedDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn short_dates_depend_on_now_and_its_zone() {
        let now = zoned("2026-11-24T21:00+01:00[Europe/Berlin]");
        let at = |text: &str| when_short(text.parse::<Timestamp>().unwrap(), &now);
        assert_eq!(at("2026-11-24T19:54:00Z"), "20:54");
        assert_eq!(at("2026-11-23T23:05:00Z"), "00:05");
        assert_eq!(at("2026-11-23T22:59:00Z"), "23 Nov");
        assert_eq!(at("2026-01-02T12:00:00Z"), "2 Jan");
        assert_eq!(at("2025-12-31T22:59:00Z"), "31 Dec 2025");
    }

    #[test]
    fn long_dates_name_day_and_month() {
        assert_eq!(
            when_long(&zoned("2026-11-24T20:54+01:00[Europe/Berlin]")),
            "Tuesday, 24 November 2026 at 20:54"
        );
        assert_eq!(when_long(&zoned("2026-03-01T07:05+00:00[UTC]")), "Sunday, 1 March 2026 at 07:05");
    }
}
