//! What a start or end tag closes and reopens, after the rules of HTML §13.2.6, so that each element that is
//! written open is closed in its order.

use std::ops::Range;

use super::{MAX_DEPTH, MAX_PENDING, MAX_REPAIRS, Open, Writer};
use crate::render::tags::{self, Kind, Tag};

impl Writer {
    pub(super) fn top(&self) -> Option<Kind> {
        self.open.last().map(|open| open.tag.kind)
    }

    pub(super) fn in_table(&self) -> bool {
        matches!(self.top(), Some(Kind::Table | Kind::RowGroup | Kind::Row))
    }

    /// Content between rows is moved before the table by the parser, which looks for the place each time:
    /// after a while it gets a cell instead.
    pub(super) fn place_in_table(&mut self) {
        if !self.in_table() {
            return;
        }
        self.repairs += 1;
        if self.repairs > MAX_REPAIRS {
            self.out.simplified = true;
            self.start("td", &[]);
        }
    }

    /// Closes what this start tag closes, reopens what it needs. Says whether it may stand here at all.
    pub(super) fn make_room(&mut self, tag: &Tag) -> bool {
        match tag.kind {
            Kind::RowGroup | Kind::Row | Kind::Cell | Kind::Column => return self.make_room_in_table(tag),
            Kind::Table if self.in_table() => {
                if let Some(at) = self.open.iter().rposition(|open| open.tag.kind == Kind::Table) {
                    self.close_to(at);
                }
            }
            _ => {}
        }
        self.place_in_table();
        match tag.kind {
            Kind::Inline | Kind::Void => {
                if tag.name == "hr" {
                    self.close_paragraph();
                } else if matches!(tag.name, "rt" | "rp")
                    && let Some(at) = self.open.len().checked_sub(1)
                    && self.open.last().is_some_and(|open| matches!(open.tag.name, "rt" | "rp"))
                {
                    self.close_to(at);
                }
                self.reopen();
            }
            Kind::Formatting => {
                // A link cannot hold a link.
                if matches!(tag.name, "a" | "nobr") {
                    self.close_formatting(tag.name);
                }
                self.reopen();
            }
            Kind::Item => {
                self.close_item(tag);
                self.close_paragraph();
            }
            Kind::Heading => {
                self.close_paragraph();
                if self.top() == Some(Kind::Heading) {
                    self.close_to(self.open.len() - 1);
                }
            }
            _ => self.close_paragraph(),
        }
        true
    }

    fn make_room_in_table(&mut self, tag: &Tag) -> bool {
        let Some(table) = self.open.iter().rposition(|open| open.tag.kind == Kind::Table) else {
            return false;
        };
        let inside = |open: &Tag| match (tag.kind, open.name) {
            (Kind::Column, name) => name == "colgroup",
            (Kind::Row | Kind::Cell, "colgroup") => false,
            (Kind::Row, _) => open.kind == Kind::RowGroup,
            (Kind::Cell, _) if tag.name != "caption" => matches!(open.kind, Kind::Row | Kind::RowGroup),
            _ => false,
        };
        let keep = self.open.iter().skip(table + 1).take_while(|open| inside(open.tag)).count();
        self.close_to(table + 1 + keep);
        // What the parser would put between.
        match (tag.kind, self.top()) {
            (Kind::Row, Some(Kind::Table)) => self.start("tbody", &[]),
            (Kind::Cell, Some(Kind::Table | Kind::RowGroup)) if tag.name != "caption" => {
                self.start("tr", &[])
            }
            _ => {}
        }
        true
    }

    fn close_paragraph(&mut self) {
        if let Some(at) = self.find_in_scope(|tag| tag.kind == Kind::Paragraph) {
            self.close_to(at);
        }
    }

    fn close_item(&mut self, tag: &Tag) {
        let pair = |name: &str| if tag.name == "li" { name == "li" } else { matches!(name, "dt" | "dd") };
        for (at, open) in self.open.iter().enumerate().rev() {
            match open.tag.kind {
                Kind::Item if pair(open.tag.name) => return self.close_to(at),
                Kind::Inline | Kind::Formatting | Kind::Paragraph => {}
                Kind::Block if matches!(open.tag.name, "div" | "address") => {}
                _ => return,
            }
        }
    }

