//! Mail of a POP3 mailbox that arrives in an account: the real binary between two mailboxes of a real Dovecot.

mod keys;
mod large;
mod rules;
mod trial;
mod trouble;

use std::sync::OnceLock;

use postroom::model::{CollectorId, CollectorRun, CollectorSettings};
use postroom_rig::{Person, Proxy, rig};

use crate::{
    office::{Office, put, subjects},
    site::Site,
};

/// A collector of its own at the site that these tests share.
struct Case {
    office: &'static Office,
    pop3: Proxy,
    source: Person,
    owner: Person,
    id: CollectorId,
}

fn office() -> &'static Office {
    static OFFICE: OnceLock<(Site, Office)> = OnceLock::new();
    let (_, office) = OFFICE.get_or_init(|| {
        let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*")]);
        let office = Office::of(site.data_dir());
        (site, office)
    });
    office
}

impl Case {
    /// After its first run.
    fn with<M: AsRef<[u8]>>(
        messages: impl IntoIterator<Item = M>,
        change: impl FnOnce(&mut CollectorSettings),
    ) -> (Case, CollectorRun) {
        Case::at(rig().person("owner"), Proxy::to(rig().pop3()), messages, change)
    }

    fn at<M: AsRef<[u8]>>(
        owner: Person,
        pop3: Proxy,
        messages: impl IntoIterator<Item = M>,
        change: impl FnOnce(&mut CollectorSettings),
    ) -> (Case, CollectorRun) {
        let source = rig().person("source");
        put(&source, messages);
        let office = office();
        let id = office.add(&pop3, &source, &owner, change);
        let case = Case { office, pop3, source, owner, id };
        let run = case.office.after_run(&case.owner, &case.id);
        (case, run)
    }

    #[track_caller]
    fn run(&self) -> CollectorRun {
        self.pop3.forget();
        self.office.run(&self.owner, &self.id)
    }

    /// What arrived.
    fn inbox(&self) -> Vec<String> {
        subjects(&self.owner, "INBOX")
    }

    /// What is still on the other server.
    fn left(&self) -> Vec<String> {
        subjects(&self.source, "INBOX")
    }
}

/// Collected, deleted, and what went wrong.
fn told(run: &CollectorRun) -> (u64, u64, Option<&str>) {
    (run.report.collected, run.report.deleted, run.report.problem.as_deref())
}
