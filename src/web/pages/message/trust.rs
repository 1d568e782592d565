//! One line about who sent a message: what the mail server found out, in plain words. Nothing is claimed that no named
//! server has checked.

use crate::model::{AuthenticationResults, Headers, Method, MethodResult, Verdict};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustLine {
    pub tone: Tone,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The author's own domain is proven.
    Confirmed,
    /// Nothing is known for sure.
    Open,
    /// A check says that it is forged.
    Failed,
}

/// `None` where no server of `authserv_ids` says anything and the sender is no news.
pub(super) fn trust_line(headers: &Headers, authserv_ids: &[String], is_first: bool) -> Option<TrustLine> {
    let results = AuthenticationResults::trusted(&headers.authentication, authserv_ids);
    // Of several authors none is proven.
    let author = match headers.from.as_slice() {
        [author] => author.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
        _ => None,
    };
    let mut line = judge(&results, author.as_deref());
    if is_first {
        let line = line.get_or_insert(TrustLine { tone: Tone::Open, text: String::new() });
        line.text.push_str(if line.text.is_empty() { "" } else { " " });
        line.text.push_str("You have no earlier message from this address in this folder.");
    }
    line
}

fn judge(results: &[MethodResult], author: Option<&str>) -> Option<TrustLine> {
    if results.is_empty() {
        return None;
    }
    let find = |method, verdict| {
        results.iter().filter(move |result| result.method == method && result.verdict == verdict)
    };
    // Without a domain it is about the author (RFC 7489 knows no other).
    let is_author = |result: &&MethodResult| match (&result.domain, author) {
        (Some(domain), Some(author)) => domain == author,
        (None, author) => author.is_some(),
        (Some(_), None) => false,
    };
    // Who signs for a domain may sign for what is below it.
    let covers = |result: &&MethodResult| {
        result.domain.as_deref().zip(author).is_some_and(|(domain, author)| {
            author.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    let author = author.unwrap_or("the sender");
    let (tone, lead) = if find(Method::Dmarc, Verdict::Fail).next().is_some() {
        (
            Tone::Failed,
            format!("This may be forged: the mail server could not confirm that {author} sent it."),
        )
    } else if find(Method::Dmarc, Verdict::Pass).any(|result| is_author(&result)) {
        (Tone::Confirmed, format!("The mail server confirmed that {author} sent this."))
    } else if find(Method::Dkim, Verdict::Pass).any(|result| covers(&result)) {
        (Tone::Confirmed, format!("The mail server found a valid signature of {author}."))
    } else if find(Method::Spf, Verdict::Pass).any(|result| covers(&result)) {
        (Tone::Confirmed, format!("This came from a server that may send for {author}."))
    } else {
        (Tone::Open, format!("The mail server could not confirm that {author} sent this."))
    };
    Some(TrustLine { tone, text: format!("{lead} {}", details(results)) })
}

/// `(SPF passed for bounce.example, DKIM failed for example.org)`
fn details(results: &[MethodResult]) -> String {
    const MAX_SHOWN: usize = 6;
    let details: Vec<_> = results
        .iter()
        .take(MAX_SHOWN)
        .map(|result| {
            let method = match result.method {
                Method::Spf => "SPF",
                Method::Dkim => "DKIM",
                Method::Dmarc => "DMARC",
            };
            let verdict = match result.verdict {
                Verdict::Pass => "passed",
                Verdict::Fail => "failed",
                Verdict::Open => "says nothing",
            };
            let domain = result.domain.as_ref().map(|domain| format!(" for {domain}")).unwrap_or_default();
            format!("{method} {verdict}{domain}")
        })
        .collect();
    format!("({})", details.join(", "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::model::Address;
    use Method::{Dkim, Dmarc, Spf};
    use Verdict::{Fail, Open, Pass};

    type Said<'a> = &'a [(Method, Verdict, &'a str)];

    /// As `server` says it of a message from these addresses.
    fn line(server: &str, said: Said<'_>, from: &[&str]) -> Option<TrustLine> {
        let result = |(method, verdict, domain): &(Method, Verdict, &str)| MethodResult {
            method: *method,
            verdict: *verdict,
            domain: Some((*domain).to_owned()),
        };
        let results = said.iter().map(result).collect();
        let address = |email: &&str| Address { name: None, email: (*email).to_owned() };
        let headers = Headers {
            from: from.iter().map(address).collect(),
            authentication: vec![AuthenticationResults { authserv_id: server.to_owned(), hop: 0, results }],
            ..Headers::default()
        };
        trust_line(&headers, &["mx.test".to_owned()], false)
    }

    #[test]
    fn what_the_named_server_says_is_said_in_words() {
        for (said, tone, words) in [
            (&[(Dmarc, Pass, "bank.example")][..], Tone::Confirmed, "confirmed that bank.example sent this"),
            (&[(Dmarc, Fail, "bank.example"), (Dkim, Pass, "bank.example")], Tone::Failed, "may be forged"),
            (&[(Dmarc, Pass, "evil.test")], Tone::Open, "could not confirm that bank.example"),
            (&[(Dkim, Pass, "bank.example")], Tone::Confirmed, "valid signature of bank.example"),
            (&[(Dkim, Pass, "evil.test")], Tone::Open, "DKIM passed for evil.test"),
            (&[(Dkim, Pass, "mail.bank.example")], Tone::Open, "DKIM passed for mail.bank.example"),
            (&[(Dkim, Pass, "ank.example")], Tone::Open, "DKIM passed for ank.example"),
            (&[(Spf, Pass, "bank.example")], Tone::Confirmed, "may send for bank.example"),
            (&[(Spf, Open, "bank.example")], Tone::Open, "SPF says nothing for bank.example"),
            (&[(Spf, Fail, "bank.example")], Tone::Open, "SPF failed"),
        ] {
            let line = line("mx.test", said, &["a@bank.example"]).unwrap();
            assert_eq!(line.tone, tone, "{said:?}: {line:?}");
            assert!(line.text.contains(words), "{said:?}: {line:?}");
        }
    }

    #[test]
    fn nothing_is_claimed_that_was_not_checked() {
        let pass: Said<'_> = &[(Dmarc, Pass, "bank.example")];
        assert_eq!(line("other.test", pass, &["a@bank.example"]), None);
        assert_eq!(line("mx.test", &[], &["a@bank.example"]), None);
        // Two authors, and none.
        let two = line("mx.test", pass, &["a@bank.example", "b@evil.test"]).unwrap();
        assert_eq!(two.tone, Tone::Open);
        assert_eq!(line("mx.test", pass, &[]).unwrap().tone, Tone::Open);
    }

    #[test]
    fn a_new_sender_is_said_to_be_new() {
        let said = trust_line(&Headers::default(), &[], true).unwrap();
        assert_eq!(said.tone, Tone::Open);
        assert_eq!(said.text, "You have no earlier message from this address in this folder.");
    }
}
