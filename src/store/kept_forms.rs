//! Forms that were posted after the session had ended, kept across the sign-in until they were sent.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rand::RngExt;

const MAX_AGE: Duration = Duration::from_secs(12 * 3600);
/// For each owner; the oldest makes room.
const MAX_FORMS: usize = 5;

#[derive(Default)]
pub struct KeptForms(Mutex<HashMap<String, Vec<Kept>>>);

struct Kept {
    id: String,
    fields: Vec<(String, String)>,
    since: Instant,
}

impl KeptForms {
    /// Keeps the fields for `owner` (a sign-in) alone; returns their id.
    pub fn keep(&self, owner: &str, fields: Vec<(String, String)>) -> String {
        let id = format!("{:032x}", rand::rng().random::<u128>());
        let mut owners = self.lock();
        let forms = owners.entry(owner.to_owned()).or_default();
        if forms.len() >= MAX_FORMS {
            forms.remove(0);
        }
        forms.push(Kept { id: id.clone(), fields, since: Instant::now() });
        id
    }

    /// The fields as they were typed; empty where there are none. They stay: the page may be reloaded.
    pub fn find(&self, owner: &str, id: &str) -> Vec<(String, String)> {
        let owners = self.lock();
        let form = owners.get(owner).and_then(|forms| forms.iter().find(|form| form.id == id));
        form.map(|form| form.fields.clone()).unwrap_or_default()
    }

    /// At sign-out.
    pub fn forget(&self, owner: &str) {
        self.lock().remove(owner);
    }

    /// Forgets what nobody came back for.
    pub fn sweep(&self) {
        self.lock().retain(|_, forms| {
            forms.retain(|form| form.since.elapsed() < MAX_AGE);
            !forms.is_empty()
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Kept>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_to_its_owner_alone() {
        let forms = KeptForms::default();
        let fields = vec![("subject".to_owned(), "keep me".to_owned())];
        let id = forms.keep("ann", fields.clone());
        assert_eq!(forms.find("ann", &id), fields);
        assert_eq!(forms.find("ann", &id), fields, "a reload shows it again");
        assert!(forms.find("bob", &id).is_empty());
        forms.forget("ann");
        assert!(forms.find("ann", &id).is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        let forms = KeptForms::default();
        let ids: Vec<String> =
            (0..=MAX_FORMS).map(|n| forms.keep("ann", vec![("n".into(), n.to_string())])).collect();
        let kept: Vec<bool> = ids.iter().map(|id| !forms.find("ann", id).is_empty()).collect();
        assert_eq!(kept, [false, true, true, true, true, true]);
    }
}
