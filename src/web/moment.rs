//! Times that people choose, in the server's time zone: what they type, and what they are offered.

use jiff::{
    Timestamp, ZonedDateTime,
    civil::{Date, DateTime, Weekday},
};

use crate::render;

/// Reads `2026-11-28T08:00`, as a browser sends it, or the same with a blank, as a person types it. Unix seconds.
///
/// # Errors
/// A sentence for the field.
pub fn parse(typed: &str, now: &ZonedDateTime) -> Result<i64, &'static str> {
    let not_a_time = "Type a date and a time, such as 2026-11-28 08:00.";
    let civil: DateTime = typed.trim().parse().map_err(|_| not_a_time)?;
    let at = civil.to_zoned_datetime(now.time_zone().clone()).map_err(|_| not_a_time)?;
    if at.timestamp() <= now.timestamp() {
        return Err("This time is in the past.");
    }
    Ok(at.timestamp().as_second())
}

/// `Europe/Berlin`, or `UTC+01:00` where the zone has no name.
pub fn zone(now: &ZonedDateTime) -> String {
    let name = now.time_zone().iana_name().filter(|name| *name != "Etc/Unknown");
    name.map_or_else(|| now.strftime("UTC%:z").to_string(), str::to_owned)
}

/// `today at 15:30`, seen from `now`. `at` in Unix seconds.
pub fn spoken(at: i64, now: &ZonedDateTime) -> String {
    Timestamp::from_second(at).map_or_else(|_| "some day".to_owned(), |at| render::when_spoken(at, now))
}

/// The clock alone, to the second: `15:30:10`. `at` in Unix seconds.
pub fn clock(at: i64, now: &ZonedDateTime) -> String {
    let zoned = Timestamp::from_second(at).map(|at| at.to_zoned_datetime(now.time_zone().clone()));
    zoned.map_or_else(|_| String::new(), |at| at.strftime("%H:%M:%S").to_string())
}

/// What is offered for a message that should come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// In three hours.
    Soon,
    /// At 8:00.
    Tomorrow,
    /// Monday at 8:00.
    NextWeek,
}

impl Later {
    pub const ALL: [Later; 3] = [Later::Soon, Later::Tomorrow, Later::NextWeek];

    /// The word in a form; public (README, "Addresses").
    pub fn word(self) -> &'static str {
        match self {
            Later::Soon => "later",
            Later::Tomorrow => "tomorrow",
            Later::NextWeek => "next-week",
        }
    }

    pub fn from_word(word: &str) -> Option<Later> {
        Self::ALL.into_iter().find(|later| later.word() == word)
    }

    pub fn label(self) -> &'static str {
        match self {
            Later::Soon => "In 3 hours",
            Later::Tomorrow => "Tomorrow",
            Later::NextWeek => "Next week",
        }
    }

    /// What stands beside the label: `08:00`, `Mon 30 Nov, 08:00`.
    pub fn hint(self, now: &ZonedDateTime) -> String {
        let format = if self == Later::NextWeek { "%a %-d %b, %H:%M" } else { "%H:%M" };
        let at = Timestamp::from_second(self.at(now)).map(|at| at.to_zoned_datetime(now.time_zone().clone()));
        at.map_or_else(|_| String::new(), |at| at.strftime(format).to_string())
    }

    /// Unix seconds.
    pub fn at(self, now: &ZonedDateTime) -> i64 {
        let in_hours = |hours: i64| now.timestamp().as_second() + hours * 3600;
        let morning = |date: Result<Date, jiff::Error>| {
            let at = date.and_then(|date| date.at(8, 0, 0, 0).to_zoned_datetime(now.time_zone().clone()));
            // The calendar ends in the year 9999.
            at.map_or_else(|_| in_hours(24), |at| at.timestamp().as_second())
        };
        match self {
            Later::Soon => in_hours(3),
            Later::Tomorrow => morning(now.date().tomorrow()),
            Later::NextWeek => morning(now.date().nth_weekday(1, Weekday::Monday)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn now() -> ZonedDateTime {
        "2026-11-27T15:00:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    #[test]
    fn what_is_typed_is_read_in_the_servers_zone() {
        let in_berlin = "2026-11-28T07:00:00Z".parse::<Timestamp>().unwrap().as_second();
        for typed in ["2026-11-28T08:00", "2026-11-28 08:00", " 2026-11-28T08:00:00 "] {
            assert_eq!(parse(typed, &now()), Ok(in_berlin), "{typed}");
        }
        assert_eq!(parse("2026-11-27T15:00", &now()), Err("This time is in the past."));
        for bad in ["", "tomorrow", "08:00", "2026-13-01T00:00", "2026-11-28T08:00Z"] {
            assert!(parse(bad, &now()).is_err(), "{bad}");
        }
        assert_eq!(zone(&now()), "Europe/Berlin");
    }

    #[test]
    fn what_is_offered_is_in_the_morning() {
        let offered = Later::ALL.map(|later| spoken(later.at(&now()), &now()));
        assert_eq!(offered, ["today at 18:00", "tomorrow at 08:00", "on Monday, 30 November at 08:00"]);
        let hints = Later::ALL.map(|later| later.hint(&now()));
        assert_eq!(hints, ["18:00", "08:00", "Mon 30 Nov, 08:00"]);
        let monday: ZonedDateTime = "2026-11-30T07:00:00+01:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(spoken(Later::NextWeek.at(&monday), &monday), "on Monday, 7 December at 08:00");
        assert!(Later::ALL.into_iter().all(|later| Later::from_word(later.word()) == Some(later)));
    }
}
