//! `GET /compose`

use axum::{extract::State, http::Uri, response::Response};
use serde::Deserialize;

use super::{ComposeForm, ComposePage, Kind};
use crate::{
    mail::{Bring, Error as MailError, Start, StartFrom, What},
    model::{MessageKey, PartKind, Section},
    render,
    store::{UploadError, UploadId, Waiting},
    web::{
        App, Error,
        extract::{Query, User},
        flash::Flash,
        html,
        pages::{
            part,
            shell::{Place, Shell},
        },
    },
};

/// What a message is begun with: addresses and texts, or another message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct StartParams {
    to: String,
    cc: String,
    bcc: String,
    subject: String,
    text: String,
    reply: String,
    reply_all: String,
    forward: String,
    forward_attached: String,
    as_new: String,
    draft: String,
    /// A form that was typed before its session ended.
    kept: String,
}

pub async fn show(
    State(app): State<App>,
    user: User,
    Query(params): Query<StartParams>,
    uri: Uri,
) -> Result<Response, Error> {
    let (from, kind) = params.start_from()?;
    let start = user.account.start(from).await?;
    let mut form = ComposeForm::from_start(&start);
    params.fill(&mut form);
    if !params.kept.is_empty() {
        let kept = app.kept_forms.find(&user.sign_in.0, &params.kept).await;
        form = form.or_kept(&kept);
    }
    bring(&app, &user, &start, &mut form).await?;
    html(&ComposePage::new(&app, &user, &uri, kind, form).await?)
}

impl StartParams {
    fn start_from(&self) -> Result<(StartFrom, Kind), Error> {
        let key = |reference: &str| {
            MessageKey::from_reference(reference).ok_or(Error::Mail(MailError::NotFound(What::Message)))
        };
        Ok(if !self.reply.is_empty() {
            (StartFrom::Reply(key(&self.reply)?), Kind::Reply)
        } else if !self.reply_all.is_empty() {
            (StartFrom::ReplyAll(key(&self.reply_all)?), Kind::Reply)
        } else if !self.forward.is_empty() {
            (StartFrom::Forward(key(&self.forward)?), Kind::Forward)
        } else if !self.forward_attached.is_empty() {
            (StartFrom::ForwardAttached(key(&self.forward_attached)?), Kind::Forward)
        } else if !self.as_new.is_empty() {
            (StartFrom::AsNew(key(&self.as_new)?), Kind::New)
        } else if !self.draft.is_empty() {
            (StartFrom::Draft(key(&self.draft)?), Kind::Draft)
        } else {
            (StartFrom::Nothing, Kind::New)
        })
    }

    /// What the address says goes over what the message began with.
    fn fill(&self, form: &mut ComposeForm) {
        let fields = [
            (&self.to, &mut form.to),
            (&self.cc, &mut form.cc),
            (&self.bcc, &mut form.bcc),
            (&self.subject, &mut form.subject),
            (&self.text, &mut form.text),
        ];
        for (given, field) in fields {
            if !given.is_empty() {
                field.clone_from(given);
            }
        }
    }
}

impl ComposePage {
    /// The form as it stands, without anything to complain about.
    pub(super) async fn new(
        app: &App,
        user: &User,
        uri: &Uri,
        kind: Kind,
        form: ComposeForm,
    ) -> Result<ComposePage, Error> {
        let (shell, _) = Shell::load(app, user, Place { uri, mailbox: None, query: "" }).await?;
        let identities = user.account.identities().await.all().map(ToString::to_string).collect();
        let contacts = user.account.contacts().await.iter().map(ToString::to_string).collect();
        Ok(ComposePage { shell, identities, contacts, ..ComposePage::bare(app, user, uri, kind, form).await })
    }

    /// The same without asking the mail server anything: no folders, no identities.
    pub(super) async fn bare(
        app: &App,
        user: &User,
        uri: &Uri,
        kind: Kind,
        form: ComposeForm,
    ) -> ComposePage {
        ComposePage {
            shell: Shell::bare(app, user, uri),
            kind,
            identities: Vec::new(),
            contacts: Vec::new(),
            files: app.uploads.list(user.account.username(), &form.uploads()).await,
            form,
            problems: Vec::new(),
            alert: None,
            status: None,
        }
    }
}

/// Attaches what the message brings along. What cannot be taken is said; the rest is there.
async fn bring(app: &App, user: &User, start: &Start, form: &mut ComposeForm) -> Result<(), Error> {
    let owner = user.account.username();
    let mut left_out = Vec::new();
    let mut take = |added: Result<Waiting, UploadError>, name: String| match added {
        Ok(waiting) => form.upload.push(UploadId::as_str(&waiting.id).to_owned()),
        Err(error) => {
            tracing::warn!(%error, "an attachment could not be brought along");
            left_out.push(name);
        }
    };
    match &start.bring {
        Bring::Nothing => {}
        Bring::Whole(message) => {
            let subject = &message.headers.subject;
            let name = render::filename(Some(&format!("{subject}.eml")), &Section::root(), "message/rfc822");
            let bytes = user.account.source(&message.key).await?;
            take(app.uploads.add(owner, &name, "message/rfc822", bytes).await, name);
        }
        Bring::Parts(message, parts) => {
            for brought in parts {
                let (name, bytes) = (part::filename(brought), user.account.part(message, brought).await?);
                let media_type = match brought.kind {
                    PartKind::Message(_) => "message/rfc822".to_owned(),
                    _ => brought.content_type.to_string(),
                };
                take(app.uploads.add(owner, &name, &media_type, bytes).await, name);
            }
        }
    }
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        app.flashes.set(user, Flash::warning(format!("Too large to be attached: {names}."))).await;
    }
    Ok(())
}
