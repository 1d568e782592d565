//! What is looked for and in which order, as SEARCH and SORT keys (RFC 3501 §6.4.4, RFC 5256 §3).

use crate::model::{Filter, ListRequest, MessageKey, Query, SortKey, Term, Uid};

use super::{
    Conn, Error,
    command::Command,
    response::{Esearch, Response},
    uid_set::UidRange,
};

/// Results in the order they are shown in.
#[derive(Debug)]
pub(super) struct Found {
    /// Of the rows asked for.
    pub(super) uids: Vec<Uid>,
    /// Of all rows.
    pub(super) total: u32,
    pub(super) order: Order,
}

/// Which order the rows of a list came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    AsAsked,
    /// Newest first instead: the server cannot sort.
    ByArrival,
}

/// A message that is found whether the request's keys match it or not.
pub(super) type Exempt = Option<Uid>;

impl Conn {
    /// One page of the selected mailbox in the request's order. `first` is counted from 0.
    pub(super) async fn find_page(
        &mut self,
        request: &ListRequest,
        first: u32,
        length: u32,
    ) -> Result<Found, Error> {
        let capabilities = self.capabilities();
        let paged = match by_arrival(request.sort) {
            true if capabilities.search_partial => Some(self.search_page(request, first, length).await),
            false if capabilities.sort_partial => Some(self.sort_page(request, first, length).await),
            _ => None,
        };
        match paged {
            // Servers name these extensions for SEARCH, for SORT or for both.
            Some(Err(Error::Refused(words))) => {
                tracing::debug!(target: "postroom::imap", words, "all numbers instead of a page");
            }
            Some(paged) => return paged,
            None => {}
        }
        let mut found = self.find_all(request, None).await?;
        found.uids = found.uids.into_iter().skip(first as usize).take(length as usize).collect();
        Ok(found)
    }

    /// By arrival: the result stays with the server (RFC 5182), and the page is cut from its end.
    async fn search_page(&mut self, request: &ListRequest, first: u32, length: u32) -> Result<Found, Error> {
        let command = Command::new("UID SEARCH").slow().word("RETURN (SAVE COUNT)");
        let command = with_keys(with_charset(command, &request.query), request, None);
        let total = self.esearch(command).await?.count.unwrap_or(0);
        let mut uids = vec![];
        if let Some((from, to)) = window(total, first, length, request.sort) {
            let command = Command::new("UID SEARCH").word("RETURN (PARTIAL").range(from, to).close(") $");
            uids = self.esearch(command).await?.partial.unwrap_or_default();
        }
        Ok(Found { uids: in_order_of_arrival(uids, request.sort), total, order: Order::AsAsked })
    }

    async fn sort_page(&mut self, request: &ListRequest, first: u32, length: u32) -> Result<Found, Error> {
        let (from, to) = (first.saturating_add(1), first.saturating_add(length));
        let command =
            Command::new("UID SORT").slow().word("RETURN (COUNT PARTIAL").range(from, to).close(")");
        let found = self.esearch(with_keys(with_order(command, request), request, None)).await?;
        Ok(Found {
            uids: found.partial.unwrap_or_default(),
            total: found.count.unwrap_or(0),
            order: Order::AsAsked,
        })
    }

    /// Every message of the selected mailbox that the request is for, in its order.
    pub(super) async fn find_all(&mut self, request: &ListRequest, exempt: Exempt) -> Result<Found, Error> {
        let sorts = self.capabilities().sort && !by_arrival(request.sort);
        let uids = if sorts {
            let command = with_order(Command::new("UID SORT").slow(), request);
            self.uids_of(with_keys(command, request, exempt)).await?
        } else {
            let command = with_charset(Command::new("UID SEARCH").slow(), &request.query);
            in_order_of_arrival(self.uids_of(with_keys(command, request, exempt)).await?, request.sort)
        };
        let order = if sorts || by_arrival(request.sort) { Order::AsAsked } else { Order::ByArrival };
        Ok(Found { total: u32::try_from(uids.len()).unwrap_or(u32::MAX), uids, order })
    }

