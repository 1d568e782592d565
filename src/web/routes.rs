//! The whole site on one screen. Tests walk this table: see `tests/it/access.rs`.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodFilter, MethodRouter, any, on},
};
use tower::ServiceExt;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use super::{
    App, Error, assets, body_host, cookies, error, headers, origin,
    pages::{
        act, body, carried, collectors, compose, folder, folders, headers as headers_page, health, home,
        login, message, outbox, part, print, remote, settings, snoozed,
    },
    proxies, session,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Public,
    /// The handler runs for a signed-in person only; see [`session::require`].
    SignedIn,
    /// Where the host for messages answers, the handler runs for whom the address is signed for; see
    /// [`body_host::require`].
    Addressed,
}

/// How much a request may bring along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A form with a few fields.
    Form,
    /// A form that may carry what somebody wrote; see [`login::ask_again`].
    Carried,
    /// A message with its attachments.
    Message,
}

/// How an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Whole, and given up after a time.
    Page,
    /// As it is read from the mail server, for as long as that takes.
    Stream,
}

pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub body: Body,
    pub reply: Reply,
    /// The host for messages answers, too.
    pub is_of_a_body: bool,
    handler: MethodRouter<App>,
}

/// Every address of the site, below its base path.
pub fn table() -> Vec<Route> {
    use Access::{Public, SignedIn};
    vec![
        get("/", SignedIn, home::show),
        get("/login", Public, login::show),
        post("/login", Public, login::submit).takes(Body::Carried),
        post("/logout", SignedIn, login::sign_out),
        get("/mail/{mailbox}", SignedIn, folder::show),
        post("/mail/{mailbox}/act", SignedIn, act::submit),
        post("/mail/{mailbox}/empty", SignedIn, act::empty),
        post("/undo", SignedIn, act::undo),
        get("/mail/{mailbox}/{id}", SignedIn, message::show),
        get("/mail/{mailbox}/{id}/body", SignedIn, body::show).of_a_body(),
        get("/mail/{mailbox}/{id}/remote", SignedIn, remote::show).streams().of_a_body(),
        post("/mail/{mailbox}/{id}/images", SignedIn, message::trust_sender),
        get("/mail/{mailbox}/{id}/headers", SignedIn, headers_page::show),
        get("/mail/{mailbox}/{id}/print", SignedIn, print::show),
        get("/mail/{mailbox}/{id}/part/{section}", SignedIn, part::show).streams().of_a_body(),
        get("/mail/{mailbox}/{id}/source", SignedIn, part::source).streams(),
        get("/mail/{mailbox}/{id}/message.eml", SignedIn, part::eml).streams(),
        get("/mail/{mailbox}/{id}/attachments.zip", SignedIn, part::zip).streams(),
        get("/compose", SignedIn, compose::show).streams(),
        post("/compose", SignedIn, compose::submit).takes(Body::Message),
        get("/folders", SignedIn, folders::show),
        post("/folders", SignedIn, folders::submit),
        get("/settings", SignedIn, settings::show),
        post("/settings", SignedIn, settings::submit),
        get("/collectors", SignedIn, collectors::show),
        post("/collectors", SignedIn, collectors::submit),
        get("/collectors/new", SignedIn, collectors::begin),
        post("/collectors/new", SignedIn, collectors::add),
        get("/collectors/{collector}", SignedIn, collectors::edit),
        post("/collectors/{collector}", SignedIn, collectors::change),
        get("/outbox", SignedIn, outbox::show),
        post("/outbox", SignedIn, outbox::submit),
        get("/snoozed", SignedIn, snoozed::show),
        post("/snoozed", SignedIn, snoozed::submit),
        get("/healthz", Public, health::alive),
        get("/readyz", Public, health::ready),
        get("/static/{file}", Public, assets::show).streams(),
    ]
}

pub fn router(app: &App) -> Router {
    let site = site(app);
    let router = if app.config.body_origin.is_some() {
        let (app, bodies) = (app.clone(), bodies(app));
        Router::new().fallback(move |request: Request| {
            let asked = if body_host::is_asked(&app, &request) { &bodies } else { &site };
            asked.clone().oneshot(request)
        })
    } else {
        site
    };
    router.layer(from_fn_with_state(app.clone(), proxies::resolve))
}

