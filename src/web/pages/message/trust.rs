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
    use crate::mime;

    fn line(fields: &str) -> Option<TrustLine> {
        trust_line(&mime::headers(fields.as_bytes()), &["mx.test".to_owned()], false)
    }

    #[test]
    fn what_the_named_server_says_is_said_in_words() {
        use Tone::{Confirmed, Failed, Open};
        for (results, tone, words) in [
            ("dmarc=pass header.from=bank.example", Confirmed, "confirmed that bank.example sent this"),
            ("dmarc=fail header.from=bank.example; dkim=pass header.d=bank.example", Failed, "may be forged"),
            ("dmarc=pass header.from=evil.test", Open, "could not confirm that bank.example"),
            ("dkim=pass header.d=bank.example", Confirmed, "valid signature of bank.example"),
            ("dkim=pass header.d=evil.test", Open, "DKIM passed for evil.test"),
            ("dkim=pass header.d=mail.bank.example", Open, "DKIM passed for mail.bank.example"),
            ("dkim=pass header.d=ank.example", Open, "DKIM passed for ank.example"),
            ("spf=pass smtp.mailfrom=x@bank.example", Confirmed, "may send for bank.example"),
            ("spf=softfail smtp.mailfrom=bank.example", Open, "SPF says nothing for bank.example"),
            ("spf=fail smtp.mailfrom=bank.example", Open, "SPF failed"),
        ] {
            let said = line(&format!("Authentication-Results: mx.test; {results}\nFrom: a@bank.example\n\n"))
                .unwrap();
            assert_eq!(said.tone, tone, "{results}: {said:?}");
            assert!(said.text.contains(words), "{results}: {said:?}");
        }
    }

    #[test]
    fn nothing_is_claimed_that_was_not_checked() {
        let pass = "dmarc=pass header.from=bank.example";
        assert_eq!(line("From: a@bank.example\n\n"), None);
        assert_eq!(
            line(&format!("Authentication-Results: other.test; {pass}\nFrom: a@bank.example\n\n")),
            None
        );
        assert_eq!(line("Authentication-Results: mx.test; none\nFrom: a@bank.example\n\n"), None);
        // Below what the named server wrote, and below a hop: forged.
        let forged = format!(
            "Authentication-Results: mx.test; spf=fail smtp.mailfrom=evil.test\nReceived: from evil\n\
             Authentication-Results: mx.test; {pass}\nFrom: a@bank.example\n\n"
        );
        assert_eq!(line(&forged).unwrap().tone, Tone::Open);
        // Two authors.
        let two = format!("Authentication-Results: mx.test; {pass}\nFrom: a@bank.example, b@evil.test\n\n");
        assert_eq!(line(&two).unwrap().tone, Tone::Open);
    }

    #[test]
    fn a_new_sender_is_said_to_be_new() {
        let headers = mime::headers(b"From: a@bank.example\n\n");
        let said = trust_line(&headers, &[], true).unwrap();
        assert_eq!(
            (said.tone, said.text.as_str()),
            (Tone::Open, "You have no earlier message from this address in this folder.")
        );
    }
}