    /// Whether one of the `n` UIDs before the message's holds mail from this address.
    pub async fn has_earlier_from(&mut self, key: &MessageKey, email: &str, n: u32) -> Result<bool, Error> {
        self.select_for(key).await?;
        let last = key.uid.get() - 1;
        if last == 0 {
            return Ok(false);
        }
        let before = UidRange { first: last.saturating_sub(n).max(1), last };
        let command = Command::new("UID SEARCH").word("UID").uids(&[before]).word("FROM").string(email);
        Ok(!self.uids_of(command).await?.is_empty())
    }

    async fn esearch(&mut self, command: Command) -> Result<Esearch, Error> {
        let mut found = Esearch::default();
        self.run(command, |response| {
            if let Response::Esearch(esearch) = response {
                found = esearch;
            }
        })
        .await?;
        Ok(found)
    }

    /// The UIDs that a UID SEARCH or UID SORT answers with.
    pub(super) async fn uids_of(&mut self, command: Command) -> Result<Vec<Uid>, Error> {
        let mut uids = vec![];
        self.run(command, |response| {
            if let Response::Found(numbers) = response {
                uids.extend(numbers.into_iter().filter_map(Uid::new));
            }
        })
        .await?;
        Ok(uids)
    }
}

/// Sequence numbers and UIDs ascend in the order of arrival (RFC 3501 §2.3.1): what a plain list shows
/// too, while SORT's ARRIVAL goes by dates, which may be set and may be equal.
fn by_arrival(sort: SortKey) -> bool {
    matches!(sort, SortKey::Arrival | SortKey::ArrivalOldest)
}

fn in_order_of_arrival(mut uids: Vec<Uid>, sort: SortKey) -> Vec<Uid> {
    uids.sort_unstable();
    if sort != SortKey::ArrivalOldest {
        uids.reverse();
    }
    uids
}

/// The positions, ascending, of the rows from `first` on among `total` that stand in the order of
/// arrival; `None` beyond the end.
pub(super) fn window(total: u32, first: u32, length: u32, sort: SortKey) -> Option<(u32, u32)> {
    if first >= total {
        return None;
    }
    let last = first.saturating_add(length).min(total);
    Some(match sort {
        SortKey::ArrivalOldest => (first + 1, last),
        _ => (total - last + 1, total - first),
    })
}

/// The order, and the charset that SORT always names.
fn with_order(command: Command, request: &ListRequest) -> Command {
    let order = match request.sort {
        SortKey::Arrival => "(REVERSE ARRIVAL)",
        SortKey::ArrivalOldest => "(ARRIVAL)",
        SortKey::Date => "(REVERSE DATE)",
        SortKey::From => "(FROM REVERSE DATE)",
        SortKey::Subject => "(SUBJECT REVERSE DATE)",
        SortKey::Size => "(REVERSE SIZE)",
    };
    command.word(order).word(if is_ascii(&request.query) { "US-ASCII" } else { "UTF-8" })
}

/// SEARCH names a charset only where it must: every server takes ASCII without.
fn with_charset(command: Command, query: &Query) -> Command {
    if is_ascii(query) { command } else { command.word("CHARSET UTF-8") }
}

/// The keys of filter and query; all of them must match, but for the exempt message.
pub(super) fn with_keys(command: Command, request: &ListRequest, exempt: Exempt) -> Command {
    let mut command = match exempt {
        Some(uid) => {
            command.word("OR UID").uids(&[UidRange { first: uid.get(), last: uid.get() }]).word("(ALL")
        }
        None => command.word("ALL"),
    };
    command = match request.filter {
        Filter::All => command,
        Filter::Unread => command.word("UNSEEN"),
        Filter::Flagged => command.word("FLAGGED"),
        Filter::Attachments => has_attachment(command),
    };
    for term in &request.query.terms {
        command = with_term(command, term);
    }
    if exempt.is_some() { command.close(")") } else { command }
}

