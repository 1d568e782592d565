//! Dates as mail has them (RFC 5322 §3.3 and §4.3, ISO 8601, and what old clients made up).

use jiff::{
    ZonedDateTime,
    civil::{Date, Time},
    tz::{Offset, TimeZone},
};

/// A longer value is no date.
const MAX_LEN: usize = 1000;

/// A date header value, with the sender's zone (RFC 5322 §3.3 and its obsolete and broken kin).
pub fn date(raw: &[u8]) -> Option<ZonedDateTime> {
    let text = without_comments(&String::from_utf8_lossy(raw.get(..MAX_LEN).unwrap_or(raw)));
    let (mut day, mut month, mut year) = (None, None, None);
    let (mut time, mut zone) = (None, None);
    for token in text.split([' ', '\t', '\r', '\n', ',']).filter(|token| !token.is_empty()) {
        // 2026-02-03, 2026-02-03T10:00:00Z and 3-Feb-2026 are several tokens in one.
        let (date_part, clock) = split_iso(token);
        if date_part.is_empty() {
            read_clock(clock, &mut time, &mut zone);
            continue;
        }
        if let Some([a, b, c]) = three(date_part, '-').or_else(|| three(date_part, '/')) {
            let (d, y) = if a.len() == 4 { (c, a) } else { (a, c) };
            (day, month, year) = (number(d), month_number(b).or_else(|| number(b)), full_year(y));
            read_clock(clock, &mut time, &mut zone);
        } else if let Some(n) = number(date_part) {
            if day.is_none() && date_part.len() <= 2 {
                day = Some(n);
            } else if year.is_none() {
                year = full_year(date_part);
            }
        } else if let Some(n) = month_number(date_part).filter(|_| month.is_none()) {
            month = Some(n);
        } else if time.is_some() && zone.is_none() {
            zone = offset(date_part);
        }
    }
    let date = Date::new(year?, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()?;
    let zone = TimeZone::fixed(zone.unwrap_or(Offset::UTC));
    date.to_datetime(time.unwrap_or(Time::midnight())).to_zoned_datetime(zone).ok()
}

/// Splits `2026-02-03T10:00:00Z` at its `T`; a clock alone has an empty date.
fn split_iso(token: &str) -> (&str, &str) {
    match token.split_once(':') {
        None => (token, ""),
        Some(_) if token.starts_with(['+', '-']) => (token, ""),
        Some(_) => token.split_once(['T', 't']).filter(|(date, _)| date.contains('-')).unwrap_or(("", token)),
    }
}

/// Reads `10:00`, `10:00:00.5`, `10:00:00+01:00` or `10:00:00Z`.
fn read_clock(clock: &str, time: &mut Option<Time>, zone: &mut Option<Offset>) {
    if time.is_some() || clock.is_empty() {
        return;
    }
    let end = clock.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(clock.len());
    let Some((digits, rest)) = clock.split_at_checked(end) else { return };
    let mut fields = digits.split(':').map(|field| number(field.split('.').next().unwrap_or(field)));
    let hour = fields.next().flatten();
    let minute = fields.next().flatten();
    // A leap second is the second before it.
    let second = fields.next().map_or(Some(0), |second| second.map(|s| s.min(59)));
    let small = |n: Option<u16>| n.and_then(|n| i8::try_from(n).ok());
    if let (Some(hour), Some(minute), Some(second)) = (small(hour), small(minute), small(second)) {
        *time = Time::new(hour, minute, second, 0).ok();
    }
    if !rest.is_empty() {
        *zone = offset(rest);
    }
}

/// `+0100`, `-01:00`, `GMT+1`, `EST`. What nobody knows is no zone: the date then counts as UTC
/// (RFC 5322 §4.3).
fn offset(zone: &str) -> Option<Offset> {
    let zone = zone.trim_end_matches(['.', ';']);
    let name_end = zone.find(['+', '-']).unwrap_or(zone.len());
    let (name, number) = zone.split_at_checked(name_end)?;
    if number.is_empty() {
        let hours = match name.to_ascii_uppercase().as_str() {
            "Z" | "UT" | "UTC" | "GMT" | "WET" => 0,
            "EST" | "CDT" => -5,
            "EDT" | "AST" => -4,
            "CST" | "MDT" => -6,
            "MST" | "PDT" => -7,
            "PST" => -8,
            "CET" | "MEZ" | "BST" | "WEST" => 1,
            "CEST" | "MESZ" | "EET" => 2,
            "EEST" | "MSK" => 3,
            "JST" | "KST" => 9,
            "AEST" => 10,
            _ => return None,
        };
        return Offset::from_seconds(hours * 3600).ok();
    }
    let sign = if number.starts_with('-') { -1 } else { 1 };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let n: i32 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() <= 2 { (n, 0) } else { (n / 100, n % 100) };
    if hours > 23 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn number(digits: &str) -> Option<u16> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Two and three digits as RFC 5322 §4.3 reads them.
fn full_year(digits: &str) -> Option<i16> {
    let year = i16::try_from(number(digits)?).ok()?;
    match (digits.len(), year) {
        (2, 0..=49) => Some(year + 2000),
        (2, _) | (3, _) => Some(year + 1900),
        (4, 1900..) => Some(year),
        _ => None,
    }
}

/// `Feb`, `february`, `Sept.`
fn month_number(name: &str) -> Option<u16> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = name.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == start)?;
    u16::try_from(at + 1).ok()
}

