//! What can go wrong, and when: rules that wait for bytes in a stream. No sockets here.

use std::fmt;

use super::Side;

/// What happens to a connection when the awaited bytes have come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The pattern is passed on, then both ends are closed.
    Cut,
    /// So many more bytes of the same side are passed on, then both ends are closed: in the middle of a literal.
    CutAfter(usize),
    /// The pattern is passed on and the other side does what it says, but its answer is swallowed and both ends are
    /// closed.
    SwallowReply,
    /// The pattern is passed on, and then nothing more, either way; the connection stays open.
    Stall,
    /// These bytes come instead of the pattern, which must arrive in one piece (a line does).
    Replace(Vec<u8>),
    /// These bytes come after the pattern, as if the same side had said them.
    Inject(Vec<u8>),
}

impl Fault {
    /// [`Fault::Replace`] by a text.
    pub fn replace(text: &str) -> Fault {
        Fault::Replace(text.as_bytes().to_vec())
    }

    /// [`Fault::Inject`] of a text.
    pub fn inject(text: &str) -> Fault {
        Fault::Inject(text.as_bytes().to_vec())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// Once, after so many occurrences that nothing happens at.
    After(usize),
    Always,
}

/// What a test does at a moment of its choice.
pub(super) type Call = Box<dyn FnOnce() + Send>;

/// What happens when the awaited bytes have come by.
pub(super) enum Deed {
    Fault(Fault),
    /// The bytes are held until it returns. Once.
    Call(Call),
}

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Fault(fault) => fault.fmt(f),
            Deed::Call(_) => f.write_str("Call"),
        }
    }
}

#[derive(Debug)]
struct Rule {
    side: Side,
    pattern: Vec<u8>,
    deed: Deed,
    times: Times,
}

/// Waits for a number of bytes, of all connections together.
struct Mark {
    side: Side,
    n_bytes: usize,
    call: Call,
}

#[derive(Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    marks: Vec<Mark>,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules.fmt(f)
    }
}

/// Where a pattern stands in the bytes that just arrived.
#[derive(Debug)]
pub(super) struct Match {
    /// 0 when it began in earlier bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// `None` at an occurrence that nothing happens at.
    pub(super) deed: Option<Deed>,
}

impl Rules {
    pub(super) fn add(&mut self, side: Side, pattern: &[u8], deed: Deed, times: Times) {
        assert!(!pattern.is_empty(), "a fault needs bytes to wait for");
        self.rules.push(Rule { side, pattern: pattern.to_vec(), deed, times });
    }

    pub(super) fn add_mark(&mut self, side: Side, n_bytes: usize, call: Call) {
        self.marks.push(Mark { side, n_bytes, call });
    }

    /// What is due now that `side` has said so many bytes.
    pub(super) fn take_due(&mut self, side: Side, n_bytes: impl FnOnce() -> usize) -> Vec<Call> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let n_bytes = n_bytes();
        let due = self.marks.extract_if(.., |mark| mark.side == side && mark.n_bytes <= n_bytes);
        due.map(|mark| mark.call).collect()
    }

    pub(super) fn has_pending(&self) -> bool {
        !self.marks.is_empty() || self.rules.iter().any(|rule| rule.times != Times::Always)
    }

    /// The first pattern in `chunk`, perhaps begun in `before`, which is the end of what came earlier. A rule for once
    /// is used up by it.
    pub(super) fn take_match(&mut self, side: Side, before: &[u8], chunk: &[u8]) -> Option<Match> {
        let mut first: Option<(usize, usize)> = None;
        for (index, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.side == side) {
            let Some(end) = find_end(&rule.pattern, before, chunk) else { continue };
            if first.is_none_or(|(_, first_end)| end < first_end) {
                first = Some((index, end));
            }
        }
        let (index, end) = first?;
        let rule = &mut self.rules[index];
        let start = end.saturating_sub(rule.pattern.len());
        let deed = match (&mut rule.times, &rule.deed) {
            (Times::After(0), _) => Some(self.rules.remove(index).deed),
            (Times::After(n), _) => {
                *n -= 1;
                None
            }
            (Times::Always, Deed::Fault(fault)) => Some(Deed::Fault(fault.clone())),
            (Times::Always, Deed::Call(_)) => None,
        };
        Some(Match { start, end, deed })
    }

    /// How many bytes of the past a pattern may begin in.
    pub(super) fn reach(&self) -> usize {
        self.rules.iter().map(|rule| rule.pattern.len() - 1).max().unwrap_or_default()
    }
}

/// Where in `chunk` the first occurrence of `pattern` ends.
fn find_end(pattern: &[u8], before: &[u8], chunk: &[u8]) -> Option<usize> {
    let overlap = before.len().min(pattern.len() - 1);
    let text = [&before[before.len() - overlap..], chunk].concat();
    let start = text.windows(pattern.len()).position(|window| window.eq_ignore_ascii_case(pattern))?;
    Some(start + pattern.len() - overlap)
}
