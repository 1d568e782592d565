//! What a person chose for themselves.

use super::{
    Store, StoreError,
    db::{Statement, values},
};

/// Each with its default where nothing was chosen, or what was chosen is no longer offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserSettings {
    /// Sent mail can be taken back for so long. Seconds.
    pub hold_seconds: u32,
}

impl UserSettings {
    /// Seconds.
    pub const HOLDS: [u32; 5] = [0, 5, 10, 20, 30];

    fn set(&mut self, name: &str, value: &str) {
        // Another name is of a newer version, and keeps its row.
        if name == "hold_seconds" {
            let chosen = value.parse().ok().filter(|seconds| Self::HOLDS.contains(seconds));
            self.hold_seconds = chosen.unwrap_or_default();
        }
    }

    fn named(self) -> [(&'static str, String); 1] {
        [("hold_seconds", self.hold_seconds.to_string())]
    }
}

impl Store {
    pub async fn settings(&self, owner: &str) -> Result<UserSettings, StoreError> {
        let mut settings = UserSettings::default();
        let rows = self.db.query("SELECT name, value FROM settings WHERE owner = $1", values![owner]).await?;
        for row in rows {
            settings.set(row.text(0)?, row.text(1)?);
        }
        Ok(settings)
    }

    pub async fn set_settings(&self, owner: &str, settings: UserSettings) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (owner, name, value) VALUES ($1, $2, $3) \
                   ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value";
        let rows = settings.named().map(|(name, value)| Statement::new(sql, values![owner, name, value]));
        self.db.transact(rows.into()).await.map(drop)
    }
}
