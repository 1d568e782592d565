//! Delivery: LMTP (RFC 2033), as the last mail server on a letter's way does it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
};

pub(crate) fn deliver(server: SocketAddr, to: &str, eml: &[u8]) {
    let mut lmtp = Lmtp(BufReader::new(TcpStream::connect(server).unwrap()));
    lmtp.expect_yes("the greeting");
    for line in ["LHLO rig", "MAIL FROM:<>", &format!("RCPT TO:<{to}>"), "DATA"] {
        lmtp.send(format!("{line}\r\n").as_bytes());
        lmtp.expect_yes(line);
    }
    lmtp.send(&wire(eml));
    lmtp.expect_yes("the letter");
    lmtp.send(b"QUIT\r\n");
}

struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn expect_yes(&mut self, to: &str) {
        loop {
            let mut reply = String::new();
            self.0.read_line(&mut reply).unwrap();
            assert!(reply.starts_with(['2', '3']), "LMTP answered {to} with {reply:?}");
            if reply.as_bytes()[3] == b' ' {
                return;
            }
        }
    }
}

/// Lines end with CRLF, dots at their start are doubled (RFC 5321 §4.5.2), and a lone dot ends the letter.
fn wire(eml: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(eml.len() + eml.len() / 40);
    let text = eml.strip_suffix(b"\n").unwrap_or(eml);
    for line in text.split(|&byte| byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
