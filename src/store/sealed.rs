//! Secrets sealed with a key that the database does not have: the browser's cookie holds it, or the key file.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngExt;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A random 32-byte key. Wiped on drop; has no `Debug`.
pub struct Key(Zeroizing<[u8; 32]>);

/// A text that only the right [`Key`], with the right context, opens (XChaCha20-Poly1305).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    nonce: String,
    ciphertext: String,
}

impl Key {
    pub fn random() -> Key {
        Key(Zeroizing::new(rand::rng().random()))
    }

    /// As it stands in the cookie or the key file.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(*self.0))
    }

    pub fn from_text(text: &str) -> Option<Key> {
        let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
        Some(Key(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// Seals `secret` for `context` alone: what it belongs to, so that no other record can take its place.
    pub fn seal(&self, secret: &str, context: &[u8]) -> Sealed {
        let (nonce, ciphertext) = self.encrypt(secret.as_bytes(), context);
        Sealed { nonce: BASE64.encode(nonce), ciphertext: BASE64.encode(ciphertext) }
    }

    /// `None` for another key, another context, or a record that was tampered with.
    pub fn open(&self, sealed: &Sealed, context: &[u8]) -> Option<SecretString> {
        let nonce: [u8; 24] = BASE64.decode(&sealed.nonce).ok()?.try_into().ok()?;
        let ciphertext = BASE64.decode(&sealed.ciphertext).ok()?;
        let secret = self.decrypt(&nonce, &ciphertext, context)?;
        Some(std::str::from_utf8(&secret).ok()?.into())
    }

    pub(super) fn encrypt(&self, secret: &[u8], context: &[u8]) -> ([u8; 24], Vec<u8>) {
        let nonce: [u8; 24] = rand::rng().random();
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: context })
            .expect("only what is longer than 256 GiB cannot be sealed");
        (nonce, ciphertext)
    }

    pub(super) fn decrypt(
        &self,
        nonce: &[u8; 24],
        ciphertext: &[u8],
        context: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: ciphertext, aad: context };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn only_the_right_key_and_context_open() {
        let key = Key::from_text(&Key::random().to_text()).unwrap();
        let sealed = key.seal("hunter2-hunter2", b"ann/1");
        assert_eq!(key.open(&sealed, b"ann/1").unwrap().expose_secret(), "hunter2-hunter2");
        assert!(key.open(&sealed, b"bob/1").is_none());
        assert!(Key::random().open(&sealed, b"ann/1").is_none());
        let stored = serde_json::to_string(&sealed).unwrap();
        assert!(!stored.contains("hunter2") && !stored.contains(&BASE64.encode("hunter2")));
    }

    #[test]
    fn a_changed_record_does_not_open() {
        let key = Key::random();
        let sealed = key.seal("secret", b"");
        let other = key.seal("secret", b"");
        assert_ne!(sealed, other, "each sealing has a nonce of its own");
        let mixed = Sealed { nonce: sealed.nonce, ciphertext: other.ciphertext };
        assert!(key.open(&mixed, b"").is_none());
    }

    #[test]
    fn a_cookie_that_is_no_key_is_refused() {
        for bad in ["", "x", "!!!", &BASE64.encode([0; 31]), &BASE64.encode([0; 33])] {
            assert!(Key::from_text(bad).is_none(), "{bad}");
        }
    }
}
