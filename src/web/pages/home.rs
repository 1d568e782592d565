//! The site's front door.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use crate::web::App;

/// `GET /`
pub async fn show(State(app): State<App>) -> Response {
    Redirect::to(&app.urls.inbox()).into_response()
}
