//! The page that says what went wrong, what was kept, and where to go from here.

use askama::Template;
use axum::http::{Method, StatusCode, Uri};

use crate::web::{
    App,
    error::{Explanation, WayOut},
    path_and_query,
    urls::Urls,
};

#[derive(Template)]
#[template(path = "error.html")]
pub(in crate::web) struct ErrorPage<'a> {
    pub(in crate::web) urls: &'a Urls,
    pub(in crate::web) product: &'a str,
    pub(in crate::web) status: StatusCode,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) text: String,
    /// The mail server's own words.
    pub(in crate::web) quote: Option<String>,
    /// Where to go: label and address.
    pub(in crate::web) links: Vec<(&'static str, String)>,
    /// What was typed is a step back in the browser.
    pub(in crate::web) is_form_kept: bool,
    /// For the log; `None` where there is nothing to look up.
    pub(in crate::web) reference: Option<String>,
}

impl<'a> ErrorPage<'a> {
    pub(in crate::web) fn new(
        app: &'a App,
        explanation: Explanation,
        method: &Method,
        uri: &Uri,
        id: String,
    ) -> ErrorPage<'a> {
        let Explanation { status, title, text, quote, way_out } = explanation;
        let here = path_and_query(uri);
        let is_post = *method == Method::POST;
        let inbox = ("Go to the inbox", app.urls.inbox());
        let folder = mailbox_of(&app.urls, uri).map(|address| ("Back to the folder", address));
        let links = match way_out {
            WayOut::SignIn => vec![("Sign in", app.urls.login_then(&here))],
            WayOut::Inbox => vec![inbox],
            WayOut::Folder => folder.into_iter().chain([inbox]).collect(),
            WayOut::Again if is_post => folder.into_iter().chain([inbox]).collect(),
            WayOut::Again => vec![("Try again", here), inbox],
        };
        let reference = status.is_server_error().then_some(id);
        ErrorPage {
            urls: &app.urls,
            product: &app.config.product_name,
            status,
            title,
            text,
            quote,
            links,
            is_form_kept: is_post && way_out == WayOut::Again,
            reference,
        }
    }
}

/// The list that an address below `/mail/{mailbox}` belongs to.
fn mailbox_of(urls: &Urls, uri: &Uri) -> Option<String> {
    let below = uri.path().strip_prefix(urls.base())?.strip_prefix("/mail/")?;
    let mailbox = below.split('/').next().filter(|segment| !segment.is_empty())?;
    Some(format!("{}/mail/{mailbox}", urls.base()))
}
