//! Media queries: sizes and colour scheme, which responsive and dark mail ask for.

use cssparser::{ParseError, Parser, Token};

const FEATURES: &[&str] = &[
    "width",
    "min-width",
    "max-width",
    "height",
    "min-height",
    "max-height",
    "device-width",
    "min-device-width",
    "max-device-width",
    "device-height",
    "min-device-height",
    "max-device-height",
    "orientation",
    "prefers-color-scheme",
    "prefers-reduced-motion",
    "-webkit-min-device-pixel-ratio",
    "min-resolution",
];
const WORDS: &[&str] = &["all", "screen", "print", "only", "not", "and"];
/// Words and conditions of one rule.
const MAX_PIECES: usize = 50;

/// The queries of one rule, written anew. `None` where one holds anything else: the rule is dropped.
pub(super) fn queries(input: &mut Parser<'_>) -> Option<String> {
    let mut pieces: Vec<String> = Vec::new();
    while let Ok(token) = input.next().cloned() {
        match token {
            Token::Ident(word) => {
                let word = word.to_ascii_lowercase();
                pieces.push(WORDS.contains(&word.as_str()).then_some(word)?);
            }
            Token::Comma => pieces.push(",".to_owned()),
            Token::ParenthesisBlock => {
                let condition: Result<String, ParseError<()>> =
                    input.parse_nested_block(|input| condition(input).ok_or_else(|| ParseError::custom(())));
                pieces.push(condition.ok()?);
            }
            _ => return None,
        }
    }
    (!pieces.is_empty() && pieces.len() <= MAX_PIECES).then(|| pieces.join(" "))
}

/// `(max-width:600px)`.
fn condition(input: &mut Parser<'_>) -> Option<String> {
    let feature = input.expect_ident_cloned().ok()?.to_ascii_lowercase();
    if !FEATURES.contains(&feature.as_str()) {
        return None;
    }
    if input.is_exhausted() {
        return Some(format!("({feature})"));
    }
    input.expect_colon().ok()?;
    let value = match input.next().ok()?.clone() {
        Token::Ident(word) if word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') => {
            word.to_ascii_lowercase()
        }
        Token::Number { value, .. } if is_sane(value) => value.to_string(),
        Token::Dimension { value, unit, .. }
            if is_sane(value) && unit.bytes().all(|b| b.is_ascii_alphabetic()) =>
        {
            format!("{value}{}", unit.to_ascii_lowercase())
        }
        _ => return None,
    };
    input.is_exhausted().then(|| format!("({feature}:{value})"))
}

fn is_sane(value: f32) -> bool {
    value.is_finite() && value.abs() <= 100_000.0
}
