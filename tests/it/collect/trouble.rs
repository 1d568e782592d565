//! Servers that are away, full, or do not say whether they did it.

use std::path::Path;

use postroom::{
    config::Database,
    model::{CollectorState, Keep, LedgerState},
};
use postroom_rig::{Fault, ImapClient, Proxy, Side, postgres, rig, until};

use super::{Case, told};
use crate::{
    office::{Office, message, put, subjects},
    site::Site,
};

fn minutes_until(case: &Case) -> i64 {
    let next = case.office.collector(&case.owner, &case.id).next_run.unwrap();
    let now = case.office.ask(async |store| Ok(store.now()));
    (next - now + 30) / 60
}

#[test]
fn a_wrong_password_stops_the_collector_and_tells() {
    let (case, _) = Case::with([message("one")], |_| {});
    let settings = case.office.collector(&case.owner, &case.id).settings;
    let change = |secret: &str| {
        case.office.ask(async |store| {
            let secret = secret.to_owned().into();
            store.change_collector(&case.owner.address, &case.id, &settings, Some(&secret)).await
        });
        case.office.after_run(&case.owner, &case.id)
    };
    let run = change("hunter2");
    let words =
        "The server refuses the user name or the password. It says: \u{201c}Authentication failed.\u{201d}";
    assert_eq!(told(&run), (0, 0, Some(words)));
    let collector = case.office.collector(&case.owner, &case.id);
    assert_eq!((collector.state, collector.next_run), (CollectorState::Stopped(words.into()), None));
    put(&case.source, [message("two")]);
    assert_eq!(told(&change("pw")), (1, 0, None));
    assert_eq!(case.inbox(), ["one", "two"]);
}

#[test]
fn a_host_that_the_site_does_not_connect_to_stops_it() {
    let (case, _) = Case::with([message("one")], |_| {});
    for server in ["pop3://10.1.2.3:110", "pop3s://169.254.169.254", "smtp://localhost"] {
        let mut settings = case.office.collector(&case.owner, &case.id).settings;
        settings.server = server.into();
        case.office
            .ask(async |store| store.change_collector(&case.owner.address, &case.id, &settings, None).await);
        let run = case.office.after_run(&case.owner, &case.id);
        let CollectorState::Stopped(words) = case.office.collector(&case.owner, &case.id).state else {
            panic!("{server} did not stop it")
        };
        assert_eq!(run.report.problem, Some(words));
    }
}

#[test]
fn a_server_that_is_away_is_tried_less_and_less_often() {
    let (case, _) = Case::with([message("one")], |new| new.every_minutes = 1);
    assert_eq!(minutes_until(&case), 1);
    case.pop3.refuse();
    for minutes in [5, 15, 60, 180, 360, 360] {
        let run = case.run();
        let problem = run.report.problem.unwrap();
        assert!(problem.starts_with("The server cannot be reached"), "{problem}");
        assert_eq!(minutes_until(&case), minutes);
    }
    case.pop3.heal();
    put(&case.source, [message("two")]);
    assert_eq!(told(&case.run()), (1, 0, None));
    assert_eq!(minutes_until(&case), 1);
}

#[test]
fn what_finds_no_room_stays_where_it_is() {
    let owner = rig().person_with_quota("full", "100K");
    let large = |name: &str| format!("{}{}", message(name), "a line of text\r\n".repeat(3500));
    let messages = ["one", "two", "three"].map(large);
    let (case, run) = Case::at(owner, Proxy::to(rig().pop3()), messages, |new| new.keep = Keep::Delete);
    let (collected, deleted, problem) = told(&run);
    assert_eq!((collected, deleted), (1, 1));
    assert!(problem.unwrap().starts_with("Your mailbox is full"), "{problem:?}");
    assert_eq!(case.left(), ["two", "three"]);
    assert!(minutes_until(&case) >= 60);
    // Its owner makes room.
    let mut client = ImapClient::login(rig().imap(), &case.owner);
    client.command("SELECT INBOX");
    client.command("STORE 1 +FLAGS (\\Deleted)");
    client.command("EXPUNGE");
    assert_eq!(case.run().report.collected, 1);
    assert_eq!((case.inbox().len(), case.left().len()), (1, 1));
}

#[test]
fn a_quit_that_fails_deletes_later_what_was_collected_before() {
    for fault in [Fault::replace("XUIT\r\n"), Fault::SwallowReply, Fault::CutAfter(0)] {
        let (case, _) = Case::with([message("zero")], |new| new.keep = Keep::Delete);
        put(&case.source, [message("one"), message("two")]);
        case.pop3.when(Side::Client, "QUIT\r\n", fault.clone());
        let run = case.run();
        assert_eq!((run.report.collected, run.report.deleted), (2, 0), "{fault:?}");
        let problem = run.report.problem.unwrap();
        assert!(problem.contains("is not known"), "{problem}");
        let n_left = case.left().len() as u64;
        assert_eq!(told(&case.run()), (0, n_left, None), "{fault:?}");
        assert_eq!(case.pop3.n_commands("RETR"), 0);
        assert_eq!((case.inbox().len(), case.left().len()), (3, 0));
    }
}

