//! The steps from an empty database to today's. A step that was released is never edited: add another.

/// In order; a database remembers how many it has had.
pub(super) const STEPS: &[&str] =
    &[include_str!("../migrations/0001_first.sql"), include_str!("../migrations/0002_kept_at.sql")];

#[expect(clippy::cast_possible_truncation, reason = "there will never be so many")]
pub(super) const N_STEPS: u32 = STEPS.len() as u32;
