//! Style sheets, scripts and icons: inside the program, addressed by their content's hash.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{Error, extract::Path};

// `Asset`, `ASSETS`, and a constant for each name that templates use.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `GET /static/{file}`
pub async fn show(headers: HeaderMap, Path(file): Path<String>) -> Result<Response, Error> {
    let asset = ASSETS.iter().find(|asset| asset.name == file).ok_or(Error::NoSuchPage)?;
    let plain = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.mime)),
        // The address changes with the content, so what it names never does.
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    if !asset.br.is_empty() && accepts_brotli(&headers) {
        let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))];
        return Ok((plain, encoding, asset.br).into_response());
    }
    Ok((plain, asset.raw).into_response())
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut codings = lines.flat_map(|line| line.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("br") && !is_refused
    })
}
