//! Waiting for a condition, instead of sleeping and hoping.

use std::{
    fmt::Debug,
    thread,
    time::{Duration, Instant},
};

const STEP: Duration = Duration::from_millis(20);
const AT_MOST: Duration = Duration::from_secs(60);

/// What a condition may answer: done with a value, or what was seen instead.
pub trait Answer {
    type Value;
    /// # Errors
    /// What was seen, for the message of a wait that ends in vain.
    fn answer(self) -> Result<Self::Value, String>;
}

impl Answer for bool {
    type Value = ();
    fn answer(self) -> Result<(), String> {
        self.then_some(()).ok_or_else(|| "false".to_owned())
    }
}

impl<T> Answer for Option<T> {
    type Value = T;
    fn answer(self) -> Result<T, String> {
        self.ok_or_else(|| "None".to_owned())
    }
}

impl<T, E: Debug> Answer for Result<T, E> {
    type Value = T;
    fn answer(self) -> Result<T, String> {
        self.map_err(|seen| format!("{seen:?}"))
    }
}

/// Polls `condition` until it is `true`, `Some` or `Ok`, and returns the value; panics after 60 s and says what it
/// last saw. Blocks the thread: in async code, run it with `spawn_blocking` or on a multi-thread runtime.
#[track_caller]
pub fn until<A: Answer>(what: &str, condition: impl FnMut() -> A) -> A::Value {
    until_within(AT_MOST, what, condition)
}

/// The same for what is known to take longer, such as a lease to end.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "this is how a condition is awaited")]
pub fn until_within<A: Answer>(at_most: Duration, what: &str, mut condition: impl FnMut() -> A) -> A::Value {
    let start = Instant::now();
    loop {
        let seen = match condition().answer() {
            Ok(value) => return value,
            Err(seen) => seen,
        };
        assert!(start.elapsed() < at_most, "waited {at_most:?} in vain until {what}; last saw {seen}");
        thread::sleep(STEP);
    }
}
