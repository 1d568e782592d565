//! The search box, parsed: words, and `from: to: cc: subject: body: has: is: before: after: larger: smaller:`.

mod parse;

use jiff::civil::Date;

/// What a person searches for. All terms must match; none: everything matches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// As typed, for the search box and for addresses.
    pub text: String,
    pub terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Anywhere in the headers or the body.
    Text(String),
    From(String),
    To(String),
    Cc(String),
    Subject(String),
    Body(String),
    HasAttachment,
    Unread,
    Read,
    Flagged,
    Answered,
    /// Received before this day.
    Before(Date),
    /// Received on or after this day.
    After(Date),
    /// Bytes.
    Larger(u64),
    /// Bytes.
    Smaller(u64),
    Not(Box<Term>),
}

impl Query {
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
