//! A collector and its runs in words.

use jiff::ZonedDateTime;

use crate::{
    model::{Collector, CollectorId, CollectorRun, CollectorState, RunReport},
    web::{moment, pages::collectors::server},
};

pub struct CollectorView {
    pub id: CollectorId,
    pub name: String,
    /// `ann at pop.example.org`
    pub account: String,
    pub state: State,
    /// Why it stopped; empty unless it did.
    pub words: String,
    pub last_run: Option<RunView>,
    /// `today at 15:30`; `None` while it does not run by itself.
    pub next_run: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    Paused,
    Stopped,
}

pub struct RunView {
    /// `today at 15:30`
    pub when: String,
    pub text: String,
    /// What went wrong; empty where nothing did.
    pub problem: String,
}

impl CollectorView {
    pub fn new(collector: &Collector, last_run: Option<&CollectorRun>, now: &ZonedDateTime) -> CollectorView {
        let settings = &collector.settings;
        let (_, host, _) = server::parts(&settings.server);
        let (state, words) = match &collector.state {
            CollectorState::Active => (State::Active, ""),
            CollectorState::Paused => (State::Paused, ""),
            CollectorState::Stopped(words) => (State::Stopped, words.as_str()),
        };
        let seconds = now.timestamp().as_second();
        CollectorView {
            id: collector.id.clone(),
            name: settings.name.clone(),
            account: format!("{} at {host}", settings.username),
            state,
            words: words.to_owned(),
            last_run: last_run.map(|run| RunView::new(run, now)),
            next_run: collector
                .next_run
                .filter(|_| state == State::Active)
                .map(|at| if at <= seconds { "in a moment".to_owned() } else { moment::spoken(at, now) }),
        }
    }

    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    pub fn is_stopped(&self) -> bool {
        self.state == State::Stopped
    }

    /// In a word or two.
    pub fn state_text(&self) -> &'static str {
        match self.state {
            State::Active => "Active",
            State::Paused => "Paused",
            State::Stopped => "Stopped",
        }
    }
}

impl RunView {
    pub fn new(run: &CollectorRun, now: &ZonedDateTime) -> RunView {
        RunView {
            when: moment::spoken(run.started_at, now),
            text: text(&run.report),
            problem: run.report.problem.clone().unwrap_or_default(),
        }
    }
}

/// `2 messages collected, 1 too large, 2 deleted on the server`
fn text(report: &RunReport) -> String {
    let collected = match report.collected {
        0 => "Nothing new".to_owned(),
        1 => "1 message collected".to_owned(),
        n => format!("{n} messages collected"),
    };
    let more = [(report.too_large, "too large"), (report.deleted, "deleted on the server")];
    more.iter().filter(|(n, _)| *n > 0).fold(collected, |text, (n, what)| format!("{text}, {n} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_in_words() {
        let report = RunReport { collected: 2, too_large: 1, deleted: 2, problem: None };
        assert_eq!(text(&report), "2 messages collected, 1 too large, 2 deleted on the server");
        assert_eq!(text(&RunReport::default()), "Nothing new");
    }
}
