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

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    /// A short run without a fuzzer: pieces that mean something, in any order.
    #[test]
    fn nothing_a_server_says_is_too_odd() {
        const PIECES: [&[u8]; 20] = [
            b"\r\n",
            b"\n",
            b"\r",
            b".",
            b"..",
            b"+OK",
            b"-ERR",
            b" ",
            b"\t",
            b"+",
            b"[SYS/",
            b"]",
            b"1",
            b"4294967296",
            b"0",
            b"SASL PLAIN",
            b"EXPIRE",
            b"\0",
            b"\xff",
            b"\xe2\x80\xae",
        ];
        let mut random = StdRng::seed_from_u64(1939);
        for _ in 0..5000 {
            let n_pieces = random.random_range(0..40);
            let bytes: Vec<u8> = (0..n_pieces)
                .flat_map(|_| PIECES.get(random.random_range(0..PIECES.len())).copied().unwrap_or_default())
                .copied()
                .collect();
            let step = random.random_range(1..8);
            super::body(&bytes, step);
            super::answers(&bytes, step);
        }
    }
}
