//! Whether the images that a message wants from other servers are shown: for once, always for its sender, or not.

use std::collections::BTreeSet;

use super::{Opened, ViewParams};
use crate::{
    model::{Headers, Method, Verdict},
    render::RemoteImages,
    web::{App, extract::User},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    Not,
    /// The sender is trusted, but this may be somebody else.
    NotFromThem,
    /// Asked for, for this once.
    Once,
    /// The sender is trusted.
    Always,
}

impl Showing {
    /// `fails_authentication`: whether anything says that the message is not from whom it names. A From can be
    /// forged, and so would be the trust in it.
    fn decide(asked: bool, is_trusted: bool, fails_authentication: bool) -> Showing {
        match (asked, is_trusted) {
            (_, true) if !fails_authentication => Showing::Always,
            (true, _) => Showing::Once,
            (false, true) => Showing::NotFromThem,
            (false, false) => Showing::Not,
        }
    }

    pub fn is_shown(self) -> bool {
        matches!(self, Showing::Once | Showing::Always)
    }
}

/// What was decided, and whom it could always be decided for.
#[derive(Debug, Clone)]
pub struct Images {
    pub showing: Showing,
    /// The sender who can be trusted.
    pub sender: Option<String>,
}

impl Images {
    pub async fn of(app: &App, user: &User, opened: &Opened, params: &ViewParams) -> Images {
        // Of what is attached to a message nobody has checked the sender.
        let headers = opened.root.is_root().then(|| opened.headers());
        let named = headers.and_then(sender);
        let is_trusted = match &named {
            // Without the database nobody is trusted; the message can be read.
            Some(sender) => app.store.trusts_sender(user.account.username(), sender).await.unwrap_or(false),
            None => false,
        };
        let fails = headers.is_some_and(fails_authentication);
        Images {
            showing: Showing::decide(params.images(), is_trusted, fails),
            sender: named.filter(|_| is_trusted || !fails),
        }
    }
}

/// The one address that a message is from, in lower case. With two, or one in disguise, nobody knows who would be
/// trusted.
pub(super) fn sender(headers: &Headers) -> Option<String> {
    let n_headers = headers.all.iter().filter(|(name, _)| name.eq_ignore_ascii_case("from")).count();
    match headers.from.as_slice() {
        [from] if n_headers == 1 && !headers.from_is_disguised && from.email.contains('@') => {
            Some(from.email.to_lowercase())
        }
        _ => None,
    }
}

/// Whether any server says that DMARC failed (RFC 8601 §2.2), named by the administrator or not: this can only take
/// trust away.
fn fails_authentication(headers: &Headers) -> bool {
    let results = headers.authentication.iter().flat_map(|field| &field.results);
    results.into_iter().any(|result| result.method == Method::Dmarc && result.verdict == Verdict::Fail)
}

/// What the page says about it.
#[derive(Debug, Clone)]
pub struct Remote {
    pub found: RemoteImages,
    pub images: Images,
    /// Shows them for this once.
    pub show: String,
    /// Shows the message without them.
    pub hide: String,
    /// Where the form goes that trusts the sender, or no longer.
    pub action: String,
}

impl Remote {
    /// `7 images from 3 hosts, 2 trackers among them,`
    pub fn what(&self) -> String {
        let RemoteImages { images, trackers, hosts } = &self.found;
        let hosts = match (hosts.len(), hosts.first()) {
            (1, Some(host)) => host.clone(),
            (RemoteImages::HOSTS.., _) => format!("{} or more hosts", RemoteImages::HOSTS),
            (n, _) => format!("{n} hosts"),
        };
        let images = match images {
            1 => format!("1 image from {hosts}"),
            n => format!("{n} images from {hosts}"),
        };
        match (self.found.images, trackers) {
            (_, 0) => images,
            (1, _) => format!("{images}, a tracker,"),
            (_, 1) => format!("{images}, 1 tracker among them,"),
            (_, n) => format!("{images}, {n} trackers among them,"),
        }
    }

    pub fn sentence(&self) -> String {
        let (what, one) = (self.what(), self.found.images == 1);
        let sender = self.images.sender.as_deref().unwrap_or_default();
        match self.images.showing {
            Showing::Not if one => {
                format!("{what} was not shown: it would tell the sender that you read this.")
            }
            Showing::Not => format!("{what} were not shown: they would tell the sender that you read this."),
            Showing::NotFromThem => format!(
                "{what} {} not shown: you trust {sender}, but a server that checked says that this message is not from \
                 there.",
                if one { "was" } else { "were" }
            ),
            Showing::Once => format!("{what} {} shown for now.", if one { "is" } else { "are" }),
            Showing::Always => {
                format!("{what} {} shown, as always from {sender}.", if one { "is" } else { "are" })
            }
        }
    }

