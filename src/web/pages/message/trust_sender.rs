//! `POST /mail/{mailbox}/{uidvalidity}.{uid}/images`: always, or no longer, for this message's sender.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::images::sender;
use crate::{
    mail::Error as MailError,
    model::MessageKey,
    web::{
        App, Error,
        extract::{Form, Path, User},
        flash::Flash,
    },
};

#[derive(Debug, Deserialize)]
pub struct TrustForm {
    /// `trust` or `distrust`.
    #[serde(default)]
    action: String,
    #[serde(default)]
    back: String,
}

pub async fn trust_sender(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    Form(form): Form<TrustForm>,
) -> Result<Response, Error> {
    let back = app.urls.local(&form.back).map_or_else(|| app.urls.message(&key), str::to_owned);
    let message = user.account.open(&key).await?;
    let sender = sender(&message.headers)
        .ok_or_else(|| MailError::Invalid("This message is not from exactly one address.".to_owned()))?;
    let owner = user.account.username();
    let done = match form.action.as_str() {
        "trust" => {
            app.store.trust_sender(owner, &sender).await?;
            format!("Images from {sender} are always shown.")
        }
        "distrust" => {
            app.store.distrust_sender(owner, &sender).await?;
            format!("Images from {sender} are no longer shown by themselves.")
        }
        _ => return Err(Error::BadRequest("no such action".to_owned())),
    };
    app.flashes.set(&user, Flash::note(done)).await;
    Ok(Redirect::to(&back).into_response())
}
