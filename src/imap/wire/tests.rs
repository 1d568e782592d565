#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use tokio::io::duplex;

use super::*;

const LIMITS: Limits = Limits { line: 100, literal: 1000, frame: 1200 };

/// Feeds `bytes` in pieces of `step` and collects the lengths of the responses found.
fn lengths(bytes: &[u8], step: usize) -> io::Result<Vec<usize>> {
    let (mut framer, mut start, mut found) = (Framer::new(LIMITS), 0, vec![]);
    for end in (0..bytes.len()).step_by(step).chain([bytes.len()]) {
        while let Some(n) = framer.next(&bytes[start..end])? {
            found.push(n);
            start += n;
        }
    }
    Ok(found)
}

#[test]
fn responses_end_where_no_literal_follows() {
    for (bytes, want) in [
        (&b"* OK hi\r\na OK\r\n"[..], vec![9, 6]),
        (b"* 1 FETCH (BODY[] {4}\r\na\r\nb)\r\n* 2", vec![30]),
        (b"* LIST () \"/\" {0}\r\n\r\n", vec![21]),
        (b"* X ~{3}\r\n\0\n\0 {1+}\r\nz\r\n", vec![23]),
        (b"* OK text {5}\r\n* BYE\n", vec![15, 6]),
        (b"+ {9}\r\n", vec![7]),
        (b"* X \"{5}\"\r\n* Y {x}\r\n", vec![11, 9]),
        (b"* X {1}\r\nz OK {3}\r\nabc\r\n", vec![24]),
        (b"* X {4}\r\nabc", vec![]),
    ] {
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(lengths(bytes, step).unwrap(), want, "{:?} by {step}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn what_is_over_a_limit_is_an_error_before_it_was_read() {
    for bytes in [
        vec![b'x'; 101],
        b"* X {1001}\r\n".to_vec(),
        b"* X {400000000}\r\nabc".to_vec(),
        b"* X {99999999999999999999999999}\r\n".to_vec(),
        format!("* X {{900}}\r\n{} {{400}}\r\n", "y".repeat(900)).into_bytes(),
    ] {
        let error = lengths(&bytes, 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}

#[tokio::test]
async fn async_imap_gets_one_reduced_response_at_a_time() {
    let (ours, mut theirs) = duplex(1 << 20);
    let mut wire = Wire::new(ours);
    let deep = "(".repeat(9000);
    theirs
        .write_all(
            format!("* OK [ALERT]\u{e9}\r\n* CAPABILITY IMAP4rev2\r\n* 1 FETCH {deep}\r\nA1 NO [X] no\r\n")
                .as_bytes(),
        )
        .await
        .unwrap();
    let mut buf = [0; 4096];
    let n = wire.read(&mut buf).await.unwrap();
    assert_eq!(&buf[..n], b"* OK -\r\n");
    let n = wire.read(&mut buf).await.unwrap();
    assert_eq!(&buf[..n], b"A1 NO -\r\n");
    assert_eq!(wire.last_status().unwrap().text, "no");
}

#[tokio::test]
async fn a_stream_with_bytes_left_is_not_given_back() {
    let (ours, mut theirs) = duplex(1 << 10);
    let mut wire = Wire::new(ours);
    theirs.write_all(b"A1 OK go\r\n* OK injected\r\n").await.unwrap();
    wire.frame().await.unwrap();
    assert!(wire.into_inner().is_none());
}
