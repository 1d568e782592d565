//! How many messages somebody has, as another program sees it.

use postroom_rig::{ImapClient, Person, rig, until};

pub fn n_messages(person: &Person, mailbox: &str) -> usize {
    let mut client = ImapClient::login(rig().imap(), person);
    let status = client.command(&format!("STATUS {mailbox} (MESSAGES)")).concat();
    let n: String =
        status.split("MESSAGES ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    n.parse().unwrap()
}

/// Waits until exactly so many are in the inbox.
#[track_caller]
pub fn arrived(person: &Person, n: usize) {
    until(&format!("{n} messages arrive"), || match n_messages(person, "INBOX") {
        seen if seen == n => Ok(()),
        seen => Err(seen),
    });
}
