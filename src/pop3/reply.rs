//! The first line of an answer (RFC 1939 §3), with its response code (RFC 2449 §8, RFC 3206).

/// What the server says to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// `+OK`, and the words after it.
    Ok(String),
    Refused(Refusal),
    /// RFC 5034 §4: the server waits for more of a login; what it said, base64 still.
    Challenge(String),
}

/// `-ERR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Option<Code>,
    /// Without the code.
    pub(super) words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// RFC 3206 §4: user name or password.
    Auth,
    InUse,
    LoginDelay,
    SysTemp,
    SysPerm,
    Other,
}

impl Reply {
    /// `None` where the line is no reply.
    pub(super) fn parse(line: &[u8]) -> Option<Reply> {
        let (status, text) = match line.iter().position(|byte| matches!(byte, b' ' | b'\t')) {
            Some(at) => line.split_at_checked(at)?,
            None => (line, &[][..]),
        };
        if status.eq_ignore_ascii_case(b"+OK") {
            Some(Reply::Ok(words(text)))
        } else if status.eq_ignore_ascii_case(b"-ERR") {
            Some(Reply::Refused(Refusal::parse(text)))
        } else if status == b"+" {
            Some(Reply::Challenge(words(text)))
        } else {
            None
        }
    }
}

impl Refusal {
    fn parse(text: &[u8]) -> Refusal {
        let words = words(text);
        let coded = words.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        match coded {
            Some((code, rest)) => Refusal { code: Some(Code::parse(code)), words: rest.trim().to_owned() },
            None => Refusal { code: None, words },
        }
    }

    /// Whether the words are about how a command was written rather than about what it asked for.
    pub(super) fn is_about_syntax(&self) -> bool {
        self.code.is_none()
            && self.names(&["syntax", "argument", "parameter", "unknown command", "invalid command"])
    }

    /// Whether one of `all` is among the words.
    pub(super) fn names(&self, all: &[&str]) -> bool {
        let words = self.words.to_ascii_lowercase();
        all.iter().any(|word| words.contains(word))
    }
}

impl Code {
    /// Codes have levels (RFC 2449 §8): what is below one we know is that one.
    fn parse(code: &str) -> Code {
        let mut levels = code.split('/').map(str::to_ascii_uppercase);
        let (first, second) = (levels.next().unwrap_or_default(), levels.next().unwrap_or_default());
        match (first.as_str(), second.as_str()) {
            ("AUTH", _) => Code::Auth,
            ("IN-USE", _) => Code::InUse,
            ("LOGIN-DELAY", _) => Code::LoginDelay,
            ("SYS", "PERM") => Code::SysPerm,
            ("SYS", _) => Code::SysTemp,
            _ => Code::Other,
        }
    }
}

/// A server's words in one line, for a person: no control characters, nothing that turns the direction of writing, and
/// not without end.
pub(super) fn words(bytes: &[u8]) -> String {
    /// Characters.
    const MAX_WORDS: usize = 500;
    let is_shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.chars().filter(is_shown).collect()).collect();
    words.join(" ").chars().take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: impl Into<Option<Code>>, words: &str) -> Option<Reply> {
        Some(Reply::Refused(Refusal { code: code.into(), words: words.to_owned() }))
    }

    #[test]
    fn a_reply_is_told_by_its_first_word() {
        for (line, want) in [
            (&b"+OK"[..], Some(Reply::Ok(String::new()))),
            (b"+OK 2 320", Some(Reply::Ok("2 320".into()))),
            (b"+ok  a\tb\0\x1b[1m ", Some(Reply::Ok("a b[1m".into()))),
            (b"+OK \xff\xe2\x80\xae", Some(Reply::Ok("\u{fffd}".into()))),
            (b"-ERR", refused(None, "")),
            (b"-ERR no such message", refused(None, "no such message")),
            (
                b"-err [IN-USE] Do you have another session?",
                refused(Code::InUse, "Do you have another session?"),
            ),
            (b"-ERR [AUTH]", refused(Code::Auth, "")),
            (b"-ERR [auth] x", refused(Code::Auth, "x")),
            (b"-ERR [LOGIN-DELAY] wait", refused(Code::LoginDelay, "wait")),
            (b"-ERR [SYS/TEMP] disk", refused(Code::SysTemp, "disk")),
            (b"-ERR [SYS/PERM/GONE] no", refused(Code::SysPerm, "no")),
            (b"-ERR [SYS] ?", refused(Code::SysTemp, "?")),
            (b"-ERR [UTF8] use it", refused(Code::Other, "use it")),
            (b"-ERR [unclosed", refused(None, "[unclosed")),
            (b"+", Some(Reply::Challenge(String::new()))),
            (b"+ ", Some(Reply::Challenge(String::new()))),
            (b"+ eyJ9", Some(Reply::Challenge("eyJ9".into()))),
            (b"", None),
            (b"+OKAY", None),
            (b"OK", None),
            (b"* OK", None),
            (b"220 hello", None),
        ] {
            assert_eq!(Reply::parse(line), want, "{:?}", line.escape_ascii().to_string());
        }
    }

    #[test]
    fn words_are_bounded() {
        assert_eq!(words(&b"x".repeat(8000)).len(), 500);
    }
}
