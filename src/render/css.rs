//! Style of mail: parsed, and written anew from what the tables here name. Nothing is copied, so an
//! escape, an unclosed string or a function nobody thought of has no way through.

mod media;
mod property;
mod selector;
mod value;

#[cfg(test)]
mod tests;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};

use super::links::References;

/// Media rules may stand in media rules so deep.
const MAX_NESTING: usize = 3;
/// Rules of one sheet.
const MAX_RULES: usize = 5_000;

/// A `style` attribute: `a:b;c:d`, or empty.
pub(super) fn declarations(css: &str, references: &References) -> String {
    let mut input = Parser::new(css);
    body(&mut input, references)
}

/// A `<style>` element with its `media` attribute.
pub(super) fn sheet(css: &str, media: &str, references: &References) -> String {
    let mut input = Parser::new(css);
    let mut rules = Rules { references, nesting: 0 };
    let rebuilt: String =
        StyleSheetParser::new(&mut input, &mut rules).take(MAX_RULES).filter_map(Result::ok).collect();
    if media.trim().is_empty() || rebuilt.is_empty() {
        return rebuilt;
    }
    match media::queries(&mut Parser::new(media)) {
        Some(queries) => format!("@media {queries}{{{rebuilt}}}"),
        None => String::new(),
    }
}

/// A class, id or family name that means the same written plainly: no escape, nothing that markup or CSS
/// reads otherwise.
pub(super) fn is_plain_name(name: &str) -> bool {
    let body = name.trim_start_matches('-');
    body.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && body.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        && !name.starts_with("--")
}

fn body(input: &mut Parser<'_>, references: &References) -> String {
    let mut declarations = Declarations { references };
    let parts: Vec<String> = RuleBodyParser::new(input, &mut declarations).filter_map(Result::ok).collect();
    parts.join(";")
}

type Refused = ParseError<()>;

fn refused() -> Refused {
    ParseError::custom(())
}

struct Declarations<'a> {
    references: &'a References,
}

impl<'i> DeclarationParser<'i> for Declarations<'_> {
    type Declaration = String;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _start: &ParserState,
    ) -> Result<String, Refused> {
        let name = name.to_ascii_lowercase();
        let takes = property::takes(&name).ok_or_else(refused)?;
        value::declaration(&name, takes, input, self.references).ok_or_else(refused)
    }
}

impl AtRuleParser<'_> for Declarations<'_> {
    type Prelude = ();
    type AtRule = String;
    type Error = ();
}

impl QualifiedRuleParser<'_> for Declarations<'_> {
    type Prelude = ();
    type QualifiedRule = String;
    type Error = ();
}

impl RuleBodyItemParser<'_, String, ()> for Declarations<'_> {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

/// Style rules and `@media`; every other at-rule fetches, defines or hides something.
struct Rules<'a> {
    references: &'a References,
    nesting: usize,
}

impl<'i> QualifiedRuleParser<'i> for Rules<'_> {
    type Prelude = String;
    type QualifiedRule = String;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, Refused> {
        selector::list(input).ok_or_else(refused)
    }

    fn parse_block(
        &mut self,
        selectors: String,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, Refused> {
        let body = body(input, self.references);
        if body.is_empty() { Err(refused()) } else { Ok(format!("{selectors}{{{body}}}")) }
    }
}

impl<'i> AtRuleParser<'i> for Rules<'_> {
    type Prelude = String;
    type AtRule = String;
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<String, Refused> {
        if !name.eq_ignore_ascii_case("media") || self.nesting >= MAX_NESTING {
            return Err(refused());
        }
        media::queries(input).ok_or_else(refused)
    }

    fn parse_block(
        &mut self,
        queries: String,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, Refused> {
        let mut inner = Rules { references: self.references, nesting: self.nesting + 1 };
        let rules: String = RuleBodyParser::new(input, &mut inner).filter_map(Result::ok).collect();
        if rules.is_empty() { Err(refused()) } else { Ok(format!("@media {queries}{{{rules}}}")) }
    }
}

impl DeclarationParser<'_> for Rules<'_> {
    type Declaration = String;
    type Error = ();
}

impl RuleBodyItemParser<'_, String, ()> for Rules<'_> {
    fn parse_declarations(&self) -> bool {
        false
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}
