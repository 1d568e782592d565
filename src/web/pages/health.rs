//! For whoever watches over the process.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::web::{App, Error, error};

/// `GET /healthz`: the process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the IMAP server answers.
pub async fn ready(State(app): State<App>) -> Response {
    match app.accounts.ready().await {
        Ok(()) => "ok\n".into_response(),
        Err(problem) => {
            tracing::debug!("not ready: {}", error::chain(&problem));
            let text = Error::from(problem).explain().text;
            (StatusCode::SERVICE_UNAVAILABLE, format!("{text}\n")).into_response()
        }
    }
}
