//! What the form of a collector holds, exactly as typed; and the settings it becomes.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::server::{self, Security};
use crate::model::{CollectorLogin, CollectorSettings, Identity, Keep, Keyword, MailboxName};

/// The fields of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct CollectorForm {
    pub name: String,
    pub host: String,
    /// Empty: the usual one.
    pub port: String,
    /// `tls` or `stls`.
    pub security: String,
    pub username: String,
    /// `password` or `token`.
    pub login: String,
    #[serde(deserialize_with = "secret")]
    pub secret: SecretString,
    /// Stands for a secret that was typed before.
    pub typed: String,
    pub mailbox: String,
    /// The keyword without its `via-`.
    pub label: String,
    /// `leave`, `delete` or `days`.
    pub keep: String,
    pub days: String,
    /// Minutes.
    pub every: String,
    /// Megabytes; empty: no limit.
    pub max_mb: String,
    /// `unread` or `read`.
    pub file_as: String,
    /// An identity's id; empty: none.
    pub identity: String,
    /// `test` or `save`.
    pub intent: String,
}

impl Default for CollectorForm {
    fn default() -> CollectorForm {
        let text = str::to_owned;
        CollectorForm {
            name: String::new(),
            host: String::new(),
            port: String::new(),
            security: text("tls"),
            username: String::new(),
            login: text("password"),
            secret: SecretString::default(),
            typed: String::new(),
            mailbox: text("INBOX"),
            label: String::new(),
            keep: text("leave"),
            days: text("30"),
            every: text("15"),
            max_mb: String::new(),
            file_as: text("unread"),
            identity: String::new(),
            intent: String::new(),
        }
    }
}

/// Minutes, and what people call them.
pub(super) const EVERY: [(u32, &str); 8] = [
    (5, "5 minutes"),
    (15, "15 minutes"),
    (30, "30 minutes"),
    (60, "hour"),
    (180, "3 hours"),
    (360, "6 hours"),
    (720, "12 hours"),
    (1440, "day"),
];

const MAX_DAYS: u32 = 3650;
const MAX_MB: u64 = 10_000;
/// Characters of a name.
const MAX_NAME: usize = 100;
/// Of a keyword, its `via-` included.
const MAX_KEYWORD: usize = 60;

const VIA: &str = "via-";

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

impl CollectorForm {
    pub fn from_settings(settings: &CollectorSettings) -> CollectorForm {
        let (security, host, port) = server::parts(&settings.server);
        let (keep, days) = match settings.keep {
            Keep::Leave => ("leave", None),
            Keep::Delete => ("delete", None),
            Keep::DeleteAfterDays(days) => ("days", Some(days)),
        };
        let default = CollectorForm::default();
        CollectorForm {
            name: settings.name.clone(),
            host,
            port,
            security: security.word().to_owned(),
            username: settings.username.clone(),
            login: match settings.login {
                CollectorLogin::Password => "password".to_owned(),
                CollectorLogin::Token => "token".to_owned(),
            },
            mailbox: settings.mailbox.clone(),
            label: settings.keyword.as_deref().map(without_via).unwrap_or_default().to_owned(),
            keep: keep.to_owned(),
            days: days.map_or(default.days, |days| days.to_string()),
            every: settings.every_minutes.to_string(),
            max_mb: settings.max_bytes.map_or_else(String::new, |bytes| (bytes / 1_000_000).to_string()),
            file_as: if settings.mark_read { "read".to_owned() } else { default.file_as },
            identity: settings.identity.clone().unwrap_or_default(),
            ..CollectorForm::default()
        }
    }

