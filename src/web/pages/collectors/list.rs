//! `GET` and `POST /collectors`

use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;
use serde::Deserialize;

use super::{CollectorView, CollectorsPage};
use crate::{
    model::{Collector, CollectorId},
    web::{
        App, Error,
        extract::{Form, User},
        flash::Flash,
        html,
        pages::shell::{Place, Shell},
    },
};

pub async fn show(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    let now = ZonedDateTime::now();
    let mut collectors = Vec::new();
    for collector in app.store.collectors(user.account.username()).await? {
        let runs = app.store.runs(&collector.id).await?;
        collectors.push(CollectorView::new(&collector, runs.first(), &now));
    }
    let (shell, _) = Shell::load(&app, &user, Place { uri: &uri, mailbox: None, query: "" }).await?;
    html(&CollectorsPage { shell, collectors })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CollectorsForm {
    /// `run`, `pause`, `resume` or `remove`.
    action: String,
    id: String,
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    Form(form): Form<CollectorsForm>,
) -> Result<Response, Error> {
    let collector = known(&app, &user, &CollectorId(form.id)).await?;
    let (store, owner, name) = (&app.store, user.account.username(), &collector.settings.name);
    let done = match form.action.as_str() {
        "run" => {
            store.run_collector(owner, &collector.id).await?;
            format!("“{name}” is collected now.")
        }
        "resume" => {
            store.run_collector(owner, &collector.id).await?;
            format!("“{name}” is collected again.")
        }
        "pause" => {
            store.pause_collector(owner, &collector.id).await?;
            format!("“{name}” is paused.")
        }
        "remove" => {
            store.remove_collector(owner, &collector.id).await?;
            format!("“{name}” is no longer collected. What it brought stays.")
        }
        _ => return Err(Error::BadRequest("no such action".to_owned())),
    };
    app.flashes.set(&user, Flash::note(done)).await;
    Ok(Redirect::to(&app.urls.collectors()).into_response())
}

/// A collector of this person; somebody else's is none.
pub(super) async fn known(app: &App, user: &User, id: &CollectorId) -> Result<Collector, Error> {
    app.store.collector(user.account.username(), id).await?.ok_or(Error::NoSuchPage)
}
