//! Refuses forms that another site posts. The token in each form is the second lock; see `extract/form.rs`.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    App, Error,
    proxies::{Client, Scheme},
};

/// Looks at every request that may change something.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let client = Client::of(request.extensions());
    match check(request.headers(), &client, app.config.public_origin.as_deref()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            let path = request.uri().path();
            tracing::warn!(path, ip = %client.address, "request refused: {refusal}");
            Error::CrossSite.into_response()
        }
    }
}

/// Why a request was refused, for the log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("the browser says it comes from another site (Sec-Fetch-Site: {0:?})")]
    FetchSite(String),
    #[error("its origin is {seen:?}, expected was {expected:?}{}", hint(.ignored_host.as_deref()))]
    Origin { seen: String, expected: String, ignored_host: Option<String> },
}

fn hint(ignored_host: Option<&str>) -> String {
    let Some(host) = ignored_host else { return String::new() };
    format!("; X-Forwarded-Host: {host:?} was ignored, because the peer is not in trusted_proxies")
}

fn check(headers: &HeaderMap, client: &Client, public_origin: Option<&str>) -> Result<(), Refusal> {
    let text =
        |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    // The browser's own judgement: not fooled by a proxy that changes Host.
    match text("sec-fetch-site").as_deref() {
        Some("same-origin" | "none") => return Ok(()),
        Some(other) => return Err(Refusal::FetchSite(other.to_owned())),
        None => {}
    }
    // Neither header: an old browser, w3m, a program. The token still guards.
    let Some(seen) = text("origin") else { return Ok(()) };
    let is_ours = match public_origin {
        Some(expected) => seen == expected,
        // The scheme is not compared: a proxy that ends TLS need not say so.
        None => seen.split_once("://").is_some_and(|(scheme, host)| {
            !client.host.is_empty()
                && bare_host(host, scheme).eq_ignore_ascii_case(bare_host(&client.host, scheme))
        }),
    };
    if is_ours {
        return Ok(());
    }
    let scheme = if client.scheme == Scheme::Https { "https" } else { "http" };
    let expected = public_origin.map_or_else(|| format!("{scheme}://{}", client.host), str::to_owned);
    Err(Refusal::Origin { seen, expected, ignored_host: client.ignored_host.clone() })
}

/// Without the port that the scheme implies.
pub(super) fn bare_host<'a>(host: &'a str, scheme: &str) -> &'a str {
    let implied = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(implied).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::web::proxies::Peer;

    fn checked(
        pairs: &[(&'static str, &'static str)],
        host: &str,
        public: Option<&str>,
    ) -> Result<(), Refusal> {
        let headers =
            pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        let ignored_host = Some("outer.test".to_owned());
        let client = Client { address: Peer::Unix, scheme: Scheme::Http, host: host.into(), ignored_host };
        check(&headers, &client, public)
    }

    #[test]
    fn a_form_of_this_site_passes() {
        for pairs in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://mail.test")],
            &[("origin", "https://mail.test:443")],
            &[("origin", "http://MAIL.test")],
        ] {
            assert_eq!(checked(pairs, "mail.test", None), Ok(()), "{pairs:?}");
        }
        assert_eq!(checked(&[("origin", "http://mail.test:8025")], "mail.test:8025", None), Ok(()));
        assert_eq!(checked(&[("origin", "https://a.test")], "inner:80", Some("https://a.test")), Ok(()));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for pairs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "https://mail.test")],
            &[("origin", "null")],
            &[("origin", "https://evil.test")],
            &[("origin", "https://mail.test.evil.test")],
            &[("origin", "https://mail.test:8443")],
            &[("origin", "mail.test")],
        ] {
            assert!(checked(pairs, "mail.test", None).is_err(), "{pairs:?}");
        }
        assert!(checked(&[("origin", "http://a.test")], "a.test", Some("https://a.test")).is_err());
        assert!(checked(&[("origin", "http://")], "", None).is_err());
    }

    #[test]
    fn the_log_names_the_cause() {
        let refusal = checked(&[("origin", "https://outer.test")], "inner:8025", None);
        let text = refusal.map_err(|refusal| refusal.to_string()).expect_err("another host");
        for part in ["https://outer.test", "http://inner:8025", "X-Forwarded-Host", "trusted_proxies"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
