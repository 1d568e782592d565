//! The headers of every answer, each with its reason.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

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

pub async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
