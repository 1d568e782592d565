//! The few words before encryption (RFC 3207). Nothing the server said before it counts after it.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Error, one_line};
use crate::net::{Dialer, Stream};

/// A longer reply is no reply.
const MAX_REPLY: usize = 64 << 10;

/// Takes the connection from its greeting through the handshake.
pub(super) async fn upgrade(mut stream: Stream, dialer: &Dialer, host: &str) -> Result<Stream, Error> {
    read_reply(&mut stream).await?.expect(220)?;
    let hello = ask(&mut stream, "EHLO [127.0.0.1]\r\n").await?;
    hello.expect(250)?;
    if !hello.lines.iter().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(Error::NoStartTls);
    }
    ask(&mut stream, "STARTTLS\r\n").await?.expect(220)?;
    dialer.start_tls(stream, host).await.map_err(Error::Unreachable)
}

async fn ask(stream: &mut Stream, command: &str) -> Result<Reply, Error> {
    stream.write_all(command.as_bytes()).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    read_reply(stream).await
}

fn lost(_: io::Error) -> Error {
    Error::NotNow("the connection was lost".to_owned())
}

struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    fn expect(&self, code: u16) -> Result<(), Error> {
        let code_word = self.code.to_string();
        let words =
            || one_line([code_word.as_str()].into_iter().chain(self.lines.iter().map(String::as_str)));
        match self.code {
            got if got == code => Ok(()),
            500..600 => Err(Error::Refused(words())),
            _ => Err(Error::NotNow(words())),
        }
    }

    /// `None` while the last line has not come.
    fn parse(bytes: &[u8]) -> Option<Result<Reply, Error>> {
        let unreadable = || Error::NotNow("its answer cannot be read".to_owned());
        let mut reply = Reply { code: 0, lines: Vec::new() };
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\n")?;
            let line = String::from_utf8_lossy(line).into_owned();
            let Some((code, rest)) = line.split_at_checked(3) else { return Some(Err(unreadable())) };
            let Ok(code) = code.parse::<u16>() else { return Some(Err(unreadable())) };
            reply.code = code;
            reply.lines.push(rest.get(1..).unwrap_or_default().trim_end().to_owned());
            if !rest.starts_with('-') {
                return Some(Ok(reply));
            }
        }
        None
    }
}

/// Reads a reply and nothing beyond it. Whoever sends more here than was asked for is trying to have it taken
/// for part of the encrypted conversation: that connection is not used.
async fn read_reply(stream: &mut Stream) -> Result<Reply, Error> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let n = stream.read(&mut piece).await.map_err(lost)?;
        if n == 0 {
            return Err(lost(io::ErrorKind::UnexpectedEof.into()));
        }
        bytes.extend_from_slice(piece.get(..n).unwrap_or_default());
        if let Some(reply) = Reply::parse(&bytes) {
            let reply = reply?;
            // The last line ends what has come, or something stands behind it.
            let n_lines = bytes.iter().filter(|b| **b == b'\n').count();
            if n_lines > reply.lines.len() || !bytes.ends_with(b"\n") {
                return Err(Error::NotNow("it spoke before encryption began".to_owned()));
            }
            return Ok(reply);
        }
        if bytes.len() > MAX_REPLY {
            return Err(Error::NotNow("its answer is too long".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn a_reply_is_read_whole() {
        for partial in ["", "250", "250-a\r\n", "250-a\r\n250 b"] {
            assert!(Reply::parse(partial.as_bytes()).is_none(), "{partial:?}");
        }
        let reply = Reply::parse(b"250-x.org\r\n250-STARTTLS\r\n250 SIZE 1\r\n").unwrap().unwrap();
        assert_eq!(
            (reply.code, reply.lines),
            (250, vec!["x.org".into(), "STARTTLS".into(), "SIZE 1".into()])
        );
        assert_eq!(Reply::parse(b"220\r\n").unwrap().unwrap().code, 220);
        for bad in ["\r\n", "hello\r\n", "2\u{e9}0 x\r\n"] {
            assert!(Reply::parse(bad.as_bytes()).unwrap().is_err(), "{bad:?}");
        }
    }
}
