//! A password that was typed into a form, kept until the form is posted again: it is never printed back into one.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rand::RngExt;
use secrecy::SecretString;

use crate::mail::SignInId;

const MAX_AGE: Duration = Duration::from_secs(15 * 60);

/// The last one of each sign-in, in memory alone.
#[derive(Default)]
pub struct TypedSecrets(Mutex<HashMap<SignInId, Typed>>);

struct Typed {
    id: String,
    secret: SecretString,
    since: Instant,
}

impl TypedSecrets {
    /// Returns what the form carries in place of the secret.
    pub fn keep(&self, sign_in: &SignInId, secret: SecretString) -> String {
        let id = format!("{:032x}", rand::rng().random::<u128>());
        self.lock().insert(sign_in.clone(), Typed { id: id.clone(), secret, since: Instant::now() });
        id
    }

    pub fn find(&self, sign_in: &SignInId, id: &str) -> Option<SecretString> {
        let typed = self.lock();
        let found = typed.get(sign_in).filter(|typed| typed.id == id && typed.since.elapsed() < MAX_AGE);
        found.map(|typed| typed.secret.clone())
    }

    pub(super) fn forget(&self, sign_in: &SignInId) {
        self.lock().remove(sign_in);
    }

    pub(super) fn sweep(&self) {
        self.lock().retain(|_, typed| typed.since.elapsed() < MAX_AGE);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SignInId, Typed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
