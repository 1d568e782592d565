//! The headers of every answer, each with its reason.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::config::Config;

/// For our own pages. A message's HTML is another document with a policy of its own.
pub const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; \
    frame-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; require-trusted-types-for 'script'; trusted-types mail dompurify";

/// Set unless a handler set the header itself.
const HEADERS: [(HeaderName, &str); 9] = [
    // Nothing runs, loads or is posted but from and to this site.
    (header::CONTENT_SECURITY_POLICY, PAGE_CSP),
    // A mail part is what we say it is: never sniffed into a script.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses name mailboxes and messages: no other site learns them.
    (header::REFERRER_POLICY, "no-referrer"),
    // A page that a mail opened cannot reach back into ours.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Other sites cannot embed our answers, and so cannot measure them.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // A webmail needs none of these.
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=()",
    ),
    // A link in a mail is not looked up before it is followed: the lookup would tell its sender.
    (header::X_DNS_PREFETCH_CONTROL, "off"),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, "DENY"),
    // Mail stays out of every cache; only what sets its own policy may be kept.
    (header::CACHE_CONTROL, "no-store"),
];

/// What an answer gets that does not say it itself.
#[derive(Clone)]
pub struct Defaults(Arc<HeaderMap>);

/// For the site. Where messages have a host of their own, its pages frame that and nothing else.
pub fn of_site(config: &Config) -> Defaults {
    let mut headers =
        HeaderMap::from_iter(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    if let Some(origin) = &config.body_origin {
        let csp = PAGE_CSP.replace("frame-src 'self'", &format!("frame-src {origin}"));
        headers.insert(header::CONTENT_SECURITY_POLICY, value(&csp));
    }
    Defaults(Arc::new(headers))
}

/// For the host of messages.
pub fn of_bodies(config: &Config) -> Defaults {
    let Defaults(site) = of_site(config);
    let mut headers = HeaderMap::clone(&site);
    // Only words in plain text stay without a policy of their own: they stand in the frame, too.
    let csp = format!("default-src 'none'; sandbox; frame-ancestors {}", framed_by(config));
    headers.insert(header::CONTENT_SECURITY_POLICY, value(&csp));
    // It knows one origin only, the answer's own.
    headers.remove(header::X_FRAME_OPTIONS);
    // To the sandboxed document even its own pictures are another origin's. Nobody else knows their addresses.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Defaults(Arc::new(headers))
}

/// Whose pages alone frame a message that has a host of its own.
pub fn framed_by(config: &Config) -> &str {
    config.public_origin.as_deref().unwrap_or("'none'")
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("an origin is made of letters, digits and a few signs")
}

pub async fn add(State(Defaults(defaults)): State<Defaults>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &*defaults {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    response
}
