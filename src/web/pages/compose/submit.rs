//! `POST /compose`

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::ZonedDateTime;

use super::{ComposeForm, ComposePage, Intent, Kind, Problems, alert, delivered};
use crate::{
    mail::{Delivery, Error as MailError, Identities, Repeat, SendError},
    model::{Attachment, Draft, MessageId, OriginKind},
    store::UploadId,
    web::{
        App, Error,
        error::chain,
        extract::{Upload, User},
        flash::Flash,
        html,
    },
};

pub async fn submit(
    State(app): State<App>,
    user: User,
    uri: Uri,
    upload: Upload<ComposeForm>,
) -> Result<Response, Error> {
    let mut form = upload.form;
    form.upload.extend(upload.added.iter().map(|waiting| waiting.id.as_str().to_owned()));
    if MessageId::parse(&form.message_id).is_none() {
        form.message_id = user.account.new_message_id().as_str().to_owned();
    }
    let writing = Writing { app: &app, user: &user, uri: &uri };
    let problems: Problems =
        upload.problems.iter().map(|problem| ("attachments", problem.to_string())).collect();
    match form.intent() {
        Intent::Attach => writing.attach(form, problems).await,
        Intent::Discard => writing.discard(form).await,
        _ if !problems.is_empty() => writing.complain(form, problems).await,
        Intent::Save => writing.save(form).await,
        Intent::Send => writing.send(form, Repeat::No).await,
        Intent::SendAgain => writing.send(form, Repeat::AfterUnknown).await,
    }
}

/// Who writes, and where.
struct Writing<'a> {
    app: &'a App,
    user: &'a User,
    uri: &'a Uri,
}

