//! The report, in Markdown.

use super::{action::Action, crowd::Crowd, measure::Samples};

pub(crate) const ACTIONS: &str = "\
| messages | action | flow | min ms | median ms | p95 ms | ÷ floor | requests | bytes | CPU ms | samples |
|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|";

pub(crate) const CROWDS: &str = "\
| messages | sessions | flow | lists/s | p95 ms | CPU ms/list | server PSS MiB | Dovecot PSS MiB/session |
|---:|---:|---|---:|---:|---:|---:|---:|";

/// `floor` is what the median is compared with.
pub(crate) fn action(
    n_messages: u32,
    action: Action,
    flow: &str,
    samples: &Samples,
    floor: Option<&Samples>,
) -> String {
    let start = format!("| {n_messages} | {} | {flow} |", action.name());
    if let Some(failure) = &samples.failure {
        return format!("{start} failed: {} |", failure.replace(['|', '\n'], " "));
    }
    let ratio = floor.filter(|floor| floor.n() > 0).map_or("–".to_owned(), |floor| {
        number(samples.percentile(50) / floor.percentile(50).max(f64::MIN_POSITIVE))
    });
    format!(
        "{start} {} | {} | {} | {ratio} | {:.1} | {:.0} | {} | {} |",
        number(samples.percentile(0)),
        number(samples.percentile(50)),
        number(samples.percentile(95)),
        samples.requests(),
        samples.bytes(),
        number(samples.cpu()),
        samples.n(),
    )
}

pub(crate) fn crowd(n_messages: u32, n_sessions: usize, flow: &str, crowd: &Crowd) -> String {
    let server = crowd.server.map_or("–".to_owned(), |(before, after)| format!("{before:.1} → {after:.1}"));
    let imap = crowd.imap_per_session.map_or("–".to_owned(), number);
    format!(
        "| {n_messages} | {n_sessions} | {flow} | {:.0} | {} | {} | {server} | {imap} |",
        crowd.lists_per_second,
        number(crowd.p95),
        number(crowd.cpu),
    )
}

/// As many digits as tell something.
fn number(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
