//! The parameters of a list's address: `?page=&sort=&filter=&q=`.

use serde::Deserialize;

use crate::model::{Filter, ListRequest, Query, SortKey};

/// As they stand in an address. What means nothing counts as not given: old links keep working.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ListParams {
    #[serde(default)]
    page: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    q: String,
}

impl ListParams {
    pub fn to_request(&self) -> ListRequest {
        ListRequest {
            // People count pages from 1.
            page: self.page.parse::<u32>().unwrap_or(1).saturating_sub(1),
            sort: SortKey::from_word(&self.sort).unwrap_or_default(),
            filter: Filter::from_word(&self.filter).unwrap_or_default(),
            query: Query::parse(&self.q),
            ..ListRequest::default()
        }
    }
}
