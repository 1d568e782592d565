//! Collectors and their ledgers, settings, people, snoozes; and all of one person, handed over or forgotten.

use postroom::{
    model::{
        Address, CollectorLogin, CollectorRun, CollectorSettings, CollectorState, Keep, LedgerEntry,
        LedgerState, MailboxName, MessageKey, RunReport, Snooze,
    },
    store::{JobKind, LEASE_SECONDS, Store, UserSettings},
};
use secrecy::ExposeSecret;

use super::{Place, later};

pub fn settings(name: &str) -> CollectorSettings {
    CollectorSettings {
        name: name.into(),
        server: "pop3s://pop.example.org:995".into(),
        username: "ann\u{e9}".into(),
        login: CollectorLogin::Password,
        mailbox: "INBOX".into(),
        keyword: Some("via-old".into()),
        keep: Keep::DeleteAfterDays(14),
        every_minutes: 15,
        max_bytes: Some(25_000_000),
        mark_read: true,
        identity: None,
    }
}

fn address(name: Option<&str>, email: &str) -> Address {
    Address { name: name.map(str::to_owned), email: email.into() }
}

#[tokio::test]
async fn a_collector_is_its_owners_and_runs_unless_it_is_paused_or_stopped() {
    for place in Place::each() {
        let store = place.open();
        let id = store.add_collector("ann", &settings("old"), &"pop secret".into()).await.unwrap();
        let mine = store.collectors("ann").await.unwrap();
        assert_eq!(
            (mine.len(), &mine[0].settings, &mine[0].state),
            (1, &settings("old"), &CollectorState::Active)
        );
        assert!(mine[0].next_run.is_some());
        assert_eq!(store.collector_secret(&id).await.unwrap().unwrap().expose_secret(), "pop secret");
        assert!(store.collector("bob", &id).await.unwrap().is_none());
        store.remove_collector("bob", &id).await.unwrap();
        store.pause_collector("bob", &id).await.unwrap();
        store.change_collector("bob", &id, &settings("bob's"), Some(&"x".into())).await.unwrap();
        assert_eq!(store.collectors("ann").await.unwrap(), mine, "bob changed nothing");
        assert_eq!(store.collector_secret(&id).await.unwrap().unwrap().expose_secret(), "pop secret");

        store.pause_collector("ann", &id).await.unwrap();
        let paused = store.collector("ann", &id).await.unwrap().unwrap();
        assert_eq!((paused.state, paused.next_run), (CollectorState::Paused, None));
        assert!(store.claim(None).await.unwrap().is_none());
        store.change_collector("ann", &id, &settings("new"), None).await.unwrap();
        assert!(store.claim(None).await.unwrap().is_none(), "still paused");
        store.run_collector("ann", &id).await.unwrap();
        let job = store.claim(None).await.unwrap().unwrap();
        assert_eq!((job.kind, &job.subject), (JobKind::Collect, &id.0));
        store.stop_collector(&id, "wrong password").await.unwrap();
        let stopped = store.collector("ann", &id).await.unwrap().unwrap();
        assert_eq!(stopped.state, CollectorState::Stopped("wrong password".into()));
        store.change_collector("ann", &id, &settings("new"), Some(&"new secret".into())).await.unwrap();
        let again = store.collector("ann", &id).await.unwrap().unwrap();
        assert_eq!((again.state, again.settings.name.as_str()), (CollectorState::Active, "new"));
        assert_eq!(store.collector_secret(&id).await.unwrap().unwrap().expose_secret(), "new secret");
        store.remove_collector("ann", &id).await.unwrap();
        assert!(store.collectors("ann").await.unwrap().is_empty());
        assert!(store.collector_secret(&id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn the_last_runs_are_kept() {
    for place in Place::each() {
        let store = place.open();
        let id = store.add_collector("ann", &settings("old"), &"x".into()).await.unwrap();
        for n in 0..30 {
            let report =
                RunReport { collected: n, problem: Some("no \u{2603}".into()), ..RunReport::default() };
            let at = i64::try_from(n).unwrap();
            store.record_run(&id, &CollectorRun { started_at: at, ended_at: at, report }).await.unwrap();
        }
        let runs = store.runs(&id).await.unwrap();
        let collected: Vec<u64> = runs.iter().map(|run| run.report.collected).collect();
        assert_eq!(collected, (10..30).rev().collect::<Vec<_>>());
        assert_eq!(runs[0].report.problem.as_deref(), Some("no \u{2603}"));
    }
}

#[tokio::test]
async fn the_ledger_knows_each_message_by_its_uidl() {
    for place in Place::each() {
        let store = place.open();
        let id = store.add_collector("ann", &settings("old"), &"x".into()).await.unwrap();
        let entry = |state, uid| LedgerEntry {
            state,
            size: 5_000_000_000,
            hash: "ab".into(),
            n_bytes: 5_100_000_000,
            message_id: "m@x".into(),
            mailbox: "INBOX".into(),
            uid_validity: u32::MAX,
            uid,
            since: 7,
        };
        let job = store.claim(None).await.unwrap().unwrap();
        let write = async |uidl: &str, entry| {
            assert!(store.change_ledger(&job, &[(uidl.to_owned(), entry)]).await.unwrap());
        };
        write("u1", Some(entry(LedgerState::Appending, 3))).await;
        write("u1", Some(entry(LedgerState::Collected, 4))).await;
        let ledger = place.open().ledger(&id).await.unwrap();
        assert_eq!(ledger, [("u1".to_owned(), entry(LedgerState::Collected, 4))]);
        // The same message has another UIDL now.
        let renamed = [("u2".to_owned(), Some(entry(LedgerState::Collected, 4))), ("u1".to_owned(), None)];
        assert!(store.change_ledger(&job, &renamed).await.unwrap());
        assert_eq!(store.ledger(&id).await.unwrap(), [("u2".to_owned(), entry(LedgerState::Collected, 4))]);
        write("none", None).await;
        let many: Vec<_> =
            (0..2500).map(|n| (format!("m{n}"), Some(entry(LedgerState::Collected, n)))).collect();
        assert!(store.change_ledger(&job, &many).await.unwrap());
        assert_eq!(store.ledger(&id).await.unwrap().len(), 2501);
    }
}

#[tokio::test]
async fn only_whoever_holds_the_job_writes_the_ledger() {
    for place in Place::each() {
        let (one, other) = (place.open(), place.open());
        let id = one.add_collector("ann", &settings("old"), &"x".into()).await.unwrap();
        let job = one.claim(None).await.unwrap().unwrap();
        let change = [("u1".to_owned(), None)];
        assert!(one.change_ledger(&job, &change).await.unwrap());
        later(&other, LEASE_SECONDS.unsigned_abs() + 1);
        let taken = other.claim(None).await.unwrap().unwrap();
        assert!(!one.change_ledger(&job, &change).await.unwrap(), "it is another's now");
        assert!(other.change_ledger(&taken, &change).await.unwrap());
        one.pause_collector("ann", &id).await.unwrap();
        assert!(!other.change_ledger(&taken, &change).await.unwrap(), "it is paused");
    }
}

#[tokio::test]
async fn settings_and_people_are_kept_for_each_owner() {
    for place in Place::each() {
        let store = place.open();
        assert_eq!(store.settings("ann").await.unwrap(), UserSettings::default());
        store.set_settings("ann", UserSettings { hold_seconds: 20 }).await.unwrap();
        store.set_settings("ann", UserSettings { hold_seconds: 10 }).await.unwrap();
        assert_eq!(place.open().settings("ann").await.unwrap().hold_seconds, 10);
        assert_eq!(store.settings("bob").await.unwrap().hold_seconds, 0);

        let id = store.add_identity("ann", &address(Some("Ann"), "ann@work.example")).await.unwrap();
        store.add_identity("ann", &address(None, "ann@home.example")).await.unwrap();
        let mut identities = store.identities("ann").await.unwrap();
        assert_eq!(identities.len(), 2);
        let work = identities.remove(1);
        assert_eq!((&work.id, &work.address), (&id, &address(Some("Ann"), "ann@work.example")));
        let renamed =
            postroom::model::Identity { address: address(Some("Dr Ann"), "ann@work.example"), ..work };
        store.change_identity("bob", &renamed).await.unwrap();
        assert_ne!(store.identities("ann").await.unwrap()[1], renamed);
        store.change_identity("ann", &renamed).await.unwrap();
        assert_eq!(store.identities("ann").await.unwrap()[1], renamed);
        store.remove_identity("bob", &id).await.unwrap();
        assert_eq!(store.identities("ann").await.unwrap().len(), 2);
        store.remove_identity("ann", &id).await.unwrap();
        assert_eq!(store.identities("ann").await.unwrap().len(), 1);

        let written = [address(Some("Bob"), "Bob@x.example"), address(None, "carol@x.example")];
        store.remember_contacts("ann", &written).await.unwrap();
        store.remember_contacts("ann", &[address(None, "bob@x.example")]).await.unwrap();
        let contacts = store.contacts("ann", 10).await.unwrap();
        assert_eq!((contacts.len(), contacts[0].n_used), (2, 2));
        assert_eq!(
            contacts[0].address,
            address(Some("Bob"), "bob@x.example"),
            "the name that was known stays"
        );
        assert!(store.contacts("bob", 10).await.unwrap().is_empty());

        store.trust_sender("ann", "News@x.example").await.unwrap();
        store.trust_sender("ann", "news@x.example").await.unwrap();
        assert_eq!(store.trusted_senders("ann").await.unwrap(), ["news@x.example"]);
        store.distrust_sender("ann", "NEWS@x.example").await.unwrap();
        assert!(store.trusted_senders("ann").await.unwrap().is_empty());
    }
}

fn snooze(owner: &str, until: i64) -> Snooze {
    Snooze {
        id: String::new(),
        owner: owner.into(),
        message: MessageKey::from_reference("INBOX/1.2").unwrap(),
        message_id: "m@x".into(),
        subject: "later".into(),
        return_to: MailboxName::inbox(),
        until,
    }
}

#[tokio::test]
async fn a_snooze_is_a_job_for_its_time() {
    for place in Place::each() {
        let store = place.open();
        let until = store.now() + 100;
        let id = store.add_snooze(&snooze("ann", until)).await.unwrap();
        let now = MessageKey::from_reference("Snoozed/9.1").unwrap();
        store.snoozed_as(&id, &now).await.unwrap();
        let kept = store.snoozes("ann").await.unwrap();
        assert_eq!(kept, [Snooze { id: id.clone(), message: now, ..snooze("ann", until) }]);
        assert!(store.claim(None).await.unwrap().is_none());
        store.end_snooze("bob", &id).await.unwrap();
        assert!(store.claim(None).await.unwrap().is_none(), "it is not bob's");
        later(&store, 101);
        assert_eq!(store.claim(None).await.unwrap().unwrap().subject, id);
        store.remove_snooze("ann", &id).await.unwrap();
        assert!(store.snooze(&id).await.unwrap().is_none());
    }
}

async fn fill(store: &Store, owner: &str) {
    let id = store.add_collector(owner, &settings("old"), &"pop secret".into()).await.unwrap();
    let report = RunReport::default();
    store.record_run(&id, &CollectorRun { started_at: 1, ended_at: 2, report }).await.unwrap();
    store.set_settings(owner, UserSettings { hold_seconds: 5 }).await.unwrap();
    store.add_identity(owner, &address(Some("Me"), "me@x.example")).await.unwrap();
    store.remember_contacts(owner, &[address(Some("Bob"), "bob@x.example")]).await.unwrap();
    store.trust_sender(owner, "news@x.example").await.unwrap();
    store.add_snooze(&snooze(owner, 9)).await.unwrap();
    store.keep_credentials(&postroom::model::Credentials::new(owner, "imap secret")).await.unwrap();
}

#[tokio::test]
async fn everything_of_a_person_is_handed_over_and_forgotten() {
    for place in Place::each() {
        let store = place.open();
        fill(&store, "ann").await;
        fill(&store, "bob").await;
        let export = store.export("ann").await.unwrap().to_string();
        for part in
            ["\"old\"", "me@x.example", "bob@x.example", "news@x.example", "later", "\"hold_seconds\":\"5\""]
        {
            assert!(export.contains(part), "{part} is not in {export}");
        }
        assert!(!export.contains("secret"), "{export}");
        assert!(store.forget("ann").await.unwrap() > 8);
        let empty = store.export("ann").await.unwrap();
        assert_eq!(
            empty,
            store
                .export("nobody")
                .await
                .map(|mut json| {
                    json["account"] = "ann".into();
                    json
                })
                .unwrap()
        );
        assert!(store.credentials("ann").await.unwrap().is_none());
        assert!(store.export("bob").await.unwrap().to_string().contains("me@x.example"), "bob's stays");
    }
}
