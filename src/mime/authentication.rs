//! Authentication-Results (RFC 8601 §2.2): a field's value to what it says of SPF, DKIM and DMARC.

use crate::model::{AuthenticationResults, Method, MethodResult, Verdict};

/// Bytes of a field that are read.
const MAX_FIELD: usize = 16_384;
/// More results of one field are not read.
const MAX_RESULTS: usize = 50;

/// `None` where it names no server. Methods that no page shows are left out.
pub(super) fn authentication(raw: &[u8], hop: usize) -> Option<AuthenticationResults> {
    let text = String::from_utf8_lossy(raw.get(..MAX_FIELD).unwrap_or(raw));
    let statements = statements(&text);
    let (head, results) = statements.split_first()?;
    // A version may follow.
    let authserv_id = head.first()?.to_ascii_lowercase();
    let results = results.iter().filter_map(|words| result(words)).take(MAX_RESULTS).collect();
    Some(AuthenticationResults { authserv_id, hop, results })
}

/// `dkim=pass header.d=example.org`, as words around each `=`.
fn result(words: &[String]) -> Option<MethodResult> {
    let (method, verdict, properties) = match words {
        [method, equals, verdict, properties @ ..] if equals == "=" => (method, verdict, properties),
        _ => return None,
    };
    // The method's own version: `dkim/1`.
    let (method, names): (_, &[&str]) = match method.split('/').next()?.to_ascii_lowercase().as_str() {
        "spf" => (Method::Spf, &["smtp.mailfrom", "smtp.helo"]),
        "dkim" => (Method::Dkim, &["header.d", "header.i"]),
        "dmarc" => (Method::Dmarc, &["header.from"]),
        _ => return None,
    };
    let verdict = match verdict.to_ascii_lowercase().as_str() {
        "pass" => Verdict::Pass,
        "fail" | "hardfail" | "permerror" => Verdict::Fail,
        _ => Verdict::Open,
    };
    let property = |name: &&str| {
        let is_named = |triple: &&[String]| matches!(triple, [key, equals, _] if key.eq_ignore_ascii_case(name) && equals == "=");
        properties.windows(3).find(is_named).and_then(|triple| triple.last()).and_then(|value| domain(value))
    };
    Some(MethodResult { method, verdict, domain: names.iter().find_map(property) })
}

/// Of `user@example.org`, `@example.org` or `example.org`.
fn domain(value: &str) -> Option<String> {
    let domain = value.rsplit('@').next()?.trim_end_matches('.').to_ascii_lowercase();
    let is_domain = domain.contains('.')
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') || b >= 0x80);
    is_domain.then_some(domain)
}

/// What stands between the semicolons, as words; comments are gone, quoted strings are one word, `=` is one.
fn statements(text: &str) -> Vec<Vec<String>> {
    let mut statements = vec![Vec::new()];
    let mut word = String::new();
    let mut depth = 0_usize;
    let mut chars = text.chars();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => word.extend(chars.next()),
            '\\' if depth > 0 => drop(chars.next()),
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => word.push(c),
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ';' | '=' => {
                end_word(&mut statements, &mut word);
                if c == ';' {
                    statements.push(Vec::new());
                } else if let Some(words) = statements.last_mut() {
                    words.push("=".to_owned());
                }
            }
            c if c.is_whitespace() => end_word(&mut statements, &mut word),
            c => word.push(c),
        }
    }
    end_word(&mut statements, &mut word);
    statements
}

fn end_word(statements: &mut [Vec<String>], word: &mut String) {
    if let Some(words) = statements.last_mut().filter(|_| !word.is_empty()) {
        words.push(std::mem::take(word));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn read(value: &str) -> (String, Vec<(Method, Verdict, Option<String>)>) {
        let read = authentication(value.as_bytes(), 0).unwrap();
        let results = read.results.into_iter().map(|r| (r.method, r.verdict, r.domain)).collect();
        (read.authserv_id, results)
    }

    #[test]
    fn the_examples_of_the_rfc() {
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(read("example.org 1; none"), ("example.org".to_owned(), vec![]));
        assert_eq!(
            read("example.com;\r\n spf=pass smtp.mailfrom=example.net"),
            ("example.com".to_owned(), vec![(Method::Spf, Verdict::Pass, owned("example.net"))])
        );
        assert_eq!(
            read(
                "example.com; dkim=pass (good signature) header.d=mail-router.example.net; dkim=fail reason=\"bad; \
                 spf=pass\" header.i=@newyork.example.com; auth=pass smtp.auth=x"
            )
            .1,
            [
                (Method::Dkim, Verdict::Pass, owned("mail-router.example.net")),
                (Method::Dkim, Verdict::Fail, owned("newyork.example.com")),
            ]
        );
        assert_eq!(
            read("foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired = 1").0,
            "foo.example.net"
        );
        assert_eq!(
            read("mx; dmarc = pass (p=REJECT) header.from = Example.ORG; spf/1=softfail smtp.mailfrom=a@b.example").1,
            [
                (Method::Dmarc, Verdict::Pass, owned("example.org")),
                (Method::Spf, Verdict::Open, owned("b.example")),
            ]
        );
    }

    #[test]
    fn nothing_is_read_out_of_comments_quotes_and_wrecks() {
        assert_eq!(read("mx (; dmarc=pass header.from=a.example)").1, []);
        assert_eq!(read("mx; x=\"; dmarc=pass header.from=a.example\"").1, []);
        assert_eq!(read("mx; dmarc=pass header.from=\"a b\"").1, [(Method::Dmarc, Verdict::Pass, None)]);
        assert_eq!(read("mx; dmarc pass; =pass; dkim=").1, []);
        assert!(authentication(b"", 0).is_none() && authentication(b" ; spf=pass", 0).is_none());
        assert_eq!(read(&format!("mx {}; spf=pass", "(".repeat(100_000))).1, []);
        assert_eq!(read(&format!("mx{}", "; spf=pass".repeat(1000))).1.len(), MAX_RESULTS);
    }
}
