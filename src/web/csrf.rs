//! The token that each form carries: another site can post to us, but cannot read it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// One for each sign-in.
#[derive(Clone, Copy)]
pub(super) struct CsrfToken(u128);

impl CsrfToken {
    pub(super) fn random() -> CsrfToken {
        CsrfToken(rand::rng().random())
    }

    /// As it stands in the session record.
    pub(super) fn to_record(self) -> String {
        format!("{:032x}", self.0)
    }

    pub(super) fn from_record(text: &str) -> Option<CsrfToken> {
        u128::from_str_radix(text, 16).ok().map(CsrfToken)
    }

    /// A signature of `parts` that holds for this sign-in alone, at every instance. `purpose` keeps those of one kind
    /// apart from those of another; a part cannot pass for two.
    pub(super) fn sign(self, purpose: &str, parts: &[&[u8]]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0.to_be_bytes()).expect("HMAC takes keys of every length");
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        BASE64.encode(mac.finalize().into_bytes())
    }

    /// Whether [`CsrfToken::sign`] made it. Takes the same time, wherever the difference is.
    pub(super) fn signed(self, purpose: &str, parts: &[&[u8]], signature: &str) -> bool {
        self.sign(purpose, parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    /// For a form: another text each time. Pages are compressed and hold other people's words, and a
    /// constant secret beside them could be guessed from the page's length (BREACH).
    pub(super) fn masked(self) -> String {
        let pad: u128 = rand::rng().random();
        format!("{pad:032x}{:032x}", pad ^ self.0)
    }

    /// Whether a form carried this token. Takes the same time, wherever the difference is.
    pub(super) fn matches(self, masked: &str) -> bool {
        let Some((pad, hidden)) = masked.split_at_checked(32) else { return false };
        let number = |text: &str| (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten();
        let (Some(pad), Some(hidden)) = (number(pad), number(hidden)) else { return false };
        (pad ^ hidden).to_ne_bytes().ct_eq(&self.0.to_ne_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::string_slice, reason = "tests may panic")]

    use super::*;

    #[test]
    fn a_token_is_never_printed_twice_alike_and_always_matches() {
        let token = CsrfToken::random();
        let (one, two) = (token.masked(), token.masked());
        assert_ne!(one, two);
        assert!(token.matches(&one) && token.matches(&two));
        let record = CsrfToken::from_record(&token.to_record());
        assert!(record.is_some_and(|token| token.matches(&one)));
    }

    #[test]
    fn a_signature_holds_for_its_words_and_its_sign_in() {
        let token = CsrfToken::random();
        let signature = token.sign("image", &[b"ab", b"c"]);
        assert!(token.signed("image", &[b"ab", b"c"], &signature));
        let again = CsrfToken::from_record(&token.to_record());
        assert!(again.is_some_and(|token| token.signed("image", &[b"ab", b"c"], &signature)));
        assert!(!CsrfToken::random().signed("image", &[b"ab", b"c"], &signature));
        let parts: [&[&[u8]]; 5] = [&[b"a", b"bc"], &[b"abc"], &[b"ab", b"c", b""], &[b"ab", b"d"], &[]];
        assert!(parts.iter().all(|parts| !token.signed("image", parts, &signature)));
        assert!(!token.signed("part", &[b"ab", b"c"], &signature));
        for bad in ["", "x", &signature[1..], &signature.to_lowercase(), &format!("{signature}=")] {
            assert!(!token.signed("image", &[b"ab", b"c"], bad), "{bad}");
        }
    }

    #[test]
    fn anything_else_does_not_match() {
        let token = CsrfToken::random();
        let other = CsrfToken::random().masked();
        let long = format!("{}0", token.masked());
        for bad in
            ["", "x", "ä", other.as_str(), long.as_str(), &"0".repeat(64), &"+".repeat(64), &"ä".repeat(32)]
        {
            assert!(!token.matches(bad), "{bad}");
        }
    }
}
