//! Mailbox names as people read them, and as this server wants them on the wire.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::model::MailboxName;

use super::utf7;

/// The names of one account. Remembers those that modified UTF-7 would not give back as the server
/// wrote them: raw UTF-8, and shifts that are not the shortest.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashMap<MailboxName, Vec<u8>>>);

/// Odd names that are remembered; a server has none or uses one convention for all.
const MAX_ODD: usize = 10_000;

impl Names {
    /// `None` for names that hold control characters or are too long.
    pub(super) fn read(&self, wire: &[u8]) -> Option<MailboxName> {
        let name = MailboxName::new(utf7::decode(wire)).ok()?;
        if !name.is_inbox() && utf7::encode(name.as_str()).as_bytes() != wire {
            let mut odd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if odd.len() < MAX_ODD {
                odd.insert(name.clone(), wire.to_vec());
            }
        }
        Some(name)
    }

    pub(super) fn write(&self, name: &MailboxName) -> Vec<u8> {
        let odd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        odd.get(name).cloned().unwrap_or_else(|| utf7::encode(name.as_str()).into_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn a_name_goes_back_as_it_came() {
        for wire in ["INBOX", "R&D", "Größe", "Entw&APw-rfe", "&AGE-bc", "plain"] {
            let names = Names::default();
            let name = names.read(wire.as_bytes()).unwrap();
            assert_eq!(names.write(&name), wire.as_bytes(), "{name:?}");
        }
        assert_eq!(Names::default().read(b"a\tb"), None);
        assert_eq!(Names::default().write(&MailboxName::new("é").unwrap()), b"&AOk-");
    }
}
