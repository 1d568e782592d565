//! A mailbox as people have it: many scripts, long subjects, newsletters, threads.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use crate::model::{
    Address, Counts, Flag, Flags, Holds, Keyword, Mailbox, MailboxName, MailboxRole, MessageKey,
    MessageSummary, Uid, UidValidity,
};

pub(super) const LETTER: &str = "Hello Marlene,\n\nplease find attached the fourth version of the floor plan. The \
    reading room moved to the south side, so it gets daylight until late afternoon, and the two offices share one \
    entrance now.\n\nTwo things we should settle before Thursday:\n\n  1. Do we keep the oak floor? It adds about 8 % \
    to the budget (see the sheet).\n  2. Who talks to the neighbours about the scaffold?\n\nPhotos of the site visit are \
    at https://photos.example.org/reading-room.\n\nBest wishes\nIris\n\n-- \nIris Vandermeer\nVandermeer Architects, \
    Keizersgracht 12, Amsterdam\n";

pub(super) const NEWSLETTER: &str = "<table width=100% bgcolor=#f3efe6><tr><td align=center><table width=600 \
    bgcolor=#ffffff cellpadding=32><tr><td style='font-family:Georgia,serif;color:#333'><h1 style='color:#2d4a35'>Hill \
    &amp; Heath</h1><p style='font-size:18px'>Frost on the heath, low sun, and nobody about: our favourite week of the \
    year has begun. Here are twelve walks that are best on a clear day.</p><h2>1. The long ridge</h2><p>Start at the \
    car park below the quarry. In the first hour you climb, and then you look down on everything for three more. \
    Bring something warm to drink and a hat that stays on.</p><p><a href='#'>Read more</a></p><h2>2. Two ponds and a \
    bakery</h2><p>Flat, short, and it ends at a bakery that opens at two in the afternoon.</p></td></tr></table></td></tr>\
    </table>";

pub(super) fn now() -> ZonedDateTime {
    "2026-11-24T18:30:00Z".parse::<Timestamp>().unwrap().to_zoned_datetime(TimeZone::UTC)
}

pub(super) fn key(mailbox: &str, uid: u32) -> MessageKey {
    MessageKey {
        mailbox: MailboxName::new(mailbox).unwrap(),
        uid_validity: UidValidity::new(1_700_000_001).unwrap(),
        uid: Uid::new(uid).unwrap(),
    }
}

/// `Name <email>; email`.
pub(super) fn people(list: &str) -> Vec<Address> {
    let one = |text: &str| match text.trim().split_once(" <") {
        Some((name, email)) => Address { name: Some(name.into()), email: email.trim_end_matches('>').into() },
        None => Address { name: None, email: text.trim().into() },
    };
    list.split(';').map(one).collect()
}

pub(super) fn mailbox(name: &str) -> Mailbox {
    account().into_iter().find(|mailbox| mailbox.name.as_str() == name).unwrap()
}

pub(super) fn account() -> Vec<Mailbox> {
    let mailbox = |name: &str, role, messages, unseen| Mailbox {
        name: MailboxName::new(name).unwrap(),
        delimiter: Some('/'),
        role,
        holds: Holds::Messages,
        subscribed: true,
        counts: Some(Counts { messages, unseen }),
    };
    vec![
        mailbox("INBOX", Some(MailboxRole::Inbox), 12_345, 42),
        mailbox("Drafts", Some(MailboxRole::Drafts), 4, 0),
        mailbox("Sent", Some(MailboxRole::Sent), 5_120, 0),
        mailbox("Archive", Some(MailboxRole::Archive), 48_201, 0),
        mailbox("Junk", Some(MailboxRole::Junk), 17, 17),
        mailbox("Trash", Some(MailboxRole::Trash), 9, 0),
        mailbox("Family", None, 310, 3),
        mailbox("Lists", None, 9_000, 1_204),
        mailbox("Lists/rust", None, 4_200, 310),
        mailbox("Lists/音楽", None, 12, 0),
        Mailbox { holds: Holds::OnlyMailboxes, counts: None, ..mailbox("Projects", None, 0, 0) },
        mailbox("Projects/Reading room 2026", None, 88, 5),
        mailbox("Projects/مكتبة الحي", None, 6, 0),
        mailbox("Receipts", None, 402, 0),
    ]
}

