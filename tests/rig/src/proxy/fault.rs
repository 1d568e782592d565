//! What can go wrong, and when: rules that wait for bytes in a stream. No sockets here.

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
    Once,
    Always,
}

#[derive(Debug)]
struct Rule {
    side: Side,
    pattern: Vec<u8>,
    fault: Fault,
    times: Times,
}

#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

/// Where a pattern stands in the bytes that just arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// 0 when it began in earlier bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) fault: Fault,
}

impl Rules {
    pub(super) fn add(&mut self, side: Side, pattern: &[u8], fault: Fault, times: Times) {
        assert!(!pattern.is_empty(), "a fault needs bytes to wait for");
        self.0.push(Rule { side, pattern: pattern.to_vec(), fault, times });
    }

    pub(super) fn has_pending(&self) -> bool {
        self.0.iter().any(|rule| rule.times == Times::Once)
    }

    /// The first pattern in `chunk`, perhaps begun in `before`, which is the end of what came earlier. A rule for once
    /// is used up by it.
    pub(super) fn take_match(&mut self, side: Side, before: &[u8], chunk: &[u8]) -> Option<Match> {
        let mut first: Option<(usize, usize)> = None;
        for (index, rule) in self.0.iter().enumerate().filter(|(_, rule)| rule.side == side) {
            let Some(end) = find_end(&rule.pattern, before, chunk) else { continue };
            if first.is_none_or(|(_, first_end)| end < first_end) {
                first = Some((index, end));
            }
        }
        let (index, end) = first?;
        let rule = &self.0[index];
        let found = Match { start: end.saturating_sub(rule.pattern.len()), end, fault: rule.fault.clone() };
        if rule.times == Times::Once {
            self.0.remove(index);
        }
        Some(found)
    }

    /// How many bytes of the past a pattern may begin in.
    pub(super) fn reach(&self) -> usize {
        self.0.iter().map(|rule| rule.pattern.len() - 1).max().unwrap_or_default()
    }
}

/// Where in `chunk` the first occurrence of `pattern` ends.
fn find_end(pattern: &[u8], before: &[u8], chunk: &[u8]) -> Option<usize> {
    let overlap = before.len().min(pattern.len() - 1);
    let text = [&before[before.len() - overlap..], chunk].concat();
    let start = text.windows(pattern.len()).position(|window| window.eq_ignore_ascii_case(pattern))?;
    Some(start + pattern.len() - overlap)
}
