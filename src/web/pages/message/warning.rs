//! What a reader should look at twice, in sentences: who wrote, where answers go, where links lead.

use crate::{
    model::{Address, Headers},
    render::{self, Lookalike, Misleading},
};

/// More links are only marked where they stand.
const MAX_LINKS: usize = 5;

/// About the message whose headers these are, most important first.
pub(super) fn warnings(headers: &Headers, links: &[Misleading]) -> Vec<String> {
    let mut warnings = Vec::new();
    if headers.all.iter().filter(|(name, _)| name.eq_ignore_ascii_case("from")).count() > 1 {
        warnings.push("This message has several From lines: who really wrote it cannot be told.".to_owned());
    }
    if headers.from_is_disguised {
        warnings.push(
            "The sender\u{2019}s name was written with hidden characters that make it look like another. It is shown \
             without them."
                .to_owned(),
        );
    }
    warnings.extend(
        headers.from.iter().take(3).flat_map(render::lookalikes).map(|lookalike| sentence(&lookalike)),
    );
    warnings.extend(answers_elsewhere(headers));
    for Misleading { shown, leads_to } in links.iter().take(MAX_LINKS) {
        warnings.push(format!("A link that reads {shown} leads to {leads_to}."));
    }
    if links.len() > MAX_LINKS {
        warnings.push("More links lead elsewhere than they say; each is marked.".to_owned());
    }
    warnings
}

fn sentence(lookalike: &Lookalike) -> String {
    match lookalike {
        Lookalike::NameIsAddress { shown, email } if email.is_empty() => {
            format!("The sender\u{2019}s name is given as {shown}, but there is no such address in it.")
        }
        Lookalike::NameIsAddress { shown, email } => {
            format!("The sender\u{2019}s name is given as {shown}, but the message is from {email}.")
        }
        Lookalike::NameMixesScripts { word } => {
            format!("\u{201c}{word}\u{201d} in the sender\u{2019}s name mixes letters of several alphabets.")
        }
        Lookalike::Domain { shown, ascii } => {
            format!("The sender\u{2019}s domain {shown} only looks familiar: it is {ascii}.")
        }
    }
}

/// A mailing list's answers go to the list.
fn answers_elsewhere(headers: &Headers) -> Option<String> {
    let domain = |address: &Address| address.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    if headers.list_post.is_some() || headers.from.is_empty() {
        return None;
    }
    let authors: Vec<_> = headers.from.iter().filter_map(domain).collect();
    let is_near = |target: &str| {
        authors.iter().any(|author| {
            let below = |lower: &str, upper: &str| {
                lower.strip_suffix(upper).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            below(author, target) || below(target, author)
        })
    };
    let elsewhere = headers.reply_to.iter().find(|to| domain(to).is_some_and(|domain| !is_near(&domain)))?;
    Some(format!("Answers go to {}, not to the sender.", elsewhere.email))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str, email: &str) -> Address {
        Address { name: Some(name.to_owned()).filter(|name| !name.is_empty()), email: email.to_owned() }
    }

    fn from(name: &str, email: &str) -> Headers {
        Headers { from: vec![address(name, email)], ..Headers::default() }
    }

    fn said(headers: &Headers) -> String {
        warnings(headers, &[]).join("|")
    }

    #[test]
    fn each_trick_has_its_sentence() {
        let field = |value: &str| ("From".to_owned(), value.to_owned());
        let twice = Headers { all: vec![field("a"), field("b")], ..from("", "a@bank.example") };
        let hidden = Headers { from_is_disguised: true, ..from("ann", "m@evil.test") };
        let elsewhere = Headers { reply_to: vec![address("", "x@other.test")], ..from("", "a@bank.example") };
        for (headers, words) in [
            (twice, "several From lines"),
            (
                from("ceo@bank.example", "m@evil.test"),
                "given as ceo@bank.example, but the message is from m@evil.test",
            ),
            (from("P\u{430}ypal", "m@evil.test"), "mixes letters of several alphabets"),
            (from("", "m@xn--bnk-6cd.example"), "it is xn--bnk-6cd.example"),
            (hidden, "hidden characters"),
            (elsewhere, "Answers go to x@other.test"),
        ] {
            assert!(said(&headers).contains(words), "{headers:?}: {}", said(&headers));
        }
    }

    #[test]
    fn honest_mail_is_left_alone() {
        let near = Headers {
            reply_to: vec![address("Ann", "ann@mail.example.org")],
            ..from("Ann", "ann@example.org")
        };
        let list = Headers {
            reply_to: vec![address("", "list@lists.test")],
            list_post: Some("list@lists.test".to_owned()),
            ..from("Ann", "ann@example.org")
        };
        for headers in [near, list, from("ann@example.org", "ann@example.org"), Headers::default()] {
            assert_eq!(said(&headers), "", "{headers:?}");
        }
    }

    #[test]
    fn few_links_are_listed() {
        let link = |n| Misleading { shown: "bank.example".to_owned(), leads_to: format!("evil{n}.test") };
        let links: Vec<_> = (0..10).map(link).collect();
        let said = warnings(&Headers::default(), &links);
        assert_eq!(said.len(), MAX_LINKS + 1);
        assert_eq!(
            said.first().map(String::as_str),
            Some("A link that reads bank.example leads to evil0.test.")
        );
    }
}
