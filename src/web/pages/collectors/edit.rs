//! `GET` and `POST /collectors/new`, `/collectors/{collector}`

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;
use secrecy::{ExposeSecret, SecretString};

use super::{CollectorForm, CollectorPage, CollectorView, RunView, Tested, list::known};
use crate::{
    mail::CollectorTest,
    model::{Collector, CollectorId, CollectorSettings, MailboxName},
    render,
    web::{
        App, Error,
        extract::{Form, Path, User},
        flash::Flash,
        html,
        pages::shell::{NavMailbox, Place, Shell, arrange_all},
    },
};

pub async fn begin(State(app): State<App>, user: User, uri: Uri) -> Result<Response, Error> {
    html(&page(&app, &user, &uri, None, CollectorForm::default()).await?)
}

pub async fn edit(
    State(app): State<App>,
    user: User,
    Path(id): Path<CollectorId>,
    uri: Uri,
) -> Result<Response, Error> {
    let collector = known(&app, &user, &id).await?;
    let form = CollectorForm::from_settings(&collector.settings);
    html(&page(&app, &user, &uri, Some(&collector), form).await?)
}

pub async fn add(
    State(app): State<App>,
    user: User,
    uri: Uri,
    Form(form): Form<CollectorForm>,
) -> Result<Response, Error> {
    submit(&app, &user, &uri, None, form).await
}

pub async fn change(
    State(app): State<App>,
    user: User,
    Path(id): Path<CollectorId>,
    uri: Uri,
    Form(form): Form<CollectorForm>,
) -> Result<Response, Error> {
    let collector = known(&app, &user, &id).await?;
    submit(&app, &user, &uri, Some(&collector), form).await
}

async fn submit(
    app: &App,
    user: &User,
    uri: &Uri,
    collector: Option<&Collector>,
    mut form: CollectorForm,
) -> Result<Response, Error> {
    let given = given(app, user, &mut form).await;
    let mut page = page(app, user, uri, collector, form).await?;
    // It goes into no page: what stands for it does.
    if let Some(secret) = &given {
        page.typed = app.typed_secrets.keep(user, secret).await;
    }
    let mailboxes: Vec<MailboxName> = page.mailboxes.iter().map(|mailbox| mailbox.name.clone()).collect();
    let read = page.form.to_settings(&mailboxes, &page.identities);
    let settings = match (read, problem_of_secret(collector, &page.form, given.is_some())) {
        (Ok(settings), None) => settings,
        (read, problem) => {
            page.problems = read.err().unwrap_or_default();
            page.problems.extend(problem);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
        }
    };
    if page.form.intent == "test" {
        page.tested = Some(test(app, user, collector, &settings, given).await?);
        return html(&page);
    }
    save(app, user, collector, &settings, given).await?;
    app.typed_secrets.forget(user).await;
    app.flashes.set(user, Flash::note(format!("“{}” is saved, and collected now.", settings.name))).await;
    Ok(Redirect::to(&app.urls.collectors()).into_response())
}

/// The secret that was typed, now or before a test.
async fn given(app: &App, user: &User, form: &mut CollectorForm) -> Option<SecretString> {
    let secret = std::mem::take(&mut form.secret);
    if secret.expose_secret().is_empty() {
        app.typed_secrets.find(user, &form.typed).await
    } else {
        Some(secret)
    }
}

/// A stored secret goes only where it was meant to go when it was typed.
fn problem_of_secret(
    collector: Option<&Collector>,
    form: &CollectorForm,
    is_given: bool,
) -> Option<(&'static str, String)> {
    let sentence = match collector.map(|collector| CollectorForm::from_settings(&collector.settings)) {
        _ if is_given => return None,
        None => "Type the password or token.",
        Some(stored) if stored.login != form.login => {
            "Type the password or token: it is of another kind now."
        }
        Some(stored) if !stored.host.eq_ignore_ascii_case(form.host.trim()) => {
            "The server is another one: type the password once more."
        }
        Some(_) => return None,
    };
    Some(("secret", sentence.to_owned()))
}

async fn test(
    app: &App,
    user: &User,
    collector: Option<&Collector>,
    settings: &CollectorSettings,
    given: Option<SecretString>,
) -> Result<Tested, Error> {
    let secret = match (given, collector) {
        (Some(secret), _) => Some(secret),
        (None, Some(collector)) => app.store.collector_secret(&collector.id).await?,
        (None, None) => None,
    };
    Ok(match user.account.test_collector(settings, &secret.unwrap_or_default()).await {
        Ok(CollectorTest { n_messages, bytes, notes }) => {
            let found = match n_messages {
                0 => "It works. The mailbox is empty.".to_owned(),
                1 => format!("It works. There is 1 message of {}.", render::size(bytes)),
                n => format!("It works. There are {n} messages, {} in all.", render::size(bytes)),
            };
            Tested::Works([vec![found], notes].concat())
        }
        Err(error) => Tested::Fails(format!("It does not work. {error}")),
    })
}

async fn save(
    app: &App,
    user: &User,
    collector: Option<&Collector>,
    settings: &CollectorSettings,
    given: Option<SecretString>,
) -> Result<(), Error> {
    let owner = user.account.username();
    match collector {
        Some(collector) => {
            app.store.change_collector(owner, &collector.id, settings, given.as_ref()).await?;
        }
        None => {
            user.account.add_collector(settings, &given.unwrap_or_default()).await?;
        }
    }
    Ok(())
}

async fn page(
    app: &App,
    user: &User,
    uri: &Uri,
    collector: Option<&Collector>,
    form: CollectorForm,
) -> Result<CollectorPage, Error> {
    let now = ZonedDateTime::now();
    let identities = app.store.identities(user.account.username()).await?;
    let runs = match collector {
        Some(collector) => app.store.runs(&collector.id).await?,
        None => Vec::new(),
    };
    let (shell, mailboxes) = Shell::load(app, user, Place { uri, mailbox: None, query: "" }).await?;
    let mailboxes: Vec<NavMailbox> =
        arrange_all(&mailboxes).into_iter().filter(|mailbox| mailbox.is_selectable).collect();
    Ok(CollectorPage {
        shell,
        collector: collector.map(|collector| CollectorView::new(collector, runs.first(), &now)),
        form,
        typed: String::new(),
        problems: Vec::new(),
        tested: None,
        runs: runs.iter().map(|run| RunView::new(run, &now)).collect(),
        mailboxes,
        identities,
    })
}
