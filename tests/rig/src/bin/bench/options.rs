//! What is measured, and how often.

use std::{env, path::PathBuf, time::Duration};

use super::{action::Action, flow::Result};

const USAGE: &str = "bench [postroom] [--smoke] [--messages 345,110000] [--samples 50] [--actions list,move] \
                     [--flows floor,postroom,roundcube] [--sessions 16] [--seconds 10]";
const FLOWS: [&str; 3] = ["floor", "postroom", "roundcube"];

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) binary: PathBuf,
    /// Sizes of the mailboxes.
    pub(crate) messages: Vec<u32>,
    /// Of each action and flow.
    pub(crate) samples: usize,
    pub(crate) actions: Vec<Action>,
    pub(crate) flows: Vec<String>,
    /// At once; 0 leaves these runs out.
    pub(crate) sessions: usize,
    /// How long these list.
    pub(crate) lasts: Duration,
}

impl Options {
    pub(crate) fn from_arguments() -> Result<Options> {
        let mut options = Options {
            binary: env::current_exe()?.with_file_name("postroom"),
            messages: vec![345, 110_000],
            samples: 50,
            actions: Action::ALL.to_vec(),
            flows: FLOWS.map(str::to_owned).to_vec(),
            sessions: 16,
            lasts: Duration::from_secs(10),
        };
        let mut words = env::args().skip(1).peekable();
        if let Some(path) = words.next_if(|word| !word.starts_with("--")) {
            options.binary = path.into();
        }
        while let Some(word) = words.next() {
            if word == "--smoke" {
                options.be_brief();
                continue;
            }
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--messages" => options.messages = list(&value, |word| word.parse().ok())?,
                "--samples" => options.samples = value.parse()?,
                "--actions" => options.actions = list(&value, Action::from_name)?,
                "--flows" => options.flows = list(&value, flow)?,
                "--sessions" => options.sessions = value.parse()?,
                "--seconds" => options.lasts = Duration::from_secs(value.parse()?),
                _ => return Err(USAGE.into()),
            }
        }
        if options.messages.iter().any(|n| *n < 100) || options.samples == 0 {
            return Err("100 messages and 1 sample are the least".into());
        }
        Ok(options)
    }

    /// Enough to see that everything works.
    fn be_brief(&mut self) {
        self.messages = vec![345];
        self.samples = 3;
        self.sessions = 4;
        self.lasts = Duration::from_secs(1);
    }
}

fn flow(name: &str) -> Option<String> {
    FLOWS.contains(&name).then(|| name.to_owned())
}

fn list<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    let each = value.split(',').map(|word| read(word).ok_or_else(|| format!("{word}?\n{USAGE}").into()));
    each.collect()
}
