//! One of a kind: an invitation, messages within messages, a very large picture, a ticket, many attachments.

use super::{
    Stored,
    files::{File, invitation, landscape, pdf, zip},
    letter::{Letter, letter},
    moment::Moment,
};

pub(super) fn all(to: &str, now: Moment) -> Vec<Stored> {
    let today = now.before("0d 10:00");
    vec![
        planning(today.later_days(5)).to(to).stored("INBOX", &[], now.before("2h")),
        new_sign_in().to(to).stored("INBOX", &[], now.before("4h")),
        panorama().to(to).stored("INBOX", &["\\Seen", "\\Flagged"], now.before("1d 22:40")),
        order().to(to).stored("INBOX", &["\\Seen"], now.before("2d 12:12")),
        journey(today.later_days(10)).to(to).stored("INBOX", &["\\Seen"], now.before("3d 14:05")),
        ship(now).to(to).stored("INBOX", &["\\Seen"], now.before("7d 19:22")),
        print_shop().to(to).stored("INBOX", &["\\Seen"], now.before("12d 18:31")),
    ]
}

fn planning(starts: Moment) -> Letter {
    let title = "Planning for the next quarter";
    letter()
        .from("Grace Okafor <grace@example.org>")
        .subject(&format!("Invitation: {title}"))
        .id("invitation-881@example.org")
        .text(&format!("{title}\nRoom Kogge, or by telephone: +49 40 5555 0100\n"))
        .html(&format!("<h3>{title}</h3><p>Room Kogge, or by telephone: +49 40 5555 0100</p>"))
        .calendar(&invitation(title, "Room Kogge", "grace@example.org", starts, starts.later_minutes(90)))
}

fn new_sign_in() -> Letter {
    letter()
        .from("Cumulus Security <security@cumulus.example>")
        .subject("New sign-in to your account from Hamburg, Germany")
        .id("sign-in-20@cumulus.example")
        .text("When: this morning\nWhere: Hamburg, Germany\nDevice: Firefox on Linux\n\nIf this was you, there is nothing to do.\n")
        .html(include_str!("../../letters/alert.html"))
}

/// The one message of more than 4 MB.
fn panorama() -> Letter {
    letter()
        .from("Sofía Hernández <sofia@example.org>")
        .subject("The panorama, in full size this time")
        .id("panorama@example.org")
        .text("You asked for it. Please do not open it on the train.\n\n– Sofía\n")
        .attach(landscape("Panorama_Lisboa.png", 1800, 760, 42))
}

fn order() -> Letter {
    letter()
        .from("Rösterei Elbe <laden@roesterei-elbe.example>")
        .subject("Danke für Ihre Bestellung #4711 ☕")
        .id("order-4711@roesterei-elbe.example")
        .text("Danke! 2 × Espresso „Speicherstadt“ 500 g, 19,80 €. Wir rösten am Mittwoch und liefern mit dem Rad.\n")
        .html(include_str!("../../letters/receipt.html"))
}

fn journey(departs: Moment) -> Letter {
    let from = "tickets@nordbahn.example";
    let calendar =
        invitation("Hamburg - Gent", "Hamburg Hbf, platform 14", from, departs, departs.later_minutes(376));
    let ticket = ["Ticket 7731", "Hamburg - Gent, coach 7, seat 44"].map(str::to_owned);
    letter()
        .from(&format!("Nordbahn Reisen <{from}>"))
        .subject("Your journey Hamburg – Gent on Friday")
        .id("journey-7731@nordbahn.example")
        .text("Hamburg Hbf 09:46 – Gent-Sint-Pieters 16:02, coach 7, seat 44 (window). Your ticket is attached.\n")
        .html(include_str!("../../letters/ticket.html"))
        .attach(pdf("Ticket_7731.pdf", &ticket))
        .attach(File::new("journey.ics", "text/calendar", calendar))
}

/// Forwarded twice: a message in a message in a message.
fn ship(now: Moment) -> Letter {
    let subject = "Ihre Anfrage: Schiff für 30 Personen";
    let offer = letter()
        .from("Museumshafen <buero@museumshafen.example>")
        .to("Paul Lehmann <paul.lehmann@example.org>")
        .subject(subject)
        .date(now.before("8d 11:00"))
        .id("schiff-30@museumshafen.example")
        .text("Guten Tag,\n\nder Schoner „Undine“ ist am 12. frei. Platz für 35 Personen, Rollstuhl über die Gangway möglich.\n")
        .attach(landscape("Undine.png", 480, 320, 11));
    let forwarded = letter()
        .from("Paul Lehmann <paul.lehmann@example.org>")
        .to("Lena Vogt <lena.vogt@example.org>")
        .subject(&format!("Fwd: {subject}"))
        .date(now.before("7d 18:00"))
        .id("fwd-schiff@example.org")
        .text("Passt doch für das Sommerfest?\n")
        .attach_message(offer.bytes());
    letter()
        .from("Lena Vogt <lena.vogt@example.org>")
        .subject(&format!("Fwd: Fwd: {subject}"))
        .id("fwd-fwd-schiff@example.org")
        .text("Pauls Fund, mit der Antwort des Museumshafens darin. Was meinst du, ein Sommerfest auf dem Wasser?\n\nLena\n")
        .attach_message(forwarded.bytes())
}

fn print_shop() -> Letter {
    let page = ["Postroom", "Mail, quietly."].map(str::to_owned);
    letter()
        .from("Marc Dubois <marc.dubois@example.org>")
        .subject("Everything for the print shop")
        .id("print-shop@example.org")
        .text("Ada, here is the whole package. If the poster is too dark, it is the printer. It is always the printer.\n\nMarc\n")
        .attach(pdf("Poster_A2.pdf", &page))
        .attach(pdf("Flyer_A6.pdf", &page))
        .attach(landscape("Hintergrund.png", 700, 420, 21))
        .attach(landscape("Rückseite.png", 420, 420, 23))
        .attach(zip("Schriften.zip", &[("LICENSE.txt", b"SIL Open Font License 1.1\n")]))
        .attach(File::new("Farben.txt", "text/plain", "Tinte   #14324a\nPapier  #f7f5f0\nSignal  #c8502b\n"))
}
