//! Jobs: due ones first, one holder each, taken over when the holder is gone.

use std::{collections::BTreeSet, sync::Arc};

use postroom::store::{JobKind, LEASE_SECONDS};

use super::{Place, later};

#[tokio::test]
async fn what_has_been_due_longest_comes_first_and_what_is_not_due_does_not() {
    for place in Place::each() {
        let store = place.open();
        let now = store.now();
        store.schedule(JobKind::Send, "second", "ann", now - 5).await.unwrap();
        store.schedule(JobKind::Collect, "first", "bob", now - 9).await.unwrap();
        store.schedule(JobKind::Send, "later", "ann", now + 100).await.unwrap();
        let first = store.claim(None).await.unwrap().unwrap();
        assert_eq!(
            (first.kind, first.subject.as_str(), first.owner.as_str()),
            (JobKind::Collect, "first", "bob")
        );
        assert_eq!(store.claim(None).await.unwrap().unwrap().subject, "second");
        assert_eq!(store.claim(None).await.unwrap(), None, "the others are held or not due");
        later(&store, 101);
        store.finish(&first).await.unwrap();
        let ann = ["ann".to_owned()];
        assert_eq!(store.claim(Some(&["carol".to_owned()])).await.unwrap(), None);
        assert_eq!(store.claim(Some(&[])).await.unwrap(), None);
        assert!(store.claim(Some(&ann)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_lease_that_was_not_renewed_is_taken_over_and_its_holder_learns_it() {
    for place in Place::each() {
        let (one, other) = (place.open(), place.open());
        one.schedule(JobKind::Send, "x", "ann", one.now()).await.unwrap();
        let job = one.claim(None).await.unwrap().unwrap();
        assert_eq!(other.claim(None).await.unwrap(), None);
        assert!(one.renew(&job).await.unwrap());
        later(&other, LEASE_SECONDS.unsigned_abs() + 1);
        let taken = other.claim(None).await.unwrap().unwrap();
        assert!(!one.renew(&job).await.unwrap(), "it is another's now");
        // What the old holder still says of it changes nothing.
        one.finish(&job).await.unwrap();
        one.put_off(&job, 0, 7).await.unwrap();
        assert!(other.renew(&taken).await.unwrap());
        other.put_off(&taken, other.now() + 60, 3).await.unwrap();
        assert_eq!(other.claim(None).await.unwrap(), None);
        later(&other, 61);
        assert_eq!(other.claim(None).await.unwrap().unwrap().attempts, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_claimants_never_get_the_same_job() {
    for place in Place::each() {
        let stores: Vec<_> = (0..4).map(|_| Arc::new(place.open())).collect();
        let n_jobs = 60;
        for n in 0..n_jobs {
            stores[0].schedule(JobKind::Collect, &format!("job {n}"), "ann", 1).await.unwrap();
        }
        let claimants = stores.iter().map(|store| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = store.claim(None).await.unwrap() {
                    mine.push(job.subject);
                }
                mine
            })
        });
        let mut all = Vec::new();
        for claimant in claimants.collect::<Vec<_>>() {
            all.extend(claimant.await.unwrap());
        }
        // Passed over while another looked at it, a job is found by a later look.
        while let Some(job) = stores[0].claim(None).await.unwrap() {
            all.push(job.subject);
        }
        assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (n_jobs, n_jobs));
    }
}

#[tokio::test]
async fn what_waits_for_a_sign_in_is_due_with_it() {
    for place in Place::each() {
        let store = place.open();
        store.schedule(JobKind::Collect, "x", "ann", 1).await.unwrap();
        store.schedule(JobKind::Send, "scheduled", "ann", store.now() + 1000).await.unwrap();
        let job = store.claim(None).await.unwrap().unwrap();
        store.await_sign_in(&job).await.unwrap();
        store.wake("bob").await.unwrap();
        assert_eq!(store.claim(None).await.unwrap(), None);
        store.wake("ann").await.unwrap();
        assert_eq!(store.claim(None).await.unwrap().unwrap().subject, "x");
        assert_eq!(store.claim(None).await.unwrap(), None, "what has a time of its own keeps it");
    }
}

#[tokio::test]
async fn the_end_of_a_process_frees_its_jobs() {
    for place in Place::each() {
        let (old, new) = (place.open(), place.open());
        old.schedule(JobKind::Send, "x", "ann", 1).await.unwrap();
        old.claim(None).await.unwrap().unwrap();
        // One that was killed could not free them: only where nobody else works on the database are they its.
        new.take_over().await.unwrap();
        assert_eq!(new.claim(None).await.unwrap().is_some(), !new.is_shared());
        new.release_all().await.unwrap();
        old.release_all().await.unwrap();
        assert!(new.claim(None).await.unwrap().is_some());
    }
}
