//! HTTP as bytes on a socket: for what no browser sends, and for reading slower than one.

use std::io::{Read, Write};

/// What came back, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In lower case, with their values.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Sends the head of a request. HTTP/1.0: the answer's end is the connection's.
pub fn send(socket: &mut impl Write, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
    let mut head = format!("{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    write!(socket, "{head}\r\n{body}").unwrap();
}

/// A request and its answer.
#[track_caller]
pub fn ask(mut socket: impl Read + Write, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(&mut socket, method, path, headers, "");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
        body: body.to_owned(),
    }
}
