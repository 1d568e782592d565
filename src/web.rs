//! HTTP in, HTML out. Knows no protocol of mail and no bytes of it.

pub mod app;
pub mod assets;
mod attempts;
mod body_host;
pub mod cookies;
mod csrf;
pub mod download;
pub mod error;
pub mod extract;
pub mod flash;
pub mod headers;
pub mod heavy;
mod html;
mod list_params;
pub mod moment;
pub mod origin;
pub mod pages;
pub mod proxies;
pub mod routes;
pub mod serve;
mod session;
pub mod typed_secrets;
pub mod urls;

pub use app::App;
pub use error::Error;
pub use html::html;

use axum::http::Uri;

/// Where a request went, as `next` carries it.
fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
