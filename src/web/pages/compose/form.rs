//! What the compose form holds, exactly as typed; and what becomes of it.

use jiff::ZonedDateTime;
use serde::Deserialize;

use crate::{
    mail::Start,
    model::{Address, AddressList, Attachment, Draft, MessageId, MessageKey, Origin, OriginKind},
    store::UploadId,
    web::moment,
};

/// The fields of the form. Names are public (README, "Addresses").
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ComposeForm {
    pub from: String,
    pub reply_to: String,
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub subject: String,
    pub text: String,
    /// Made with the form: however often it is posted, it is one message.
    pub message_id: String,
    /// `{mailbox}/{uidvalidity}.{uid}` of the draft that saving replaces.
    pub draft: String,
    pub in_reply_to: String,
    /// Separated by blanks.
    pub references: String,
    /// `{mailbox}/{uidvalidity}.{uid}` of the message that this one answers or forwards.
    pub origin: String,
    /// `replied` or `forwarded`.
    pub origin_kind: String,
    /// When to send it, in the server's time zone; empty: at once.
    pub send_at: String,
    /// Files that wait on the server.
    pub upload: Vec<String>,
    /// The button.
    pub intent: String,
    /// The button that takes this file away.
    pub remove: String,
}

/// What the person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Send,
    /// Once more, although the first attempt may have arrived.
    SendAgain,
    Save,
    Attach,
    Discard,
}

/// Problems at their fields: field name and sentence.
pub type Problems = Vec<(&'static str, String)>;

impl ComposeForm {
    /// A form that begins with what the account says.
    pub fn from_start(start: &Start) -> ComposeForm {
        let list = |addresses: &[Address]| AddressList(addresses.to_vec()).to_string();
        let (origin, origin_kind) = start.origin.as_ref().map_or_else(Default::default, origin_fields);
        ComposeForm {
            from: start.from.to_string(),
            reply_to: list(&start.reply_to),
            to: list(&start.to),
            cc: list(&start.cc),
            bcc: list(&start.bcc),
            subject: start.subject.clone(),
            text: start.text.clone(),
            message_id: start.message_id.as_str().to_owned(),
            draft: start.draft.as_ref().map(MessageKey::reference).unwrap_or_default(),
            in_reply_to: start.in_reply_to.clone().unwrap_or_default(),
            references: start.references.join(" "),
            origin,
            origin_kind,
            ..ComposeForm::default()
        }
    }

    /// This form with what was typed before its session ended; what was not typed stays.
    pub fn or_kept(mut self, fields: &[(String, String)]) -> ComposeForm {
        for (name, value) in fields {
            let field = match name.as_str() {
                "from" => &mut self.from,
                "reply_to" => &mut self.reply_to,
                "to" => &mut self.to,
                "cc" => &mut self.cc,
                "bcc" => &mut self.bcc,
                "subject" => &mut self.subject,
                "text" => &mut self.text,
                "message_id" => &mut self.message_id,
                "draft" => &mut self.draft,
                "in_reply_to" => &mut self.in_reply_to,
                "references" => &mut self.references,
                "origin" => &mut self.origin,
                "origin_kind" => &mut self.origin_kind,
                "send_at" => &mut self.send_at,
                "upload" => {
                    self.upload.push(value.clone());
                    continue;
                }
                _ => continue,
            };
            field.clone_from(value);
        }
        self
    }

    /// A form without a known button is sent: that is what pressing Enter, and another program, mean.
    pub fn intent(&self) -> Intent {
        match self.intent.as_str() {
            "send-again" => Intent::SendAgain,
            "save" => Intent::Save,
            "attach" => Intent::Attach,
            "discard" => Intent::Discard,
            _ if !self.remove.is_empty() => Intent::Attach,
            _ => Intent::Send,
        }
    }

    pub fn draft_key(&self) -> Option<MessageKey> {
        MessageKey::from_reference(&self.draft)
    }

    pub fn origin(&self) -> Option<Origin> {
        let kind = match self.origin_kind.as_str() {
            "replied" => OriginKind::Replied,
            "forwarded" => OriginKind::Forwarded,
            _ => return None,
        };
        Some(Origin { key: MessageKey::from_reference(&self.origin)?, kind })
    }

    pub fn uploads(&self) -> Vec<UploadId> {
        self.upload.iter().filter_map(|id| UploadId::parse(id)).collect()
    }

    /// When the message is to be sent (Unix seconds), `None` for at once; or what is wrong with that.
    pub fn when(&self, now: &ZonedDateTime) -> Result<Option<i64>, Problems> {
        if self.send_at.trim().is_empty() {
            return Ok(None);
        }
        moment::parse(&self.send_at, now).map(Some).map_err(|sentence| vec![("send_at", sentence.to_owned())])
    }

    /// The draft that was typed, or what is wrong with it.
    pub fn to_draft(
        &self,
        message_id: MessageId,
        from: Address,
        attachments: Vec<Attachment>,
    ) -> Result<Draft, Problems> {
        let mut problems = Problems::new();
        let mut list = |field: &'static str, typed: &str| match AddressList::parse(typed) {
            Ok(list) => list,
            Err(error) => {
                problems.push((field, format!("“{}” is not an e-mail address.", error.0)));
                AddressList::default()
            }
        };
        let draft = Draft {
            from,
            reply_to: list("reply_to", &self.reply_to),
            to: list("to", &self.to),
            cc: list("cc", &self.cc),
            bcc: list("bcc", &self.bcc),
            message_id,
            subject: one_line(&self.subject),
            text: self.text.replace("\r\n", "\n").replace('\r', "\n"),
            attachments,
            in_reply_to: id(&self.in_reply_to),
            references: self.references.split_whitespace().filter_map(id).collect(),
            origin: self.origin(),
        };
        if problems.is_empty() { Ok(draft) } else { Err(problems) }
    }
}

