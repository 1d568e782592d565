//! Newsletters in five designs, as their senders make them: tables, old tags, remote pictures, counting pixels.

use super::{Stored, files::landscape, letter::letter, moment::Moment, thread::hash};

pub(super) fn all(to: &str, now: Moment) -> Vec<Stored> {
    let file = include_str!("../../letters/newsletters.txt");
    file.split("\n= ").map(|issue| newsletter(issue.strip_prefix("= ").unwrap_or(issue), to, now)).collect()
}

fn design(name: &str) -> &'static str {
    match name {
        "lichtblick" => include_str!("../../letters/newsletters/lichtblick.html"),
        "ferris" => include_str!("../../letters/newsletters/ferris.html"),
        "library" => include_str!("../../letters/newsletters/library.html"),
        "shop" => include_str!("../../letters/newsletters/shop.html"),
        "cloud" => include_str!("../../letters/newsletters/cloud.html"),
        other => panic!("no design is called {other:?}"),
    }
}

fn newsletter(issue: &str, to: &str, now: Moment) -> Stored {
    let mut lines = issue.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('|').map(str::trim).collect();
    let [name, from, ago, marks, subject] = head[..] else { panic!("not the head of an issue: {head:?}") };
    let (headline, teaser) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let items: Vec<(&str, &str)> =
        lines.filter_map(|line| line.strip_prefix("* ")?.split_once(" | ")).collect();

    let (page, item) =
        design(name).split_once("<!-- item -->").unwrap_or_else(|| panic!("{name} has no item"));
    let rows = items.iter().enumerate().map(|(n, (title, text))| {
        let number = format!("{}{n}", hash(subject) % 9000 + 1000);
        item.trim().replace("{title}", title).replace("{text}", text).replace("{n}", &number)
    });
    let picture = "cover.png";
    let html = page
        .replace("{subject}", subject)
        .replace("{headline}", headline)
        .replace("{teaser}", teaser)
        .replace("{picture}", picture)
        .replace("{items}", &rows.collect::<Vec<_>>().join("\n"));
    let text: String = items.iter().map(|(title, text)| format!("* {title}\n  {text}\n\n")).collect();

    let domain = from.rsplit('@').next().unwrap_or_default().trim_end_matches('>');
    let mut message = letter()
        .header("Return-Path", &format!("<bounce-{:x}@mail.{domain}>", hash(subject) & 0xffff))
        .from(from)
        .to(to)
        .subject(subject)
        .id(&format!("{:x}@mail.{domain}", hash(subject)))
        .header("List-Id", &format!("<{name}.{domain}>"))
        .header("List-Unsubscribe", &format!("<https://{domain}/unsubscribe?u=8f3a>"))
        .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .header("Precedence", "bulk")
        .text(&format!("{headline}\n\n{teaser}\n\n{text}"))
        .html(&html);
    if page.contains("cid:") {
        let seed = u32::try_from(hash(subject) % 97).expect("below 97");
        message = message.inline(landscape(picture, 600, 260, seed));
    }
    let flags: &[&str] = if marks == "unread" { &[] } else { &["\\Seen"] };
    message.stored("INBOX", flags, now.before(ago))
}
