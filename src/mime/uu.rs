//! Uuencoded files: as a transfer encoding, and inside plain text.

/// Decodes lines as they come in pieces, from `begin` to `end`.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    BeforeBegin,
    Inside,
    AfterEnd,
}

/// The longest line that can hold code is 61 characters; longer ones are cut, not kept.
const MAX_LINE: usize = 200;

impl Lines {
    pub(super) fn push(&mut self, encoded: &[u8], out: &mut Vec<u8>) {
        for &byte in encoded {
            if byte == b'\n' {
                self.end_line(out);
            } else if self.line.len() < MAX_LINE {
                self.line.push(byte);
            }
        }
    }

    /// Returns false when there was no `begin` or no `end`.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> bool {
        self.end_line(out);
        self.state == State::AfterEnd
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_ascii_end();
        match self.state {
            State::BeforeBegin if begin(line).is_some() => self.state = State::Inside,
            State::Inside if line == b"end" => self.state = State::AfterEnd,
            State::Inside => {
                decode_line(line, out);
            }
            State::BeforeBegin | State::AfterEnd => {}
        }
    }
}

/// The file name of a `begin 644 name` line.
fn begin(line: &[u8]) -> Option<&[u8]> {
    let (mode, name) = line.strip_prefix(b"begin ")?.split_at_checked(3)?;
    let name = name.strip_prefix(b" ").or_else(|| name.get(1..)?.strip_prefix(b" "))?.trim_ascii();
    (mode.iter().all(|b| matches!(b, b'0'..=b'7')) && !name.is_empty()).then_some(name)
}

/// Returns false where the line is not one of code.
fn decode_line(line: &[u8], out: &mut Vec<u8>) -> bool {
    let value = |b: &u8| (32..=96).contains(b).then(|| (b - 32) & 63);
    let Some((length, code)) = line.split_first() else { return true };
    let Some(length) = value(length) else { return false };
    let mut decoded = Vec::with_capacity(code.len());
    for group in code.chunks(4) {
        let mut quantum = 0u32;
        for at in 0..4 {
            // Trailing blanks stand for zeros, and transports cut them off.
            let Some(bits) = group.get(at).map_or(Some(0), value) else { return false };
            quantum = quantum << 6 | u32::from(bits);
        }
        decoded.extend(quantum.to_be_bytes().iter().skip(1));
    }
    decoded.resize(usize::from(length), 0);
    out.extend(decoded);
    true
}

/// Files uuencoded inside a text, and the text without them. A `begin` that no whole file follows is text.
pub fn uu_attachments(text: &str) -> (String, Vec<(String, Vec<u8>)>) {
    let mut left = String::with_capacity(text.len());
    let mut files = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        if let Some(name) = begin(line.trim_end().as_bytes())
            && let Some((bytes, after)) = read_file(after)
        {
            files.push((String::from_utf8_lossy(name).into_owned(), bytes));
            rest = after;
            continue;
        }
        left.push_str(line);
        rest = after;
    }
    (left, files)
}

/// The lines up to `end` decoded, and what follows; `None` when a line before it is no code.
fn read_file(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = next_line(rest)?;
        let line = line.trim_end_matches(['\r', '\n']).as_bytes();
        if line.trim_ascii_end() == b"end" {
            return Some((bytes, after));
        }
        if !decode_line(line, &mut bytes) {
            return None;
        }
        rest = after;
    }
}

/// The first line with its end, and what follows it.
fn next_line(text: &str) -> Option<(&str, &str)> {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    text.split_at_checked(end).filter(|(line, _)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_inside_text_is_taken_out() {
        let text = "file:\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n\nbye\n";
        let (left, files) = uu_attachments(text);
        assert_eq!(left, "file:\n\n\nbye\n");
        assert_eq!(files, [("cat.txt".to_owned(), b"Cat".to_vec())]);
    }

    #[test]
    fn words_that_only_look_like_a_file_stay() {
        for text in
            ["begin 644 the day\nwith coffee\nend\n", "begin 644 x\n#0V%T\n", "begin\n", "begin 9 x\nend\n"]
        {
            assert_eq!(uu_attachments(text), (text.to_owned(), vec![]), "{text:?}");
        }
    }
}
