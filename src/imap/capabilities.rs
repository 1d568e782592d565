//! What a server can do, and what it costs where it cannot.

use super::command::Literals;

/// What a server can do; one field for each extension we use, each with its RFC.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// Every capability as the server named it, upper case.
    pub all: Vec<String>,
    /// RFC 6154: roles in LIST.
    pub special_use: bool,
    /// RFC 5258: subscriptions in LIST.
    pub list_extended: bool,
    /// RFC 5819: counts in LIST.
    pub list_status: bool,
    /// RFC 5256.
    pub sort: bool,
    /// RFC 4731, RFC 5182 and RFC 5267: SEARCH that returns one page of a kept result.
    pub search_partial: bool,
    /// RFC 5267: SORT that returns one page.
    pub sort_partial: bool,
    /// RFC 8970: the first words of a message.
    pub preview: bool,
    /// RFC 6851; named `move` on the wire.
    pub move_messages: bool,
    /// RFC 4315: where copies went, and EXPUNGE of some messages only.
    pub uidplus: bool,
    /// RFC 3691.
    pub unselect: bool,
    /// RFC 7888: LITERAL+.
    pub literal_plus: bool,
    /// RFC 7888: LITERAL-.
    pub literal_minus: bool,
    /// RFC 9208.
    pub quota: bool,
    /// RFC 7889: the largest message that APPEND takes, bytes; `None` where the server does not say.
    pub append_limit: Option<u64>,
    /// RFC 4616 over RFC 3501 AUTHENTICATE.
    pub auth_plain: bool,
    /// RFC 3501 §6.2.3.
    pub login_disabled: bool,
}

/// One line of what `postroom check` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapabilityNote {
    pub name: &'static str,
    pub rfc: &'static str,
    pub is_present: bool,
    /// What its absence costs, a sentence.
    pub cost: &'static str,
}

impl Capabilities {
    pub(super) fn new(all: Vec<String>) -> Capabilities {
        let has = |name: &str| all.iter().any(|capability| capability == name);
        // Dovecot 2.3 names CONTEXT=SEARCH alone and does answer SORT RETURN (PARTIAL).
        let context = has("CONTEXT=SORT") || has("CONTEXT=SEARCH") || has("PARTIAL");
        Capabilities {
            special_use: has("SPECIAL-USE"),
            list_extended: has("LIST-EXTENDED"),
            list_status: has("LIST-EXTENDED") && has("LIST-STATUS"),
            search_partial: has("ESEARCH") && has("SEARCHRES") && context,
            sort: has("SORT"),
            sort_partial: has("SORT") && has("ESORT") && context,
            preview: has("PREVIEW"),
            move_messages: has("MOVE"),
            uidplus: has("UIDPLUS"),
            unselect: has("UNSELECT"),
            literal_plus: has("LITERAL+"),
            literal_minus: has("LITERAL-"),
            quota: has("QUOTA"),
            append_limit: all.iter().find_map(|name| name.strip_prefix("APPENDLIMIT=")?.parse().ok()),
            auth_plain: has("AUTH=PLAIN"),
            login_disabled: has("LOGINDISABLED"),
            all,
        }
    }

    pub(super) fn literals(&self) -> Literals {
        if self.literal_plus {
            Literals::Plus
        } else if self.literal_minus {
            Literals::Minus
        } else {
            Literals::Synchronizing
        }
    }

    /// Everything we make use of, and whether it is there.
    pub fn notes(&self) -> Vec<CapabilityNote> {
        let note = |name, rfc, is_present, cost| CapabilityNote { name, rfc, is_present, cost };
        vec![
            note(
                "SPECIAL-USE",
                "RFC 6154",
                self.special_use,
                "Drafts, Sent, Archive, Junk and Trash are guessed by their names.",
            ),
            note(
                "LIST-EXTENDED",
                "RFC 5258",
                self.list_extended,
                "Subscriptions take a second command each time folders are listed.",
            ),
            note(
                "LIST-STATUS",
                "RFC 5819",
                self.list_status,
                "Unread counts take one command for each folder.",
            ),
            note("SORT", "RFC 5256", self.sort, "Lists can only be sorted by arrival."),
            note(
                "ESEARCH, SEARCHRES, CONTEXT=SEARCH",
                "RFC 4731, RFC 5182, RFC 5267",
                self.search_partial,
                "Filtered lists and searches read the number of every message found.",
            ),
            note(
                "ESORT, CONTEXT=SORT",
                "RFC 5267",
                self.sort_partial,
                "Sorted lists read the number of every message of the folder.",
            ),
            note("PREVIEW", "RFC 8970", self.preview, "Lists show no first words of a message."),
            note("MOVE", "RFC 6851", self.move_messages, "Moving copies and deletes, in three commands."),
            note(
                "UIDPLUS",
                "RFC 4315",
                self.uidplus,
                "Deleting for good takes five commands, and a move cannot be undone.",
            ),
            note("UNSELECT", "RFC 3691", self.unselect, "A folder is left by opening another."),
            note(
                "LITERAL+",
                "RFC 7888",
                self.literal_plus || self.literal_minus,
                "Names and words with other than plain letters take a round trip more.",
            ),
            note("QUOTA", "RFC 9208", self.quota, "The used and free storage is not shown."),
            note(
                "APPENDLIMIT",
                "RFC 7889",
                self.append_limit.is_some(),
                "A message that is too large for the mailbox is refused only after it was collected.",
            ),
        ]
    }
}