fn origin_fields(origin: &Origin) -> (String, String) {
    let kind = match origin.kind {
        OriginKind::Replied => "replied",
        OriginKind::Forwarded => "forwarded",
    };
    (origin.key.reference(), kind.to_owned())
}

fn one_line(typed: &str) -> String {
    typed.split(char::is_control).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A Message-ID that came with a form: it goes into a header, so only what can stand there is taken
/// (RFC 5322 §3.6.4, loosely: senders are).
fn id(typed: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_graphic() && !b"<>".contains(&b);
    (!typed.is_empty() && typed.len() <= 900 && typed.bytes().all(fits)).then(|| typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(form: &ComposeForm) -> Result<Draft, Problems> {
        let id = MessageId::parse("a@example.org").expect("well-formed");
        form.to_draft(id, Address { name: None, email: "ann@example.org".into() }, vec![])
    }

    #[test]
    fn what_was_typed_becomes_a_draft() {
        let form = ComposeForm {
            to: "Bob <bob@example.org>, carol@example.org".into(),
            subject: "a\r\nBcc: eve@evil.test".into(),
            text: "one\r\ntwo".into(),
            references: "x@y <evil>\r\n ok@z".into(),
            ..ComposeForm::default()
        };
        let draft = draft(&form).expect("well-formed");
        assert_eq!(draft.from.email, "ann@example.org");
        assert_eq!(draft.to.0.len(), 2);
        assert_eq!(draft.subject, "a  Bcc: eve@evil.test");
        assert_eq!(draft.text, "one\ntwo");
        assert_eq!(draft.references, ["x@y", "ok@z"]);
    }

    #[test]
    fn a_problem_names_its_field() {
        let form = ComposeForm { cc: "bob".into(), ..ComposeForm::default() };
        let problems = draft(&form).expect_err("not an address");
        assert_eq!(problems, [("cc", "“bob” is not an e-mail address.".to_owned())]);
    }

    #[test]
    fn a_form_without_a_button_is_sent() {
        assert_eq!(ComposeForm::default().intent(), Intent::Send);
        assert_eq!(ComposeForm { remove: "x".into(), ..ComposeForm::default() }.intent(), Intent::Attach);
    }
}
