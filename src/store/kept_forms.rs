//! Forms that were posted after the session had ended, kept across the sign-in until they were sent.

use std::sync::Arc;

use super::{Store, random_id};

/// Seconds.
const MAX_AGE: i64 = 12 * 3600;

pub struct KeptForms(Arc<Store>);

impl KeptForms {
    pub fn new(store: Arc<Store>) -> KeptForms {
        KeptForms(store)
    }

    /// Keeps the fields for this sign-in of `owner` alone; returns their id.
    pub async fn keep(&self, sign_in: &str, owner: &str, fields: &[(String, String)]) -> String {
        let id = random_id();
        match serde_json::to_string(fields) {
            Ok(text) => self.0.keep_scrap(&name(sign_in, &id), owner, text, MAX_AGE).await,
            Err(error) => tracing::warn!(%error, "a form is lost"),
        }
        id
    }

    /// The fields as they were typed; empty where there are none. They stay: the page may be reloaded.
    pub async fn find(&self, sign_in: &str, id: &str) -> Vec<(String, String)> {
        let text = self.0.scrap(&name(sign_in, id)).await;
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}

fn name(sign_in: &str, id: &str) -> String {
    format!("{sign_in}/form/{id}")
}
