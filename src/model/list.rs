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

impl SortKey {
    pub const ALL: [SortKey; 6] = [
        SortKey::Arrival,
        SortKey::ArrivalOldest,
        SortKey::Date,
        SortKey::From,
        SortKey::Subject,
        SortKey::Size,
    ];

    /// The word in an address: `?sort=`.
    pub fn word(self) -> &'static str {
        match self {
            SortKey::Arrival => "newest",
            SortKey::ArrivalOldest => "oldest",
            SortKey::Date => "date",
            SortKey::From => "from",
            SortKey::Subject => "subject",
            SortKey::Size => "size",
        }
    }

    pub fn from_word(word: &str) -> Option<SortKey> {
        Self::ALL.into_iter().find(|key| key.word() == word)
    }
}

impl Filter {
    pub const ALL: [Filter; 4] = [Filter::All, Filter::Unread, Filter::Flagged, Filter::Attachments];

    /// The word in an address: `?filter=`.
    pub fn word(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Unread => "unread",
            Filter::Flagged => "flagged",
            Filter::Attachments => "attachments",
        }
    }

    pub fn from_word(word: &str) -> Option<Filter> {
        Self::ALL.into_iter().find(|filter| filter.word() == word)
    }
}

/// Which page of a mailbox is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Default for ListRequest {
    fn default() -> ListRequest {
        ListRequest {
            page: 0,
            per_page: Self::DEFAULT_PER_PAGE,
            sort: SortKey::default(),
            filter: Filter::default(),
            query: Query::default(),
        }
    }
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