    /// What a button offers for the sender: the form's word, its label, and whom it is about.
    pub fn offer(&self) -> Option<(&'static str, &'static str, &str)> {
        let sender = self.images.sender.as_deref()?;
        Some(match self.images.showing {
            Showing::Not | Showing::Once => ("trust", "Always show images from", sender),
            Showing::Always | Showing::NotFromThem => ("distrust", "Stop showing images from", sender),
        })
    }

    /// Whether they are shown because somebody asked, and not because of who sent them.
    pub fn is_for_now(&self) -> bool {
        self.images.showing == Showing::Once
    }

    /// Those that the sentence does not name.
    pub fn hosts(&self) -> Option<&BTreeSet<String>> {
        (self.found.hosts.len() > 1).then_some(&self.found.hosts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, AuthenticationResults, MethodResult};

    fn headers(from: &[&str], all: &[(&str, &str)]) -> Headers {
        let address = |email: &&str| Address { name: None, email: (*email).to_owned() };
        Headers {
            from: from.iter().map(address).collect(),
            all: all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Headers::default()
        }
    }

    #[test]
    fn trust_is_for_whom_nothing_says_they_are_forged() {
        for (asked, is_trusted, fails, showing) in [
            (false, false, false, Showing::Not),
            (false, false, true, Showing::Not),
            (true, false, false, Showing::Once),
            (true, false, true, Showing::Once),
            (false, true, false, Showing::Always),
            (true, true, false, Showing::Always),
            (false, true, true, Showing::NotFromThem),
            (true, true, true, Showing::Once),
        ] {
            assert_eq!(Showing::decide(asked, is_trusted, fails), showing, "{asked} {is_trusted} {fails}");
        }
    }

    #[test]
    fn a_sender_is_exactly_one_address() {
        let once = [("From", "x")];
        assert_eq!(sender(&headers(&["Ann@Shop.example"], &once)).as_deref(), Some("ann@shop.example"));
        assert_eq!(sender(&headers(&[], &once)), None);
        assert_eq!(sender(&headers(&["ann"], &once)), None);
        assert_eq!(sender(&headers(&["a@b.example", "c@d.example"], &once)), None);
        assert_eq!(sender(&headers(&["a@b.example"], &[("From", "x"), ("from", "y")])), None);
    }

    #[test]
    fn a_failed_check_counts_whoever_made_it() {
        let field = |method, verdict| AuthenticationResults {
            authserv_id: "anybody.example".to_owned(),
            hop: 1,
            results: vec![MethodResult { method, verdict, domain: None }],
        };
        for (method, verdict, fails) in [
            (Method::Dmarc, Verdict::Fail, true),
            (Method::Dmarc, Verdict::Pass, false),
            (Method::Dmarc, Verdict::Open, false),
            (Method::Spf, Verdict::Fail, false),
        ] {
            let authentication = vec![field(Method::Dmarc, Verdict::Pass), field(method, verdict)];
            let headers = Headers { authentication, ..Headers::default() };
            assert_eq!(fails_authentication(&headers), fails, "{method:?} {verdict:?}");
        }
    }

    #[test]
    fn what_is_not_shown_is_counted_and_named() {
        let remote = |images, trackers, hosts: &[&str], showing| Remote {
            found: RemoteImages {
                images,
                trackers,
                hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            },
            images: Images { showing, sender: Some("ann@shop.example".to_owned()) },
            show: String::new(),
            hide: String::new(),
            action: String::new(),
        };
        let many = remote(7, 2, &["a.example", "b.example", "c.example"], Showing::Not);
        assert_eq!(
            many.sentence(),
            "7 images from 3 hosts, 2 trackers among them, were not shown: they would tell the sender that you read this."
        );
        assert_eq!(many.hosts().map(BTreeSet::len), Some(3));
        let one = remote(1, 1, &["t.example"], Showing::Once);
        assert_eq!(one.sentence(), "1 image from t.example, a tracker, is shown for now.");
        assert_eq!((one.hosts(), one.is_for_now()), (None, true));
        assert_eq!(one.offer(), Some(("trust", "Always show images from", "ann@shop.example")));
        let always = remote(2, 1, &["t.example"], Showing::Always);
        assert_eq!(
            always.sentence(),
            "2 images from t.example, 1 tracker among them, are shown, as always from ann@shop.example."
        );
        assert_eq!(always.offer(), Some(("distrust", "Stop showing images from", "ann@shop.example")));
        assert!(!always.is_for_now());
    }
}
