//! What the fuzzers in `fuzz/` call: everything that reads bytes of a server, without a socket.

use super::{
    body::Body,
    capabilities::Capabilities,
    lines::{Lines, bare},
    listing,
    reply::Reply,
};

/// Reads a message out of `bytes` as if they arrived in pieces of `step`; panics if that made a difference, or if what
/// came out could not be appended to a mailbox.
pub fn body(bytes: &[u8], step: usize) {
    let whole = message(bytes, bytes.len().max(1));
    assert_eq!(whole, message(bytes, step.max(1)), "a message depends on how its bytes arrived");
    let (text, _) = whole;
    let mut previous = 0;
    for &byte in &text {
        assert!(byte != 0 && (byte == b'\n') == (previous == b'\r'), "a message that is not canonical");
        previous = byte;
    }
    assert!(previous != b'\r', "half a line end");
}

/// Reads every line of `bytes` as whatever it could be.
pub fn answers(bytes: &[u8], step: usize) {
    let whole = lines(bytes, bytes.len().max(1));
    assert_eq!(whole, lines(bytes, step.max(1)), "a line's end depends on how its bytes arrived");
    let (mut rest, mut capabilities) = (bytes, Capabilities::default());
    for length in whole.0 {
        let (line, after) = rest.split_at_checked(length).expect("lines lie within the bytes");
        rest = after;
        if let Some(Reply::Ok(words)) = Reply::parse(bare(line)) {
            listing::stat(&words);
        }
        listing::uid(bare(line));
        listing::size(bare(line));
        capabilities.add(&super::reply::words(line));
    }
}

/// The text, and the number of bytes it was made of where its end came.
fn message(bytes: &[u8], step: usize) -> (Vec<u8>, Option<usize>) {
    let (mut body, mut text, mut n_taken) = (Body::new(), Vec::new(), 0);
    for piece in bytes.chunks(step) {
        n_taken += body.take(piece);
        text.extend_from_slice(body.text());
        if body.is_over() {
            return (text, Some(n_taken));
        }
    }
    (text, None)
}

/// The lengths of the lines, and whether what follows them is over the limit.
fn lines(bytes: &[u8], step: usize) -> (Vec<usize>, bool) {
    let (mut lines, mut start, mut end, mut lengths) = (Lines::default(), 0, 0, vec![]);
    loop {
        match lines.next(bytes.get(start..end).unwrap_or_default()) {
            Ok(Some(length)) => {
                lengths.push(length);
                start += length;
            }
            Ok(None) if end == bytes.len() => return (lengths, false),
            Ok(None) => end = bytes.len().min(end + step),
            Err(_) => return (lengths, true),
        }
    }
}
