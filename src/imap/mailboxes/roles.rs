//! What a mailbox is for: as the server tells (RFC 6154), or guessed by name where it tells nothing.

use crate::{
    imap::response::ListRow,
    model::{Holds, Mailbox, MailboxName, MailboxRole},
};

const ATTRIBUTES: [(&str, MailboxRole); 5] = [
    ("\\Drafts", MailboxRole::Drafts),
    ("\\Sent", MailboxRole::Sent),
    ("\\Archive", MailboxRole::Archive),
    ("\\Junk", MailboxRole::Junk),
    ("\\Trash", MailboxRole::Trash),
];

/// Lower case; what mail programs call these folders in their users' languages.
const NAMES: [(MailboxRole, &[&str]); 5] = [
    (
        MailboxRole::Drafts,
        &[
            "drafts",
            "draft",
            "entwürfe",
            "brouillons",
            "borradores",
            "bozze",
            "rascunhos",
            "concepten",
            "utkast",
            "kladder",
            "luonnokset",
            "szkice",
            "robocze",
            "koncepty",
            "piszkozatok",
            "taslaklar",
            "черновики",
            "чернетки",
            "下書き",
            "草稿",
            "草稿箱",
            "임시보관함",
        ],
    ),
    (
        MailboxRole::Sent,
        &[
            "sent",
            "sent items",
            "sent mail",
            "sent messages",
            "sent-mail",
            "gesendet",
            "gesendete objekte",
            "gesendete elemente",
            "envoyés",
            "éléments envoyés",
            "messages envoyés",
            "enviados",
            "elementos enviados",
            "inviati",
            "posta inviata",
            "itens enviados",
            "verzonden",
            "verzonden items",
            "skickat",
            "skickade",
            "sendt",
            "sendte",
            "lähetetyt",
            "wysłane",
            "odeslané",
            "elküldött",
            "gönderilmiş",
            "отправленные",
            "надіслані",
            "送信済み",
            "已发送",
            "寄件備份",
            "보낸편지함",
        ],
    ),
    (
        MailboxRole::Archive,
        &[
            "archive",
            "archives",
            "archiv",
            "archivo",
            "archivio",
            "arquivo",
            "archief",
            "arkiv",
            "arkisto",
            "archiwum",
            "архив",
            "アーカイブ",
            "归档",
            "封存",
        ],
    ),
    (
        MailboxRole::Junk,
        &[
            "junk",
            "junk mail",
            "junk e-mail",
            "junk email",
            "spam",
            "bulk mail",
            "spamverdacht",
            "indésirables",
            "courrier indésirable",
            "pourriel",
            "correo no deseado",
            "posta indesiderata",
            "lixo eletrônico",
            "ongewenst",
            "ongewenste e-mail",
            "skräppost",
            "søppelpost",
            "roskaposti",
            "спам",
            "迷惑メール",
            "垃圾邮件",
            "垃圾郵件",
            "스팸",
        ],
    ),
    (
        MailboxRole::Trash,
        &[
            "trash",
            "deleted items",
            "deleted messages",
            "deleted",
            "bin",
            "papierkorb",
            "gelöschte objekte",
            "gelöschte elemente",
            "corbeille",
            "éléments supprimés",
            "papelera",
            "cestino",
            "posta eliminata",
            "lixeira",
            "prullenbak",
            "verwijderde items",
            "papperskorgen",
            "papirkurv",
            "slettet",
            "roskakori",
            "kosz",
            "koš",
            "kuka",
            "çöp",
            "корзина",
            "кошик",
            "ゴミ箱",
            "已删除",
            "垃圾桶",
            "휴지통",
        ],
    ),
];

/// Whether the server gives this mailbox any special use, one of ours or not.
pub(super) fn is_told(row: &ListRow<'_>) -> bool {
    ATTRIBUTES.iter().any(|(attribute, _)| row.has(attribute))
        || ["\\All", "\\Flagged", "\\Important"].iter().any(|attribute| row.has(attribute))
}

pub(super) fn role(name: &MailboxName, row: &ListRow<'_>) -> Option<MailboxRole> {
    if name.is_inbox() {
        return Some(MailboxRole::Inbox);
    }
    ATTRIBUTES.iter().find(|(attribute, _)| row.has(attribute)).map(|(_, role)| *role)
}

/// Gives each missing role to the mailbox that is named for it and lies highest in the hierarchy.
pub(super) fn guess(mailboxes: &mut [Mailbox]) {
    for (role, names) in NAMES {
        let is_named = |mailbox: &&mut Mailbox| {
            let leaf = mailbox.name.leaf(mailbox.delimiter).to_lowercase();
            mailbox.role.is_none() && mailbox.holds == Holds::Messages && names.contains(&leaf.as_str())
        };
        let candidates = mailboxes.iter_mut().filter(is_named);
        if let Some(mailbox) = candidates.min_by_key(|mailbox| mailbox.name.depth(mailbox.delimiter)) {
            mailbox.role = Some(role);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn roles_are_guessed_by_leaf_names_highest_first() {
        let mailbox = |name: &str| Mailbox {
            name: MailboxName::new(name).unwrap(),
            delimiter: Some('.'),
            role: None,
            holds: Holds::Messages,
            subscribed: true,
            counts: None,
        };
        let mut mailboxes: Vec<Mailbox> =
            ["Work.Sent.Trash", "INBOX.ENTWÜRFE", "INBOX.Sent", "Papierkorb", "Sentiment"]
                .map(mailbox)
                .into();
        guess(&mut mailboxes);
        let roles: Vec<_> = mailboxes.iter().map(|mailbox| mailbox.role).collect();
        let want = [None, Some(MailboxRole::Drafts), Some(MailboxRole::Sent), Some(MailboxRole::Trash), None];
        assert_eq!(roles, want);
    }
}
