//! What was said on each connection.

use super::Side;
use crate::imap_client::literal_size;

#[derive(Debug, Default)]
pub(super) struct Recording {
    connections: Vec<Transcript>,
    n_forgotten: usize,
}

#[derive(Debug, Default)]
struct Transcript {
    client: Vec<u8>,
    server: Vec<u8>,
}

impl Transcript {
    fn of(&self, side: Side) -> &[u8] {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
}

impl Recording {
    /// The number of a new connection.
    pub(super) fn add_connection(&mut self) -> usize {
        self.connections.push(Transcript::default());
        self.connections.len() - 1
    }

    pub(super) fn add(&mut self, connection: usize, side: Side, bytes: &[u8]) {
        let transcript = &mut self.connections[connection];
        match side {
            Side::Client => transcript.client.extend_from_slice(bytes),
            Side::Server => transcript.server.extend_from_slice(bytes),
        }
    }

    pub(super) fn n_bytes(&self, side: Side) -> usize {
        self.connections.iter().map(|connection| connection.of(side).len()).sum()
    }

    pub(super) fn n_connections(&self) -> usize {
        self.connections.len() - self.n_forgotten
    }

    pub(super) fn said_by(&self, side: Side) -> Vec<u8> {
        self.connections.iter().flat_map(|connection| connection.of(side)).copied().collect()
    }

    pub(super) fn commands(&self) -> Vec<String> {
        self.connections.iter().flat_map(|connection| commands(&connection.client)).collect()
    }

    /// Empties the transcripts; connections go on in them.
    pub(super) fn forget(&mut self) {
        self.n_forgotten = self.connections.len();
        self.connections.iter_mut().for_each(|connection| *connection = Transcript::default());
    }
}

/// The commands in what a client of IMAP, POP3 or SMTP said.
fn commands(mut said: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some((command, rest)) = split_command(said) {
        said = rest;
        let text = String::from_utf8_lossy(command).into_owned();
        let words = text.to_ascii_uppercase();
        let awaits_credentials = ["AUTHENTICATE ", "AUTH "].iter().any(|word| words.contains(word));
        found.push(text);
        if words == "DATA" {
            said = after(said, b"\r\n.\r\n");
        }
        if awaits_credentials {
            // RFC 4954, RFC 3501 §6.2.2: answers to challenges are one word each.
            while let Some((_, rest)) = split_line(said).filter(|(line, _)| !line.contains(&b' ')) {
                said = rest;
            }
        }
    }
    found
}

/// A command with its literals, without its line end. One that is not complete yet does not count.
fn split_command(said: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    loop {
        let (line, _) = split_line(&said[end..])?;
        end += line.len() + 2;
        let Some(n) = literal_size(line) else { return Some((&said[..end - 2], &said[end..])) };
        end = (end + n).min(said.len());
    }
}

fn split_line(said: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = said.windows(2).position(|pair| pair == b"\r\n")?;
    Some((&said[..end], &said[end + 2..]))
}

fn after<'a>(said: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let at = said.windows(mark.len()).position(|window| window == mark);
    at.map_or(&[], |at| &said[at + mark.len()..])
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn literals_letters_and_secrets_are_no_commands() {
        let imap =
            b"a1 LOGIN {3}\r\nbob {2+}\r\npw\r\na2 APPEND x {14+}\r\na3 NOT A COMMA\r\na4 NOOP\r\na5 NO";
        let expected = ["a1 LOGIN {3}\r\nbob {2+}\r\npw", "a2 APPEND x {14+}\r\na3 NOT A COMMA", "a4 NOOP"];
        assert_eq!(commands(imap), expected);

        let smtp =
            b"EHLO x\r\nAUTH LOGIN\r\nYQ==\r\ncHc=\r\nMAIL FROM:<a>\r\nDATA\r\nRSET\r\n\r\n.\r\nQUIT\r\n";
        assert_eq!(commands(smtp), ["EHLO x", "AUTH LOGIN", "MAIL FROM:<a>", "DATA", "QUIT"]);
    }
}