fn with_term(mut command: Command, mut term: &Term) -> Command {
    while let Term::Not(inner) = term {
        command = command.word("NOT");
        term = inner;
    }
    match term {
        Term::Text(text) => command.word("TEXT").string(text),
        Term::From(text) => command.word("FROM").string(text),
        Term::To(text) => command.word("TO").string(text),
        Term::Cc(text) => command.word("CC").string(text),
        Term::Subject(text) => command.word("SUBJECT").string(text),
        Term::Body(text) => command.word("BODY").string(text),
        Term::HasAttachment => has_attachment(command),
        Term::Unread => command.word("UNSEEN"),
        Term::Read => command.word("SEEN"),
        Term::Flagged => command.word("FLAGGED"),
        Term::Answered => command.word("ANSWERED"),
        Term::Before(date) => command.word("BEFORE").date(*date),
        Term::After(date) => command.word("SINCE").date(*date),
        Term::Larger(bytes) => command.word("LARGER").number(*bytes),
        Term::Smaller(bytes) => command.word("SMALLER").number(*bytes),
        // Taken off above.
        Term::Not(_) => command.word("ALL"),
    }
}

/// IMAP cannot look into structures: the keyword of servers that do, or the type of nearly every
/// message with an attachment.
fn has_attachment(command: Command) -> Command {
    command.word("OR KEYWORD $HasAttachment HEADER Content-Type multipart/mixed")
}

fn is_ascii(query: &Query) -> bool {
    query.terms.iter().all(|term| {
        let mut term = term;
        while let Term::Not(inner) = term {
            term = inner;
        }
        match term {
            Term::Text(text) | Term::From(text) | Term::To(text) => text.is_ascii(),
            Term::Cc(text) | Term::Subject(text) | Term::Body(text) => text.is_ascii(),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::imap::command::Literals;

    fn keys(filter: Filter, terms: Vec<Term>, exempt: Exempt) -> String {
        let request =
            ListRequest { filter, query: Query { text: String::new(), terms }, ..ListRequest::default() };
        let command = with_charset(Command::new("S"), &request.query);
        let legs = with_keys(command, &request, exempt).encode("a", Literals::Plus);
        legs.iter().map(|leg| leg.text().to_owned()).collect()
    }

    #[test]
    fn queries_become_search_keys() {
        let text = |text: &str| Term::Text(text.to_owned());
        for (terms, want) in [
            (vec![], "a S ALL\r\n"),
            (vec![text("a b"), Term::Unread], "a S ALL TEXT \"a b\" UNSEEN\r\n"),
            (vec![Term::From("é".into())], "a S CHARSET UTF-8 ALL FROM {2+}\r\né\r\n"),
            (
                vec![Term::Not(Box::new(Term::Not(Box::new(text("ü")))))],
                "a S CHARSET UTF-8 ALL NOT NOT TEXT {2+}\r\nü\r\n",
            ),
            (vec![text("x\" ALL\r\na LOGOUT")], "a S ALL TEXT {16+}\r\nx\" ALL\r\na LOGOUT\r\n"),
            (
                vec![
                    Term::Before(Date::constant(2026, 11, 3)),
                    Term::After(Date::constant(999, 1, 31)),
                    Term::Larger(7),
                ],
                "a S ALL BEFORE 3-Nov-2026 SINCE 31-Jan-0999 LARGER 7\r\n",
            ),
            (
                vec![Term::Not(Box::new(Term::HasAttachment))],
                "a S ALL NOT OR KEYWORD $HasAttachment HEADER Content-Type multipart/mixed\r\n",
            ),
        ] {
            assert_eq!(keys(Filter::All, terms, None), want);
        }
        assert_eq!(keys(Filter::Unread, vec![], None), "a S ALL UNSEEN\r\n");
        assert_eq!(keys(Filter::Flagged, vec![], Uid::new(7)), "a S OR UID 7 (ALL FLAGGED)\r\n");
    }

    #[test]
    fn a_page_is_a_window_of_sequence_numbers() {
        for (exists, first, length, newest, oldest) in [
            (0, 0, 50, None, None),
            (3, 0, 50, Some((1, 3)), Some((1, 3))),
            (120, 0, 50, Some((71, 120)), Some((1, 50))),
            (120, 50, 50, Some((21, 70)), Some((51, 100))),
            (120, 100, 50, Some((1, 20)), Some((101, 120))),
            (120, 150, 50, None, None),
            (u32::MAX, u32::MAX - 1, 50, Some((1, 1)), Some((u32::MAX, u32::MAX))),
        ] {
            assert_eq!(window(exists, first, length, SortKey::Arrival), newest);
            assert_eq!(window(exists, first, length, SortKey::ArrivalOldest), oldest);
        }
    }
}
