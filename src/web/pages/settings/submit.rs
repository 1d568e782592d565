//! `GET` and `POST /settings`

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{AddressProblem, SettingsPage};
use crate::{
    model::{Address, AddressList, Identity},
    store::UserSettings,
    web::{
        App, Error,
        extract::{Form, User},
        flash::Flash,
        html,
        pages::shell::{Place, Shell},
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    /// `hold`, `add`, `change` or `remove`.
    action: String,
    hold_seconds: String,
    /// The identity that is changed or removed.
    id: String,
    /// `Ann Example <ann@example.org>`
    address: String,
}

pub async fn show(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    html(&page(&app, &user, &uri).await?)
}

pub async fn submit(
    State(app): State<App>,
    user: User,
    uri: Uri,
    Form(form): Form<SettingsForm>,
) -> Result<Response, Error> {
    let (store, owner) = (&app.store, user.account.username());
    let done = match form.action.as_str() {
        "hold" => {
            let hold_seconds = hold(&form.hold_seconds)?;
            store.set_settings(owner, UserSettings { hold_seconds }).await?;
            match hold_seconds {
                0 => "Mail is sent at once.".to_owned(),
                n => format!("Sent mail can be taken back for {n} seconds."),
            }
        }
        "add" | "change" => {
            let address = match address(&form.address) {
                Ok(address) => address,
                Err(sentence) => return complain(&app, &user, &uri, form, sentence).await,
            };
            let sentence = format!("You can write as {address}.");
            if form.action == "add" {
                store.add_identity(owner, &address).await?;
            } else {
                let id = known(&app, owner, &form.id).await?;
                store.change_identity(owner, &Identity { id, address }).await?;
            }
            sentence
        }
        "remove" => {
            let id = known(&app, owner, &form.id).await?;
            store.remove_identity(owner, &id).await?;
            "The address was removed.".to_owned()
        }
        _ => return Err(Error::BadRequest("no such action".to_owned())),
    };
    app.flashes.set(&user, Flash::note(done)).await;
    Ok(Redirect::to(&app.urls.settings()).into_response())
}

async fn page(app: &App, user: &User, uri: &Uri) -> Result<SettingsPage, Error> {
    let owner = user.account.username();
    let settings = app.store.settings(owner).await?;
    let identities = app.store.identities(owner).await?;
    let (shell, _) = Shell::load(app, user, Place { uri, mailbox: None, query: "" }).await?;
    let own = user.account.identity().await;
    Ok(SettingsPage { shell, hold_seconds: settings.hold_seconds, own, identities, problem: None })
}

async fn complain(
    app: &App,
    user: &User,
    uri: &Uri,
    form: SettingsForm,
    sentence: String,
) -> Result<Response, Error> {
    let id = if form.action == "add" { String::new() } else { form.id };
    let problem = Some(AddressProblem { id, typed: form.address, sentence });
    let page = SettingsPage { problem, ..page(app, user, uri).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

fn hold(typed: &str) -> Result<u32, Error> {
    let chosen = typed.parse().ok().filter(|seconds| UserSettings::HOLDS.contains(seconds));
    chosen.ok_or_else(|| Error::BadRequest("no such time".to_owned()))
}

/// An identity of `owner`; somebody else's is none.
async fn known(app: &App, owner: &str, id: &str) -> Result<String, Error> {
    let identities = app.store.identities(owner).await?;
    let found = identities.into_iter().find(|identity| identity.id == id);
    found.map(|identity| identity.id).ok_or(Error::NoSuchPage)
}

/// Exactly one address.
fn address(typed: &str) -> Result<Address, String> {
    let mut list = AddressList::parse(typed)
        .map_err(|error| format!("“{}” is not an e-mail address.", error.0))?
        .0
        .into_iter();
    match (list.next(), list.next()) {
        (Some(address), None) => Ok(address),
        (None, _) => Err("Type an e-mail address.".to_owned()),
        (Some(_), Some(_)) => Err("Type one e-mail address only.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_exactly_one_address() {
        let ann = address(" Ann Lee <ann@example.org> ").expect("well-formed");
        assert_eq!((ann.name.as_deref(), ann.email.as_str()), (Some("Ann Lee"), "ann@example.org"));
        for bad in ["", "ann", "ann@example.org, bob@example.org", "a\r\nBcc: b@example.org"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
