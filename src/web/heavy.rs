//! Work that takes a core for a while. A thread cannot be stopped, so few of them begin: what is large waits for its
//! turn, and what is small never waits behind it.

use std::{num::NonZeroUsize, sync::Arc, thread};

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// Bytes up to which work is done at once: a few milliseconds.
const LIGHT: usize = 100_000;

pub struct HeavyWork(Arc<Semaphore>);

impl Default for HeavyWork {
    /// Half the cores, so that the other half answers everybody else.
    fn default() -> HeavyWork {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        HeavyWork(Arc::new(Semaphore::new((cores / 2).max(1))))
    }
}

impl HeavyWork {
    /// Runs `work` over so many bytes, beside the tasks that answer others.
    pub async fn run<T: Send + 'static>(
        &self,
        n_bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // The semaphore is never closed. The turn goes along: a request that vanishes does not end its work.
        let turn = if n_bytes > LIGHT { Arc::clone(&self.0).acquire_owned().await.ok() } else { None };
        spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_is_large_takes_turns_and_what_is_small_does_not() {
        let heavy = Arc::new(HeavyWork(Arc::new(Semaphore::new(1))));
        let (finish, finished) = mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let heavy = Arc::clone(&heavy);
            async move {
                heavy
                    .run(LIGHT + 1, move || {
                        begin.send(()).unwrap();
                        finished.recv().unwrap();
                    })
                    .await
            }
        });
        begun.await.unwrap();
        assert_eq!(heavy.0.available_permits(), 0);
        assert_eq!(heavy.run(LIGHT, || 1).await.unwrap(), 1);
        // The request goes, its work goes on, and so does its turn.
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(heavy.0.available_permits(), 0);
        finish.send(()).unwrap();
        assert_eq!(heavy.run(LIGHT + 1, || 2).await.unwrap(), 2);
    }
}
