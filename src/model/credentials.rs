//! Who signs in, and with what.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A user name and password. `Debug` prints neither the password nor its length; memory is wiped on drop.
#[derive(Clone)]
pub struct Credentials {
    pub username: String,
    password: SecretString,
}

impl Credentials {
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Credentials {
        Credentials { username: username.into(), password: password.into() }
    }

    /// For the wire and for sealing; never for a log.
    pub fn password(&self) -> &str {
        self.password.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?})", self.username)
    }
}
