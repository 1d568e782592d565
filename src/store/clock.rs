//! The time that sessions go by.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use time::OffsetDateTime;

/// The system's clock, which a test puts forward instead of waiting. Cheap to clone; all clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    seconds_ahead: Arc<AtomicI64>,
}

impl Clock {
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.ahead()
    }

    pub fn put_forward(&self, by: Duration) {
        self.seconds_ahead.fetch_add(by.as_secs().cast_signed(), Ordering::Relaxed);
    }

    /// How far this clock is ahead of the system's.
    pub(super) fn ahead(&self) -> time::Duration {
        time::Duration::seconds(self.seconds_ahead.load(Ordering::Relaxed))
    }
}
