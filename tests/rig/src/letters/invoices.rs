//! Bills: three a month, each with a PDF.

use super::{Stored, files::pdf, letter::letter, moment::Moment, thread::hash};

const SENDERS: [(&str, &str, &str, &str); 3] = [
    ("Stadtwerke Nord <rechnung@stadtwerke-nord.example>", "Ihre Stromrechnung", "Strom, Abschlag", "58,00"),
    (
        "Cumulus Billing <billing@cumulus.example>",
        "Your invoice from Cumulus",
        "Hosting postroom-ci",
        "24,90",
    ),
    (
        "Fernwort Mobilfunk <service@fernwort.example>",
        "Ihre Mobilfunkrechnung ist da",
        "Tarif Klar M",
        "14,99",
    ),
];
const N_MONTHS: usize = 8;

/// The latest two are in the inbox still.
pub(super) fn all(to: &str, now: Moment) -> Vec<Stored> {
    (0..N_MONTHS)
        .flat_map(|month| (0..SENDERS.len()).map(move |sender| invoice(month, sender, to, now)))
        .collect()
}

fn invoice(month: usize, sender: usize, to: &str, now: Moment) -> Stored {
    let (from, subject, what, amount) = SENDERS[sender];
    let date = now.before(&format!("{}d 0{}:{:02}", 6 + month * 30 + sender * 3, 5 + sender, 11 + month * 3));
    let number = format!("2026-{:05}", 40_210 - month * 311 - sender * 17);
    let lines = [
        format!("Rechnung {number}"),
        date.date(),
        String::new(),
        "Ada Lindqvist, Hamburg".to_owned(),
        String::new(),
        format!("{what}: {amount} EUR"),
        "Enthaltene Umsatzsteuer 19 %".to_owned(),
        "Der Betrag wird in den nächsten Tagen abgebucht.".to_owned(),
    ];
    let html = include_str!("../../letters/invoice.html")
        .replace("{subject}", subject)
        .replace("{number}", &number)
        .replace("{what}", what)
        .replace("{amount}", amount);
    let message = letter()
        .from(from)
        .to(to)
        .subject(&format!("{subject} ({number})"))
        .id(&format!("{number}.{:x}@rechnung.example", hash(from) & 0xffff))
        .text(&format!("{subject}\n\n{what}: {amount} EUR\nRechnung {number} im Anhang.\n"))
        .html(&html)
        .attach(pdf(&format!("Rechnung_{number}.pdf"), &lines));
    let folder = if month == 0 && sender < 2 { "INBOX" } else { "Rechnungen 2026" };
    message.stored(folder, &["\\Seen"], date)
}
