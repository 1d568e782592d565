//! What was done, how long it took, and what failed.

use std::{collections::BTreeMap, fmt, time::Duration};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    LoginPage,
    Login,
    List,
    Open,
    Body,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    times: BTreeMap<Deed, Vec<Duration>>,
    failures: BTreeMap<(Deed, String), usize>,
}

impl Report {
    pub(crate) fn done(&mut self, deed: Deed, took: Duration) {
        self.times.entry(deed).or_default().push(took);
    }

    pub(crate) fn failed(&mut self, deed: Deed, why: &str) {
        *self.failures.entry((deed, why.to_owned())).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Report) {
        for (deed, times) in other.times {
            self.times.entry(deed).or_default().extend(times);
        }
        for (failure, n) in other.failures {
            *self.failures.entry(failure).or_default() += n;
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.failures.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {:>8} {:>10} {:>10} {:>10}", "", "requests", "median ms", "p95 ms", "max ms")?;
        for (deed, times) in &self.times {
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let at = |percent: usize| {
                let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
                sorted.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
            };
            let name = format!("{deed:?}");
            writeln!(
                f,
                "{name:<10} {:>8} {:>10.1} {:>10.1} {:>10.1}",
                sorted.len(),
                at(50),
                at(95),
                at(100)
            )?;
        }
        let n_failures: usize = self.failures.values().sum();
        write!(f, "errors: {n_failures}")?;
        for ((deed, why), n) in &self.failures {
            write!(f, "\n  {n} × {deed:?}: {why}")?;
        }
        Ok(())
    }
}