    /// What was typed as settings, or what is wrong with it.
    pub fn to_settings(
        &self,
        mailboxes: &[MailboxName],
        identities: &[Identity],
    ) -> Result<CollectorSettings, Vec<(&'static str, String)>> {
        let mut problems = Vec::new();
        let mut note = |field, sentence: &str| problems.push((field, sentence.to_owned()));
        let name = one_line(&self.name, MAX_NAME);
        if name.is_empty() {
            note("name", "Type a name for it, such as the provider's.");
        }
        let username = self.username.trim().to_owned();
        if username.is_empty() || username.chars().any(char::is_control) {
            note("username", "Type the user name that the server knows you by.");
        }
        let mailbox = MailboxName::new(self.mailbox.as_str()).ok().filter(|name| mailboxes.contains(name));
        if mailbox.is_none() {
            note("mailbox", "Choose a folder that exists.");
        }
        let identity = identities.iter().find(|identity| identity.id == self.identity);
        let keyword = keyword(&self.label);
        match (&keyword, self.label.trim()) {
            (None, "") if identity.is_some() => {
                note("label", "Answers are known by the label: type one, or choose no address for them.");
            }
            (None, label) if !label.is_empty() => {
                note("label", "A label needs letters from a to z, or digits.")
            }
            _ => {}
        }
        let keep = match self.keep.as_str() {
            "delete" => Keep::Delete,
            "days" => match self.days.trim().parse() {
                Ok(days) if (1..=MAX_DAYS).contains(&days) => Keep::DeleteAfterDays(days),
                _ => {
                    note("days", "Type a number of days from 1 to 3650.");
                    Keep::Leave
                }
            },
            _ => Keep::Leave,
        };
        let every = self.every.parse().ok().filter(|n| EVERY.iter().any(|(minutes, _)| minutes == n));
        if every.is_none() {
            note("every", "Choose how often it is collected.");
        }
        let max_mb = match self.max_mb.trim() {
            "" => None,
            typed => typed.parse().ok().filter(|mb| (1..=MAX_MB).contains(mb)).or_else(|| {
                note("max_mb", "Type a number of megabytes from 1 to 10000, or nothing.");
                None
            }),
        };
        let server = server::address(Security::from_word(&self.security), &self.host, &self.port);
        let server = server.map_err(|problem| problems.insert(0, problem)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(CollectorSettings {
            name,
            server,
            username,
            login: if self.login == "token" { CollectorLogin::Token } else { CollectorLogin::Password },
            mailbox: mailbox.map_or_else(String::new, |name| name.as_str().to_owned()),
            keyword,
            keep,
            every_minutes: every.unwrap_or_default(),
            max_bytes: max_mb.map(|mb| mb * 1_000_000),
            mark_read: self.file_as == "read",
            identity: identity.map(|identity| identity.id.clone()),
        })
    }
}

fn one_line(typed: &str, max_chars: usize) -> String {
    let line = typed.split(char::is_control).collect::<Vec<_>>().join(" ");
    line.trim().chars().take(max_chars).collect()
}

fn without_via(keyword: &str) -> &str {
    keyword.strip_prefix(VIA).unwrap_or(keyword)
}

/// `Work & Co` becomes `via-work-co`; `None` where nothing is left.
fn keyword(label: &str) -> Option<String> {
    let label = label.trim().to_lowercase();
    let words: Vec<&str> = without_via(&label)
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let keyword: String = format!("{VIA}{}", words.join("-")).chars().take(MAX_KEYWORD).collect();
    (!words.is_empty()).then(|| Keyword::new(&keyword))?.map(|keyword| keyword.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(form: &CollectorForm) -> Result<CollectorSettings, Vec<&'static str>> {
        let settings = form.to_settings(&[MailboxName::inbox()], &[]);
        settings.map_err(|problems| problems.into_iter().map(|(field, _)| field).collect())
    }

    fn filled() -> CollectorForm {
        CollectorForm {
            name: "Work".into(),
            host: "pop.example.org".into(),
            username: "ann".into(),
            label: "Work & Co".into(),
            keep: "days".into(),
            max_mb: "20".into(),
            ..CollectorForm::default()
        }
    }

    #[test]
    fn settings_come_back_into_the_form_as_they_were_typed() {
        let kept = settings(&filled()).expect("well-formed");
        assert_eq!(kept.keyword.as_deref(), Some("via-work-co"));
        assert_eq!((kept.keep, kept.max_bytes), (Keep::DeleteAfterDays(30), Some(20_000_000)));
        let again = settings(&CollectorForm::from_settings(&kept)).expect("well-formed");
        assert_eq!(again, kept);
    }

    #[test]
    fn every_mistake_names_its_field() {
        let wrong = CollectorForm {
            name: " ".into(),
            host: "a b".into(),
            username: String::new(),
            mailbox: "Nowhere".into(),
            label: "日本".into(),
            days: "0".into(),
            every: "7".into(),
            max_mb: "-1".into(),
            ..filled()
        };
        let fields = ["host", "name", "username", "mailbox", "label", "days", "every", "max_mb"];
        assert_eq!(settings(&wrong).expect_err("nothing is right"), fields);
    }

    #[test]
    fn a_label_is_always_an_atom() {
        for (label, made) in
            [("via-x", Some("via-x")), ("", None), ("(){ %*\"\\]", None), ("A\r\nB", Some("via-a-b"))]
        {
            assert_eq!(keyword(label).as_deref(), made, "{label}");
        }
        assert_eq!(keyword(&"x".repeat(500)).map(|keyword| keyword.len()), Some(MAX_KEYWORD));
    }

    #[test]
    fn a_password_is_not_in_what_is_printed() {
        let form = CollectorForm { secret: "hunter2".into(), ..filled() };
        assert!(!format!("{form:?}").contains("hunter2"));
    }
}
