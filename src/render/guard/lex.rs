//! Markup to tags and text, as the HTML standard's tokenizer (§13.2.5) cuts it, in one linear pass and
//! without a copy. Comments, doctypes and processing instructions are skipped.

#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Open {
        /// Lower case.
        name: String,
        /// The first [`MAX_ATTRIBUTES`], as written.
        attributes: Vec<(&'a str, &'a str)>,
        /// There were more.
        crowded: bool,
    },
    /// Lower case.
    Close(String),
}

/// Attributes looked at per tag: the parser compares each with every other.
pub(super) const MAX_ATTRIBUTES: usize = 100;

pub(super) struct Lexer<'a> {
    rest: &'a str,
}

const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];

impl<'a> Lexer<'a> {
    pub(super) fn new(markup: &'a str) -> Lexer<'a> {
        Lexer { rest: markup }
    }

    /// What stands before the end tag of a raw-text element, and everything where there is none.
    pub(super) fn raw(&mut self, name: &str) -> &'a str {
        let mut searched = 0;
        while let Some(at) = self.rest.get(searched..).and_then(|r| r.find("</")).map(|n| n + searched) {
            let after = self.rest.get(at + 2..).unwrap_or_default();
            let same = after.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
            let next = after.get(name.len()..).and_then(|r| r.chars().next());
            if same && next.is_some_and(|c| SPACE.contains(&c) || c == '/' || c == '>') {
                return self.take(at);
            }
            searched = at + 2;
        }
        self.everything()
    }

    /// What is left, as text.
    pub(super) fn everything(&mut self) -> &'a str {
        self.take(self.rest.len())
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn take_until(&mut self, stop: impl FnMut(char) -> bool) -> &'a str {
        self.take(self.rest.find(stop).unwrap_or(self.rest.len()))
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(prefix) else { return false };
        self.rest = rest;
        true
    }

    fn skip_past(&mut self, end: &str) {
        let at = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take(at);
    }

    fn comment(&mut self) {
        if self.skip(">") || self.skip("->") {
            return;
        }
        // `--!>` ends a comment too.
        let mut searched = 0;
        while let Some(at) = self.rest.get(searched..).and_then(|r| r.find("--")).map(|n| n + searched) {
            let after = self.rest.get(at + 2..).unwrap_or_default();
            let end = if after.starts_with('>') {
                3
            } else if after.starts_with("!>") {
                4
            } else {
                0
            };
            if end > 0 {
                self.take(at + end);
                return;
            }
            searched = at + 1;
        }
        self.take(self.rest.len());
    }

    /// After `<` or `</` and a letter. `None` where the markup ends inside the tag.
    fn tag(&mut self, closing: bool) -> Option<Token<'a>> {
        let name = self.take_until(|c| SPACE.contains(&c) || c == '/' || c == '>').to_ascii_lowercase();
        let mut attributes = Vec::new();
        let mut crowded = false;
        loop {
            self.take_until(|c| !SPACE.contains(&c) && c != '/');
            match self.rest.chars().next()? {
                '>' => {
                    self.take(1);
                    break;
                }
                first => {
                    let attribute = self.attribute(first)?;
                    if attributes.len() < MAX_ATTRIBUTES {
                        attributes.push(attribute);
                    } else {
                        crowded = true;
                    }
                }
            }
        }
        Some(if closing { Token::Close(name) } else { Token::Open { name, attributes, crowded } })
    }

    fn attribute(&mut self, first: char) -> Option<(&'a str, &'a str)> {
        let all = self.rest;
        // A leading `=` belongs to the name.
        self.take(if first == '=' { 1 } else { 0 });
        self.take_until(|c| SPACE.contains(&c) || matches!(c, '/' | '>' | '='));
        let name = all.get(..all.len() - self.rest.len()).unwrap_or_default();
        let before_equals = self.rest;
        self.take_until(|c| !SPACE.contains(&c));
        if !self.skip("=") {
            self.rest = before_equals;
            return Some((name, ""));
        }
        self.take_until(|c| !SPACE.contains(&c));
        let value = match self.rest.chars().next()? {
            quote @ ('"' | '\'') => {
                self.take(1);
                let value = self.take(self.rest.find(quote)?);
                self.take(1);
                value
            }
            _ => self.take_until(|c| SPACE.contains(&c) || c == '>'),
        };
        Some((name, value))
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(after) = self.rest.strip_prefix('<') else {
                return Some(Token::Text(self.take_until(|c| c == '<')));
            };
            match after.bytes().next() {
                Some(b'a'..=b'z' | b'A'..=b'Z') => {
                    self.rest = after;
                    return self.tag(false);
                }
                Some(b'/') => match after.as_bytes().get(1) {
                    Some(b'a'..=b'z' | b'A'..=b'Z') => {
                        self.take(2);
                        return self.tag(true);
                    }
                    None => return Some(Token::Text(self.take(2))),
                    // `</>` and `</ x>` are comments.
                    Some(_) => self.skip_past(">"),
                },
                Some(b'!' | b'?') => {
                    if self.skip("<!--") {
                        self.comment();
                    } else {
                        self.skip_past(">");
                    }
                }
                _ => return Some(Token::Text(self.take(1))),
            }
        }
    }
}
