//! Values, token by token: one that is not expected spoils the declaration.

use std::fmt::Write as _;

use cssparser::{BasicParseError, ParseError, Parser, Token};

use super::is_plain_name;
use super::property::Takes;
use crate::render::links::References;

/// `calc(` in `calc(` so deep.
const MAX_NESTING: usize = 8;
/// Larger numbers mean nothing good.
const MAX_NUMBER: f64 = 100_000.0;
/// Characters of a rebuilt value.
const MAX_VALUE: usize = 2_000;

/// `name:value`, with `!important` where it was: responsive mail lives by it.
pub(super) fn declaration(
    name: &str,
    takes: Takes,
    input: &mut Parser<'_>,
    references: &References,
) -> Option<String> {
    let mut value =
        Value { takes, references, pieces: Vec::new(), colour: None, important: false, images: 0 };
    let whole = value.read(input, 0).is_ok();
    let important = if value.important { "!important" } else { "" };
    let rebuilt = value.pieces.concat();
    if whole && !rebuilt.is_empty() && rebuilt.len() <= MAX_VALUE {
        return Some(format!("{name}:{rebuilt}{important}"));
    }
    // The colour counts even where the image cannot be had: white text stands on it.
    let colour = value.colour.filter(|_| name == "background")?;
    Some(format!("background-color:{colour}{important}"))
}

struct Value<'a> {
    takes: Takes,
    references: &'a References,
    pieces: Vec<String>,
    /// The first colour outside functions.
    colour: Option<String>,
    important: bool,
    images: usize,
}

type Read = Result<(), ParseError<()>>;

fn refused() -> Read {
    Err(ParseError::custom(()))
}

impl Value<'_> {
    /// Reads on behind a bad token, so that a colour after it and every image address are met.
    fn read(&mut self, input: &mut Parser<'_>, depth: usize) -> Read {
        let mut result = Ok(());
        while let Ok(token) = input.next().cloned() {
            let read = self.token(&token, input, depth);
            if read.is_err() {
                result = read;
            }
        }
        result
    }

    fn token(&mut self, token: &Token<'_>, input: &mut Parser<'_>, depth: usize) -> Read {
        if self.important {
            return refused();
        }
        match token {
            Token::Ident(word) if is_plain_name(word) => {
                if depth == 0 && is_colour_name(word) {
                    self.colour.get_or_insert_with(|| word.to_ascii_lowercase());
                }
                self.push(word);
            }
            Token::Hash(hex) | Token::IDHash(hex) if is_hex_colour(hex) => {
                if depth == 0 {
                    self.colour.get_or_insert_with(|| format!("#{hex}"));
                }
                self.push(&format!("#{hex}"));
            }
            Token::Number { value, .. } => return self.number(*value, 1.0, ""),
            Token::Percentage { unit_value, .. } => return self.number(*unit_value, 100.0, "%"),
            Token::Dimension { value, unit, .. } if is_unit(unit) => return self.number(*value, 1.0, unit),
            Token::QuotedString(name) if self.takes == Takes::Fonts && is_family(name) => {
                self.push(&format!("\"{name}\""));
            }
            Token::Comma => self.pieces.push(",".into()),
            Token::Delim(c @ '/') => self.push(&c.to_string()),
            Token::Delim(c @ ('+' | '-' | '*')) if depth > 0 => self.push(&c.to_string()),
            Token::ParenthesisBlock if depth > 0 => return self.nested("(", input, depth),
            Token::Function(name) => return self.function(&name.to_ascii_lowercase(), input, depth),
            Token::UnquotedUrl(url) => return self.image(url),
            Token::Delim('!') => {
                input.expect_ident_matching("important")?;
                self.important = true;
            }
            _ => return refused(),
        }
        Ok(())
    }

    fn push(&mut self, piece: &str) {
        if self.pieces.last().is_some_and(|last| !last.ends_with(['(', ','])) {
            self.pieces.push(" ".into());
        }
        self.pieces.push(piece.to_owned());
    }

    fn number(&mut self, value: f32, scale: f64, unit: &str) -> Read {
        // To 4 digits: what is written reads back as the same.
        let value = (f64::from(value) * scale * 10_000.0).round() / 10_000.0;
        if !value.is_finite() || value.abs() > MAX_NUMBER || (value < 0.0 && self.takes == Takes::Positive) {
            return refused();
        }
        let mut piece = String::new();
        // -0 would be read back as 0.
        write!(piece, "{}{}", value + 0.0, unit.to_ascii_lowercase()).map_err(|_| ParseError::custom(()))?;
        self.push(&piece);
        Ok(())
    }

    fn function(&mut self, name: &str, input: &mut Parser<'_>, depth: usize) -> Read {
        match name {
            "url" => {
                let url = input
                    .parse_nested_block(|input| input.expect_string_cloned().map_err(BasicParseError::into));
                let url = url.map_err(|_: ParseError<()>| ParseError::custom(()))?;
                self.image(&url)
            }
            "rgb" | "rgba" | "hsl" | "hsla" => {
                let from = self.pieces.len();
                self.nested(&format!("{name}("), input, depth)?;
                if depth == 0 {
                    let colour: String = self.pieces.iter().skip(from).map(String::as_str).collect();
                    self.colour.get_or_insert_with(|| colour.trim().to_owned());
                }
                Ok(())
            }
            // A sum can be negative.
            "calc" | "min" | "max" | "clamp" if self.takes != Takes::Positive => {
                self.nested(&format!("{name}("), input, depth)
            }
            _ => refused(),
        }
    }

    fn nested(&mut self, start: &str, input: &mut Parser<'_>, depth: usize) -> Read {
        if depth >= MAX_NESTING {
            return refused();
        }
        self.push(start);
        input.parse_nested_block(|input| self.read(input, depth + 1))?;
        self.pieces.push(")".into());
        Ok(())
    }

    /// An image, written only as the policy's own address for it.
    fn image(&mut self, url: &str) -> Read {
        self.images += 1;
        // Asked even where it cannot be shown, so that it is counted.
        let address = self.references.image(url);
        let harmless = |address: &String| {
            !address
                .contains(|c: char| c.is_control() || matches!(c, '"' | '\'' | '\\' | '<' | '>' | '(' | ')'))
        };
        match address.filter(harmless) {
            Some(address) if self.takes == Takes::Image => {
                self.push(&format!("url(\"{address}\")"));
                Ok(())
            }
            _ => refused(),
        }
    }
}

fn is_unit(unit: &str) -> bool {
    unit.len() <= 5 && unit.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_hex_colour(hex: &str) -> bool {
    matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_family(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
}

/// A name, and no other keyword of `background`.
fn is_colour_name(word: &str) -> bool {
    cssparser::color::parse_named_color(&word.to_ascii_lowercase()).is_ok()
        || word.eq_ignore_ascii_case("transparent")
}
