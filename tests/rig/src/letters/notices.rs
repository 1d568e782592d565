//! What a software team's programs write: builds, and comments on issues.

use super::{
    Stored,
    letter::{Letter, letter},
    moment::Moment,
    thread::hash,
    writer::escape,
};

const BRANCHES: [&str; 7] =
    ["main", "imap-move", "compose-drafts", "dark-theme", "main", "plurals", "fault-proxy"];
const LATEST_BUILD: usize = 1482;
const N_BUILDS: usize = 64;

pub(super) fn all(to: &str, now: Moment) -> Vec<Stored> {
    (0..N_BUILDS).map(|n| build(n, to, now)).chain(comments(to, now)).collect()
}

/// The `n`th build before the latest; one in seven has failed, and is flagged.
fn build(n: usize, to: &str, now: Moment) -> Stored {
    let date = now.before(&format!("{}d {}:{:02}", n * 3 / 2 + 1, 8 + n * 5 % 10, n * 17 % 60));
    let (branch, number) = (BRANCHES[n % BRANCHES.len()], LATEST_BUILD - n);
    let commit = format!("{:07x}", hash(&number.to_string()) & 0x0fff_ffff);
    let (result, colour, browser) = match n % 7 {
        3 => ("failed", "#b3261e", "failed: a_reply_quotes_the_text"),
        _ => ("passed", "#1a7f37", "2:08"),
    };
    let link = format!("https://ci.cumulus.example/b/{number}");
    let html = format!(
        "<table cellpadding=\"12\" style=\"font:14px sans-serif;border:1px solid #d0d7de;border-left:6px solid {colour}\">\
         <tr><td><b>Build #{number} {result}</b><br>nordlicht/postroom &middot; {branch} &middot; <code>{commit}</code></td>\
         </tr><tr><td><table style=\"font:13px monospace\"><tr><td>fmt, clippy</td><td>0:41</td></tr><tr><td>unit</td>\
         <td>0:12</td></tr><tr><td>rig</td><td>1:{:02}</td></tr><tr><td>browser</td><td>{browser}</td></tr></table></td></tr>\
         <tr><td><a href=\"{link}\">Show the log</a></td></tr></table>",
        n * 7 % 60,
    );
    let message = letter()
        .from("Cumulus CI <ci@cumulus.example>")
        .to(to)
        .subject(&format!("[nordlicht/postroom] Build #{number} {result} ({branch})"))
        .id(&format!("build-{number}@ci.cumulus.example"))
        .header("Auto-Submitted", "auto-generated")
        .text(&format!("Build #{number} of {branch} ({commit}) has {result}.\n\n{link}\n"))
        .html(&html);
    let flags: &[&str] = match (n, result) {
        (0..2, _) => &[],
        (_, "failed") => &["\\Seen", "\\Flagged"],
        _ => &["\\Seen"],
    };
    message.stored(if n < 24 { "INBOX" } else { "Archive" }, flags, date)
}

/// Each issue is a thread; the issue itself was never mailed, so its id is answered but not there.
fn comments(to: &str, now: Moment) -> Vec<Stored> {
    let mut all = Vec::new();
    for issue in include_str!("../../letters/comments.txt").split("= #").skip(1) {
        let mut lines = issue.lines();
        let head = lines.next().and_then(|head| head.split_once(' '));
        let (number, title) = head.unwrap_or_else(|| panic!("not an issue: {issue}"));
        let mut ids = vec![format!("nordlicht/postroom/issues/{number}@forge.example")];
        for line in lines {
            let fields: Vec<&str> = line.splitn(3, " | ").collect();
            let [who, ago, text] = fields[..] else { panic!("not a comment: {line}") };
            let id = format!("nordlicht/postroom/issues/{number}/{:x}@forge.example", hash(text) & 0xff_ffff);
            let subject = format!("Re: [nordlicht/postroom] {title} (#{number})");
            let message = comment(who, number, text).cc(to).subject(&subject).id(&id).answers(&ids);
            let flags: &[&str] = if ago.ends_with('h') { &[] } else { &["\\Seen"] };
            all.push(message.stored("INBOX", flags, now.before(ago)));
            ids.push(id);
        }
    }
    all
}

fn comment(who: &str, number: &str, text: &str) -> Letter {
    let link = format!("https://forge.example/nordlicht/postroom/issues/{number}");
    letter()
        .from(&format!("{who} (Forge) <notifications@forge.example>"))
        .to("nordlicht/postroom <postroom@noreply.forge.example>")
        .header("List-Id", "nordlicht/postroom <postroom.nordlicht.forge.example>")
        .text(&format!(
            "{who} left a comment (nordlicht/postroom#{number})\n\n{text}\n\n-- \nAnswer directly or view it: {link}\n"
        ))
        .html(&format!(
            "<p><b>{who}</b> left a comment <a href=\"{link}\">(nordlicht/postroom#{number})</a></p><p dir=\"auto\">{}</p>\
             <p style=\"font-size:small;color:#666\">&mdash;<br>Answer directly or <a href=\"{link}\">view it on Forge</a>.\
             <img src=\"https://forge.example/beacon/{number}.gif\" height=\"1\" width=\"1\" alt=\"\"></p>",
            escape(text)
        ))
}
