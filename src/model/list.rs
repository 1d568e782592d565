//! A page of a mailbox: what is asked for, what comes back.

use super::Query;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// Newest arrival first; costs the same in a mailbox of any size.
    #[default]
    Arrival,
    /// Oldest arrival first.
    ArrivalOldest,
    /// By the message's own Date, newest first.
    Date,
    From,
    Subject,
    /// Largest first.
    Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    #[default]
    All,
    Unread,
    Flagged,
    Attachments,
}

/// One page of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRequest {
    /// Counted from 0.
    pub page: u32,
    /// Rows a page.
    pub per_page: u32,
    pub sort: SortKey,
    pub filter: Filter,
    /// Empty when nothing is searched for.
    pub query: Query,
}

impl ListRequest {
    pub const DEFAULT_PER_PAGE: u32 = 50;

    /// Whether the request is answered by sequence numbers alone, without SEARCH or SORT.
    pub fn is_plain(&self) -> bool {
        matches!(self.sort, SortKey::Arrival | SortKey::ArrivalOldest)
            && self.filter == Filter::All
            && self.query.is_empty()
    }
}

/// One page of `total` rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    pub rows: Vec<T>,
    /// Counted from 0.
    pub page: u32,
    pub per_page: u32,
    pub total: u32,
}

impl<T> Paged<T> {
    pub fn n_pages(&self) -> u32 {
        self.total.div_ceil(self.per_page.max(1)).max(1)
    }

    pub fn has_next(&self) -> bool {
        self.page + 1 < self.n_pages()
    }
}
