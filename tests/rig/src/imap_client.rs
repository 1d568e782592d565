//! A second client of the mailbox: blocking, plain, and knowing no IMAP beyond literals. What it does is what a test
//! writes out, so it cannot share a mistake with the code under test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::Person;

/// A connection, logged in or not.
#[derive(Debug)]
pub struct ImapClient {
    stream: BufReader<TcpStream>,
    n_commands: u32,
}

impl ImapClient {
    /// Connects and reads the greeting.
    pub fn connect(server: SocketAddr) -> ImapClient {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut client = ImapClient { stream: BufReader::new(stream), n_commands: 0 };
        let greeting = client.read_line();
        assert!(greeting.starts_with("* OK"), "the IMAP server greets with {greeting:?}");
        client
    }

    /// Connects and logs in.
    pub fn login(server: SocketAddr, person: &Person) -> ImapClient {
        let mut client = ImapClient::connect(server);
        client.command(&format!("LOGIN {} {}", quoted(&person.address), quoted(&person.password)));
        client
    }

    /// Sends a command, without tag and line end, and returns the lines of the answer, the tagged one last; a literal
    /// stands in its line as it is. Panics unless the server says OK.
    #[track_caller]
    pub fn command(&mut self, command: &str) -> Vec<String> {
        let lines = self.try_command(command);
        assert!(is_ok(&lines), "IMAP answers {command:?} with {lines:#?}");
        lines
    }

    /// The same, whatever the server says. A literal in the command is written `{n}`, CRLF, and its bytes.
    pub fn try_command(&mut self, command: &str) -> Vec<String> {
        let tag = self.next_tag();
        self.send(format!("{tag} {command}\r\n").as_bytes());
        self.read_answer(&tag)
    }

    /// Appends a message; `options` are the flags and the date, if any: `(\Seen) "01-Jul-2026 09:30:00 +0000"`.
    #[track_caller]
    pub fn append(&mut self, mailbox: &str, options: &str, eml: impl AsRef<[u8]>) -> Vec<String> {
        let eml = eml.as_ref();
        let tag = self.next_tag();
        // RFC 7888: with LITERAL+ the server need not be waited for.
        self.send(format!("{tag} APPEND {} {options} {{{}+}}\r\n", quoted(mailbox), eml.len()).as_bytes());
        self.send(eml);
        self.send(b"\r\n");
        let lines = self.read_answer(&tag);
        assert!(is_ok(&lines), "IMAP answers APPEND to {mailbox} with {lines:#?}");
        lines
    }

    /// Appends many at once (RFC 3502); each with its options, as for [`ImapClient::append`].
    #[track_caller]
    pub fn append_all(&mut self, mailbox: &str, messages: &[(String, Vec<u8>)]) -> Vec<String> {
        let tag = self.next_tag();
        let mut bytes = format!("{tag} APPEND {}", quoted(mailbox)).into_bytes();
        for (options, eml) in messages {
            bytes.extend(format!(" {options} {{{}+}}\r\n", eml.len()).into_bytes());
            bytes.extend(eml);
        }
        bytes.extend(b"\r\n");
        self.send(&bytes);
        let lines = self.read_answer(&tag);
        assert!(is_ok(&lines), "IMAP answers APPEND to {mailbox} with {lines:#?}");
        lines
    }

    fn next_tag(&mut self) -> String {
        self.n_commands += 1;
        format!("r{}", self.n_commands)
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    fn read_answer(&mut self, tag: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.read_line();
            let is_last = line.starts_with(&format!("{tag} "));
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    /// A line with the literals in it, without its end; bytes that are not UTF-8 become U+FFFD.
    fn read_line(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            let n_read = self.stream.read_until(b'\n', &mut bytes).unwrap();
            assert!(n_read > 0, "the IMAP server hung up");
            let Some(n) = literal_size(&bytes[start..]) else { break };
            let mut literal = vec![0; n];
            self.stream.read_exact(&mut literal).unwrap();
            bytes.extend_from_slice(&literal);
        }
        String::from_utf8_lossy(bytes.trim_ascii_end()).into_owned()
    }
}

/// The `n` of a line that ends with `{n}` (or, from a client, `{n+}`).
pub(crate) fn literal_size(line: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_end().strip_suffix(b"}")?;
    let brace = line.iter().rposition(|&byte| byte == b'{')?;
    std::str::from_utf8(&line[brace + 1..]).ok()?.trim_end_matches('+').parse().ok()
}

fn is_ok(lines: &[String]) -> bool {
    let tagged = lines.last().and_then(|line| line.split_once(' '));
    tagged.is_some_and(|(_, answer)| answer.starts_with("OK"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