fn three(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut pieces = text.split(separator);
    let three = [pieces.next()?, pieces.next()?, pieces.next()?];
    (pieces.next().is_none() && three.iter().all(|piece| !piece.is_empty())).then_some(three)
}

/// Comments nest (RFC 5322 §3.2.2); an unclosed one reaches to the end.
fn without_comments(text: &str) -> String {
    let mut depth = 0usize;
    let mut left = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => left.push(c),
            _ => {}
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_meant() {
        for (raw, read) in [
            ("Tue, 03 Feb 2026 10:00:00 +0100", "2026-02-03T10:00:00+01:00"),
            ("3 Feb 26 10:00 GMT", "2026-02-03T10:00:00+00:00"),
            ("Tue, 03 Feb 2026 10:00:00 EST", "2026-02-03T10:00:00-05:00"),
            ("Tue,  3 Feb 2026 10:00:00 +0200 (EET (\\) so))", "2026-02-03T10:00:00+02:00"),
            ("Tue, 03 Feb 2026 10:00:00 -0330", "2026-02-03T10:00:00-03:30"),
            ("Tue Feb  3 10:00:00 2026", "2026-02-03T10:00:00+00:00"),
            ("Tue Feb  3 10:00:00 EST 2026", "2026-02-03T10:00:00-05:00"),
            ("Mon, 3 Feb 2026 23:59:60 -0000", "2026-02-03T23:59:59+00:00"),
            ("3 February 99 10:00:00 UT", "1999-02-03T10:00:00+00:00"),
            ("3 Feb 126 10:00", "2026-02-03T10:00:00+00:00"),
            ("Tue, 3 Feb 2026 10:00:00 GMT+0100", "2026-02-03T10:00:00+01:00"),
            ("Tue,3 Feb 2026 10:00:00+05:30", "2026-02-03T10:00:00+05:30"),
            ("2026-02-03T10:00:00.123Z", "2026-02-03T10:00:00+00:00"),
            ("2026-02-03 10:00:00 +0100", "2026-02-03T10:00:00+01:00"),
            ("3-Feb-2026 10:00:00 +0100", "2026-02-03T10:00:00+01:00"),
            ("3 Feb 2026", "2026-02-03T00:00:00+00:00"),
            ("Tue, 03 Feb 2026 10:00:00 +9900", "2026-02-03T10:00:00+00:00"),
            ("Tue, 03\r\n Feb 2026 10:00:00 LUNCH", "2026-02-03T10:00:00+00:00"),
        ] {
            let date = date(raw.as_bytes()).map(|d| d.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
            assert_eq!(date.as_deref(), Some(read), "{raw}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for raw in [
            "",
            "Someday, 45 Foo 2026",
            "31 Feb 2026 10:00 +0000",
            "Feb",
            "((((",
            "99999999999999999999",
            "é",
        ] {
            assert_eq!(date(raw.as_bytes()), None, "{raw}");
        }
    }
}
