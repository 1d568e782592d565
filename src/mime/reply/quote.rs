//! Quotations.

use jiff::{ZonedDateTime, tz::TimeZone};

use crate::model::{Address, Message};

/// A longer text is quoted up to here, bytes.
const MAX_QUOTED: usize = 256 << 10;

/// `On 24 November 2026, Ann Example wrote:`
pub(super) fn attribution(message: &Message) -> String {
    let day = date(message).strftime("%-d %B %Y").to_string();
    match message.headers.from.first().map(Address::short).filter(|name| !name.is_empty()) {
        Some(author) => format!("On {day}, {author} wrote:"),
        None => format!("On {day} somebody wrote:"),
    }
}

/// The headers that a forward shows.
pub(super) fn forwarded_headers(message: &Message) -> String {
    let headers = &message.headers;
    let mut lines = String::from("---------- Forwarded message ----------\n");
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push_str(&format!("{name}: {value}\n"));
        }
    };
    line("From", &list(&headers.from));
    line("Date", &date(message).strftime("%-d %B %Y %H:%M %z").to_string());
    line("Subject", &headers.subject);
    line("To", &list(&headers.to));
    line("Cc", &list(&headers.cc));
    lines
}

fn list(addresses: &[Address]) -> String {
    addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(", ")
}

/// As the sender wrote it, else when it arrived.
fn date(message: &Message) -> ZonedDateTime {
    let arrived = || message.received.to_zoned_datetime(TimeZone::UTC);
    message.headers.date.clone().unwrap_or_else(arrived)
}

/// `> ` before every line; `>` alone where the line is quoted already. The signature stays out.
pub(super) fn quote(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(MAX_QUOTED)).unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = signature(text).unwrap_or(lines.len());
    let lines: Vec<&str> = lines.into_iter().take(end).collect();
    let is_blank = |line: &&&str| line.is_empty();
    let n_before = lines.iter().take_while(is_blank).count();
    let n_after = lines.iter().rev().take_while(is_blank).count();
    let n_kept = lines.len().saturating_sub(n_before + n_after);
    let mut quoted = String::with_capacity(text.len() + 2 * n_kept);
    for line in lines.iter().skip(n_before).take(n_kept) {
        quoted.push_str(if line.is_empty() || line.starts_with('>') { ">" } else { "> " });
        quoted.push_str(line);
        quoted.push('\n');
    }
    quoted
}

/// The number of the line `-- ` that begins the signature (RFC 3676 §4.3). Without its blank, which transports
/// strip, it counts only near the end.
fn signature(text: &str) -> Option<usize> {
    /// Lines a signature may have below a bare `--`.
    const FEW: usize = 8;
    let n_lines = text.lines().count();
    let is_mark = |(at, line): &(usize, &str)| *line == "-- " || *line == "--" && n_lines - at <= FEW;
    text.lines().enumerate().filter(is_mark).map(|(at, _)| at).last()
}
