//! What a server offers to hold for later (FUTURERELEASE, RFC 4865).

use jiff::{SignedDuration, Timestamp};

use super::Session;

/// How far ahead a server holds messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FutureRelease {
    /// From when it is submitted.
    pub longest: SignedDuration,
    pub latest: Timestamp,
}

impl FutureRelease {
    /// `None` where it is not offered, or without its two limits (RFC 4865 §4 requires both).
    pub(super) fn of(session: &Session) -> Option<FutureRelease> {
        FutureRelease::parse(session.parameters("FUTURERELEASE")?)
    }

    fn parse(parameters: &str) -> Option<FutureRelease> {
        let (seconds, latest) = parameters.split_once(' ')?;
        Some(FutureRelease {
            longest: SignedDuration::from_secs(seconds.parse::<u32>().ok()?.into()),
            latest: latest.trim().parse().ok()?,
        })
    }

    /// Whether a message submitted `now` can be held until `at`.
    pub fn covers(&self, at: Timestamp, now: Timestamp) -> bool {
        at <= self.latest && at.duration_since(now) <= self.longest
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn both_limits_count() {
        let offer = FutureRelease::parse("3600 2026-06-01T00:30:00Z").unwrap();
        let now = "2026-06-01T00:00:00Z".parse::<Timestamp>().unwrap();
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        assert!(offer.covers(after(1), now) && offer.covers(after(1800), now));
        assert!(!offer.covers(after(1801), now));
        assert!(!offer.covers(after(1800), after(-1801)));
    }

    #[test]
    fn an_offer_that_cannot_be_read_is_none() {
        for bad in ["", "3600", "3600 soon", "-1 2026-06-01T00:00:00Z", "x 2026-06-01T00:00:00Z"] {
            assert_eq!(FutureRelease::parse(bad), None, "{bad:?}");
        }
    }
}
