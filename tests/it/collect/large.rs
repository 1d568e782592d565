//! Many messages, and large ones.

use std::{fs, time::Duration};

use postroom::{
    model::{Keep, LedgerEntry, LedgerState},
    pop3::{Conn, Login, Server},
};
use postroom_rig::{ImapClient, Proxy, Side, rig};

use super::{Case, told};
use crate::{
    office::{Office, expunge, message, put, subjects},
    site::Site,
};

/// Everything the POP3 server lists, as a ledger that knows it.
fn listed(case: &Case) -> Vec<(String, Option<LedgerEntry>)> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rows = runtime.block_on(async {
        let server = Server { patience: Duration::from_secs(60), ..crate::pop3::open_server(rig().pop3()) };
        let credentials = postroom::model::Credentials::new(case.source.address.clone(), "pw".to_owned());
        let mut conn = Conn::sign_in(&server, &Login::Password(credentials)).await.unwrap();
        let (uids, sizes) = (conn.uidl().await.unwrap().unwrap(), conn.list().await.unwrap());
        conn.quit().await.unwrap();
        uids.into_iter().zip(sizes).collect::<Vec<_>>()
    });
    rows.into_iter()
        .map(|((_, uidl), (number, size))| {
            let entry = LedgerEntry {
                state: LedgerState::Collected,
                size,
                hash: format!("{number:064x}"),
                n_bytes: size,
                message_id: format!("{number}@elsewhere"),
                mailbox: "INBOX".into(),
                uid_validity: 1,
                uid: number,
                since: 1_700_000_000,
            };
            (uidl, Some(entry))
        })
        .collect()
}

#[test]
fn of_50000_messages_the_new_one_is_found_by_two_listings() {
    let (case, _) = Case::with([message("one")], |_| {});
    let mut client = ImapClient::login(rig().imap(), &case.source);
    client.command("SELECT INBOX");
    let mut n = 1;
    while n < 50_000 {
        let more = n.min(50_000 - n);
        client.command(&format!("COPY 1:{more} INBOX"));
        client.command("NOOP");
        n += more;
    }
    case.office.write_ledger(&case.owner, &case.id, &listed(&case));
    put(&case.source, [message("new")]);
    let run = case.run();
    assert_eq!(told(&run), (1, 0, None));
    let said = String::from_utf8(case.pop3.said_by(Side::Client)).unwrap();
    let n_said = |name: &str| said.lines().filter(|line| line.starts_with(name)).count();
    let asked = ["UIDL", "LIST", "TOP", "RETR", "QUIT"].map(n_said);
    assert_eq!((asked, case.pop3.n_connections()), ([1, 1, 0, 1, 1], 1));
    assert_eq!(case.inbox(), ["one", "new"]);
    println!("50,000 messages: {} s", run.ended_at - run.started_at);
}

#[test]
fn many_messages_are_deleted_in_sessions_that_end() {
    let names: Vec<String> = (0..1100).map(|n| format!("m{n}")).collect();
    let (case, _) = Case::with([message("zero")], |new| new.keep = Keep::Delete);
    expunge(&case.owner, 1);
    put(&case.source, names.iter().map(|name| message(name)));
    case.pop3.forget();
    case.office.make_due(&case.owner, &case.id);
    let run = case.office.after_run_within(Duration::from_secs(240), &case.owner, &case.id);
    println!("1,100 messages: {} s", run.ended_at - run.started_at);
    assert_eq!(told(&run), (1100, 1100, None));
    assert!(case.pop3.n_commands("QUIT") >= 3, "{} sessions", case.pop3.n_commands("QUIT"));
    assert_eq!(case.inbox(), names);
    assert!(case.left().is_empty());
}

#[test]
fn a_message_of_50_mb_is_never_in_memory() {
    let site = Site::start(&[("POSTROOM_EGRESS_ALLOW", "127.0.0.1:*")]);
    let office = Office::of(site.data_dir());
    let (source, owner) = (rig().person("source"), rig().person("owner"));
    let pop3 = Proxy::to(rig().pop3());
    let peak = || -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", site.process_id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    put(&source, [message("small")]);
    let id = office.add(&pop3, &source, &owner, |new| new.keep = Keep::Delete);
    assert_eq!(told(&office.after_run(&owner, &id)), (1, 1, None));
    let before = peak();
    let line = "0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz\r\n";
    let large = format!("Subject: large\r\n\r\n{}", line.repeat(50_000_000 / line.len()));
    put(&source, [&large]);
    office.make_due(&owner, &id);
    assert_eq!(told(&office.after_run_within(Duration::from_secs(120), &owner, &id)), (1, 1, None));
    assert_eq!(subjects(&owner, "INBOX"), ["small", "large"]);
    let mut client = ImapClient::login(rig().imap(), &owner);
    client.command("SELECT INBOX");
    let row = client.command("FETCH 2 (BODY.PEEK[])").concat();
    assert!(row.contains(&large), "it is not what was sent");
    let grown = peak() - before;
    assert!(grown < 20_000, "{grown} KB more were used");
    println!("50 MB: {grown} KB");
}
