#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use super::*;

/// What becomes of `bytes` that arrive by `step`, and how many of them were taken; `None` where the end did not come.
fn read(bytes: &[u8], step: usize) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut text, mut n_taken) = (Body::new(), vec![], 0);
    for piece in bytes.chunks(step) {
        let n = body.take(piece);
        n_taken += n;
        text.extend_from_slice(body.text());
        if body.is_over() {
            return Some((text, n_taken));
        }
        assert_eq!(n, piece.len(), "a piece was left although the message goes on");
    }
    None
}

#[test]
fn dots_are_unstuffed_and_lines_get_their_ends() {
    for (bytes, want) in [
        (&b".\r\n"[..], &b""[..]),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n...\r\n..a\r\n.\r\n", b".\r\n..\r\n.a\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"a.\r\n.b.\r\n.\r\n", b"a.\r\nb.\r\n"),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n"),
        // LF alone is a line end, but nothing begins after it.
        (b"a\nb\r\n.\r\n", b"a\r\nb\r\n"),
        (b"a\n.\nb\n.\r\nc\r\n.\r\n", b"a\r\n.\r\nb\r\n.\r\nc\r\n"),
        (b"a\n..\r\n.\r\n", b"a\r\n..\r\n"),
        (b"\n.\r\n\r\n.\r\n", b"\r\n.\r\n\r\n"),
        // CR alone is none; a run of them before a LF is one.
        (b"a\rb\r\n.\r\n", b"a b\r\n"),
        (b"a\r\r\nb\r\n.\r\n", b"a\r\nb\r\n"),
        (b"\r\r\n\r\n.\r\n", b"\r\n\r\n"),
        (b"a\r\r\rb\r.\r\r\n.\r\n", b"a b .\r\n"),
        (b".\ra\r\n.\r\n", b" a\r\n"),
        (b".\r\r\n.\r\n", b"\r\n"),
        (b"\r.\r\n.\r\n", b" .\r\n"),
        (b".\n.\r\n.\r\n", b"\r\n.\r\n"),
        (b"a\0b\0\r\n\0\r\n.\r\n", b"a\x80b\x80\r\n\x80\r\n"),
        (b"\xff\xfe\x80\r\n.\r\n", b"\xff\xfe\x80\r\n"),
    ] {
        for step in [1, 2, 3, 5, 1000] {
            let (text, n_taken) = read(bytes, step).unwrap();
            assert_eq!(text, want, "{:?} by {step}", bytes.escape_ascii().to_string());
            assert_eq!(n_taken, bytes.len());
        }
    }
    for unfinished in [&b""[..], b"a\r\n.\r", b"a\r\n.", b"a\n.\r\n", b"a\r.\r\n", b".a\r\n..\r\n"] {
        assert_eq!(read(unfinished, 1), None, "{:?}", unfinished.escape_ascii().to_string());
    }
}

#[test]
fn what_follows_the_end_is_left() {
    let mut body = Body::new();
    assert_eq!(body.take(b"a\r\n.\r\n+OK next\r\n"), 6);
    assert_eq!((body.text(), body.is_over()), (&b"a\r\n"[..], true));
    assert_eq!(body.take(b"+OK"), 0);
    assert_eq!(body.text(), b"");
}

/// Every text of up to seven of the bytes that matter: cut anywhere, the result is the same; and it is canonical.
#[test]
fn the_result_does_not_depend_on_how_bytes_arrive() {
    const BYTES: &[u8] = b".\r\na\0";
    let mut n_finished = 0;
    for n in 0..5usize.pow(7) {
        let digit = |place: u32| BYTES[n / 5usize.pow(place) % 5];
        let mut bytes: Vec<u8> = (0..7).map(digit).collect();
        bytes.extend_from_slice(b"\r\n.\r\n");
        let whole = read(&bytes, bytes.len());
        assert_eq!(whole, read(&bytes, 1), "{:?}", bytes.escape_ascii().to_string());
        let Some((text, n_taken)) = whole else { continue };
        n_finished += 1;
        assert!(bytes[..n_taken].ends_with(b".\r\n"));
        assert!(text.is_empty() || text.ends_with(b"\r\n"), "{:?}", text.escape_ascii().to_string());
        let without_ends: Vec<u8> = text.split(|byte| *byte == b'\n').flatten().copied().collect();
        let n_ends = text.iter().filter(|byte| **byte == b'\n').count();
        let n_crs = without_ends.iter().filter(|byte| **byte == b'\r').count();
        let n_pairs = text.windows(2).filter(|pair| pair == b"\r\n").count();
        assert!(n_ends == n_pairs && n_crs == n_pairs && !text.contains(&0));
    }
    assert_eq!(n_finished, 5usize.pow(7));
}

/// What a server makes of a canonical message comes back as it was.
#[test]
fn stuffing_is_undone() {
    for lines in [".", "..", "a\n.b\n\n...\n", "", "\n.\n.\n", "From x\n>From y\n.\r"] {
        let message: Vec<u8> = lines
            .split('\n')
            .flat_map(|line| format!("{}\r\n", line.replace('\r', "")).into_bytes())
            .collect();
        let stuffed: Vec<u8> = message
            .split_inclusive(|byte| *byte == b'\n')
            .flat_map(|line| [if line.starts_with(b".") { &b"."[..] } else { b"" }, line].concat())
            .chain(*b".\r\n")
            .collect();
        for step in [1, 4, 1000] {
            assert_eq!(read(&stuffed, step).unwrap().0, message);
        }
    }
}
