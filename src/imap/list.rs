//! A page of a mailbox, and what lies next to a message in it.

use crate::{
    mime,
    model::{ListRequest, MailboxName, MessageKey, MessageSummary, Paged, SortKey, Uid, UidValidity},
};

use super::{
    Conn, Detail, Error, Order,
    command::Command,
    conn::Selected,
    response::{Fetch, Response},
    search::window,
    structure, uid_set,
};

/// The rows of a page, with the mailbox's UIDVALIDITY.
#[derive(Debug, Clone)]
pub struct Listed {
    pub uid_validity: UidValidity,
    pub page: Paged<MessageSummary>,
    pub order: Order,
    pub detail: Detail,
}

/// The messages before and after one in a list: up (shown above) and down (shown below).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub above: Option<MessageKey>,
    pub below: Option<MessageKey>,
}

impl Conn {
    /// A page of a mailbox. A plain request costs SELECT (or NOOP) and one FETCH by sequence numbers.
    pub async fn list_page(&mut self, mailbox: &MailboxName, request: &ListRequest) -> Result<Listed, Error> {
        self.list_page_with(mailbox, request, Detail::Described).await
    }

    pub async fn list_page_with(
        &mut self,
        mailbox: &MailboxName,
        request: &ListRequest,
        detail: Detail,
    ) -> Result<Listed, Error> {
        let selected = self.refresh(mailbox).await?;
        let per_page = request.per_page.max(1);
        let first = request.page.saturating_mul(per_page);
        let (total, order, rows) = if request.is_plain() {
            let rows = match window(selected.exists, first, per_page, request.sort) {
                Some((from, to)) => {
                    let mut rows =
                        self.rows(Command::new("FETCH").range(from, to), &selected, detail).await?;
                    // What could not be read is skipped, but a page that is there is never shown as empty.
                    if rows.is_empty() && self.exists() >= from {
                        return Err(Error::Protocol("no row of a page that is not empty"));
                    }
                    rows.sort_by_key(|(sequence, _)| *sequence);
                    if request.sort == SortKey::Arrival {
                        rows.reverse();
                    }
                    rows.into_iter().map(|(_, row)| row).collect()
                }
                None => vec![],
            };
            (selected.exists, Order::AsAsked, rows)
        } else {
            let found = self.find_page(request, first, per_page).await?;
            (found.total, found.order, self.rows_of(&found.uids, &selected, detail).await?)
        };
        let page = Paged { rows, page: request.page, per_page, total };
        Ok(Listed { uid_validity: selected.uid_validity, page, order, detail })
    }

    /// The messages next to `key` in the list that `request` describes (its page is ignored).
    pub async fn neighbours(&mut self, key: &MessageKey, request: &ListRequest) -> Result<Neighbours, Error> {
        let set = self.select_for(key).await?;
        let uids = if request.is_plain() {
            let own = self.numbers(Command::new("UID FETCH").uids(&set)).await?;
            let (sequence, _) = own.into_iter().find(|(_, uid)| *uid == key.uid).ok_or(Error::Gone)?;
            let (from, to) =
                (sequence.saturating_sub(1).max(1), sequence.saturating_add(1).min(self.exists()));
            let mut around = self.numbers(Command::new("FETCH").range(from, to)).await?;
            around.sort_unstable();
            if request.sort == SortKey::Arrival {
                around.reverse();
            }
            around.into_iter().map(|(_, uid)| uid).collect()
        } else {
            // The message may have left the list by being read.
            self.find_all(request, Some(key.uid)).await?.uids
        };
        let at = uids.iter().position(|uid| *uid == key.uid).ok_or(Error::Gone)?;
        let key_of = |uid: &Uid| MessageKey { uid: *uid, ..key.clone() };
        Ok(Neighbours {
            above: at.checked_sub(1).and_then(|i| uids.get(i)).map(key_of),
            below: uids.get(at + 1).map(key_of),
        })
    }

    /// The messages of `uids` that are still there, in that order.
    async fn rows_of(
        &mut self,
        uids: &[Uid],
        selected: &Selected,
        detail: Detail,
    ) -> Result<Vec<MessageSummary>, Error> {
        let mut sorted = uids.to_vec();
        sorted.sort_unstable();
        let mut rows = vec![];
        for set in uid_set::chunks(&sorted) {
            rows.extend(self.rows(Command::new("UID FETCH").uids(&set), selected, detail).await?);
        }
        let mut by_uid: std::collections::HashMap<Uid, MessageSummary> =
            rows.into_iter().map(|(_, row)| (row.key.uid, row)).collect();
        Ok(uids.iter().filter_map(|uid| by_uid.remove(uid)).collect())
    }

    /// Sequence numbers and summaries; `command` is a FETCH without its items.
    async fn rows(
        &mut self,
        command: Command,
        selected: &Selected,
        detail: Detail,
    ) -> Result<Vec<(u32, MessageSummary)>, Error> {
        let command = command.word("(UID FLAGS INTERNALDATE RFC822.SIZE");
        let command = match detail {
            Detail::Plain => command.word("BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]<0.16384>"),
            // Without LAZY: Dovecot 2.3 answers that with NIL until somebody asked without it.
            Detail::Described if self.capabilities().preview => {
                command.word("ENVELOPE BODYSTRUCTURE PREVIEW")
            }
            Detail::Described => command.word("ENVELOPE BODYSTRUCTURE"),
        };
        let mut rows = vec![];
        self.run(command.close(")"), |response| {
            if let Response::Fetch(fetch) = response {
                rows.extend(summary(&fetch, selected).map(|row| (fetch.sequence, row)));
            }
        })
        .await?;
        Ok(rows)
    }

    /// Sequence numbers and UIDs; `command` is a FETCH without its items.
    async fn numbers(&mut self, command: Command) -> Result<Vec<(u32, Uid)>, Error> {
        let mut numbers = vec![];
        self.run(command.word("(UID)"), |response| {
            if let Response::Fetch(Fetch { sequence, uid: Some(uid), .. }) = response {
                numbers.push((sequence, uid));
            }
        })
        .await?;
        Ok(numbers)
    }
}

/// `None` for a FETCH that is not an answer of ours: another client changed some flags.
fn summary(fetch: &Fetch<'_>, selected: &Selected) -> Option<MessageSummary> {
    let (uid, size) = (fetch.uid?, fetch.size?);
    let flags = fetch.flags.clone().unwrap_or_default();
    let (from, to, subject, date) = match (&fetch.envelope, fetch.body().map(mime::headers)) {
        (Some(envelope), _) => (envelope.from(), envelope.to(), envelope.subject(), envelope.date()),
        (None, Some(headers)) => (headers.from, headers.to, headers.subject, headers.date),
        (None, None) => Default::default(),
    };
    let sent = date.map(|date| date.timestamp());
    let tree = fetch.structure.as_ref().map(|structure| structure::tree(Some(structure)));
    Some(MessageSummary {
        key: MessageKey { mailbox: selected.mailbox.clone(), uid_validity: selected.uid_validity, uid },
        from,
        to,
        subject,
        received: fetch.internal_date.or(sent).unwrap_or_default(),
        sent,
        size,
        has_attachment: flags.has(&crate::model::Flag::Keyword(crate::model::Keyword::has_attachment()))
            || tree.as_ref().is_some_and(structure::has_attachment),
        flags,
        preview: fetch.preview.clone(),
    })
}
