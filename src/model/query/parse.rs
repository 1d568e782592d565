//! The search box's little language.

use jiff::civil::Date;

use super::{Query, Term};

impl Query {
    /// Bytes; what is typed beyond is cut off.
    pub const MAX_LEN: usize = 1000;

    /// Words, `"phrases"`, `operator:value` and `-` before any of them. Never fails: what is no operator is a
    /// word to be found.
    pub fn parse(typed: &str) -> Query {
        let text = plain(typed);
        let mut words = Words { rest: &text };
        let mut terms = Vec::new();
        while let Some(word) = words.next() {
            let is_negated = word.is_negated;
            if let Some(term) = term(word, &mut words) {
                terms.push(if is_negated { Term::Not(Box::new(term)) } else { term });
            }
        }
        Query { text, terms }
    }
}

/// In one line, trimmed, capped.
fn plain(typed: &str) -> String {
    let mut text = String::new();
    for c in typed.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control())
    {
        if text.len() + c.len_utf8() > Query::MAX_LEN {
            break;
        }
        text.push(c);
    }
    text.trim().to_owned()
}

/// A word or phrase, or an operator with what follows its colon.
struct Word {
    is_negated: bool,
    operator: Option<String>,
    value: String,
    /// As typed, for an operator that turns out to be none.
    typed: String,
}

struct Words<'t> {
    rest: &'t str,
}

impl Words<'_> {
    fn next(&mut self) -> Option<Word> {
        let start = self.rest.trim_start();
        if start.is_empty() {
            return None;
        }
        let unsigned = start.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with(' '));
        let word = unsigned.unwrap_or(start);
        let operator = word
            .split_once(':')
            .filter(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()))
            .map(|(name, rest)| (name.to_ascii_lowercase(), rest));
        let (operator, rest) = match operator {
            Some((name, rest)) => (Some(name), rest),
            None => (None, word),
        };
        let (value, after) = value(rest);
        let typed_len = word.len() - after.len();
        let typed = word.get(..typed_len).unwrap_or(word).to_owned();
        self.rest = after;
        Some(Word { is_negated: unsigned.is_some(), operator, value, typed })
    }

    /// The value of `from: ann`, where a blank stands after the colon.
    fn value(&mut self) -> String {
        let (value, after) = value(self.rest.trim_start());
        self.rest = after;
        value
    }
}

/// Up to a blank, or what stands between quotes; an open quote reaches to the end.
fn value(text: &str) -> (String, &str) {
    const QUOTES: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];
    if let Some(quoted) = text.strip_prefix(QUOTES) {
        let (inside, after) = quoted.split_once(QUOTES).unwrap_or((quoted, ""));
        return (inside.trim().to_owned(), after);
    }
    let end = text.find(' ').unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    (word.to_owned(), after)
}

/// `None` for what asks for nothing, such as `""`.
fn term(mut word: Word, words: &mut Words<'_>) -> Option<Term> {
    if let Some(operator) = word.operator.take() {
        if let Some(text_term) = text_operator(&operator) {
            let value = if word.value.is_empty() { words.value() } else { word.value };
            return (!value.is_empty()).then(|| text_term(value));
        }
        if let Some(term) = other_operator(&operator, &word.value) {
            return Some(term);
        }
        return Some(Term::Text(word.typed));
    }
    (!word.value.is_empty()).then_some(Term::Text(word.value))
}

fn text_operator(name: &str) -> Option<fn(String) -> Term> {
    Some(match name {
        "from" => Term::From,
        "to" => Term::To,
        "cc" => Term::Cc,
        "subject" => Term::Subject,
        "body" => Term::Body,
        _ => return None,
    })
}

fn other_operator(name: &str, value: &str) -> Option<Term> {
    let value = value.to_ascii_lowercase();
    Some(match (name, value.as_str()) {
        ("has", "attachment" | "attachments") => Term::HasAttachment,
        ("is", "unread" | "unseen") => Term::Unread,
        ("is", "read" | "seen") => Term::Read,
        ("is", "flagged" | "starred") => Term::Flagged,
        ("is", "answered" | "replied") => Term::Answered,
        ("before", day) => Term::Before(date(day)?),
        ("after", day) => Term::After(date(day)?),
        ("larger", bytes) => Term::Larger(size(bytes)?),
        ("smaller", bytes) => Term::Smaller(size(bytes)?),
        _ => return None,
    })
}