impl Writing<'_> {
    async fn attach(&self, mut form: ComposeForm, problems: Problems) -> Result<Response, Error> {
        if let Some(id) = UploadId::parse(&form.remove) {
            self.app.uploads.remove(self.user.account.username(), std::slice::from_ref(&id)).await;
            form.upload.retain(|upload| upload != id.as_str());
        }
        let page = self.page(form).await?;
        html(&ComposePage { problems, ..page })
    }

    async fn discard(&self, form: ComposeForm) -> Result<Response, Error> {
        if let Some(key) = form.draft_key() {
            match self.user.account.discard_draft(&key).await {
                // Gone already is as good.
                Ok(()) | Err(MailError::NotFound(_) | MailError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.forget_files(&form).await;
        self.app.flashes.set(self.user, Flash::note("Draft discarded.")).await;
        Ok(Redirect::to(&self.leave_for(&form)).into_response())
    }

    async fn save(&self, form: ComposeForm) -> Result<Response, Error> {
        let identities = self.user.account.identities().await;
        let draft = match self.draft(&form, &identities).await? {
            Ok(draft) => draft,
            Err(problems) => return self.complain(form, problems).await,
        };
        let saved = match self.user.account.save_draft(&draft, form.draft_key().as_ref()).await {
            Ok(saved) => saved,
            Err(error) => return self.not_saved(form, error).await,
        };
        let Some(key) = saved.key else {
            self.app.flashes.set(self.user, Flash::note("Saved in Drafts.")).await;
            return Ok(Redirect::to(&self.leave_for(&form)).into_response());
        };
        let now = ZonedDateTime::now();
        let page = self.page(ComposeForm { draft: key.reference(), ..form }).await?;
        let status = Some(format!("Saved in Drafts at {:02}:{:02}.", now.hour(), now.minute()));
        html(&ComposePage { status, ..page })
    }

    async fn send(&self, form: ComposeForm, repeat: Repeat) -> Result<Response, Error> {
        let account = &self.user.account;
        // A reload after it was sent: its files are gone, and are not needed.
        if let Some(id) = MessageId::parse(&form.message_id)
            && let Some(delivery) = account.sent_already(&id).await
        {
            return Ok(self.delivered(&form, &delivery).await);
        }
        let identities = account.identities().await;
        if !identities.are_known && !form.from.is_empty() && identities.find(&form.from).is_none() {
            let own = "Your other addresses cannot be read at the moment. Send it from this one, or later.";
            return self.complain(form, vec![("from", own.to_owned())]).await;
        }
        let when = match form.when(&ZonedDateTime::now()) {
            Ok(when) => when,
            Err(problems) => return self.complain(form, problems).await,
        };
        let draft = match self.draft(&form, &identities).await? {
            Ok(draft) if draft.recipients().next().is_some() => draft,
            Ok(_) => {
                return self.complain(form, vec![("to", "Add at least one recipient.".to_owned())]).await;
            }
            Err(problems) => return self.complain(form, problems).await,
        };
        match account.send(draft, form.draft_key(), repeat, when).await {
            Ok(delivery) => Ok(self.delivered(&form, &delivery).await),
            Err(error) => self.not_sent(form, error).await,
        }
    }

    async fn delivered(&self, form: &ComposeForm, delivery: &Delivery) -> Response {
        self.forget_files(form).await;
        self.app.flashes.set(self.user, delivered(delivery)).await;
        Redirect::to(&self.leave_for(form)).into_response()
    }

    async fn not_sent(&self, form: ComposeForm, error: SendError) -> Result<Response, Error> {
        let draft = error.draft.as_ref().map_or_else(|| form.draft.clone(), |key| key.reference());
        let (status, alert) = alert::not_sent(&error);
        let page = self.page(ComposeForm { draft, ..form }).await?;
        Ok((status, html(&ComposePage { alert: Some(alert), ..page })?).into_response())
    }

    async fn not_saved(&self, form: ComposeForm, error: MailError) -> Result<Response, Error> {
        let (status, alert) = alert::not_saved(&error.into());
        // The server that did not take the draft may not answer for the frame either.
        let page = ComposePage::bare(self.app, self.user, self.uri, self.kind(&form), form).await;
        Ok((status, html(&ComposePage { alert: Some(alert), ..page })?).into_response())
    }

    async fn complain(&self, form: ComposeForm, problems: Problems) -> Result<Response, Error> {
        let page = self.page(form).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&ComposePage { problems, ..page })?).into_response())
    }

    async fn page(&self, form: ComposeForm) -> Result<ComposePage, Error> {
        let kind = self.kind(&form);
        match ComposePage::new(self.app, self.user, self.uri, kind, form.clone()).await {
            Ok(page) => Ok(page),
            // What was typed must come back, with or without the folders beside it.
            Err(error) => {
                tracing::warn!(%error, "the compose page is shown without folders");
                Ok(ComposePage::bare(self.app, self.user, self.uri, kind, form).await)
            }
        }
    }

    /// The draft that was typed, its files read; or what is wrong with it.
    async fn draft(
        &self,
        form: &ComposeForm,
        identities: &Identities,
    ) -> Result<Result<Draft, Problems>, Error> {
        let Some(id) = MessageId::parse(&form.message_id) else {
            return Err(Error::BadRequest("the form has no Message-ID".to_owned()));
        };
        let account = &self.user.account;
        let mut files: Vec<Attachment> = Vec::new();
        for upload in form.uploads() {
            let problem = match self.app.uploads.read(account.username(), &upload).await {
                Ok(Some(file)) => {
                    files.push(file);
                    continue;
                }
                Ok(None) => "An attached file is no longer on the server. Attach it again.",
                Err(error) => {
                    tracing::warn!("an attachment cannot be read: {}", chain(&error));
                    "The attached files cannot be read at the moment. Try again later, or send without them."
                }
            };
            return Ok(Err(vec![("attachments", problem.to_owned())]));
        }
        let from = identities.find(&form.from).unwrap_or(&identities.own);
        Ok(form.to_draft(id, from.clone(), files))
    }

    fn kind(&self, form: &ComposeForm) -> Kind {
        match form.origin().map(|origin| origin.kind) {
            Some(OriginKind::Replied) => Kind::Reply,
            Some(OriginKind::Forwarded) => Kind::Forward,
            None if form.draft.is_empty() => Kind::New,
            None => Kind::Draft,
        }
    }

    async fn forget_files(&self, form: &ComposeForm) {
        self.app.uploads.remove(self.user.account.username(), &form.uploads()).await;
    }

    /// Back to where the writing began.
    fn leave_for(&self, form: &ComposeForm) -> String {
        let urls = &self.app.urls;
        form.origin().map_or_else(|| urls.inbox(), |origin| urls.mailbox(&origin.key.mailbox))
    }
}
