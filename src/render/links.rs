//! What mail may point at: the addresses of links and images, parsed by the URL standard and written anew.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{Blocked, Policy, RemoteContent};

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
    remote: usize,
    hosts: BTreeSet<String>,
    used: BTreeSet<String>,
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
        if self.policy.inline.values().any(|address| address == raw) {
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
        self.met.lock().unwrap_or_else(PoisonError::into_inner).used.insert(id.clone());
        Some(address.clone())
    }

    fn remote(&self, raw: &str) -> Option<String> {
        let mut url = match Url::parse(raw) {
            Err(url::ParseError::RelativeUrlWithoutBase) if raw.starts_with(['/', '\\']) => {
                // `//host/path`; what has one slash only is relative and of no host.
                let rest = raw.get(1..).filter(|r| r.starts_with(['/', '\\']))?;
                Url::parse(&format!("https:/{}", rest.replace('\\', "/"))).ok()?
            }
            parsed => parsed.ok()?,
        };
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        if self.policy.remote == RemoteContent::Block {
            let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
            met.remote += 1;
            if let Some(host) = url.host_str()
                && met.hosts.len() < Blocked::HOSTS
            {
                met.hosts.insert(host.to_owned());
            }
            return None;
        }
        if url.as_str().len() > MAX_LINK || !is_public(&url.host()?) {
            return None;
        }
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        match &self.policy.proxy {
            Some(proxy) => Some(proxy.address(url.as_str())),
            None => Some(url.into()),
        }
    }

    /// What was blocked, and the Content-IDs that were shown.
    pub(super) fn met(&self) -> (Blocked, Vec<String>) {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let hosts = met.hosts.iter().cloned().collect();
        (Blocked { remote: met.remote, hosts, simplified: false }, met.used.iter().cloned().collect())
    }
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

/// Not the reader's own machine or network, as far as the address itself tells; the proxy looks closer.
fn is_public(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            return name.contains('.') && !name.ends_with(".localhost") && !name.ends_with(".local");
        }
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => address.to_canonical(),
    };
    match address {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()),
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
        }
    }
}
