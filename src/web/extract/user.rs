//! The signed-in person.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    mail::{Account, SignInId},
    web::{App, Error, body_host::Signer, csrf::CsrfToken},
};

/// The signed-in person. Found by the guard that stands before every route of [`Access::SignedIn`]; a
/// handler that takes one on another route is a defect.
///
/// [`Access::SignedIn`]: crate::web::routes::Access::SignedIn
#[derive(Clone)]
pub struct User {
    pub account: Arc<Account>,
    /// This browser's sign-in; one person may have several.
    pub sign_in: SignInId,
    /// For the `csrf` field of every form.
    pub csrf: String,
    pub(in crate::web) token: CsrfToken,
    /// Where an address and no cookie said who it is: what it shows is loaded in the same way.
    pub(in crate::web) signer: Option<Signer>,
}

impl User {
    /// How a document that is shown to them refers to an address of this site.
    pub(in crate::web) fn address(&self, address: String) -> String {
        match &self.signer {
            Some(signer) => signer.sign(&address),
            None => address,
        }
    }
}

impl FromRequestParts<App> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<User, Error> {
        parts.extensions.get::<User>().cloned().ok_or(Error::NotGuarded)
    }
}
