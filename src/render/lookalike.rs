//! What looks like something that it is not: names that hold another's address, letters of another script in a
//! name or a domain (Unicode Technical Standard #39). What is said here is true of the text itself; whether somebody
//! means harm is for people to judge.

use unicode_normalization::UnicodeNormalization;
use unicode_security::{MixedScript, skeleton};

use crate::model::Address;

/// A reason to look twice at who wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookalike {
    /// The display name holds this address, which is not the sender's.
    NameIsAddress { shown: String, email: String },
    /// A word of the display name mixes scripts: `Pаypal` with a Cyrillic letter.
    NameMixesScripts { word: String },
    /// The domain is written so that it can be read as another.
    Domain { shown: String, ascii: String },
}

/// Characters of a name that are looked at.
const MAX_NAME: usize = 1000;

/// What is odd about one address.
pub fn lookalikes(address: &Address) -> Vec<Lookalike> {
    let mut found = Vec::new();
    let name: String = address.name.as_deref().unwrap_or_default().chars().take(MAX_NAME).collect();
    // `＠` and other compatibility forms are read as `@`.
    let folded: String = name.nfkc().filter(|c| !is_hidden(*c)).collect();
    if let Some(shown) = addresses_in(&folded).find(|shown| !shown.eq_ignore_ascii_case(&address.email)) {
        found.push(Lookalike::NameIsAddress { shown: shown.to_owned(), email: address.email.clone() });
    }
    if let Some(word) = folded.split(|c: char| !c.is_alphanumeric()).find(|word| mixes_scripts(word)) {
        found.push(Lookalike::NameMixesScripts { word: word.to_owned() });
    }
    let domain = address.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    if let Some((shown, ascii)) = deceptive_domain(domain) {
        found.push(Lookalike::Domain { shown, ascii });
    }
    found
}

/// A domain in letters and in ASCII, where its letters can be taken for others.
pub(super) fn deceptive_domain(domain: &str) -> Option<(String, String)> {
    let ascii = url::Host::parse(domain).ok()?.to_string();
    if !ascii.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let (unicode, _) = idna::domain_to_unicode(&ascii);
    let is_deceptive = |label: &str| {
        let looks_ascii = !label.is_ascii() && skeleton(label).all(|c| c.is_ascii());
        looks_ascii || mixes_scripts(label)
    };
    unicode.split('.').any(is_deceptive).then_some((unicode, ascii))
}

/// Whether its letters are of no single script, nor of scripts that are written together (as in Japanese).
fn mixes_scripts(word: &str) -> bool {
    !word.is_ascii() && !word.is_single_script()
}

/// Every `a@b.c` in a text.
fn addresses_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '\'' | ',' | ';' | '[' | ']')
    })
    .map(|word| word.trim_matches(|c: char| matches!(c, '.' | ':' | '!' | '?')))
    .filter(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.contains('@')
        })
    })
}

/// Takes no room: it would hide an address from us, not from a reader.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests may panic")]
mod tests {
    use super::*;

    fn found(name: &str, email: &str) -> Vec<Lookalike> {
        lookalikes(&Address { name: Some(name.to_owned()), email: email.to_owned() })
    }

    #[test]
    fn a_name_that_is_another_address_is_told() {
        for name in [
            "ceo@bank.example",
            "CEO <ceo@bank.example>",
            "\"ceo@bank.example\" via mail",
            "ceo\u{ff20}bank.example",
            "ceo@\u{200b}bank.example.",
        ] {
            let told = found(name, "mallory@evil.test");
            assert!(
                matches!(told.as_slice(), [Lookalike::NameIsAddress { shown, .. }] if shown == "ceo@bank.example"),
                "{name}: {told:?}"
            );
        }
        for name in ["Ann", "ann@example.org", "ANN@Example.org", "@ann", "ann @ example", "a@b", ""] {
            assert_eq!(found(name, "ann@example.org"), [], "{name}");
        }
    }

    #[test]
    fn words_of_two_scripts_are_told_and_names_of_people_are_not() {
        for name in ["P\u{430}ypal", "Micr\u{3bf}soft Team", "\u{410}pple support"] {
            assert!(
                matches!(found(name, "a@b.example").as_slice(), [Lookalike::NameMixesScripts { .. }]),
                "{name}"
            );
        }
        for name in [
            "Анна Кузнецова",
            "Анна (ACME GmbH)",
            "田中さくらタナカ",
            "山田 Taro",
            "Γιώργος",
            "محمد",
            "José Núñez",
            "이영희",
            "Straße 5",
            "👩‍🚀 Ann",
        ] {
            assert_eq!(found(name, "a@b.example"), [], "{name}");
        }
    }

    #[test]
    fn domains_that_read_as_another_are_told() {
        for domain in ["b\u{430}nk.example", "xn--bnk-5cd.example", "\u{430}\u{440}\u{440}\u{4cf}\u{435}.com"]
        {
            let told = found("", &format!("a@{domain}"));
            let [Lookalike::Domain { ascii, .. }] = told.as_slice() else { panic!("{domain}: {told:?}") };
            assert!(ascii.starts_with("xn--"), "{ascii}");
        }
        for domain in [
            "bank.example",
            "müller.example",
            "пример.рф",
            "例え.jp",
            "",
            "[127.0.0.1]",
            "..",
            "xn--",
            "xn--a",
        ] {
            assert_eq!(found("", &format!("a@{domain}")), [], "{domain}");
        }
    }
}
