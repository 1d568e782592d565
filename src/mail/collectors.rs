//! Trying a collector before it is kept.

use secrecy::SecretString;

use super::Account;
use crate::model::CollectorSettings;

/// What a collector would find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorTest {
    pub n_messages: u64,
    pub bytes: u64,
    /// What its owner should know, in sentences.
    pub notes: Vec<String>,
}

/// Why it cannot collect.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("not available yet")]
    NotYet,
}

impl Account {
    /// Signs in to the server, looks, and changes nothing.
    #[expect(clippy::unused_async, reason = "what asks the server comes with the client for it")]
    pub async fn test_collector(
        &self,
        _settings: &CollectorSettings,
        _secret: &SecretString,
    ) -> Result<CollectorTest, CollectError> {
        Err(CollectError::NotYet)
    }
}
