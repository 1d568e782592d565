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
    /// Bytes of a query that are read; the rest is dropped.
    pub const MAX_LEN: usize = 1000;

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Reads what was typed. Never fails: what is no operator is a word to look for.
    pub fn parse(typed: &str) -> Query {
        let typed = typed.replace(char::is_control, " ");
        let typed = typed.trim();
        let (text, _) = typed.split_at(typed.floor_char_boundary(Query::MAX_LEN));
        let text = text.trim_end();
        let mut is_quoted = false;
        let tokens = text.split(|c: char| {
            is_quoted ^= c == '"';
            !is_quoted && c.is_whitespace()
        });
        Query { text: text.to_owned(), terms: tokens.filter_map(term).collect() }
    }
}

/// One word, phrase or operator; `None` where nothing is left to look for.
fn term(token: &str) -> Option<Term> {
    if let Some(negated) = token.strip_prefix('-') {
        return positive(negated).map(|term| Term::Not(Box::new(term)));
    }
    positive(token)
}

fn positive(token: &str) -> Option<Term> {
    let operation = token.split_once(':').and_then(|(name, value)| operation(name, &unquoted(value)));
    operation.or_else(|| Some(unquoted(token)).filter(|word| !word.is_empty()).map(Term::Text))
}

fn operation(name: &str, value: &str) -> Option<Term> {
    if value.is_empty() {
        return None;
    }
    let text = || value.to_owned();
    match name.to_ascii_lowercase().as_str() {
        "from" => Some(Term::From(text())),
        "to" => Some(Term::To(text())),
        "cc" => Some(Term::Cc(text())),
        "subject" => Some(Term::Subject(text())),
        "body" => Some(Term::Body(text())),
        "has" => matches!(value.to_ascii_lowercase().as_str(), "attachment" | "attachments")
            .then_some(Term::HasAttachment),
        "is" => state(&value.to_ascii_lowercase()),
        "before" => day(value).map(Term::Before),
        "after" => day(value).map(Term::After),
        "larger" => bytes(value).map(Term::Larger),
        "smaller" => bytes(value).map(Term::Smaller),
        _ => None,
    }
}

fn state(value: &str) -> Option<Term> {
    match value {
        "unread" | "unseen" => Some(Term::Unread),
        "read" | "seen" => Some(Term::Read),
        "flagged" | "starred" => Some(Term::Flagged),
        "answered" => Some(Term::Answered),
        _ => None,
    }
}

fn unquoted(text: &str) -> String {
    text.replace('"', "").trim().to_owned()
}

/// `2026-02-03` or `2026/2/3`.
fn day(value: &str) -> Option<Date> {
    let mut pieces = value.split(['-', '/']);
    let (year, month, day) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let is_number = |piece: &str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit());
    if pieces.next().is_some() || ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `500`, `20k`, `5M`, `1GB`: powers of 1024.
fn bytes(value: &str) -> Option<u64> {
    let value = value.to_ascii_lowercase();
    let value = value.strip_suffix('b').unwrap_or(&value);
    let (digits, shift) = [('k', 10), ('m', 20), ('g', 30)]
        .into_iter()
        .find_map(|(unit, shift)| Some((value.strip_suffix(unit)?, shift)))
        .unwrap_or((value, 0));
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn terms(typed: &str) -> Vec<Term> {
        Query::parse(typed).terms
    }

    fn text(word: &str) -> Term {
        Term::Text(word.to_owned())
    }

    #[test]
    fn words_phrases_and_operators() {
        assert_eq!(terms("  two words "), [text("two"), text("words")]);
        assert_eq!(terms("\"one phrase\" x"), [text("one phrase"), text("x")]);
        assert_eq!(terms("from:\"Ann E\" TO:bob"), [Term::From("Ann E".into()), Term::To("bob".into())]);
        assert_eq!(
            terms("cc:c subject:s body:b has:attachment is:unread is:read is:starred is:flagged is:answered"),
            [
                Term::Cc("c".into()),
                Term::Subject("s".into()),
                Term::Body("b".into()),
                Term::HasAttachment,
                Term::Unread,
                Term::Read,
                Term::Flagged,
                Term::Flagged,
                Term::Answered
            ]
        );
        assert_eq!(
            terms("-from:ann -\"a b\" -x"),
            [Term::From("ann".into()), text("a b"), text("x")].map(|term| Term::Not(Box::new(term)))
        );
    }

    #[test]
    fn days_and_sizes() {
        assert_eq!(terms("before:2026-02-03"), [Term::Before(date(2026, 2, 3))]);
        assert_eq!(terms("after:2026/12/31"), [Term::After(date(2026, 12, 31))]);
        assert_eq!(terms("larger:5M"), [Term::Larger(5 << 20)]);
        assert_eq!(terms("smaller:20kb"), [Term::Smaller(20 << 10)]);
        assert_eq!(terms("smaller:700"), [Term::Smaller(700)]);
    }

    #[test]
    fn what_is_no_operator_is_a_word() {
        for word in [
            "re:x",
            "from:",
            "before:yesterday",
            "before:2026-02-30",
            "after:2026-1",
            "larger:",
            "larger:+5",
            "larger:99999999999G",
            "is:nice",
            "has:fun",
            "http://x.org",
            "a-b",
        ] {
            assert_eq!(terms(word), [text(word)]);
        }
        assert_eq!(terms("\"from: ann\""), [text("from: ann")]);
        assert_eq!(terms(" - \"\" \t"), []);
        assert_eq!(terms("\"open end"), [text("open end")]);
    }

    #[test]
    fn the_text_is_kept_short_and_on_one_line() {
        assert_eq!(Query::parse(" a\r\nb\0 ").text, "a  b");
        assert_eq!(Query::parse(&"é".repeat(600)).text.len(), Query::MAX_LEN);
        assert_eq!(Query::parse(&format!("x{}", "é".repeat(600))).text.len(), Query::MAX_LEN - 1);
        assert!(Query::parse("").is_empty());
    }
}
