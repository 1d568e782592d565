//! The one way from a template to an answer.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::Error;

/// A page with status 200; change it with `(status, html(&page)?)`.
pub fn html(page: &impl Template) -> Result<Response, Error> {
    let markup = page.render().map_err(Error::bug)?;
    Ok(Html(markup).into_response())
}
