//! No collector runs twice in this process, whatever the leases say; between processes they are enough.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The collectors that run here.
#[derive(Default)]
pub(in crate::mail) struct Collecting(Arc<Mutex<BTreeSet<String>>>);

/// Ends with the run.
pub(super) struct Alone {
    id: String,
    collecting: Arc<Mutex<BTreeSet<String>>>,
}

impl Collecting {
    /// `None` while it runs already.
    pub(super) fn begin(&self, id: &str) -> Option<Alone> {
        let is_first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        is_first.then(|| Alone { id: id.to_owned(), collecting: Arc::clone(&self.0) })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.collecting.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_at_a_time() {
        let collecting = Collecting::default();
        let first = collecting.begin("a");
        assert!(first.is_some() && collecting.begin("a").is_none() && collecting.begin("b").is_some());
        drop(first);
        assert!(collecting.begin("a").is_some());
    }
}
