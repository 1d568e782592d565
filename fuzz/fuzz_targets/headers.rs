//! Whatever a header holds, what is shown of it is one line without control characters.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use postroom::{mime, model::Address};

fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn is_clean(address: &Address) -> bool {
    is_plain(&address.email) && address.name.as_deref().is_none_or(is_plain)
}

fuzz_target!(|bytes: &[u8]| {
    let headers = mime::headers(bytes);
    assert!(is_plain(&headers.subject));
    assert!(headers.all.iter().all(|(name, value)| is_plain(name) && is_plain(value)));
    let lists = [&headers.from, &headers.sender, &headers.reply_to, &headers.to, &headers.cc, &headers.bcc];
    assert!(lists.into_iter().flatten().all(is_clean));
    assert!(mime::addresses(bytes).iter().all(is_clean));
    assert!(headers.references.iter().chain(&headers.in_reply_to).all(|id| is_plain(id)));
    assert!(is_plain(&mime::decode_words(bytes)));
    mime::date(bytes);
    mime::origin(&headers);
    let (name, value) = bytes.split_at(bytes.len() / 2);
    let params = [(Cow::from(name), Cow::from(value)), (Cow::from(&b"filename*0*"[..]), Cow::from(bytes))];
    assert!(mime::parameter(&params, "filename").is_none_or(|name| is_plain(&name)));
});
