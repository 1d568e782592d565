//! What the fuzzers in `fuzz/` call: everything that reads bytes of a server, without a socket.

use super::{
    response::{Response, Value},
    structure, uid_set, utf7,
    wire::{Framer, Limits},
};

/// Frames `bytes` as if they arrived in pieces of `step`; panics if that made a difference.
pub fn framing(bytes: &[u8], step: usize) {
    let whole = frames(bytes, bytes.len().max(1));
    let pieces = frames(bytes, step.max(1));
    assert_eq!(whole, pieces, "a frame's end depends on how its bytes arrived");
}

/// Reads every response in `bytes`, and makes of it what the adapter would.
pub fn responses(bytes: &[u8]) {
    let mut rest = bytes;
    for length in frames(bytes, bytes.len().max(1)).0 {
        let (frame, after) = rest.split_at_checked(length).expect("frames lie within the bytes");
        rest = after;
        match Response::parse(frame) {
            Ok(Response::Fetch(fetch)) => {
                if let Some(envelope) = &fetch.envelope {
                    envelope.headers();
                }
                structure::has_attachment(&structure::tree(fetch.structure.as_ref()));
            }
            Ok(Response::List(row)) => {
                utf7::decode(&row.name);
            }
            _ => {}
        }
    }
    uid_set::parse(bytes, 1000);
    structure::tree(Some(&Value::Atom(bytes)));
    let name = utf7::decode(bytes);
    assert_eq!(utf7::decode(utf7::encode(&name).as_bytes()), name, "a name did not come back");
}

/// The lengths of the frames, and whether what follows them is over a limit.
fn frames(bytes: &[u8], step: usize) -> (Vec<usize>, bool) {
    let mut framer = Framer::new(Limits::SIGNED_IN);
    let (mut start, mut end, mut lengths) = (0, 0, vec![]);
    loop {
        match framer.next(bytes.get(start..end).unwrap_or_default()) {
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
