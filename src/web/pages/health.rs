//! For whoever watches over the process.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::web::{App, error};

/// `GET /healthz`: the process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the IMAP server answers.
pub async fn ready(State(app): State<App>) -> Response {
    match app.accounts.ready().await {
        Ok(()) => "ok\n".into_response(),
        Err(problem) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error::chain(&problem))).into_response()
        }
    }
}
