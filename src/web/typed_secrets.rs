//! A password that was typed into a form, kept until the form is posted again: it is never printed back into one.

use std::sync::Arc;

use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};

use super::extract::User;
use crate::{mail::SignInId, store::Store};

/// Seconds.
const MAX_AGE: i64 = 15 * 60;

/// The last one of each sign-in, sealed with the server key: any instance may have the form posted.
pub struct TypedSecrets(Arc<Store>);

impl TypedSecrets {
    pub(super) fn new(store: Arc<Store>) -> TypedSecrets {
        TypedSecrets(store)
    }

    /// Returns what the form carries in place of the secret.
    pub async fn keep(&self, user: &User, secret: &SecretString) -> String {
        let id = format!("{:032x}", rand::rng().random::<u128>());
        let text = format!("{id} {}", secret.expose_secret());
        self.0.keep_scrap(&name(&user.sign_in), user.account.username(), text, MAX_AGE).await;
        id
    }

    pub async fn find(&self, user: &User, id: &str) -> Option<SecretString> {
        let text = self.0.scrap(&name(&user.sign_in)).await?;
        let (last, secret) = text.split_once(' ')?;
        (last == id).then(|| SecretString::from(secret))
    }

    pub async fn forget(&self, user: &User) {
        self.0.take_scrap(&name(&user.sign_in), |_| true).await;
    }
}

fn name(sign_in: &SignInId) -> String {
    format!("{}/typed", sign_in.0)
}
