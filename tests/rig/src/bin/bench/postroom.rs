//! Postroom, as a browser without script asks it.

use std::net::SocketAddr;

use postroom_rig::{Answer, Http, Traffic};

use super::{
    action::Action,
    flow::{Flow, Result, field, value_after},
    mailbox::{Mailbox, OTHER, SEARCHED, TARGET},
};

const LIST: &str = "/mail/INBOX";
const PER_PAGE: u32 = 50;

pub(crate) struct Postroom {
    http: Http,
    address: SocketAddr,
    /// Of those before.
    traffic: Traffic,
    csrf: String,
    is_flagged: bool,
    attachment: Vec<u8>,
}

impl Postroom {
    pub(crate) fn new(address: SocketAddr) -> Postroom {
        Postroom {
            http: Http::compressed(address),
            address,
            traffic: Traffic::default(),
            csrf: String::new(),
            is_flagged: false,
            attachment: vec![b'x'; 1_000_000],
        }
    }

    fn log_in(&mut self, mailbox: &Mailbox) -> Result<Answer> {
        self.traffic = self.traffic();
        self.http = Http::compressed(self.address);
        self.http.get("/login")?;
        let fields =
            [field("username", &mailbox.person.address), field("password", &mailbox.person.password)];
        let answer = self.http.post("/login", &fields)?;
        if answer.location.as_deref() != Some(LIST) {
            return Err(format!("signing in: status {}", answer.status).into());
        }
        self.csrf.clear();
        Ok(self.http.get(LIST)?)
    }

    /// Does it and follows to the list.
    fn change(&mut self, action: &str, uid: u32, mailbox: &Mailbox) -> Result<Answer> {
        if self.csrf.is_empty() {
            self.csrf = value_after(&self.http.get(LIST)?.text()?, "name=\"csrf\" value=\"")?.to_owned();
        }
        let fields = [
            field("csrf", &self.csrf),
            field("action", action),
            field("id", &format!("{}.{uid}", mailbox.uid_validity)),
            field("to", TARGET),
            field("back", LIST),
        ];
        let answer = self.http.post("/mail/INBOX/act", &fields)?;
        self.follow(&answer)
    }

    fn follow(&mut self, answer: &Answer) -> Result<Answer> {
        let to = answer.location.as_deref().ok_or_else(|| format!("status {}", answer.status))?;
        Ok(self.http.get(to)?)
    }

    fn send(&mut self, mailbox: &Mailbox) -> Result<Answer> {
        let form = self.http.get("/compose")?.text()?;
        let hidden = |name: &str| -> Result<(String, String)> {
            Ok(field(name, value_after(&form, &format!("name=\"{name}\" value=\""))?))
        };
        let fields = [
            hidden("csrf")?,
            hidden("message_id")?,
            field("intent", "send"),
            field("from", &mailbox.person.address),
            field("to", "sink@example.org"),
            field("subject", "bench"),
            field("text", "As attached."),
        ];
        let answer = self.http.post_file("/compose", &fields, "attachments", &self.attachment)?;
        self.follow(&answer)
    }
}

impl Flow for Postroom {
    fn act(&mut self, action: Action, mailbox: &mut Mailbox) -> Result<Answer> {
        let message = |uid: u32| format!("{LIST}/{}.{uid}", mailbox.uid_validity);
        let path = match action {
            Action::Login => return self.log_in(mailbox),
            Action::Flag => {
                self.is_flagged = !self.is_flagged;
                let action = if self.is_flagged { "flag" } else { "unflag" };
                return self.change(action, mailbox.plain(), mailbox);
            }
            Action::Move => {
                let uid = mailbox.movable.pop().ok_or("nothing to move")?;
                return self.change("move", uid, mailbox);
            }
            Action::Send => return self.send(mailbox),
            Action::OpenHtml => {
                // The frame is in the page.
                self.http.get(&message(mailbox.html()))?;
                message(mailbox.html()) + "/body"
            }
            Action::List | Action::Poll => LIST.to_owned(),
            Action::LastPage => format!("{LIST}?page={}", mailbox.n_messages.div_ceil(PER_PAGE)),
            Action::Switch => format!("/mail/{OTHER}"),
            Action::OpenPlain => message(mailbox.plain()),
            Action::OpenAttached => message(mailbox.attached()),
            Action::Download => message(mailbox.attached()) + "/part/2",
            Action::Search => format!("{LIST}?q=subject%3A{SEARCHED}"),
        };
        Ok(self.http.get(&path)?)
    }

    fn expects(&self, action: Action) -> &'static str {
        match action {
            Action::Send => "Message sent",
            Action::Move => "1 message moved",
            _ => super::flow::expects(action),
        }
    }

    fn traffic(&self) -> Traffic {
        let now = self.http.traffic();
        Traffic { requests: self.traffic.requests + now.requests, bytes: self.traffic.bytes + now.bytes }
    }
}