/// Marks: `u`nread, `f`lagged, `a`nswered, `w` forwarded, `p`aperclip.
const ROWS: &[(&str, &str, &str, &str, &str, u64)] = &[
    (
        "u",
        "Jonas Lindqvist <jonas@example.org>",
        "Dinner on Friday?",
        "I found a small place near the harbour that has a table for six at eight. Should I take it? They need to know by tomorrow noon",
        "2026-11-24T18:12:00Z",
        4_100,
    ),
    (
        "uf",
        "Iris Vandermeer <iris@vandermeer-architects.example>",
        "Floor plans for the new reading room, and two questions about the budget",
        "Please find attached the fourth version of the floor plan. The reading room moved to the south side",
        "2026-11-24T17:41:00Z",
        3_380_000,
    ),
    (
        "up",
        "山田 花子 <hanako@example.jp>",
        "来週の会議について（資料を添付します）",
        "お疲れ様です。来週火曜日の会議の資料をお送りします。ご確認のほどよろしくお願いいたします。",
        "2026-11-24T16:20:00Z",
        812_000,
    ),
    (
        "",
        "GitHub <noreply@github.example>",
        "[postroom/postroom] imap: a connection dropped inside a command is closed (PR #482)",
        "@marlene approved this pull request. The fault proxy cuts in the middle of a FETCH now, and the next request works",
        "2026-11-24T15:02:00Z",
        18_200,
    ),
    (
        "a",
        "Amara Diallo <amara@diallo.example>",
        "Re: Photos from the lake 🏔️",
        "They are wonderful! The one with the boat is going on our wall. Did you get the ones I sent",
        "2026-11-24T13:45:00Z",
        9_400,
    ),
    (
        "",
        "Hill & Heath <hello@news.hillandheath.example>",
        "The Weekend Edition: 12 walks for clear days",
        "Frost on the heath, low sun, and nobody about: our favourite week of the year has begun. Plus: a thermos that works",
        "2026-11-24T09:00:00Z",
        94_000,
    ),
    (
        "p",
        "ليلى حداد <layla@example.org>",
        "دعوة إلى افتتاح المكتبة يوم السبت",
        "يسرنا أن ندعوكم إلى حفل افتتاح مكتبة الحي يوم السبت القادم في الساعة الخامسة مساءً",
        "2026-11-24T08:31:00Z",
        220_000,
    ),
    (
        "u",
        "Northline Rail <tickets@northline.example>",
        "Your tickets: Amsterdam Centraal → Berlin Hbf, 28 November",
        "Booking reference K7QX2P. Coach 14, seats 61 and 62, facing forward. Departs 08:59 from platform 7b",
        "2026-11-23T21:15:00Z",
        61_000,
    ),
    (
        "wf",
        "Dr. Mbali Nkosi <m.nkosi@clinic.example>",
        "Appointment confirmed: 2 December, 10:20",
        "Please bring your referral letter and arrive ten minutes early. If you cannot come, call us on the day before",
        "2026-11-23T16:02:00Z",
        7_700,
    ),
    (
        "",
        "Ana Souza <ana@example.org>; Marlene Okafor <marlene.okafor@example.org>; Bo <bo@example.org>",
        "Re: Re: Re: Who brings what on Sunday",
        "I can bring the big pot and two folding chairs. Bo said he has a tent, but we all remember that tent",
        "2026-11-23T11:48:00Z",
        12_300,
    ),
    (
        "",
        "Kaffeerösterei Müßiggang <bestellung@muessiggang.example>",
        "Ihre Bestellung ist unterwegs",
        "Zwei Tüten „Später Vogel“, ganze Bohne. Die Sendung kommt voraussichtlich am Mittwoch bei Ihnen an.",
        "2026-11-22T19:30:00Z",
        33_000,
    ),
    (
        "p",
        "Steuerberatung Akgün <post@akguen.example>",
        "Unterlagen für die Steuererklärung 2025",
        "anbei die Liste der Belege, die uns noch fehlen. Bitte laden Sie diese bis zum 15. Dezember hoch",
        "2026-11-21T08:12:00Z",
        1_240_000,
    ),
    (
        "",
        "rust-users <rust-users@lists.example.org>",
        "This week: jiff 1.0 released, and what moved to ZonedDateTime",
        "The release notes are long, the migration is short. If you used Zoned before, one search and replace is most of it",
        "2026-11-20T14:20:00Z",
        22_000,
    ),
    (
        "a",
        "Λευκή Παπαδοπούλου <lefki@example.gr>",
        "Το εργαστήριο κεραμικής ξεκινά τον Ιανουάριο",
        "Καλημέρα! Μένουν τρεις θέσεις για το τμήμα της Τετάρτης. Θέλεις να σου κρατήσω μία;",
        "2026-11-19T10:05:00Z",
        8_800,
    ),
    (
        "",
        "Олена Шевченко <olena@example.ua>",
        "Фотографії з виставки",
        "Привіт! Нарешті розібрала всі знімки. Найкращі сорок у альбомі, посилання всередині",
        "2026-11-18T17:44:00Z",
        15_000,
    ),
    (
        "",
        "Power & Light Co-operative <billing@plc.example>",
        "Your November statement is ready",
        "You used 6 % less than last November. Amount due: €48.20, collected on 5 December",
        "2026-11-17T06:00:00Z",
        41_000,
    ),
    (
        "p",
        "김민준 <minjun@example.kr>",
        "새 앨범 데모 트랙",
        "안녕하세요, 지난주에 말씀드린 데모 세 곡을 보내드립니다. 헤드폰으로 들어 주세요",
        "2026-11-15T12:30:00Z",
        18_400_000,
    ),
    ("", "Bo <bo@example.org>", "", "the tent is fine. i checked", "2026-11-14T22:58:00Z", 1_900),
    (
        "f",
        "Landlord <h.devries@example.org>",
        "Heating engineer comes on Thursday between 8 and 12, please be at home or leave the key with Mrs. Jansen downstairs as last time",
        "He will also look at the valve in the kitchen.",
        "2026-11-12T09:15:00Z",
        3_300,
    ),
    (
        "",
        "Open Library Fund <donate@olf.example>",
        "Thank you for your gift",
        "Because of you, eleven villages got a shelf this year. Your receipt for the tax office is in this message",
        "2026-10-30T08:00:00Z",
        27_000,
    ),
    (
        "w",
        "Jonas Lindqvist <jonas@example.org>",
        "Fwd: Old photos, found in the attic",
        "Look at the third one. Is that your grandmother on the motorbike?",
        "2026-10-12T20:31:00Z",
        5_600_000,
    ),
    (
        "",
        "security@bank.example",
        "New sign-in from Firefox on Linux",
        "If this was you, you need not do anything. If it was not, call us at once; the number is on your card",
        "2026-09-03T07:12:00Z",
        12_000,
    ),
    (
        "a",
        "Tomás Ó Briain <tomas@example.ie>",
        "Re: The boat",
        "Sold! He comes on Saturday with a trailer and, he says, cash.",
        "2026-06-20T18:00:00Z",
        6_100,
    ),
    (
        "",
        "Marlene Okafor <marlene.okafor@example.org>",
        "Note to self: passport number and the hotel in Lisbon",
        "",
        "2025-12-31T23:59:00Z",
        900,
    ),
];

pub(super) fn inbox(mailbox: &str) -> Vec<MessageSummary> {
    let summary = |(uid, row): (u32, &(&str, &str, &str, &str, &str, u64))| {
        let (marks, from, subject, preview, received, size) = *row;
        let flag = |mark, flag| marks.contains(mark).then_some(flag);
        let mut flags: Flags = [
            flag('f', Flag::Flagged),
            flag('a', Flag::Answered),
            flag('w', Flag::Keyword(Keyword::forwarded())),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !marks.contains('u') {
            flags.0.insert(Flag::Seen);
        }
        MessageSummary {
            key: key(mailbox, uid),
            from: people(from),
            to: people("Marlene Okafor <marlene.okafor@example.org>"),
            subject: subject.into(),
            received: received.parse().unwrap(),
            sent: None,
            flags,
            size,
            has_attachment: marks.contains('p'),
            preview: (!preview.is_empty()).then(|| preview.into()),
        }
    };
    (7..=30).rev().zip(ROWS).map(summary).collect()
}
