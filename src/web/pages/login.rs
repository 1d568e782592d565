//! Signing in and out. The sign-in page needs no session, so it cannot expire while somebody types.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tower_sessions::Session;

use super::carried;
use crate::{
    mail::{self, Reason},
    model::Credentials,
    web::{
        App, Error,
        attempts::Verdict,
        cookies, error,
        extract::{Form, OpenForm, Query, User},
        html,
        proxies::Client,
        session,
        urls::Urls,
    },
};

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    urls: &'a Urls,
    product: &'a str,
    username: &'a str,
    /// Where to go on to; empty for the inbox.
    next: &'a str,
    problem: Option<Problem>,
    /// What was being written when the session ended: names and texts.
    carried: &'a [(String, String)],
    /// Why a person who was signed in sees this page.
    interrupted: Option<carried::Loss>,
}

/// Why it did not work.
struct Problem {
    text: Cow<'static, str>,
    /// The mail server's own words.
    quote: Option<String>,
}

#[derive(Deserialize)]
pub struct ShowQuery {
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub async fn show(State(app): State<App>, Query(query): Query<ShowQuery>) -> Result<Response, Error> {
    html(&LoginPage {
        urls: &app.urls,
        product: &app.config.product_name,
        username: "",
        next: app.urls.local(&query.next).unwrap_or_default(),
        problem: None,
        carried: &[],
        interrupted: None,
    })
}

/// Exactly what was typed, and what was carried along.
#[derive(Default)]
struct LoginForm {
    username: String,
    password: secrecy::SecretString,
    next: String,
    carried: Vec<(String, String)>,
}

impl LoginForm {
    fn new(fields: Vec<(String, String)>) -> LoginForm {
        let mut form = LoginForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "username" => form.username = value.trim().to_owned(),
                "password" => form.password = value.into(),
                "next" => form.next = value,
                _ => form.carried.extend(carried::unwrap(&name).map(|name| (name, value))),
            }
        }
        form
    }
}

/// `POST /login`
pub async fn submit(
    State(app): State<App>,
    client: Client,
    session: Session,
    OpenForm(fields): OpenForm<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let form = LoginForm::new(fields);
    let credentials = Credentials::new(form.username.as_str(), form.password.clone());
    let user = loggable(&form.username);
    match app.attempts.begin(&form.username, client.address, Instant::now()) {
        Verdict::Try { after } => tokio::time::sleep(after).await,
        Verdict::TooMany { wait } => {
            tracing::warn!(
                target: "postroom::auth",
                "auth failed user={user} ip={} reason=too-many-attempts",
                client.address
            );
            let seconds = [(header::RETRY_AFTER, wait.as_secs().saturating_add(1).to_string())];
            let page = again(&app, &form, Problem { text: too_many(wait).into(), quote: None })?;
            return Ok((StatusCode::TOO_MANY_REQUESTS, seconds, page).into_response());
        }
    }
    let error = match session::begin(&app, &session, credentials).await {
        Ok((key, sign_in)) => {
            app.attempts.succeeded(&form.username, client.address, Instant::now());
            tracing::info!(target: "postroom::auth", "auth ok user={user} ip={}", client.address);
            let next = go_on(&app, &form, &sign_in.0).await;
            return Ok(([(header::SET_COOKIE, key)], Redirect::to(&next)).into_response());
        }
        Err(error) => error,
    };
    if !matches!(error, mail::Error::BadCredentials) {
        app.attempts.undecided(&form.username, client.address);
    }
    let Some((status, reason, problem)) = explain(&error) else { return Err(error.into()) };
    tracing::warn!(target: "postroom::auth", "auth failed user={user} ip={} reason={reason}", client.address);
    if status.is_server_error() {
        tracing::warn!("sign-in is not possible: {}", error::chain(&error));
    }
    Ok((status, again(&app, &form, problem)?).into_response())
}

/// The form as it was filled in, but for the password.
fn again(app: &App, form: &LoginForm, problem: Problem) -> Result<Response, Error> {
    html(&LoginPage {
        urls: &app.urls,
        product: &app.config.product_name,
        username: &form.username,
        next: app.urls.local(&form.next).unwrap_or_default(),
        problem: Some(problem),
        carried: &form.carried,
        interrupted: None,
    })
}

