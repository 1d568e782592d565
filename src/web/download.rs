//! Bytes of mail as an answer: they never run in our origin, whatever they call themselves.

use axum::{
    body::Body,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Error;
use crate::{
    mail::PartStream,
    model::{ContentType, Part, raster_image},
};

/// RFC 8187 §3.2.1 `attr-char`: what a `filename*` may hold unencoded.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Even opened directly, a download may load and run nothing; nor may another site show it as part of its own.
pub(super) const CSP: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What the person wants to do with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Shown where it is safe, else downloaded.
    Show,
    Download,
}

/// A part as an answer. It is shown only where its first bytes are those of the raster image it claims to be,
/// or where it is plain text; everything else is downloaded.
pub async fn part(part: &Part, filename: &str, wish: Wish, mut bytes: PartStream) -> Result<Response, Error> {
    let first = bytes.next().await.transpose()?.unwrap_or_default();
    let shown = match wish {
        Wish::Download => None,
        Wish::Show => shown_as(&part.content_type, &first),
    };
    let (kind, media_type) = match shown {
        Some(media_type) => ("inline", media_type),
        None => ("attachment", downloaded_as(&part.content_type)),
    };
    let whole = stream::once(async { Ok(first) }).chain(bytes);
    Ok(answer(kind, &media_type, filename, Body::from_stream(whole)))
}

/// Bytes that are always downloaded.
pub fn attachment(media_type: &str, filename: &str, bytes: PartStream) -> Response {
    answer("attachment", media_type, filename, Body::from_stream(bytes))
}

/// Bytes that are shown as the text they are.
pub fn text(filename: &str, bytes: PartStream) -> Response {
    answer("inline", "text/plain; charset=utf-8", filename, Body::from_stream(bytes))
}

fn answer(kind: &str, media_type: &str, filename: &str, body: Body) -> Response {
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(kind, filename)),
        (header::CONTENT_SECURITY_POLICY, CSP.to_owned()),
    ];
    (headers, body).into_response()
}

/// RFC 6266: a plain name for old programs, and the real one.
fn disposition(kind: &str, filename: &str) -> String {
    let plain: String = filename
        .chars()
        .map(|c| if (c.is_ascii_graphic() && !"\"\\%;".contains(c)) || c == ' ' { c } else { '_' })
        .collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(filename, ATTR_CHAR))
}

fn shown_as(claimed: &ContentType, first: &[u8]) -> Option<String> {
    if claimed.is("text", "plain") {
        let charset = claimed.charset.as_deref().filter(|charset| is_token(charset)).unwrap_or("utf-8");
        return Some(format!("text/plain; charset={charset}"));
    }
    raster_image(first).filter(|_| claimed.main == "image").map(str::to_owned)
}

/// The type a download goes by. What a browser could run is only bytes.
fn downloaded_as(claimed: &ContentType) -> String {
    let harmless = match claimed.main.as_str() {
        "image" => !claimed.sub.contains("svg"),
        "audio" | "video" | "font" => true,
        "message" => claimed.sub == "rfc822",
        "text" => matches!(claimed.sub.as_str(), "plain" | "csv" | "calendar" | "vcard"),
        "application" => {
            matches!(
                claimed.sub.as_str(),
                "pdf"
                    | "zip"
                    | "gzip"
                    | "msword"
                    | "rtf"
                    | "json"
                    | "pgp-signature"
                    | "pkcs7-signature"
                    | "ms-tnef"
            ) || claimed.sub.starts_with("vnd.") && !claimed.sub.ends_with("xml")
        }
        _ => false,
    };
    if harmless && is_token(&claimed.main) && is_token(&claimed.sub) {
        claimed.to_string()
    } else {
        "application/octet-stream".to_owned()
    }
}

fn is_token(text: &str) -> bool {
    let token_char = |b: u8| b.is_ascii_alphanumeric() || b"-+._".contains(&b);
    !text.is_empty() && text.len() <= 100 && text.bytes().all(token_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_an_image_is_shown_as_one() {
        let png = b"\x89PNG\r\n\x1a\n....";
        assert_eq!(shown_as(&ContentType::new("image", "png"), png).as_deref(), Some("image/png"));
        assert_eq!(shown_as(&ContentType::new("image", "png"), b"<script>"), None);
        assert_eq!(shown_as(&ContentType::new("image", "svg+xml"), b"<svg"), None);
        assert_eq!(shown_as(&ContentType::new("text", "html"), png), None);
        assert_eq!(shown_as(&ContentType::new("application", "pdf"), b"%PDF-1.7"), None);
    }

    #[test]
    fn what_a_browser_could_run_is_only_bytes() {
        for (main, sub) in [
            ("text", "html"),
            ("image", "svg+xml"),
            ("text", "javascript"),
            ("application", "xhtml+xml"),
            ("a\r\n", "b"),
        ] {
            assert_eq!(
                downloaded_as(&ContentType::new(main, sub)),
                "application/octet-stream",
                "{main}/{sub}"
            );
        }
        assert_eq!(downloaded_as(&ContentType::new("application", "pdf")), "application/pdf");
    }

    #[test]
    fn a_file_name_cannot_end_its_header() {
        let header = disposition("attachment", "Rechnung \"März\";\r\n.pdf");
        assert_eq!(
            header,
            "attachment; filename=\"Rechnung _M_rz____.pdf\"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22%3B%0D%0A.pdf"
        );
    }
}
