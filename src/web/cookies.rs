//! Our cookies: `postroom` names the session, `postroom_key` opens its password. Neither alone is of use.

use std::collections::BTreeSet;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::{proxies::Client, urls::Urls};
use crate::store::Key;

pub const SESSION: &str = "postroom";
pub const KEY: &str = "postroom_key";

/// The path that our cookies are sent to: the site, not its neighbours.
pub fn path(urls: &Urls) -> String {
    if urls.base().is_empty() { "/".to_owned() } else { urls.base().to_owned() }
}

/// The key that the browser sent, if it is one.
pub fn key(headers: &HeaderMap) -> Option<Key> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == KEY).and_then(|(_, value)| Key::from_text(value))
}

/// Gives the key to the browser, until it is closed.
pub fn set_key(key: &Key, urls: &Urls) -> HeaderValue {
    cookie(&format!("{KEY}={}", *key.to_text()), urls)
}

pub fn drop_key(urls: &Urls) -> HeaderValue {
    cookie(&format!("{KEY}=; Max-Age=0"), urls)
}

fn cookie(pair: &str, urls: &Urls) -> HeaderValue {
    let text = format!("{pair}; HttpOnly; SameSite=Lax; Path={}", path(urls));
    let mut value = HeaderValue::from_str(&text).expect("base64 and a checked path are header text");
    value.set_sensitive(true);
    value
}

/// Drops the cookies of a neighbour who calls them as we do, at a path above ours. A browser sends the one with
/// the longest path first (RFC 6265 §5.4), and that is ours; the session layer would take the last.
pub async fn ours(mut request: Request, next: Next) -> Response {
    if let Some(first) = first_of_each_name(request.headers()) {
        request.headers_mut().insert(header::COOKIE, first);
    }
    next.run(request).await
}

/// `None` where nothing needs to go.
fn first_of_each_name(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs: Vec<&str> = lines.flat_map(|line| line.split(';')).map(str::trim).collect();
    let mut names = BTreeSet::new();
    let first = pairs.iter().filter(|pair| names.insert(pair.split('=').next().unwrap_or_default()));
    let first: Vec<&str> = first.copied().collect();
    if first.len() == pairs.len() {
        return None;
    }
    let mut value = HeaderValue::from_str(&first.join("; ")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Adds `Secure` to every cookie of an answer that goes over TLS. Not always: plain http is allowed for
/// trying things out, and a browser would not send the cookie back there.
pub async fn secure(request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions());
    let mut response = next.run(request).await;
    if client.is_https() {
        let ours = response.headers_mut().iter_mut().filter(|(name, _)| *name == header::SET_COOKIE);
        for (_, value) in ours {
            let text = [value.as_bytes(), b"; Secure"].concat();
            *value = HeaderValue::from_bytes(&text).expect("a header value and plain text");
            value.set_sensitive(true);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn the_key_is_found_among_other_cookies() {
        let set = set_key(&Key::random(), &Urls::new("/webmail"));
        let set = set.to_str().unwrap();
        assert!(set.ends_with("; HttpOnly; SameSite=Lax; Path=/webmail"), "{set}");
        let pair = set.split(';').next().unwrap();
        let sent =
            |text: String| HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(text).unwrap())]);
        assert!(key(&sent(format!("a=b; {pair}; postroom=x"))).is_some());
        assert!(key(&sent(format!("a=b; x{pair}"))).is_none());
        assert!(key(&sent(format!("{KEY}=short"))).is_none());
        assert!(key(&HeaderMap::new()).is_none());
    }

    #[test]
    fn of_cookies_that_are_called_alike_the_first_is_ours() {
        let first = |lines: &[&str]| {
            let lines = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap()));
            let first = first_of_each_name(&lines.collect());
            first.map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(first(&["a=1; b=2"]), None);
        assert_eq!(first(&["a=1; b=2; a=3; c=x=y"]).as_deref(), Some("a=1; b=2; c=x=y"));
        assert_eq!(first(&["a=1", "a=2"]).as_deref(), Some("a=1"));
        assert_eq!(first(&[]), None);
    }
}
