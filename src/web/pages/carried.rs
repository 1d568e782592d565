//! What a person was writing when the session ended, carried through the sign-in page in hidden fields.
#![expect(
    clippy::disallowed_types,
    reason = "reads texts of a form nobody may post, only to show them again"
)]

use axum::{
    body::to_bytes,
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, Uri, header},
};
use url::form_urlencoded;

use crate::web::{App, extract::is_type, path_and_query, urls::Urls};

/// Bytes of text. A page with more hidden text than this would not be sent back by every browser.
const MAX_BYTES: usize = 1_000_000;

/// What the sign-in form may bring along: each byte becomes three when it is encoded.
pub(in crate::web) const MAX_FORM_BYTES: usize = 4 * MAX_BYTES;

const PREFIX: &str = "carry_";

/// What could not be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    Nothing,
    Files,
    Text,
}

impl Loss {
    pub(super) fn is_files(self) -> bool {
        self == Loss::Files
    }

    pub(super) fn is_text(self) -> bool {
        self == Loss::Text
    }
}

/// The name that a hidden field carries; `None` for a field of the sign-in form itself.
pub(super) fn unwrap(field: &str) -> Option<String> {
    field.strip_prefix(PREFIX).map(str::to_owned)
}

/// The page whose form was posted: a compose form has the address it is posted to; of another, the browser
/// says it, or its address does.
pub(super) fn page_of(urls: &Urls, uri: &Uri, headers: &HeaderMap) -> String {
    let path = uri.path();
    if is_compose(urls, uri) {
        return path_and_query(uri);
    }
    if let Some(page) = referer(urls, headers) {
        return page;
    }
    let list = path
        .strip_suffix("/act")
        .or_else(|| path.strip_suffix("/empty"))
        .filter(|list| list.contains("/mail/"));
    match list {
        Some(list) => list.to_owned(),
        None if has_page(urls, path) => path.to_owned(),
        None => String::new(),
    }
}

/// Whether the address that a form is posted to is that of its page.
fn has_page(urls: &Urls, path: &str) -> bool {
    [urls.folders(), urls.settings(), urls.outbox(), urls.snoozed()].iter().any(|page| page == path)
        || path.starts_with(&urls.collectors())
}

/// Its host need not be compared: the path is followed on this site, whatever site it was on.
fn referer(urls: &Urls, headers: &HeaderMap) -> Option<String> {
    let uri: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    urls.local(&path_and_query(&uri)).map(str::to_owned)
}

/// The texts of a compose form; of another form, nothing is worth keeping.
pub(super) async fn read(app: &App, request: Request) -> (Vec<(String, String)>, Loss) {
    if !is_compose(&app.urls, request.uri()) {
        return (Vec::new(), Loss::Nothing);
    }
    let (fields, loss) = if is_type(request.headers(), "multipart/form-data") {
        read_multipart(app, request).await
    } else {
        match to_bytes(request.into_body(), MAX_FORM_BYTES).await {
            Ok(bytes) => (form_urlencoded::parse(&bytes).into_owned().collect(), Loss::Nothing),
            Err(_) => (Vec::new(), Loss::Text),
        }
    };
    let mut room = MAX_BYTES;
    let mut carried = Vec::new();
    let mut is_too_much = false;
    for (name, text) in fields {
        match room.checked_sub(name.len() + text.len()) {
            // The next session has a token of its own.
            Some(_) if name == "csrf" => {}
            Some(left) => {
                room = left;
                carried.push((name, text));
            }
            None => is_too_much = true,
        }
    }
    (carried, if is_too_much { Loss::Text } else { loss })
}

async fn read_multipart(app: &App, request: Request) -> (Vec<(String, String)>, Loss) {
    let mut fields = Vec::new();
    let mut loss = Loss::Nothing;
    let Ok(mut multipart) = Multipart::from_request(request, app).await else { return (fields, Loss::Text) };
    let mut n_bytes = 0;
    loop {
        let mut field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return (fields, loss),
            Err(_) => return (fields, Loss::Files),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file) = field.file_name() {
            if !file.is_empty() {
                loss = Loss::Files;
            }
            continue;
        }
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = field.chunk().await {
            n_bytes += chunk.len();
            if n_bytes > MAX_BYTES {
                return (fields, Loss::Text);
            }
            bytes.extend_from_slice(&chunk);
        }
        fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
}

fn is_compose(urls: &Urls, uri: &Uri) -> bool {
    uri.path() == urls.compose()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn signing_in_leads_back_to_the_page_with_the_form() {
        let urls = Urls::new("/webmail");
        let page_of = |uri: &'static str| page_of(&urls, &Uri::from_static(uri), &HeaderMap::new());
        assert_eq!(page_of("/webmail/mail/INBOX/act"), "/webmail/mail/INBOX");
        assert_eq!(page_of("/webmail/mail/Trash/empty"), "/webmail/mail/Trash");
        assert_eq!(page_of("/webmail/compose?reply=INBOX/1.2"), "/webmail/compose?reply=INBOX/1.2");
        assert_eq!(page_of("/webmail/folders"), "/webmail/folders");
        assert_eq!(page_of("/webmail/outbox"), "/webmail/outbox");
        assert_eq!(page_of("/webmail/collectors/0a"), "/webmail/collectors/0a");
        assert_eq!(page_of("/webmail/logout"), "");
    }

    #[test]
    fn the_browser_says_which_page_it_was() {
        let urls = Urls::new("/webmail");
        let act = Uri::from_static("/webmail/mail/INBOX/act");
        for (referer, page) in [
            ("https://mail.test/webmail/mail/INBOX?page=3", "/webmail/mail/INBOX?page=3"),
            ("https://mail.test/other", "/webmail/mail/INBOX"),
            ("https://evil.test//evil.test", "/webmail/mail/INBOX"),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(referer))]);
            assert_eq!(page_of(&urls, &act, &headers), page);
        }
    }
}