/// `2026-11-24` or `2026/11/24`.
fn date(text: &str) -> Option<Date> {
    let mut numbers = text.split(['-', '/']).map(|n| n.bytes().all(|b| b.is_ascii_digit()).then_some(n));
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `5M`, `300k`, `1.5 MB` without the blank, or plain bytes.
fn size(text: &str) -> Option<u64> {
    let text = text.strip_suffix("ib").or_else(|| text.strip_suffix('b')).unwrap_or(text);
    let (number, shift) = match text.strip_suffix(['k', 'm', 'g']) {
        Some(number) if text.ends_with('k') => (number, 10),
        Some(number) if text.ends_with('m') => (number, 20),
        Some(number) => (number, 30),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |s: &str| {
        (!s.is_empty() && s.len() <= 12 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
    };
    let (whole, tenths): (u64, u64) = (digits(whole)?, digits(fraction.get(..1)?)?);
    whole.checked_mul(1 << shift)?.checked_add((tenths << shift) / 10)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    fn text(text: &str) -> Term {
        Term::Text(text.into())
    }

    #[test]
    fn the_language_is_read() {
        let day = Date::new(2026, 11, 24).unwrap();
        for (typed, terms) in [
            ("", vec![]),
            ("two words", vec![text("two"), text("words")]),
            (
                "\"a phrase\" \u{201c}and another\u{201d}x",
                vec![text("a phrase"), text("and another"), text("x")],
            ),
            ("\"open phrase", vec![text("open phrase")]),
            (
                "from:ann To:\"b c\" cc:d",
                vec![Term::From("ann".into()), Term::To("b c".into()), Term::Cc("d".into())],
            ),
            ("subject: hello body:x", vec![Term::Subject("hello".into()), Term::Body("x".into())]),
            ("has:attachment is:unread is:READ", vec![Term::HasAttachment, Term::Unread, Term::Read]),
            ("is:flagged is:starred is:answered", vec![Term::Flagged, Term::Flagged, Term::Answered]),
            ("before:2026-11-24 after:2026/11/24", vec![Term::Before(day), Term::After(day)]),
            ("larger:5M smaller:300k", vec![Term::Larger(5 << 20), Term::Smaller(300 << 10)]),
            ("larger:1.5MB smaller:99", vec![Term::Larger(3 << 19), Term::Smaller(99)]),
            (
                "-spam -from:bob -\"a b\"",
                vec![
                    Term::Not(Box::new(text("spam"))),
                    Term::Not(Box::new(Term::From("bob".into()))),
                    Term::Not(Box::new(text("a b"))),
                ],
            ),
            (
                "is:odd before:then larger:x http://a.b 10:30",
                vec![
                    text("is:odd"),
                    text("before:then"),
                    text("larger:x"),
                    text("http://a.b"),
                    text("10:30"),
                ],
            ),
            ("- -- \"\" from:", vec![text("-"), Term::Not(Box::new(text("-")))]),
            (
                "larger:99999999999999999999 before:2026-02-30",
                vec![text("larger:99999999999999999999"), text("before:2026-02-30")],
            ),
            ("größe:1 日本", vec![text("größe:1"), text("日本")]),
        ] {
            assert_eq!(Query::parse(typed).terms, terms, "{typed}");
        }
    }

    #[test]
    fn what_is_kept_is_one_short_line() {
        let query = Query::parse(" a\r\nb\0\u{1b}\tc ");
        assert_eq!(query.text, "a  b c");
        assert_eq!(query.terms.len(), 3);
        let long = Query::parse(&"é".repeat(2000));
        assert_eq!(long.text.len(), Query::MAX_LEN);
        assert!(Query::parse("  \r\n ").is_empty());
    }
}
