//! Selectors: elements, classes, ids and where they stand.

use cssparser::{ParseError, Parser, Token, parse_nth};

use super::is_plain_name;
use crate::render::html::{BODY_CLASS, PREFIX};

/// Selectors of one rule.
const MAX_LIST: usize = 200;
/// Characters of one selector: matching costs.
const MAX_SELECTOR: usize = 400;

/// Without an argument, and about the document alone.
const PSEUDO_CLASSES: &[&str] = &[
    "active",
    "empty",
    "first-child",
    "first-of-type",
    "focus",
    "hover",
    "last-child",
    "last-of-type",
    "link",
    "only-child",
    "visited",
];

/// The selectors of a list that are simple enough, joined by commas. `None` where there are none.
pub(super) fn list(input: &mut Parser<'_>) -> Option<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut current = Selector::default();
    loop {
        let token = input.next_including_whitespace().cloned();
        match token {
            Ok(Token::Comma) => kept.extend(std::mem::take(&mut current).finish()),
            Ok(token) => {
                if !current.spoilt && !current.push(&token, input) {
                    current.spoilt = true;
                }
            }
            Err(_) => break,
        }
    }
    kept.extend(current.finish());
    kept.truncate(MAX_LIST);
    (!kept.is_empty()).then(|| kept.join(","))
}

#[derive(Default)]
struct Selector {
    out: String,
    /// Between this compound and the last: ` `, `>`, `+` or `~`.
    combinator: Option<char>,
    spoilt: bool,
}

impl Selector {
    fn push(&mut self, token: &Token<'_>, input: &mut Parser<'_>) -> bool {
        match token {
            Token::WhiteSpace(_) => {
                self.combinator.get_or_insert(' ');
                true
            }
            Token::Delim(c @ ('>' | '+' | '~')) => {
                let stands_after = !self.out.is_empty() && matches!(self.combinator, None | Some(' '));
                self.combinator = Some(*c);
                stands_after
            }
            Token::Delim('*') => self.element("*"),
            Token::Ident(name) if is_plain_name(name) => self.element(&name.to_ascii_lowercase()),
            Token::Delim('.') => match input.next_including_whitespace() {
                Ok(Token::Ident(name)) if is_plain_name(name) => {
                    let part = format!(".{}", prefixed(name));
                    self.part(&part)
                }
                _ => false,
            },
            Token::IDHash(name) if is_plain_name(name) => self.part(&format!("#{}", prefixed(name))),
            Token::Colon => match input.next_including_whitespace() {
                Ok(Token::Ident(name)) => {
                    let name = name.to_ascii_lowercase();
                    PSEUDO_CLASSES.contains(&name.as_str()) && self.part(&format!(":{name}"))
                }
                Ok(Token::Function(name)) if name.eq_ignore_ascii_case("nth-child") => {
                    let nth =
                        input.parse_nested_block(|input| parse_nth(input).map_err(ParseError::<()>::from));
                    nth.is_ok_and(|(step, offset)| self.part(&format!(":nth-child({step}n{offset:+})")))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// An element's name stands first in its compound.
    fn element(&mut self, name: &str) -> bool {
        if !self.out.is_empty() && self.combinator.is_none() {
            return false;
        }
        match name {
            "body" => self.part(&format!(".{BODY_CLASS}")),
            "html" => false,
            name => self.part(name),
        }
    }

    fn part(&mut self, part: &str) -> bool {
        if let Some(combinator) = self.combinator.take()
            && !self.out.is_empty()
        {
            self.out.push(combinator);
        }
        self.out.push_str(part);
        self.out.len() <= MAX_SELECTOR
    }

    fn finish(self) -> Option<String> {
        let complete = matches!(self.combinator, None | Some(' '));
        (!self.spoilt && complete && !self.out.is_empty()).then_some(self.out)
    }
}

/// As the sanitiser writes it in the element.
fn prefixed(name: &str) -> String {
    if name.starts_with(PREFIX) { name.to_owned() } else { format!("{PREFIX}{name}") }
}
