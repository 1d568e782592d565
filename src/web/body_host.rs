//! The host name for messages alone (`body_origin`). No cookie goes there: an address says itself whose message it
//! shows and until when, and is signed. Nothing answers there but messages, the pictures in them, and images that come
//! through us.

use std::borrow::Cow;

use axum::{
    extract::{Request, State},
    http::Uri,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{App, Error, csrf::CsrfToken, extract::User, origin::bare_host, path_and_query, proxies::Client};
use crate::{mail::SignInId, model::Credentials};

/// What the signature is for.
const PURPOSE: &str = "body host";
/// An address holds for one to two of these; within one, a message that is opened again has the same, and the browser
/// its images. Seconds.
const PERIOD: i64 = 10 * 60;

/// Signs addresses for one sign-in.
#[derive(Clone)]
pub(super) struct Signer {
    sign_in: SignInId,
    token: CsrfToken,
    /// Unix seconds.
    until: i64,
}

/// What stands at an address's end.
#[derive(Debug, PartialEq)]
struct Signed<'a> {
    /// All that is signed: the address, whose it is, until when.
    whole: &'a str,
    who: &'a str,
    until: i64,
    signature: &'a str,
}

/// What is needed of a sign-in where no cookie names it. Kept for as long as addresses hold, and no longer than it.
#[derive(Serialize, Deserialize)]
struct Lent<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
    username: Cow<'a, str>,
    /// Only where another instance may be asked, which has no connection of this sign-in.
    password: Option<Cow<'a, str>>,
}

impl Signer {
    /// The same address, for whoever has no cookie.
    pub(super) fn sign(&self, address: &str) -> String {
        let mark = if address.contains('?') { '&' } else { '?' };
        let whole = format!("{address}{mark}who={}&until={}", self.sign_in.0, self.until);
        let signature = self.token.sign(PURPOSE, &[whole.as_bytes()]);
        format!("{whole}&by={signature}")
    }
}

impl<'a> Signed<'a> {
    fn parse(address: &'a str) -> Option<Signed<'a>> {
        let (whole, signature) = address.rsplit_once("&by=")?;
        let (rest, until) = whole.rsplit_once("&until=")?;
        let (_, who) = rest.rsplit_once("who=")?;
        Some(Signed { whole, who, until: until.parse().ok()?, signature })
    }

    fn holds(&self, token: CsrfToken, now: i64) -> bool {
        now <= self.until && token.signed(PURPOSE, &[self.whole.as_bytes()], self.signature)
    }
}

/// Where there is such a host: makes it answer for this sign-in for some minutes.
pub(super) async fn open(app: &App, user: &User) -> Option<Signer> {
    app.config.body_origin.as_ref()?;
    let now = app.store.now();
    let until = (now / PERIOD + 2) * PERIOD;
    let credentials = user.account.credentials();
    let lent = Lent {
        token: user.token.to_record().into(),
        username: credentials.username.as_str().into(),
        password: app.store.is_shared().then(|| credentials.password().into()),
    };
    let text = serde_json::to_string(&lent).ok()?;
    let idle = app.config.session_idle.as_secs().cast_signed();
    app.store.keep_scrap(&name(&user.sign_in.0), &credentials.username, text, idle.min(until - now)).await;
    Some(Signer { sign_in: user.sign_in.clone(), token: user.token, until })
}

fn name(who: &str) -> String {
    format!("{who}/body-host")
}

/// Whether the browser asked this host.
pub(super) fn is_asked(app: &App, request: &Request) -> bool {
    let Some((scheme, host)) = app.config.body_origin.as_deref().and_then(|origin| origin.split_once("://"))
    else {
        return false;
    };
    bare_host(&Client::of(request.extensions()).host, scheme).eq_ignore_ascii_case(host)
}

/// Guards every route of this host: without a signature that holds the handler does not run.
pub(super) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match user(&app, request.uri()).await {
        Some(user) => {
            request.extensions_mut().insert(user);
            next.run(request).await
        }
        None => Error::AddressExpired.into_response(),
    }
}

async fn user(app: &App, uri: &Uri) -> Option<User> {
    let address = path_and_query(uri);
    let signed = Signed::parse(&address)?;
    let text = app.store.scrap(&name(signed.who)).await?;
    let lent: Lent = serde_json::from_str(&text).ok()?;
    let token = CsrfToken::from_record(&lent.token)?;
    if !signed.holds(token, app.store.now()) {
        return None;
    }
    let sign_in = SignInId(signed.who.to_owned());
    let account = match (app.accounts.find(&sign_in), lent.password) {
        (Some(account), _) => account,
        (None, Some(password)) => {
            let credentials = Credentials::new(lent.username, password.into_owned());
            app.accounts.resume(&sign_in, credentials)
        }
        // Closed since: the page that is loaded again opens it.
        (None, None) => return None,
    };
    let signer = Signer { sign_in: sign_in.clone(), token, until: signed.until };
    Some(User { account, sign_in, csrf: token.masked(), token, signer: Some(signer) })
}

#[cfg(test)]
mod tests;
