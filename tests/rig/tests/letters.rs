//! The demo's mailbox: complete, and the same every time.
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on must stop")]

use postroom_rig::{ImapClient, Moment, fill_demo_mailbox, modified_utf7, rig};

#[test]
fn the_demo_mailbox_has_something_of_everything() {
    let ada = rig().person("ada");
    fill_demo_mailbox(rig(), &ada, Moment::now());
    let mut imap = ImapClient::login(rig().imap(), &ada);
    let n_messages = |imap: &mut ImapClient, folder: &str| -> usize {
        let status = imap.command(&format!("STATUS \"{}\" (MESSAGES)", modified_utf7(folder)))[0].clone();
        let digits: String = status.chars().rev().skip(1).take_while(char::is_ascii_digit).collect();
        digits.chars().rev().collect::<String>().parse().unwrap_or_default()
    };
    let folders = ["Sent", "Drafts", "Archive", "Junk", "Trash", "Projects/Postroom", "Projects/Übersetzung"];
    for folder in folders.into_iter().chain(["Lists/rust-users", "家族", "Rechnungen 2026"]) {
        assert!(n_messages(&mut imap, folder) > 0, "{folder} is empty");
    }
    assert!(n_messages(&mut imap, "INBOX") > 100, "page 1 is to have an earlier page");

    imap.command("SELECT INBOX");
    let mut matches = |criteria: &str| imap.command(&format!("SEARCH {criteria}"))[0].split(' ').count() - 2;
    assert!(matches("UNSEEN") >= 5);
    assert!(matches("FLAGGED") >= 5);
    assert!(matches("ANSWERED") >= 5);
    assert!(matches("KEYWORD $HasAttachment") >= 10);
    assert!(matches("LARGER 3000000") >= 1);
    assert!(matches("HEADER References example.org") >= 20);
    assert!(matches("HEADER Content-Type multipart/alternative") >= 20);
}