/// What answers under `body_origin`. No session, no cookie, no page.
fn bodies(app: &App) -> Router {
    let mut router = Router::new();
    for route in table().into_iter().filter(|route| route.is_of_a_body) {
        let path = format!("{}{}", app.urls.base(), route.path);
        router = router.route(&path, Route { access: Access::Addressed, ..route }.guarded(app));
    }
    router
        .fallback(|| async { Error::NoSuchPage })
        .method_not_allowed_fallback(|| async { Error::NoSuchMethod })
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(error::say))
        .layer(CompressionLayer::new().compress_when(SizeAbove::default().and(is_page)))
        .layer(from_fn_with_state(headers::of_bodies(&app.config), headers::add))
        .with_state(app.clone())
}

fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

fn site(app: &App) -> Router {
    let base = app.urls.base();
    let sessions = SessionManagerLayer::new(app.sessions.clone())
        .with_name(cookies::SESSION)
        .with_path(cookies::path(&app.urls))
        .with_same_site(SameSite::Lax)
        // `cookies::secure` decides by the request.
        .with_secure(false)
        .with_expiry(Expiry::OnInactivity(
            app.config.session_idle.try_into().unwrap_or(time::Duration::HOUR),
        ));
    let mut router = Router::new();
    for route in table() {
        router = router.route(&format!("{base}{}", route.path), route.guarded(app));
    }
    if !base.is_empty() {
        let home = app.urls.home();
        router = router.route(base, any(|| async move { Redirect::permanent(&home) }));
    }
    // The last layer is the first to see a request and the last to see the answer.
    router
        .fallback(|| async { Error::NoSuchPage })
        .method_not_allowed_fallback(|| async { Error::NoSuchMethod })
        .layer(sessions)
        .layer(from_fn(cookies::ours))
        .layer(from_fn_with_state(app.clone(), origin::guard))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(app.clone(), error::show))
        .layer(CompressionLayer::new().compress_when(SizeAbove::default().and(is_page)))
        .layer(from_fn_with_state(headers::of_site(&app.config), headers::add))
        .layer(from_fn(cookies::secure))
        .with_state(app.clone())
}

impl Route {
    fn takes(self, body: Body) -> Route {
        Route { body, ..self }
    }

    fn streams(self) -> Route {
        Route { reply: Reply::Stream, ..self }
    }

    fn of_a_body(self) -> Route {
        Route { is_of_a_body: true, ..self }
    }

    fn guarded(self, app: &App) -> MethodRouter<App> {
        let mut handler = self.handler;
        handler = match self.access {
            Access::Public => handler,
            Access::SignedIn => handler.layer(from_fn_with_state(app.clone(), session::require)),
            Access::Addressed => handler.layer(from_fn_with_state(app.clone(), body_host::require)),
        };
        if self.reply == Reply::Page && self.body != Body::Message {
            // A search may take five times as long as a command; what takes longer than that is stuck.
            let patience = 6 * app.config.imap_timeout;
            handler = handler.layer(from_fn(move |request, next| give_up(patience, request, next)));
        }
        let max_bytes = match self.body {
            Body::Form => 1_000_000,
            Body::Carried => carried::MAX_FORM_BYTES,
            // Files over the limit are read and thrown away, so that the page can say so.
            Body::Message => app.config.max_message_bytes.saturating_mul(4),
        };
        handler.layer(DefaultBodyLimit::max(max_bytes))
    }
}

async fn give_up(patience: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::TimedOut.into_response(),
    }
}

fn get<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    route(Method::GET, path, access, on(MethodFilter::GET, handler))
}

fn post<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    route(Method::POST, path, access, on(MethodFilter::POST, handler))
}

fn route(method: Method, path: &'static str, access: Access, handler: MethodRouter<App>) -> Route {
    Route { method, path, access, body: Body::Form, reply: Reply::Page, is_of_a_body: false, handler }
}
