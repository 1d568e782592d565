//! Images that are there to be fetched, not to be seen: each tells its sender that, when and where a message is read.

use super::links::{self, References};
use super::{Policy, css};

/// CSS pixels, either way.
const TINY: f64 = 2.0;

/// Bytes of a character reference, its `;` included.
const MAX_REFERENCE: usize = 12;

type Attributes<'a> = [(&'a str, &'a str)];

/// Whether an image stands on another server.
pub(super) fn is_remote(attributes: &Attributes<'_>) -> bool {
    value(attributes, "src").is_some_and(|src| links::remote(&src).is_some())
}

/// Whether an element says that it is not to be seen.
pub(super) fn is_hidden(attributes: &Attributes<'_>) -> bool {
    attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case("hidden"))
        || styles(attributes).iter().any(|(property, value)| match property.as_str() {
            "display" => value == "none",
            "visibility" => matches!(value.as_str(), "hidden" | "collapse"),
            "opacity" => number(value).is_some_and(|(opacity, _)| opacity <= 0.0),
            _ => false,
        })
}

/// Whether an image is at most 2 by 2 pixels. Where one side only is given, the other follows it.
pub(super) fn is_tiny(attributes: &Attributes<'_>) -> bool {
    let styles = styles(attributes);
    let sides = ["width", "height"].map(|side| {
        let styled = |property: &str| styles.iter().rev().find(|(name, _)| name == property);
        let at_most = styled(&format!("max-{side}")).and_then(|(_, value)| pixels(value));
        let styled = styled(side).map(|(_, value)| value.clone());
        let is =
            styled.or_else(|| value(attributes, side)).map(|value| pixels(&value).unwrap_or(f64::INFINITY));
        match (is, at_most) {
            (Some(is), Some(most)) => Some(is.min(most)),
            (is, most) => is.or(most),
        }
    });
    let is_tiny = |side: f64| side <= TINY;
    match sides {
        [Some(width), Some(height)] => (is_tiny(width) && is_tiny(height)) || width <= 0.0 || height <= 0.0,
        [Some(side), None] | [None, Some(side)] => is_tiny(side),
        [None, None] => false,
    }
}

/// The first attribute of the name, its character references resolved.
fn value(attributes: &Attributes<'_>, name: &str) -> Option<String> {
    let (_, value) = attributes.iter().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
    Some(resolved(value))
}

/// Properties and values of the `style` attribute, as they are rebuilt; later ones win.
fn styles(attributes: &Attributes<'_>) -> Vec<(String, String)> {
    let Some(style) = value(attributes, "style") else { return Vec::new() };
    let rebuilt = css::declarations(&style, &References::new(&Policy::default()));
    let pairs = rebuilt.split(';').filter_map(|declaration| declaration.split_once(':'));
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim_end_matches("!important").to_ascii_lowercase()))
        .collect()
}

/// A length in CSS pixels; `None` for one that depends on what is around it, unless that is nothing.
fn pixels(value: &str) -> Option<f64> {
    let (number, unit) = number(value)?;
    match unit {
        "" | "px" => Some(number),
        "pt" => Some(number * 4.0 / 3.0),
        _ => (number <= 0.0).then_some(0.0),
    }
}

/// As HTML reads dimensions (§2.3.4.4): digits, and what stands behind them.
fn number(value: &str) -> Option<(f64, &str)> {
    let value = value.trim();
    let end = value.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    Some((number.parse().ok()?, unit.trim()))
}

/// `&#49;`, `&#x31;` and `&amp;`: what a size or an address may be written in.
fn resolved(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No further than a reference can reach: of a megabyte of `&` each would look through all that follow.
        let end = after.bytes().take(MAX_REFERENCE).position(|byte| byte == b';');
        let (reference, behind) =
            end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))).unwrap_or_default();
        let number = reference.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        });
        let meant = number.and_then(char::from_u32).or_else(|| (reference == "amp").then_some('&'));
        rest = match meant {
            Some(c) => {
                out.push(c);
                behind
            }
            None => {
                out.push('&');
                after
            }
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use crate::render::{Policy, sanitize};

    #[test]
    fn what_cannot_be_seen_is_a_tracker() {
        let src = "src='https://t.example/o.gif?a=1&amp;b=2'";
        for (html, is_tracker) in [
            ("<img width=1 height=1 SRC>", true),
            ("<IMG WIDTH='2px' HEIGHT=' 2 ' SRC>", true),
            ("<img width=&#49; height=&#x31; SRC>", true),
            ("<img width=1 SRC>", true),
            ("<img height=1 SRC>", true),
            ("<img width=0 height=40 SRC>", true),
            ("<img style='width:1px;height:1px' SRC>", true),
            ("<img style='WIDTH:1PX!important;height:1.5pt' SRC>", true),
            ("<img style='w\\69 dth:1px;height:1px' SRC>", true),
            ("<img width=600 height=400 style='max-width:1px;max-height:1px' SRC>", true),
            ("<img width=1 height=1 style='width:600px;height:400px' SRC>", false),
            ("<img width=600 height=400 style='width:1px;height:1px' SRC>", true),
            ("<img style='display:none' SRC>", true),
            ("<img style='display:no\\6e e' SRC>", true),
            ("<img style='visibility:hidden' width=600 SRC>", true),
            ("<img style='opacity:0' SRC>", true),
            ("<img style='opacity:0.5' SRC>", false),
            ("<img hidden SRC>", true),
            ("<div style='display:none'><p><img SRC></p></div>", true),
            ("<div style='display:none'>x</div><img SRC>", false),
            ("<img SRC>", false),
            ("<img width=3 height=3 SRC>", false),
            ("<img width=1 height=20 SRC>", false),
            ("<img height=1 style='width:100%' SRC>", false),
            ("<img width='1%' height='50%' SRC>", false),
            ("<img width=auto height=auto SRC>", false),
            ("<img width=10 height=10 SRC>", false),
        ] {
            let shown = sanitize(&html.replace("SRC", src), &Policy::default());
            assert_eq!((shown.remote.images, shown.remote.trackers), (1, usize::from(is_tracker)), "{html}");
        }
    }

    #[test]
    fn what_is_not_fetched_from_elsewhere_is_none() {
        for src in ["", "cid:x", "data:image/gif;base64,AAAA", "/local.gif", "o.gif", "ftp://t.example/o.gif"]
        {
            let shown = sanitize(&format!("<img width=1 height=1 src='{src}'>"), &Policy::default());
            assert_eq!((shown.remote.images, shown.remote.trackers), (0, 0), "{src}");
        }
        let shown = sanitize("<img width=1 height=1 src='//t.example/o.gif'>", &Policy::default());
        assert_eq!((shown.remote.images, shown.remote.trackers), (1, 1));
    }
}
