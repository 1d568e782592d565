//! Somebody who signs in, lists the inbox and opens one message after the other, as a browser without script.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use postroom_rig::{Answer, Http, Person};

use super::report::{Deed, Report};

pub(crate) struct Reader {
    http: Http,
    person: Person,
    pub(crate) report: Report,
}

impl Reader {
    pub(crate) fn new(address: SocketAddr, person: Person) -> Reader {
        Reader { http: Http::new(address), person, report: Report::default() }
    }

    pub(crate) fn sign_in(&mut self) {
        let Some(form) = self.measured(Deed::LoginPage, |http| http.get("/login")) else { return };
        let mut fields = hidden_fields(&page(&form));
        fields.push(("username".to_owned(), self.person.address.clone()));
        fields.push(("password".to_owned(), self.person.password.clone()));
        let Some(answer) = self.measured(Deed::Login, |http| http.post("/login", &fields)) else { return };
        if answer.location.as_deref() != Some("/mail/INBOX") {
            self.report.failed(Deed::Login, &format!("login leads to {:?}", answer.location));
        }
    }

    /// List, open, list, open the next …
    pub(crate) fn read_until(&mut self, end: Instant, pause: Duration, late: Duration) {
        wait(late);
        for n in 0.. {
            if Instant::now() >= end {
                return;
            }
            let Some(list) = self.measured(Deed::List, |http| http.get("/mail/INBOX")) else {
                wait(pause);
                continue;
            };
            wait(pause);
            let messages = message_links(&page(&list));
            let Some(link) = messages.get(n % messages.len().max(1)) else {
                self.report.failed(Deed::List, "no message in the list");
                continue;
            };
            if let Some(message) = self.measured(Deed::Open, |http| http.get(link))
                && page(&message).contains("<iframe")
            {
                self.measured(Deed::Body, |http| http.get(&format!("{link}/body")));
            }
            wait(pause);
        }
    }

    fn measured(
        &mut self,
        deed: Deed,
        ask: impl FnOnce(&mut Http) -> std::io::Result<Answer>,
    ) -> Option<Answer> {
        let start = Instant::now();
        match ask(&mut self.http) {
            Ok(answer) if matches!(answer.status, 200 | 302 | 303) => {
                self.report.done(deed, start.elapsed());
                Some(answer)
            }
            Ok(answer) => {
                self.report.failed(deed, &format!("status {}", answer.status));
                None
            }
            Err(error) => {
                self.report.failed(deed, &error.to_string());
                None
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "people take their time")]
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// A packed page that cannot be unpacked has nothing in it.
fn page(answer: &Answer) -> String {
    answer.text().unwrap_or_default()
}

/// Names and values of the form's hidden fields.
fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input ").skip(1).filter_map(|input| input.split('>').next());
    let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
    hidden.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?))).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    tag.split_once(&format!("{name}=\""))?.1.split('"').next().map(str::to_owned)
}

/// `/mail/INBOX/{uidvalidity}.{uid}`, once each.
fn message_links(page: &str) -> Vec<String> {
    let mut links: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '?', '#']).next())
        .filter(|path| {
            let id = path.strip_prefix("/mail/INBOX/").and_then(|id| id.split_once('.'));
            id.is_some_and(|(uidvalidity, uid)| {
                uidvalidity.parse::<u32>().is_ok() && uid.parse::<u32>().is_ok()
            })
        })
        .map(str::to_owned)
        .collect();
    links.dedup();
    links
}