fn too_many(wait: Duration) -> String {
    let wait = match wait.as_secs() + 1 {
        n @ ..=90 => format!("{n} seconds"),
        n => format!("{} minutes", n.div_ceil(60)),
    };
    format!("There were too many attempts to sign in. Please wait {wait}, and try again.")
}

/// A form with its token alone.
#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /logout`
pub async fn sign_out(
    State(app): State<App>,
    user: User,
    session: Session,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    session::end(&app, &session, &user.sign_in).await?;
    let headers = [
        (header::SET_COOKIE, cookies::drop_key(&app.urls)),
        // Whatever this browser kept of the mail goes too.
        (
            header::HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"storage\""),
        ),
    ];
    Ok((headers, Redirect::to(&app.urls.login())).into_response())
}

/// Answers a form that came after its session had ended: signing in goes on where the person was.
pub(in crate::web) async fn ask_again(app: &App, request: Request) -> Response {
    let next = carried::page_of(&app.urls, request.uri(), request.headers());
    let (carried, loss) = carried::read(app, request).await;
    let page = LoginPage {
        urls: &app.urls,
        product: &app.config.product_name,
        username: "",
        next: &next,
        problem: None,
        carried: &carried,
        interrupted: Some(loss),
    };
    html(&page)
        .map_or_else(IntoResponse::into_response, |page| (StatusCode::UNAUTHORIZED, page).into_response())
}

/// The address that follows a sign-in.
async fn go_on(app: &App, form: &LoginForm, sign_in: &str) -> String {
    let urls = &app.urls;
    if !form.carried.is_empty() {
        let id = app.kept_forms.keep(sign_in, &form.username, &form.carried).await;
        return format!("{}?kept={id}", urls.compose());
    }
    let next = urls.local(&form.next).filter(|next| {
        let path = next.split('?').next().unwrap_or_default();
        path != urls.login() && path != urls.logout() && path != urls.home()
    });
    next.map_or_else(|| urls.inbox(), str::to_owned)
}

/// Status, the log's word and the page's sentence; `None` for what is no matter of signing in.
fn explain(error: &mail::Error) -> Option<(StatusCode, &'static str, Problem)> {
    let plain = |text: &'static str| Problem { text: text.into(), quote: None };
    Some(match error {
        mail::Error::BadCredentials => (
            StatusCode::UNAUTHORIZED,
            "bad-credentials",
            plain("The user name or the password is wrong. Please type them again."),
        ),
        mail::Error::TooManyConnections(words) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-connections",
            Problem {
                text:
                    "The mail server takes no more connections from your account. Close other mail programs, \
                       or wait a minute, and try again."
                        .into(),
                quote: Some(words.clone()),
            },
        ),
        mail::Error::Unavailable { which, reason, .. } => {
            let word = match reason {
                Reason::Unreachable => "unreachable",
                Reason::TimedOut => "timed-out",
                Reason::Certificate => "bad-certificate",
                Reason::NoEncryption => "no-encryption",
                Reason::Lost => "connection-lost",
            };
            let (status, text) = error::unavailable(*which, *reason);
            (status, word, plain(text))
        }
        mail::Error::Refused(words) => (
            StatusCode::BAD_GATEWAY,
            "refused",
            Problem { text: "The mail server refused to sign you in.".into(), quote: Some(words.clone()) },
        ),
        _ => return None,
    })
}

/// A user name that cannot forge a line, nor another field of its own line.
fn loggable(username: &str) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'+');
    utf8_percent_encode(&username.chars().take(100).collect::<String>(), ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_cannot_forge_the_log() {
        assert_eq!(loggable("ann.lee+x@example.org"), "ann.lee+x@example.org");
        let forged = loggable("x ip=1.2.3.4 reason=ok\nauth failed user=\"bob\"");
        assert!(forged.bytes().all(|b| b.is_ascii_graphic()) && !forged.contains('='), "{forged}");
        assert!(loggable(&"ä".repeat(1000)).len() <= 600);
    }
}