    /// The innermost such element that is not outside a table or cell.
    fn find_in_scope(&self, is: impl Fn(&Tag) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if is(open.tag) {
                return Some(at);
            }
            if matches!(open.tag.kind, Kind::Cell | Kind::Table) {
                return None;
            }
        }
        None
    }

    pub(super) fn close(&mut self, name: &str) {
        if name == "br" {
            return if self.is_full() { self.skip("br") } else { self.start("br", &[]) };
        }
        let Some(tag) = tags::find(name) else { return };
        if matches!(tag.kind, Kind::Void | Kind::Column) {
            return;
        }
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match tag.kind {
            Kind::Formatting => self.close_formatting(name),
            Kind::Inline => {
                let found = self
                    .open
                    .iter()
                    .rposition(|open| {
                        open.tag.name == name || !matches!(open.tag.kind, Kind::Inline | Kind::Formatting)
                    })
                    .filter(|&at| self.open.get(at).is_some_and(|open| open.tag.name == name));
                if let Some(at) = found {
                    self.close_to(at);
                }
            }
            Kind::Table | Kind::RowGroup | Kind::Row | Kind::Cell => {
                let found = self
                    .open
                    .iter()
                    .rposition(|open| open.tag.name == name || open.tag.kind == Kind::Table)
                    .filter(|&at| self.open.get(at).is_some_and(|open| open.tag.name == name));
                if let Some(at) = found {
                    self.close_to(at);
                }
            }
            Kind::Heading => {
                if let Some(at) = self.find_in_scope(|tag| tag.kind == Kind::Heading) {
                    self.close_to(at);
                }
            }
            Kind::Item => {
                let found = self.find_in_scope(|tag| tag.name == name || tag.kind == Kind::List);
                if let Some(at) =
                    found.filter(|&at| self.open.get(at).is_some_and(|open| open.tag.name == name))
                {
                    self.close_to(at);
                }
            }
            Kind::Paragraph => match self.find_in_scope(|tag| tag.kind == Kind::Paragraph) {
                Some(at) => self.close_to(at),
                // As browsers do: it leaves a gap.
                None if !self.in_table() && !self.is_full() => {
                    self.elements += 1;
                    self.out.markup.push_str("<p></p>");
                }
                None => self.out.simplified |= self.is_full(),
            },
            _ => {
                if let Some(at) = self.find_in_scope(|tag| tag.name == name) {
                    self.close_to(at);
                }
            }
        }
    }

    fn close_formatting(&mut self, name: &str) {
        let Some(at) = self.find_in_scope(|tag| tag.name == name) else {
            let is = |source: &Range<usize>| tag_name(self.out.markup.get(source.clone())) == name;
            if let Some(at) = self.pending.iter().rposition(is) {
                self.pending.remove(at);
            }
            return;
        };
        let over_block = self
            .open
            .iter()
            .skip(at + 1)
            .any(|open| !matches!(open.tag.kind, Kind::Inline | Kind::Formatting));
        if !over_block {
            return self.close_to(at);
        }
        // `<b><div></b>`: the parser's own repair is the right one, a limited number of times. After that
        // the element ends with its blocks.
        self.repairs += 1;
        if self.repairs > MAX_REPAIRS {
            self.out.simplified = true;
            return;
        }
        self.write_end(name);
        self.open.remove(at);
    }

    /// Closes every element from the innermost to the one at `at`.
    pub(super) fn close_to(&mut self, at: usize) {
        let mut left_open = Vec::new();
        while self.open.len() > at {
            let Some(open) = self.open.pop() else { break };
            self.write_end(open.tag.name);
            match open.tag.kind {
                Kind::Cell => {
                    left_open.clear();
                    self.pending = open.held;
                }
                Kind::Table | Kind::RowGroup | Kind::Row => left_open.clear(),
                // The one that is closed on purpose is not opened again.
                Kind::Formatting if self.open.len() > at => left_open.insert(0, open.source),
                _ => {}
            }
        }
        for source in left_open {
            // Three of a kind are enough ("the Noah's Ark clause").
            let same = |other: &&Range<usize>| {
                self.out.markup.get((*other).clone()) == self.out.markup.get(source.clone())
            };
            if self.pending.iter().filter(same).count() < 3 {
                self.pending.push(source);
            }
        }
        if let Some(excess) = self.pending.len().checked_sub(MAX_PENDING + 1) {
            self.pending.drain(..=excess);
            self.out.simplified = true;
        }
    }

    /// Opens again what blocks have left open.
    pub(super) fn reopen(&mut self) {
        for source in std::mem::take(&mut self.pending) {
            let Some(left) = self.reopening.checked_sub(source.len()) else {
                self.out.simplified = true;
                return;
            };
            let Some(start) = self.out.markup.get(source).map(str::to_owned) else { continue };
            let Some(tag) = tags::find(tag_name(Some(&start))) else { continue };
            if self.open.len() >= MAX_DEPTH || self.is_full() {
                return;
            }
            self.reopening = left;
            self.elements += 1;
            let hidden = self.open.last().is_some_and(|open| open.hidden);
            let from = self.out.markup.len();
            self.out.markup.push_str(&start);
            self.open.push(Open { tag, source: from..self.out.markup.len(), held: Vec::new(), hidden });
        }
    }
}

fn tag_name(start: Option<&str>) -> &str {
    let inner = start.unwrap_or_default().trim_start_matches('<');
    inner.split([' ', '>']).next().unwrap_or_default()
}
