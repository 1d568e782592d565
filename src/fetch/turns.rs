//! Who fetches now: so many at once in all, and fewer for one person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const OF_ALL: usize = 64;
const OF_ONE: usize = 6;

pub(super) struct Turns {
    all: Arc<Semaphore>,
    /// Kept while somebody has or wants a turn.
    each: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// Ends when it is dropped.
pub(super) struct Turn {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _each: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { all: Arc::new(Semaphore::new(OF_ALL)), each: Mutex::default() }
    }
}

impl Turns {
    /// Waits for as long as it takes. First one's own: who has many waiting does not stand in the others' way.
    pub(super) async fn take(&self, owner: &str) -> Turn {
        let each = self.of(owner);
        let own = acquire(&each).await;
        let all = acquire(&self.all).await;
        Turn { _own: own, _all: all, _each: each }
    }

    fn of(&self, owner: &str) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = each.get(owner).and_then(Weak::upgrade) {
            return known;
        }
        each.retain(|_, semaphore| semaphore.strong_count() > 0);
        let new = Arc::new(Semaphore::new(OF_ONE));
        each.insert(owner.to_owned(), Arc::downgrade(&new));
        new
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(semaphore).acquire_owned().await.expect("it is never closed")
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn nobody_keeps_the_others_waiting() {
        let turns = Turns::default();
        let mut of_ann = join_all((0..OF_ONE).map(|_| turns.take("ann"))).await;
        assert!(turns.take("ann").now_or_never().is_none(), "one too many");
        let of_others = join_all((0..OF_ALL - OF_ONE).map(|n| {
            let turns = &turns;
            async move { turns.take(&format!("user {n}")).await }
        }));
        let of_others = of_others.await;
        assert!(turns.take("bob").now_or_never().is_none(), "all are taken");
        drop(of_ann.pop());
        // Tokio lets no task go on for ever.
        tokio::task::yield_now().await;
        assert!(turns.take("ann").now_or_never().is_some());
        drop((of_ann, of_others));
        turns.take("bob").await;
        assert_eq!(
            turns.each.lock().unwrap_or_else(PoisonError::into_inner).len(),
            1,
            "nobody else is remembered"
        );
    }
}
