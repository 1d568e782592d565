//! What a compose form begins with.

use std::sync::Arc;

use super::{Account, Error, Prefer};
use crate::{
    mime::{self, Audience},
    model::{Address, Headers, Message, MessageId, MessageKey, Origin, OriginKind, Part, PartKind, Section},
};

/// What a message is begun from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartFrom {
    Nothing,
    Reply(MessageKey),
    ReplyAll(MessageKey),
    Forward(MessageKey),
    ForwardAttached(MessageKey),
    AsNew(MessageKey),
    Draft(MessageKey),
}

/// A message about to be written.
#[derive(Debug, Clone)]
pub struct Start {
    pub message_id: MessageId,
    pub from: Address,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    pub reply_to: Vec<Address>,
    pub subject: String,
    pub text: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub origin: Option<Origin>,
    /// The draft that saving replaces.
    pub draft: Option<MessageKey>,
    pub bring: Bring,
}

/// What is attached from the beginning.
#[derive(Debug, Clone, Default)]
pub enum Bring {
    #[default]
    Nothing,
    /// These parts of the message.
    Parts(Box<Message>, Vec<Part>),
    /// The message itself.
    Whole(Box<Message>),
}

impl Account {
    pub async fn start(self: &Arc<Self>, from: StartFrom) -> Result<Start, Error> {
        match from {
            StartFrom::Nothing => Ok(self.blank().await),
            StartFrom::Reply(key) => self.start_reply(&key, Audience::Sender).await,
            StartFrom::ReplyAll(key) => self.start_reply(&key, Audience::All).await,
            StartFrom::Forward(key) => self.start_forward(&key).await,
            StartFrom::ForwardAttached(key) => self.start_forward_attached(&key).await,
            StartFrom::AsNew(key) => self.start_again(&key).await,
            StartFrom::Draft(key) => self.resume_draft(key).await,
        }
    }

    async fn blank(&self) -> Start {
        Start {
            message_id: self.new_message_id(),
            from: self.identity().await,
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
            subject: String::new(),
            text: String::new(),
            in_reply_to: None,
            references: Vec::new(),
            origin: None,
            draft: None,
            bring: Bring::Nothing,
        }
    }

    async fn start_reply(self: &Arc<Self>, key: &MessageKey, audience: Audience) -> Result<Start, Error> {
        let (message, text) = self.open_with_text(key).await?;
        let identities = self.identities().await;
        let own: Vec<Address> = identities.all().cloned().collect();
        let reply = mime::reply(&message, &text, audience, &own);
        Ok(Start {
            from: self.answers_as(&message, &identities).await,
            to: reply.to,
            cc: reply.cc,
            subject: reply.subject,
            text: reply.text,
            in_reply_to: reply.in_reply_to,
            references: reply.references,
            origin: Some(Origin { key: key.clone(), kind: OriginKind::Replied }),
            ..self.blank().await
        })
    }

    async fn start_forward(self: &Arc<Self>, key: &MessageKey) -> Result<Start, Error> {
        let (message, text) = self.open_with_text(key).await?;
        let forward = mime::forward(&message, &text);
        Ok(Start {
            subject: forward.subject,
            text: forward.text,
            references: forward.references,
            origin: Some(Origin { key: key.clone(), kind: OriginKind::Forwarded }),
            bring: bring_attachments(message),
            ..self.blank().await
        })
    }

    async fn start_forward_attached(self: &Arc<Self>, key: &MessageKey) -> Result<Start, Error> {
        let message = self.open(key).await?;
        Ok(Start {
            subject: mime::forward(&message, "").subject,
            origin: Some(Origin { key: key.clone(), kind: OriginKind::Forwarded }),
            bring: Bring::Whole(Box::new(message)),
            ..self.blank().await
        })
    }

    /// The same content as a new message, without any tie to the old one.
    async fn start_again(self: &Arc<Self>, key: &MessageKey) -> Result<Start, Error> {
        let (message, text) = self.open_with_text(key).await?;
        let headers = &message.headers;
        Ok(Start {
            to: headers.to.clone(),
            cc: headers.cc.clone(),
            bcc: headers.bcc.clone(),
            subject: headers.subject.clone(),
            text,
            bring: bring_attachments(message),
            ..self.blank().await
        })
    }

    async fn resume_draft(self: &Arc<Self>, key: MessageKey) -> Result<Start, Error> {
        let (message, text) = self.open_with_text(&key).await?;
        let blank = self.blank().await;
        let headers = &message.headers;
        // An id that another program gave stays out of our ledger; saving replaces that draft by its key.
        let message_id = headers.message_id.as_deref().and_then(MessageId::parse).unwrap_or(blank.message_id);
        Ok(Start {
            message_id,
            from: self.wrote_as(headers).await.unwrap_or(blank.from),
            to: headers.to.clone(),
            cc: headers.cc.clone(),
            bcc: headers.bcc.clone(),
            reply_to: headers.reply_to.clone(),
            subject: headers.subject.clone(),
            text,
            in_reply_to: headers.in_reply_to.first().cloned(),
            references: headers.references.clone(),
            origin: mime::origin(headers),
            draft: Some(key),
            bring: bring_attachments(message),
        })
    }

    /// The identity that a draft was written as.
    async fn wrote_as(&self, headers: &Headers) -> Option<Address> {
        let from = headers.from.first()?;
        self.identities().await.find(&from.to_string()).cloned()
    }

    async fn open_with_text(&self, key: &MessageKey) -> Result<(Message, String), Error> {
        let message = self.open(key).await?;
        let reading = self.read_body(&message, &Section::root(), Prefer::Text).await?;
        let text = reading.to_text();
        Ok((message, text))
    }
}

fn bring_attachments(message: Message) -> Bring {
    let wanted = |part: &&Part| part.is_attachment() || matches!(part.kind, PartKind::Inline);
    let parts: Vec<Part> = message.tree.of_message(&Section::root()).filter(wanted).cloned().collect();
    if parts.is_empty() { Bring::Nothing } else { Bring::Parts(Box::new(message), parts) }
}
