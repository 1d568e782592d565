//! What a server says it can do (RFC 2449).

use std::time::Duration;

/// The answer to CAPA; without one nothing is there but what RFC 1939 demands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Every line as the server wrote it.
    pub all: Vec<String>,
    /// RFC 1939 §7.
    pub top: bool,
    /// RFC 1939 §7.
    pub uidl: bool,
    /// RFC 2449 §6.8: several commands without waiting for each answer.
    pub pipelining: bool,
    /// RFC 2595 §4.
    pub stls: bool,
    /// RFC 3206 §5: a refusal that is about user name or password says so.
    pub auth_resp_code: bool,
    /// RFC 6856 §2.
    pub utf8: bool,
    /// RFC 5034 §6: mechanisms, upper case.
    pub sasl: Vec<String>,
    /// RFC 2449 §6.5: what must lie between two logins.
    pub login_delay: Option<Duration>,
    /// RFC 2449 §6.7.
    pub expire: Option<Expire>,
}

/// How long the server keeps messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expire {
    Never,
    /// 0: what was fetched is deleted at once, whatever the client wants.
    Days(u32),
}

impl Capabilities {
    /// Takes one line of the answer in.
    pub(super) fn add(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
        let Some(name) = words.next() else { return };
        let mut parameter = || words.next().unwrap_or_default();
        match name.as_str() {
            "TOP" => self.top = true,
            "UIDL" => self.uidl = true,
            "PIPELINING" => self.pipelining = true,
            "STLS" => self.stls = true,
            "AUTH-RESP-CODE" => self.auth_resp_code = true,
            "UTF8" => self.utf8 = true,
            "LOGIN-DELAY" => self.login_delay = parameter().parse().ok().map(Duration::from_secs),
            "EXPIRE" => {
                self.expire = match parameter().as_str() {
                    "NEVER" => Some(Expire::Never),
                    days => days.parse().ok().map(Expire::Days),
                }
            }
            "SASL" => self.sasl.extend(words),
            _ => {}
        }
        self.all.push(line.to_owned());
    }

    pub(super) fn has_mechanism(&self, mechanism: &str) -> bool {
        self.sasl.iter().any(|name| name == mechanism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_told_by_their_first_word() {
        let mut told = Capabilities::default();
        let lines = "TOP\nUIDL\nuser\nRESP-CODES\nAUTH-RESP-CODE\npipelining\nSTLS\nSASL PLAIN xoauth2\nUTF8 USER\n\
                     LOGIN-DELAY 900 USER\nEXPIRE 60\nIMPLEMENTATION Some Server\nTOPSY\n ";
        lines.split('\n').for_each(|line| told.add(line));
        assert!(told.top && told.uidl && told.pipelining && told.stls && told.auth_resp_code && told.utf8);
        assert!(told.has_mechanism("PLAIN") && told.has_mechanism("XOAUTH2") && !told.has_mechanism("LOGIN"));
        assert_eq!(told.login_delay, Some(Duration::from_secs(900)));
        assert_eq!(told.expire, Some(Expire::Days(60)));
        assert_eq!(told.all.len(), 13);
        let mut odd = Capabilities::default();
        ["SASL", "LOGIN-DELAY soon", "EXPIRE -1", "TOPS"].into_iter().for_each(|line| odd.add(line));
        assert_eq!(Capabilities { all: vec![], ..odd }, Capabilities::default());
        let mut never = Capabilities::default();
        never.add("EXPIRE never");
        assert_eq!(never.expire, Some(Expire::Never));
    }
}
