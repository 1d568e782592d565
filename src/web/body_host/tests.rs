#![expect(clippy::unwrap_used, reason = "tests may panic")]
//! Nobody's mail server is asked: what gets past the signature finds nobody there.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Method, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::{config::Config, web::routes::table};

const MESSAGE: &str = "/mail/INBOX/1.1";

fn app() -> App {
    // Nothing listens on port 1.
    let config = "listen = \"127.0.0.1:0\"\nimap = \"imap+insecure://127.0.0.1:1\"\n\
                  smtp = \"submission+insecure://127.0.0.1:1\"\ndatabase = \"memory\"\n\
                  public_origin = \"https://mail.test\"\nbody_origin = \"https://content.test\"";
    App::new(Config::parse(config).unwrap()).unwrap()
}

fn user(app: &App, id: &str) -> User {
    let sign_in = SignInId(id.to_owned());
    let account = app.accounts.resume(&sign_in, Credentials::new("ann", "secret"));
    let token = CsrfToken::random();
    User { account, sign_in, csrf: token.masked(), token, signer: None }
}

async fn ask(app: &App, method: Method, host: &str, address: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().method(method).uri(address).header(header::HOST, host);
    let answer = app.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (parts.status, parts.headers, text)
}

async fn status(app: &App, address: &str) -> StatusCode {
    ask(app, Method::GET, "content.test", address).await.0
}

/// Past the signature, before a mail server that is not there.
const LET_IN: StatusCode = StatusCode::BAD_GATEWAY;

#[test]
fn an_address_says_whose_it_is_and_until_when() {
    let token = CsrfToken::random();
    let signer = Signer { sign_in: SignInId("ab12".to_owned()), token, until: 1_200 };
    for (address, whole) in [
        ("/mail/a/1.2/body", "/mail/a/1.2/body?who=ab12&until=1200"),
        ("/mail/a/1.2/body?images=1", "/mail/a/1.2/body?images=1&who=ab12&until=1200"),
    ] {
        let address = signer.sign(address);
        let signed = Signed::parse(&address).unwrap();
        assert_eq!((signed.whole, signed.who, signed.until), (whole, "ab12", 1_200));
        assert!(signed.holds(token, 0) && signed.holds(token, 1_200));
        assert!(!signed.holds(token, 1_201), "it has expired");
        assert!(!signed.holds(CsrfToken::random(), 0), "it is another's");
    }
    for bad in ["", "/x", "/x?who=a&until=1", "/x?who=a&until=x&by=y", "/x?until=1&by=y", "/x?by=y"] {
        assert_eq!(Signed::parse(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn nothing_answers_there_without_a_signature() {
    let app = app();
    for host in ["content.test", "CONTENT.test:443"] {
        for route in table() {
            let address = route.path.replace("{mailbox}/{id}", "INBOX/1.1").replace("{section}", "1");
            let (status, headers, text) = ask(&app, route.method.clone(), host, &address).await;
            let is_post_of_ours = route.method == Method::POST && status == StatusCode::METHOD_NOT_ALLOWED;
            assert!(status == StatusCode::NOT_FOUND || is_post_of_ours, "{address}: {status}");
            assert_eq!(headers.get("content-type").unwrap(), "text/plain; charset=utf-8", "{address}");
            assert!(!headers.contains_key("set-cookie") && !text.contains('<'), "{address}: {text}");
        }
    }
    for host in ["mail.test", "content.test:8443", "x.content.test", "content.tes"] {
        let (status, _, _) = ask(&app, Method::GET, host, "/login").await;
        assert_eq!(status, StatusCode::OK, "{host} is the site itself");
    }
}

#[tokio::test]
async fn an_address_holds_for_what_was_signed_and_for_some_minutes() {
    let app = app();
    // At the beginning of a period: the test does not last to its end.
    app.store.clock().put_forward(Duration::from_secs((PERIOD - app.store.now() % PERIOD).unsigned_abs()));
    let (ann, bob) = (user(&app, "a1"), user(&app, "b2"));
    let body = format!("{MESSAGE}/body?images=1");
    assert!(open(&app, &bob).await.is_some());
    let signer = open(&app, &ann).await.unwrap();
    let address = signer.sign(&body);
    assert_eq!(open(&app, &ann).await.unwrap().sign(&body), address, "a browser may keep what it loads");
    assert_eq!(status(&app, &address).await, LET_IN);
    for other in [
        address.replace("INBOX/1.1", "INBOX/1.2"),
        address.replace("INBOX", "Sent"),
        address.replace("images=1", "images=2"),
        address.replace("/body", "/part/2"),
        address.replace("who=a1", "who=b2"),
        address.replace("until=", "until=9"),
        address.replace("&by=", "&x=1&by="),
        format!("{address}x"),
        address.clone() + "&x=1",
        signer.sign(&format!("{MESSAGE}/source")),
        signer.sign(MESSAGE),
        signer.sign("/settings"),
    ] {
        assert_eq!(status(&app, &other).await, StatusCode::NOT_FOUND, "{other}");
    }
    // Nor is it of use where the cookies are.
    let (status_there, _, _) = ask(&app, Method::GET, "mail.test", &address).await;
    assert_eq!(status_there, StatusCode::SEE_OTHER);

    app.store.clock().put_forward(Duration::from_secs(10 * 60 - 1));
    assert_eq!(status(&app, &address).await, LET_IN);
    app.store.clock().put_forward(Duration::from_secs(10 * 60 + 2));
    assert_eq!(status(&app, &address).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sign_out_ends_every_address() {
    let app = app();
    let ann = user(&app, "a1");
    let address = open(&app, &ann).await.unwrap().sign(&format!("{MESSAGE}/body"));
    assert_eq!(status(&app, &address).await, LET_IN);
    app.store.forget_scraps("a1").await;
    assert_eq!(status(&app, &address).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_password_is_not_kept_where_nobody_else_needs_it() {
    let app = app();
    open(&app, &user(&app, "a1")).await.unwrap();
    let kept = app.store.scrap(&name("a1")).await.unwrap();
    assert!(kept.contains("\"ann\"") && !kept.contains("secret"), "{}", *kept);
}
