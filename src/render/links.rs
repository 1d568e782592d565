//! What mail may point at: the addresses of links and images, parsed by the URL standard and written anew.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::percent_decode_str;
use url::Url;

use super::{Policy, RemoteContent, RemoteImages};

/// Attributes of every link we write.
pub(super) const NEW_TAB: &str = " target=\"_blank\" rel=\"noopener noreferrer nofollow\"";

/// Longer addresses help nobody but who wrote them.
const MAX_LINK: usize = 8_000;

/// Raster formats that a browser shows without running anything.
const DATA_IMAGES: &[&str] = &["png", "jpeg", "jpg", "gif", "webp"];

/// The address of a link as it may be followed: absolute, of a harmless scheme, host in ASCII, and without
/// the `user@` that makes one host look like another. `None` for everything else.
pub(super) fn href(raw: &str) -> Option<String> {
    if raw.len() > MAX_LINK {
        return None;
    }
    let mut url = Url::parse(raw).ok()?;
    match url.scheme() {
        "http" | "https" => {
            url.set_username("").ok()?;
            url.set_password(None).ok()?;
            Some(url.into())
        }
        "mailto" | "tel" => Some(url.into()),
        _ => None,
    }
}

/// The references of one message: what its policy allows, and what was met.
pub(super) struct References {
    policy: Policy,
    met: Mutex<Met>,
}

#[derive(Default)]
struct Met {
    remote: RemoteImages,
    used: BTreeSet<String>,
    /// Addresses that the proxy has given.
    proxied: BTreeSet<String>,
}

impl References {
    pub(super) fn new(policy: &Policy) -> References {
        References { policy: policy.clone(), met: Mutex::default() }
    }

    /// The address to load an image from, if it may be loaded.
    pub(super) fn image(&self, raw: &str) -> Option<String> {
        let raw = raw.trim_matches(|c: char| c <= ' ');
        if let Some(content_id) = strip_scheme(raw, "cid:") {
            return self.inline(content_id);
        }
        if let Some(data) = strip_scheme(raw, "data:") {
            return data_image(data);
        }
        // What an earlier pass has put here; the sender may name the parts of his own message, too.
        let is_ours =
            self.policy.inline.values().any(|address| address == raw) || self.lock().proxied.contains(raw);
        if is_ours {
            return Some(raw.to_owned());
        }
        self.remote(raw)
    }

    fn inline(&self, content_id: &str) -> Option<String> {
        let decoded = percent_decode_str(content_id).decode_utf8().ok()?;
        let (id, address) = self
            .policy
            .inline
            .get_key_value(content_id)
            .or_else(|| self.policy.inline.get_key_value(decoded.as_ref()))?;
        self.lock().used.insert(id.clone());
        Some(address.clone())
    }

    fn remote(&self, raw: &str) -> Option<String> {
        let mut url = remote(raw)?;
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_fragment(None);
        let mut met = self.lock();
        met.remote.images += 1;
        if let Some(host) = url.host_str()
            && met.remote.hosts.len() < RemoteImages::HOSTS
        {
            met.remote.hosts.insert(host.to_owned());
        }
        match &self.policy.remote {
            RemoteContent::Through(proxy) if url.as_str().len() <= MAX_LINK => {
                let address = proxy.address(url.as_str());
                met.proxied.insert(address.clone());
                Some(address)
            }
            RemoteContent::Through(_) | RemoteContent::Block => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The remote images that were met, and the Content-IDs that were shown.
    pub(super) fn met(&self) -> (RemoteImages, Vec<String>) {
        let met = self.lock();
        (met.remote.clone(), met.used.iter().cloned().collect())
    }
}

/// The address of an image on another server; `None` for every other address.
pub(super) fn remote(raw: &str) -> Option<Url> {
    let raw = raw.trim_matches(|c: char| c <= ' ');
    let url = match Url::parse(raw) {
        Err(url::ParseError::RelativeUrlWithoutBase) if raw.starts_with(['/', '\\']) => {
            // `//host/path`; what has one slash only is relative and of no host.
            let rest = raw.get(1..).filter(|r| r.starts_with(['/', '\\']))?;
            Url::parse(&format!("https:/{}", rest.replace('\\', "/"))).ok()?
        }
        parsed => parsed.ok()?,
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn strip_scheme<'a>(raw: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = raw.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn data_image(data: &str) -> Option<String> {
    let (media_type, bytes) = data.split_once(',')?;
    let subtype = strip_scheme(media_type, "image/")?.to_ascii_lowercase();
    let format = subtype.strip_suffix(";base64")?;
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let bytes: String = bytes.split_ascii_whitespace().collect();
    (DATA_IMAGES.contains(&format) && bytes.bytes().all(base64))
        .then(|| format!("data:image/{format};base64,{bytes}"))
}
