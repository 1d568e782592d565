//! Roundcube, as its own script asks it.

use std::net::SocketAddr;

use postroom_rig::{Answer, Http, Traffic};

use super::{
    action::Action,
    flow::{Flow, Result, field, value_after},
    mailbox::{Mailbox, OTHER, SEARCHED, TARGET},
};

const PER_PAGE: u32 = 50;

pub(crate) struct Roundcube {
    http: Http,
    address: SocketAddr,
    /// Of those before.
    traffic: Traffic,
    token: String,
    is_flagged: bool,
    attachment: Vec<u8>,
}

impl Roundcube {
    pub(crate) fn new(address: SocketAddr) -> Roundcube {
        Roundcube {
            http: browser(address),
            address,
            traffic: Traffic::default(),
            token: String::new(),
            is_flagged: false,
            attachment: vec![b'x'; 1_000_000],
        }
    }

    fn log_in(&mut self, mailbox: &Mailbox) -> Result<Answer> {
        self.traffic = self.traffic();
        let mut http = browser(self.address);
        let form = http.get("/")?.text()?;
        let fields = [
            field("_token", value_after(&form, "name=\"_token\" value=\"")?),
            field("_task", "login"),
            field("_action", "login"),
            field("_timezone", "UTC"),
            field("_url", ""),
            field("_user", &mailbox.person.address),
            field("_pass", &mailbox.person.password),
        ];
        let answer = http.post("/?_task=login", &fields)?;
        let to = answer.location.ok_or_else(|| format!("signing in: status {}", answer.status))?;
        let page = http.get(&local(&to))?.text()?;
        value_after(&page, "\"request_token\":\"")?.clone_into(&mut self.token);
        self.http = http.with("X-Roundcube-Request", &self.token);
        let list = self.list("INBOX", 1)?;
        self.ask("getunread", "&_page=1")?;
        Ok(list)
    }

    fn ask(&mut self, action: &str, query: &str) -> Result<Answer> {
        let path = format!("/?_task=mail&_action={action}{query}&_remote=1&_unlock=loading1");
        Ok(self.http.get(&path)?)
    }

    fn tell(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| field(name, value)).collect();
        fields.extend([field("_mbox", "INBOX"), field("_remote", "1"), field("_unlock", "0")]);
        Ok(self.http.post(&format!("/?_task=mail&_action={action}"), &fields)?)
    }

    fn list(&mut self, mailbox: &str, page: u32) -> Result<Answer> {
        self.ask("list", &format!("&_layout=widescreen&_mbox={mailbox}&_page={page}"))
    }

    fn open(&mut self, uid: u32) -> Result<Answer> {
        Ok(self.http.get(&format!("/?_task=mail&_mbox=INBOX&_uid={uid}&_framed=1&_action=preview"))?)
    }

    /// The form, the upload, the letter: three steps as in a browser.
    fn send(&mut self) -> Result<Answer> {
        let to = self.http.get("/?_task=mail&_action=compose")?.location.ok_or("no form")?;
        let form = self.http.get(&local(&to))?.text()?;
        let id = value_after(&form, "name=\"_id\" value=\"")?.to_owned();
        let from = form.split_once("name=\"_from\"").map_or("", |(_, rest)| rest);
        let from = value_after(from, "value=\"")?.to_owned();
        let token = [field("_token", &self.token)];
        let path = format!("/?_task=mail&_action=upload&_id={id}&_remote=1&_from=compose&_uploadid=upload1");
        let uploaded = self.http.post_file(&path, &token, "_attachments[]", &self.attachment)?.text()?;
        let file = uploaded.split_once("rcmfile").map_or("", |(_, rest)| rest);
        let file: String = file.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let mut fields = vec![field("_token", &self.token), field("_id", &id), field("_from", &from)];
        for (name, value) in [
            ("_task", "mail"),
            ("_action", "send"),
            ("_attachments", &file),
            ("_to", "sink@example.org"),
            ("_cc", ""),
            ("_bcc", ""),
            ("_replyto", ""),
            ("_followupto", ""),
            ("_subject", "bench"),
            ("_draft_saveid", ""),
            ("_draft", ""),
            ("_is_html", "0"),
            ("_framed", "1"),
            ("_message", "As attached."),
            ("_store_target", "Sent"),
        ] {
            fields.push(field(name, value));
        }
        Ok(self.http.post("/?_task=mail&_unlock=loading1&_framed=1&_lang=en", &fields)?)
    }
}

impl Flow for Roundcube {
    fn act(&mut self, action: Action, mailbox: &mut Mailbox) -> Result<Answer> {
        match action {
            Action::Login => self.log_in(mailbox),
            Action::List => self.list("INBOX", 1),
            Action::LastPage => self.list("INBOX", mailbox.n_messages.div_ceil(PER_PAGE)),
            Action::Switch => self.list(OTHER, 1),
            Action::OpenPlain => self.open(mailbox.plain()),
            Action::OpenHtml => self.open(mailbox.html()),
            Action::OpenAttached => self.open(mailbox.attached()),
            Action::Download => {
                let (uid, token) = (mailbox.attached(), &self.token);
                let path = format!(
                    "/?_task=mail&_mbox=INBOX&_uid={uid}&_token={token}&_part=2&_action=get&_download=1"
                );
                Ok(self.http.get(&path)?)
            }
            Action::Search => {
                let what = format!("&_mbox=INBOX&_q={SEARCHED}&_headers=subject&_layout=widescreen");
                self.ask("search", &format!("{what}&_filter=ALL&_scope=base&_interval="))
            }
            Action::Flag => {
                self.is_flagged = !self.is_flagged;
                let flag = if self.is_flagged { "flagged" } else { "unflagged" };
                self.tell("mark", &[("_uid", &mailbox.plain().to_string()), ("_flag", flag)])
            }
            Action::Poll => self.tell("refresh", &[("_list", "1"), ("_folderlist", "1"), ("_quota", "1")]),
            Action::Send => self.send(),
            Action::Move => {
                let uid = mailbox.movable.pop().ok_or("nothing to move")?.to_string();
                let fields = [
                    ("_uid", uid.as_str()),
                    ("_target_mbox", TARGET),
                    ("_from", "list"),
                    ("_page", "1"),
                    ("_count", "1"),
                ];
                self.tell("move", &fields)
            }
        }
    }

    fn expects(&self, action: Action) -> &'static str {
        match action {
            Action::Flag | Action::Poll | Action::Move => "\"action\"",
            Action::Send => "sent_successfully",
            _ => super::flow::expects(action),
        }
    }

    fn traffic(&self) -> Traffic {
        let now = self.http.traffic();
        Traffic { requests: self.traffic.requests + now.requests, bytes: self.traffic.bytes + now.bytes }
    }
}

/// Its script asks for what browsers can unpack; nginx packs with gzip.
fn browser(address: SocketAddr) -> Http {
    Http::compressed(address).with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) bench Chrome/120")
}

/// Roundcube redirects to `./?…` or to a whole address.
fn local(location: &str) -> String {
    let query = location.split_once('?').map_or("", |(_, query)| query);
    format!("/?{query}")
}
