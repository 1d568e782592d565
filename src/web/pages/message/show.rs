//! `GET /mail/{mailbox}/{uidvalidity}.{uid}`

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::{ZonedDateTime, tz::TimeZone};

use super::{
    AttachmentView, Body, Frame, Heading, Images, Inside, MessagePage, OtherForm, Remote, ViewParams, note,
    opened::{Opened, SafeBody},
    trust::{TrustLine, trust_line},
    warning::warnings,
};
use crate::{
    mail::{Listed, Prefer},
    model::{Address, ListRequest, Mailbox, MailboxRole, MessageKey, PartKind, Section},
    render::{self, BodyFragment, RemoteImages},
    web::{
        App, Error, body_host,
        extract::{Path, Query, User},
        html,
        list_params::ListParams,
        pages::{
            folder::ListView,
            part,
            shell::{Place, Shell, find_mailbox},
        },
    },
};

pub async fn show(
    State(app): State<App>,
    user: User,
    Path(key): Path<MessageKey>,
    (Query(list), Query(params)): (Query<ListParams>, Query<ViewParams>),
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response, Error> {
    let opened = Opened::load(&user, &key, &params).await?;
    let images = Images::of(&app, &user, &opened, &params).await;
    let body = opened.safe_body(&app, &user, &images).await?;
    if !opened.message.flags.is_seen() && !is_prefetch(&headers) {
        // The message is shown whether or not it can be marked.
        if let Err(error) = user.account.mark_seen(&key).await {
            tracing::info!(%error, "a message could not be marked read");
        }
    }
    let request = list.to_request();
    let Listed { page, detail, .. } = user.account.list(&key.mailbox, &request).await?;
    let neighbours = user.account.neighbours(&key, &request).await?;
    let place = Place { uri: &uri, mailbox: Some(&key.mailbox), query: &request.query.text };
    let (shell, mailboxes) = Shell::load(&app, &user, place).await?;
    let mailbox = find_mailbox(&mailboxes, &key.mailbox);
    let view = ListView::new(&app.urls, &mailbox, request.clone(), page, Some(&key), &ZonedDateTime::now())
        .told(detail);
    let trust = trust(&app, &user, &opened, &mailbox).await;
    let in_list = |key: MessageKey| app.urls.message_in(&key, &request);
    html(&MessagePage {
        role: mailbox.role,
        back: app.urls.list(&key.mailbox, &request),
        back_label: view.title.clone(),
        newer: neighbours.above.map(in_list),
        older: neighbours.below.map(in_list),
        heading: heading(&opened),
        trust,
        warnings: warnings(opened.headers(), &body.misleading),
        notes: notes(&opened, &body),
        remote: remote(&app, &opened, body.remote.clone(), images, &params, &request),
        other_form: other_form(&app, &opened, &params, &request),
        attachments: attachments(&app, &opened, &body),
        inside: inside(&app, &opened, &request),
        body: shown_body(&app, &user, &opened, body, &params).await,
        flags: opened.message.flags.clone(),
        list: Some(view),
        shell,
        key,
    })
}

/// A browser that looks ahead reads nothing (Fetch, "Sec-Purpose").
fn is_prefetch(headers: &HeaderMap) -> bool {
    headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}

pub(in crate::web::pages) fn heading(opened: &Opened) -> Heading {
    let headers = opened.headers();
    let unless_from = |people: &[Address]| {
        let is_from =
            |address: &Address| headers.from.iter().any(|f| f.email.eq_ignore_ascii_case(&address.email));
        if people.iter().all(is_from) { Vec::new() } else { people.to_vec() }
    };
    // A message without a usable date has at least arrived; of one inside another not even that is known.
    let received =
        || opened.root.is_root().then(|| opened.message.received.to_zoned_datetime(TimeZone::system()));
    // In the zone of the list beside it: two clocks on one page would have to be told apart.
    let sent = headers.date.as_ref().map(|date| date.with_time_zone(TimeZone::system()));
    let date = sent.or_else(received);
    Heading {
        subject: headers.subject.clone(),
        from: headers.from.clone(),
        sender: unless_from(&headers.sender),
        reply_to: unless_from(&headers.reply_to),
        to: headers.to.clone(),
        cc: headers.cc.clone(),
        bcc: headers.bcc.clone(),
        iso: date.as_ref().map(|date| date.timestamp().to_string()).unwrap_or_default(),
        when: date.as_ref().map(render::when_long).unwrap_or_default(),
    }
}

/// Of the message itself: nobody checked what is inside it. What the owner wrote is not looked at.
async fn trust(app: &App, user: &User, opened: &Opened, mailbox: &Mailbox) -> Option<TrustLine> {
    let is_own = matches!(mailbox.role, Some(MailboxRole::Sent | MailboxRole::Drafts));
    if !opened.root.is_root() || is_own {
        return None;
    }
    let headers = opened.headers();
    let is_first = match headers.from.as_slice() {
        [author] => user.account.is_first_from(&opened.message.key, &author.email).await,
        _ => false,
    };
    trust_line(headers, &app.config.authserv_ids, is_first)
}

fn notes(opened: &Opened, body: &SafeBody) -> Vec<String> {
    let problems = opened.message.tree.problems.iter().chain(&opened.reading.problems);
    let mut notes: Vec<_> = problems.map(note).collect();
    if body.simplified {
        notes.push(
            "The layout of this message is too complex to be shown whole; its text is kept.".to_owned(),
        );
    }
    notes.dedup();
    notes
}

async fn shown_body(app: &App, user: &User, opened: &Opened, body: SafeBody, params: &ViewParams) -> Body {
    if opened.reading.has_html() {
        return Body::Frame(frame(app, user, app.urls.body(&opened.message.key) + &params.to_query()).await);
    }
    let text = |fragment| match fragment {
        BodyFragment::Text(text) => Some(text),
        BodyFragment::Html { .. } => None,
    };
    let texts: Vec<_> = body.fragments.into_iter().filter_map(text).collect();
    if texts.is_empty() { Body::Empty } else { Body::Text(render::joined(&texts)) }
}

async fn frame(app: &App, user: &User, full: String) -> Frame {
    match (&app.config.body_origin, body_host::open(app, user).await) {
        (Some(origin), Some(signer)) => {
            Frame { src: format!("{origin}{}", signer.sign(&full)), is_apart: true, full }
        }
        _ => Frame { src: full.clone(), is_apart: false, full },
    }
}

fn remote(
    app: &App,
    opened: &Opened,
    found: RemoteImages,
    images: Images,
    params: &ViewParams,
    request: &ListRequest,
) -> Option<Remote> {
    (found.images > 0).then(|| Remote {
        found,
        images,
        show: address(app, opened, &params.with_images(), request),
        hide: address(app, opened, &params.without_images(), request),
        action: app.urls.images(&opened.message.key),
    })
}

fn other_form(app: &App, opened: &Opened, params: &ViewParams, request: &ListRequest) -> Option<OtherForm> {
    let has_html =
        opened.message.tree.of_message(&opened.root).any(|part| matches!(part.kind, PartKind::Html));
    let other = |prefer| address(app, opened, &params.with_view(prefer), request);
    match params.prefer() {
        _ if !has_html => None,
        Prefer::Html => Some(OtherForm::Text { url: other(Prefer::Text) }),
        Prefer::Text => Some(OtherForm::Html { url: other(Prefer::Html) }),
    }
}

/// The same message, looked at in another way, its list kept.
fn address(app: &App, opened: &Opened, params: &ViewParams, request: &ListRequest) -> String {
    let message = app.urls.message_in(&opened.message.key, request);
    let query = params.to_query();
    if message.contains('?') { message + &query.replacen('?', "&", 1) } else { message + &query }
}

/// What is not shown in the body is listed, pictures that the HTML does not use included.
fn attachments(app: &App, opened: &Opened, body: &SafeBody) -> Vec<AttachmentView> {
    let key = &opened.message.key;
    let is_used = |id: &Option<String>| id.as_ref().is_some_and(|id| body.used.contains(id));
    let parts = opened.message.tree.of_message(&opened.root).filter(|part| match part.kind {
        PartKind::Attachment | PartKind::Message(_) => true,
        PartKind::Inline => !is_used(&part.content_id),
        PartKind::Text | PartKind::Html | PartKind::Alternative => false,
    });
    let view = |part| {
        AttachmentView::new(&app.urls, key, part, part::filename(part), open_inside(app, key, &part.section))
    };
    parts.map(view).collect()
}

fn open_inside(app: &App, key: &MessageKey, section: &Section) -> String {
    format!("{}?part={section}", app.urls.message(key))
}

fn inside(app: &App, opened: &Opened, request: &ListRequest) -> Option<Inside> {
    (!opened.root.is_root()).then(|| Inside {
        subject: opened.message.headers.subject.clone(),
        url: app.urls.message_in(&opened.message.key, request),
    })
}
