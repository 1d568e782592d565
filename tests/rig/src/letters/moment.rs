//! Dates as mail writes them.

use std::time::{SystemTime, UNIX_EPOCH};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A point in time, shown in Central European winter time: seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

/// The calendar's view of a [`Moment`].
struct Civil {
    year: i64,
    /// 1 to 12.
    month: usize,
    day: i64,
    /// 0 is a Thursday, as 1970-01-01 was.
    weekday: usize,
    /// Of the day.
    second: i64,
}

impl Moment {
    const OFFSET: i64 = HOUR;

    pub fn now() -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("this is after 1970");
        Moment(since.as_secs().try_into().expect("this is before the year 292277026596"))
    }

    /// Seconds since 1970.
    pub fn at(seconds: i64) -> Moment {
        Moment(seconds)
    }

    /// So long before: `45m`, `3h`, or `12d 09:14`, that is at that time of day, 12 days ago.
    pub(crate) fn before(self, ago: &str) -> Moment {
        let parse = |text: &str| text.parse::<i64>().unwrap_or_else(|_| panic!("not a time ago: {ago:?}"));
        if let Some((days, time)) = ago.split_once("d ") {
            let (hour, minute) = time.split_once(':').unwrap_or_else(|| panic!("not a time of day: {ago:?}"));
            let midnight = (self.0 + Moment::OFFSET).div_euclid(DAY) * DAY - Moment::OFFSET;
            return Moment(midnight - parse(days) * DAY + parse(hour) * HOUR + parse(minute) * MINUTE);
        }
        let unit = if ago.ends_with('h') { HOUR } else { MINUTE };
        Moment(self.0 - parse(ago.trim_end_matches(['h', 'm'])) * unit)
    }

    pub(crate) fn later_minutes(self, minutes: i64) -> Moment {
        Moment(self.0 + minutes * MINUTE)
    }

    pub(crate) fn later_days(self, days: i64) -> Moment {
        Moment(self.0 + days * DAY)
    }

    /// RFC 5322: `Mon, 20 Jul 2026 09:14:00 +0100`.
    pub fn for_header(self) -> String {
        let civil = self.civil();
        let (weekday, month) = (DAYS[civil.weekday], MONTHS[civil.month - 1]);
        format!("{weekday}, {} {month} {} {} +0100", civil.day, civil.year, civil.time())
    }

    /// RFC 3501 date-time: `20-Jul-2026 09:14:00 +0100`.
    pub fn for_imap(self) -> String {
        let civil = self.civil();
        format!("{:2}-{}-{} {} +0100", civil.day, MONTHS[civil.month - 1], civil.year, civil.time())
    }

    /// As people write it: `20 Jul 2026`.
    pub(crate) fn date(self) -> String {
        let civil = self.civil();
        format!("{} {} {}", civil.day, MONTHS[civil.month - 1], civil.year)
    }

    /// `14:05`.
    pub(crate) fn time(self) -> String {
        self.civil().time().chars().take(5).collect()
    }

    /// RFC 5545, in UTC: `20260720T081400Z`.
    pub(crate) fn for_calendar(self) -> String {
        let civil = Moment(self.0 - Moment::OFFSET).civil();
        let time = civil.time().replace(':', "");
        format!("{}{:02}{:02}T{time}Z", civil.year, civil.month, civil.day)
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self) -> i64 {
        self.0
    }

    fn civil(self) -> Civil {
        let local = self.0 + Moment::OFFSET;
        let days = local.div_euclid(DAY);
        // Howard Hinnant's days-to-civil: years begin in March, so the leap day is their last.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month: usize::try_from(month).expect("1 to 12"),
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            weekday: usize::try_from(days.rem_euclid(7)).expect("0 to 6"),
            second: local.rem_euclid(DAY),
        }
    }
}

impl Civil {
    fn time(&self) -> String {
        format!("{:02}:{:02}:{:02}", self.second / HOUR, self.second % HOUR / MINUTE, self.second % MINUTE)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let leap = Moment::at(1_709_164_800 - 1);
        assert_eq!(leap.for_header(), "Thu, 29 Feb 2024 00:59:59 +0100");
        assert_eq!(leap.for_calendar(), "20240228T235959Z");
        let july = Moment::at(1_784_535_240);
        assert_eq!(july.for_header(), "Mon, 20 Jul 2026 09:14:00 +0100");
        assert_eq!(july.before("45m").for_header(), "Mon, 20 Jul 2026 08:29:00 +0100");
        assert_eq!(july.before("21d 23:05").for_imap(), "29-Jun-2026 23:05:00 +0100");
    }
}
