//! From a session record and the key in a cookie to a signed-in person, and back.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use time::Duration;
use tower_sessions::Session;

use super::{App, Error, cookies, csrf::CsrfToken, extract::User, pages::login};
use crate::{
    mail::{self, SignInId},
    model::Credentials,
    store::{Key, Sealed, Sessions},
};

const RECORD: &str = "sign_in";
const LAST_SEEN: &str = "last_seen";

/// How often a session that is in use is written again, so that it does not expire.
const SEEN_AT_MOST_EVERY: Duration = Duration::minutes(5);

/// What a session remembers. Written once, at sign-in.
#[derive(Serialize, Deserialize)]
struct SignIn {
    /// Names the sign-in; unlike the session's id it is no secret, and it stays when that changes.
    id: String,
    username: String,
    /// Opens only with the key that the browser holds.
    password: Sealed,
    csrf: String,
    since: i64,
}

/// What the password is sealed for: a record with another name or id does not open.
fn context(id: &str, username: &str) -> Vec<u8> {
    [id.as_bytes(), b"\0", username.as_bytes()].concat()
}

/// Logs in to the mail server, and only then begins a session, under a new id. Returns the cookie that
/// holds the key, and the sign-in.
pub(super) async fn begin(
    app: &App,
    session: &Session,
    credentials: Credentials,
) -> Result<(HeaderValue, SignInId), mail::Error> {
    let id = format!("{:032x}", rand::rng().random::<u128>());
    let key = Key::random();
    let record = SignIn {
        password: key.seal(credentials.password(), &context(&id, &credentials.username)),
        username: credentials.username.clone(),
        csrf: CsrfToken::random().to_record(),
        since: app.sessions.clock().now().unix_timestamp(),
        id: id.clone(),
    };
    let id = SignInId(id);
    let username = credentials.username.clone();
    app.accounts.sign_in(&id, credentials).await?;
    let kept = async {
        // One that cannot be found now is ended by its id alone.
        if let Ok(Some(old)) = session.get::<SignIn>(RECORD).await {
            forget(app, &SignInId(old.id)).await;
        }
        session.clear().await;
        session.cycle_id().await?;
        session.insert(Sessions::OWNER, username).await?;
        session.insert(RECORD, record).await
    };
    match kept.await {
        Ok(()) => Ok((cookies::set_key(&key, &app.urls), id)),
        Err(error) => {
            app.accounts.sign_out(&id).await;
            Err(mail::Error::Bug(format!("the session cannot be kept: {error}")))
        }
    }
}

/// Closes the connections and forgets the session and everything that belongs to it.
pub(super) async fn end(app: &App, session: &Session, id: &SignInId) -> Result<(), Error> {
    session.flush().await.map_err(Error::bug)?;
    forget(app, id).await;
    Ok(())
}

async fn forget(app: &App, id: &SignInId) {
    app.accounts.sign_out(id).await;
    app.store.forget_scraps(&id.0).await;
}

/// Guards every route of the signed-in: without a sign-in the handler does not run. A page is asked for
/// again after the sign-in; what was posted is carried over.
pub(super) async fn require(
    State(app): State<App>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match user(&app, &session, request.headers()).await {
        Ok(Some(user)) => {
            request.extensions_mut().insert(user);
            next.run(request).await
        }
        Ok(None) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let here = super::path_and_query(request.uri());
            let login = if here == app.urls.home() { app.urls.login() } else { app.urls.login_then(&here) };
            Redirect::to(&login).into_response()
        }
        Err(error) if matches!(*request.method(), Method::GET | Method::HEAD) => error.into_response(),
        // Signing in works without the database, and carries over what was typed.
        Ok(None) | Err(Error::SessionAway) => login::ask_again(&app, request).await,
        Err(error) => error.into_response(),
    }
}

/// `None` where nobody is signed in: no session, an expired one, or one without its key.
async fn user(app: &App, session: &Session, headers: &HeaderMap) -> Result<Option<User>, Error> {
    let Some(record) = session.get::<SignIn>(RECORD).await.map_err(not_found_now)? else { return Ok(None) };
    let id = SignInId(record.id);
    let now = app.sessions.clock().now().unix_timestamp();
    if now - record.since > app.config.session_absolute.as_secs().cast_signed() {
        end(app, session, &id).await?;
        return Ok(None);
    }
    let Some(key) = cookies::key(headers) else { return Ok(None) };
    let opened = key.open(&record.password, &context(&id.0, &record.username));
    let (Some(password), Some(token)) = (opened, CsrfToken::from_record(&record.csrf)) else {
        return Ok(None);
    };
    let account = match app.accounts.find(&id) {
        Some(account) => account,
        None => app.accounts.resume(&id, Credentials::new(record.username, password)),
    };
    keep_alive(app, session, now).await?;
    Ok(Some(User { account, sign_in: id, csrf: token.masked(), token, signer: None }))
}

fn not_found_now(error: tower_sessions::session::Error) -> Error {
    match error {
        tower_sessions::session::Error::Store(_) => Error::SessionAway,
        error @ tower_sessions::session::Error::SerdeJson(_) => Error::bug(error),
    }
}

/// The store extends a session's life when it is written, so it is, but seldom.
async fn keep_alive(app: &App, session: &Session, now: i64) -> Result<(), Error> {
    let idle = app.config.session_idle.as_secs().cast_signed();
    let every = SEEN_AT_MOST_EVERY.whole_seconds().min(idle / 4);
    let last_seen: Option<i64> = session.get(LAST_SEEN).await.map_err(Error::bug)?;
    if last_seen.is_none_or(|then| now - then > every) {
        session.insert(LAST_SEEN, now).await.map_err(Error::bug)?;
    }
    Ok(())
}