#[test]
fn a_message_the_server_does_not_hand_over_bars_no_other() {
    let (case, _) = Case::with([message("zero")], |new| new.keep = Keep::Delete);
    put(&case.source, ["one", "two", "three"].map(message));
    case.pop3.when(Side::Client, "RETR 2\r\n", Fault::replace("RETR 99\r\n"));
    let run = case.run();
    assert_eq!((run.report.collected, run.report.deleted), (2, 2));
    assert!(run.report.problem.unwrap().starts_with("The server would not hand a message over."));
    assert_eq!(case.left(), ["two"]);
    // This one breaks every connection: those behind it come all the same.
    put(&case.source, ["four", "five"].map(message));
    case.pop3.whenever(Side::Server, "This is two.", Fault::Cut);
    for _ in 0..3 {
        case.run();
    }
    case.pop3.heal();
    assert_eq!(case.left(), ["two", "four", "five"], "nothing was deleted, as no session ended well");
    assert_eq!(case.inbox().len(), 5);
    assert_eq!(told(&case.run()), (1, 3, None));
    assert_eq!(case.inbox().len(), 6);
}

/// What was on its way when its owner paused the collector does not arrive later, behind everybody's back.
#[test]
fn a_collector_that_is_paused_in_the_middle_of_a_message_leaves_it() {
    let (pop3, imap) = (Proxy::to(rig().pop3()), Proxy::to(rig().imap()));
    let imap_url = format!("imap+insecure://{}", imap.address());
    let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*"), ("POSTROOM_IMAP", &imap_url)]);
    let office = Office::of(site.data_dir());
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    let large = format!("{}{}", message("large"), "a line of text\r\n".repeat(1_000_000));
    put(&source, [large]);
    imap.when(Side::Client, "This is large.", Fault::Stall);
    let id = office.add(&pop3, &source, &owner, |_| {});
    until("it is on its way", || imap.all_happened());
    office.ask(async |store| store.pause_collector(&owner.address, &id).await);
    until("the run is given up", || site.log().contains("taken over by another instance"));
    imap.heal();
    let (_, entry) = office.ledger(&id).pop().unwrap();
    assert_eq!(entry.state, LedgerState::Appending);
    office.make_due(&owner, &id);
    let run = office.after_run(&owner, &id);
    assert_eq!(told(&run), (1, 0, None));
    assert_eq!(subjects(&owner, "INBOX"), ["large"]);
}

/// Servers that hang do not keep anybody's mail from being sent.
#[test]
fn collections_that_take_long_leave_room_for_what_is_to_be_sent() {
    let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*")]);
    let office = Office::of(site.data_dir());
    let (pop3, source, bob) = (Proxy::to(rig().pop3()), rig().person("source"), rig().person("bob"));
    pop3.stall();
    let pairs: Vec<_> = (0..9)
        .map(|_| {
            let owner = rig().person("owner");
            let id = office.add(&pop3, &source, &owner, |_| {});
            (owner, id)
        })
        .collect();
    until("there is no more room", || pop3.n_connections() == 5);
    let (browser, _) = site.signed_in(&rig().person("ann"));
    let at =
        (jiff::ZonedDateTime::now() + jiff::ToSpan::seconds(2)).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let fields = [
        ("to", bob.address.as_str()),
        ("subject", "soon"),
        ("text", "x"),
        ("send_at", &at),
        ("intent", "send"),
    ];
    browser.submit(&browser.get("/compose"), "form[action$='/compose']", &fields).is(303);
    until("it is sent", || subjects(&bob, "INBOX") == ["soon"]);
    assert_eq!(pop3.n_connections(), 5);
    pop3.heal();
    for (_, id) in &pairs {
        let runs = until("each has its turn", || {
            Some(office.ask(async |store| store.runs(id).await)).filter(|runs| !runs.is_empty())
        });
        assert_eq!(told(&runs[0]), (0, 0, None));
    }
}

#[test]
fn two_instances_collect_every_message_once() {
    let database = postgres().database();
    let keys = tempfile::tempdir().unwrap();
    let key_file = keys.path().join("server.key");
    let pop3 = Proxy::to(rig().pop3());
    let start = |_: usize| {
        Site::start(&[
            ("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*"),
            ("POSTROOM_DATABASE", &database),
            ("POSTROOM_KEY_FILE", key_file.to_str().unwrap()),
        ])
    };
    let sites: Vec<Site> = (0..2).map(start).collect();
    let office = Office::on(Database::Postgres(database.clone().into()), Path::new(&key_file).to_owned());
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    let mut names = Vec::new();
    put(&source, ["m"].map(message));
    let id = office.add(&pop3, &source, &owner, |_| {});
    office.after_run(&owner, &id);
    names.push("m".to_owned());
    for round in 0..8 {
        let more: Vec<String> = (0..8).map(|n| format!("m{round}-{n}")).collect();
        put(&source, more.iter().map(|name| message(name)));
        names.extend(more);
        office.run(&owner, &id);
    }
    assert_eq!(subjects(&owner, "INBOX"), names);
    assert_eq!(pop3.n_commands("RETR"), names.len());
    drop(sites);
}
