//! The tokeniser: atoms, strings, literals and nested lists (RFC 3501 §4), with an explicit stack.

use std::borrow::Cow;

use memchr::memchr2;

use super::{Malformed, number64};

/// Lists within lists; what lies deeper is skipped.
const MAX_DEPTH: usize = 100;
/// Tokens of one value: a page of the largest structures has fewer.
const MAX_TOKENS: usize = 500_000;

/// One value of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::imap) enum Value<'a> {
    Nil,
    /// Numbers and flags too.
    Atom(&'a [u8]),
    String(Cow<'a, [u8]>),
    List(Vec<Value<'a>>),
    /// A list that was nested too deep to be kept.
    TooDeep,
}

impl<'a> Value<'a> {
    /// The bytes of an atom or string.
    pub(in crate::imap) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Atom(bytes) => Some(bytes),
            Value::String(bytes) => Some(bytes),
            Value::Nil | Value::List(_) | Value::TooDeep => None,
        }
    }

    /// The elements of a list; of anything else, none.
    pub(in crate::imap) fn items(&self) -> &[Value<'a>] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(in crate::imap) fn number(&self) -> Option<u64> {
        number64(self.bytes()?)
    }
}

/// What is left of a response.
#[derive(Debug, Clone, Copy)]
pub(in crate::imap) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(in crate::imap) fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { rest: bytes }
    }

    pub(in crate::imap) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(in crate::imap) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(in crate::imap) fn skip_blanks(&mut self) {
        self.until(|byte| byte != b' ');
    }

    /// Takes `byte` if it is next.
    pub(in crate::imap) fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// Everything before the first byte that `stop`s.
    pub(in crate::imap) fn until(&mut self, stop: impl Fn(u8) -> bool) -> &'a [u8] {
        let n = self.rest.iter().position(|byte| stop(*byte)).unwrap_or(self.rest.len());
        self.advance(n)
    }

    /// Everything up to the next blank, which is taken too.
    pub(in crate::imap) fn word(&mut self) -> &'a [u8] {
        let word = self.until(|byte| byte == b' ');
        self.skip_blanks();
        word
    }

    /// The name of a FETCH attribute, with what stands in brackets: `BODY[HEADER.FIELDS (TO)]<0>`.
    pub(in crate::imap) fn attribute(&mut self) -> &'a [u8] {
        let mut depth = 0_usize;
        let end = self.rest.iter().position(|byte| {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                b' ' | b'(' | b')' => return depth == 0,
                _ => {}
            }
            false
        });
        let name = self.advance(end.unwrap_or(self.rest.len()));
        self.skip_blanks();
        name
    }

    /// A mailbox name or other `astring`: quoted, a literal, or everything up to a blank.
    pub(in crate::imap) fn astring(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let string = match self.peek() {
            Some(b'"' | b'{') => self.string()?,
            _ => Cow::Borrowed(self.until(|byte| byte == b' ')),
        };
        self.skip_blanks();
        Ok(string)
    }

    /// One value, with everything nested in it.
    pub(in crate::imap) fn value(&mut self) -> Result<Value<'a>, Malformed> {
        let mut open: Vec<Vec<Value<'a>>> = vec![];
        for _ in 0..MAX_TOKENS {
            self.skip_blanks();
            let value = match self.peek().ok_or(Malformed)? {
                b'(' if open.len() >= MAX_DEPTH => {
                    self.skip_list()?;
                    Value::TooDeep
                }
                b'(' => {
                    self.advance(1);
                    open.push(vec![]);
                    continue;
                }
                b')' => {
                    self.advance(1);
                    Value::List(open.pop().ok_or(Malformed)?)
                }
                b'"' | b'{' => Value::String(self.string()?),
                b'~' if self.rest.starts_with(b"~{") => Value::String(self.string()?),
                _ => self.atom()?,
            };
            match open.last_mut() {
                Some(list) => list.push(value),
                None => return Ok(value),
            }
        }
        Err(Malformed)
    }

    fn atom(&mut self) -> Result<Value<'a>, Malformed> {
        match self.until(|byte| matches!(byte, b' ' | b'(' | b')' | b'"' | b'\r' | b'\n')) {
            b"" => Err(Malformed),
            nil if nil.eq_ignore_ascii_case(b"NIL") => Ok(Value::Nil),
            atom => Ok(Value::Atom(atom)),
        }
    }

    /// Passes over a list without keeping it.
    fn skip_list(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        loop {
            self.until(|byte| matches!(byte, b'(' | b')' | b'"' | b'{'));
            match self.peek().ok_or(Malformed)? {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {
                    self.string()?;
                    continue;
                }
            }
            self.advance(1);
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Quoted, with or without 8-bit bytes, or a literal of either kind.
    fn string(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.take(b'"').is_some() {
            return self.quoted();
        }
        let _eight_bit = self.take(b'~');
        self.take(b'{').ok_or(Malformed)?;
        let length = number64(self.until(|byte| !byte.is_ascii_digit())).ok_or(Malformed)?;
        let _non_synchronizing = self.take(b'+');
        self.take(b'}').ok_or(Malformed)?;
        let _bare_line_feed = self.take(b'\r');
        self.take(b'\n').ok_or(Malformed)?;
        let length = usize::try_from(length).map_err(|_| Malformed)?;
        let (literal, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(Cow::Borrowed(literal))
    }

    /// The rest of a quoted string, its opening quote taken.
    fn quoted(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let mut unescaped: Option<Vec<u8>> = None;
        loop {
            let n = memchr2(b'"', b'\\', self.rest).ok_or(Malformed)?;
            let plain = self.advance(n);
            let is_end = self.take(b'"').is_some();
            match (is_end, &mut unescaped) {
                (true, None) => return Ok(Cow::Borrowed(plain)),
                (_, Some(string)) => string.extend_from_slice(plain),
                (false, None) => unescaped = Some(plain.to_vec()),
            }
            let string = unescaped.get_or_insert_default();
            if is_end {
                return Ok(Cow::Owned(std::mem::take(string)));
            }
            self.advance(1);
            string.push(self.peek().ok_or(Malformed)?);
            self.advance(1);
        }
    }

    fn advance(&mut self, n: usize) -> &'a [u8] {
        let (head, tail) = self.rest.split_at_checked(n).unwrap_or((self.rest, &[]));
        self.rest = tail;
        head
    }
}
