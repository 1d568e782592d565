#![expect(clippy::unwrap_used, reason = "tests may panic")]
//! What holds for every route, whoever adds it: walks the table. Nobody is signed in here, and no mail
//! server is asked.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{
    App,
    routes::{Access, Route, table},
};
use crate::config::Config;

const BASE: &str = "/webmail";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn app() -> App {
    // Nothing listens on port 1.
    let config = format!(
        "listen = \"127.0.0.1:0\"\nimap = \"imap+insecure://127.0.0.1:1\"\nsmtp = \"submission+insecure://127.0.0.1:1\"\n\
         base_path = \"{BASE}\""
    );
    App::new(Config::parse(&config).unwrap()).unwrap()
}

async fn ask(app: &App, method: &Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "mail.test");
    if *method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.router().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, text }
}

/// An address of the route, its parameters filled in.
fn address(route: &Route) -> String {
    let mut path = route.path.to_owned();
    for (name, value) in
        [("mailbox", "INBOX"), ("id", "1.1"), ("section", "1"), ("file", "none.css"), ("collector", "0")]
    {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    assert!(!path.contains('{'), "{path}: give its parameter a value here");
    format!("{BASE}{path}")
}

#[tokio::test]
async fn nobody_gets_in_without_a_sign_in() {
    let app = app();
    for route in table().iter().filter(|route| route.access == Access::SignedIn) {
        let path = address(route);
        for cookies in ["", "postroom=AAAAAAAAAAAAAAAAAAAAAA; postroom_key=AAAA"] {
            let answer = ask(&app, &route.method, &path, &[("cookie", cookies)], "").await;
            if route.method == Method::GET {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
                assert!(answer.header("location").starts_with("/webmail/login"), "{path}");
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
                assert!(answer.text.contains("name=\"password\""), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn only_the_pages_meant_to_be_public_are() {
    let public: Vec<_> = table().iter().filter(|r| r.access == Access::Public).map(|r| r.path).collect();
    assert_eq!(public, ["/login", "/login", "/healthz", "/readyz", "/static/{file}"]);
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let app = app();
    for route in table().iter().filter(|route| route.method != Method::GET) {
        let path = address(route);
        for forged in [
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
            [("origin", "https://evil.test")],
            [("origin", "null")],
        ] {
            let answer = ask(&app, &route.method, &path, &forged, "").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {forged:?}");
            assert!(answer.text.contains("another website"), "{path} {forged:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let app = app();
    let mut asked: Vec<(Method, String)> = table().iter().map(|r| (r.method.clone(), address(r))).collect();
    asked.extend([
        (Method::GET, "/elsewhere".to_owned()),
        (Method::GET, BASE.to_owned()),
        (Method::PUT, format!("{BASE}/login")),
    ]);
    for (method, path) in asked {
        let answer = ask(&app, &method, &path, &[], "").await;
        assert_eq!(answer.header("content-security-policy"), super::headers::PAGE_CSP, "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-dns-prefetch-control", "off"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[test]
fn the_pages_policy_allows_no_inline_script_and_no_framing() {
    let directives: Vec<&str> = super::headers::PAGE_CSP.split("; ").collect();
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(directives.contains(&directive), "{directive}");
    }
    assert!(!super::headers::PAGE_CSP.contains("unsafe-eval"));
}

#[tokio::test]
async fn the_sign_in_page_needs_no_session() {
    let answer = ask(&app(), &Method::GET, "/webmail/login?next=%2Fwebmail%2Fcompose", &[], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.text.contains("value=\"/webmail/compose\""), "{}", answer.text);
    let answer = ask(&app(), &Method::GET, "/webmail/login?next=https://evil.test", &[], "").await;
    assert!(!answer.text.contains("evil.test"));
}

#[tokio::test]
async fn what_is_not_there_says_so_and_leads_on() {
    let app = app();
    let answer = ask(&app, &Method::GET, "/webmail/nothing", &[], "").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text.contains("href=\"/webmail/mail/INBOX\""), "{}", answer.text);
    let answer = ask(&app, &Method::GET, "/webmail/logout", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let answer = ask(&app, &Method::GET, BASE, &[], "").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::PERMANENT_REDIRECT, "/webmail/"));
}

#[tokio::test]
async fn a_server_that_is_away_is_named_and_the_name_is_kept() {
    let app = app();
    let answer = ask(&app, &Method::POST, "/webmail/login", &[], "username=ann&password=canary").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(
        answer.text.contains("cannot be reached") && answer.text.contains("value=\"ann\""),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("canary"));
    let answer = ask(&app, &Method::GET, "/webmail/readyz", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&app, &Method::GET, "/webmail/healthz", &[], "").await.text, "ok\n");
}

#[tokio::test]
async fn a_cookie_over_tls_is_secure() {
    let app = app();
    let old = [("cookie", "postroom=AAAAAAAAAAAAAAAAAAAAAA")];
    let plain = ask(&app, &Method::GET, "/webmail/", &old, "").await;
    let cookie = plain.header("set-cookie");
    assert!(cookie.starts_with("postroom=") && !cookie.contains("Secure"), "{cookie}");
    let config = Config::parse(
        "listen = \"127.0.0.1:0\"\nimap = \"imap+insecure://[::1]:1\"\nsmtp = \"submission+insecure://[::1]:1\"\n\
         base_path = \"/webmail\"\npublic_origin = \"https://mail.test\"",
    )
    .unwrap();
    let tls = ask(&App::new(config).unwrap(), &Method::GET, "/webmail/", &old, "").await;
    assert!(tls.header("set-cookie").ends_with("; Secure"), "{}", tls.header("set-cookie"));
}

#[tokio::test]
async fn an_interrupted_form_travels_through_the_sign_in_page() {
    let request = Request::post("/webmail/compose?reply=INBOX/1.1")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("csrf=old&subject=keep+%3Cme%3E&text=%0Aone%0Atwo&to="));
    let answer = super::pages::login::ask_again(&app(), request.unwrap()).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let text = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(text.contains("name=\"carry_subject\" hidden>\nkeep &#60;me&#62;</textarea>"), "{text}");
    // The first line break after the tag is HTML's, the second is the person's.
    assert!(text.contains("name=\"carry_text\" hidden>\n\none\ntwo</textarea>"), "{text}");
    assert!(
        !text.contains("carry_csrf") && text.contains("value=\"/webmail/compose?reply=INBOX/1.1\""),
        "{text}"
    );
}
