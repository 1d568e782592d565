//! Samples of every action, the flows in turn: what else the machine does hits all of them alike.

use std::time::{Duration, Instant};

use postroom_rig::Rig;

use super::{
    action::Action,
    flow::{Flow, Result, check},
    mailbox::Mailbox,
    processes,
};

/// Not counted: what is read for the first time, connected, compiled.
const N_WARM: usize = 2;
/// An action ends early when all samples of one flow took so long together, and there are at least [`MIN_SAMPLES`].
const MAX_TIME: Duration = Duration::from_secs(30);
const MIN_SAMPLES: usize = 3;

/// What one flow's samples of one action were.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    times: Vec<Duration>,
    requests: u64,
    bytes: u64,
    cpu: Duration,
    pub(crate) failure: Option<String>,
}

/// In the order of the flows.
pub(crate) fn measure(
    rig: &Rig,
    action: Action,
    flows: &mut [(&str, Box<dyn Flow>)],
    mailbox: &mut Mailbox,
    n_samples: usize,
) -> Vec<Samples> {
    if action == Action::Move {
        mailbox.make_movable(rig, flows.len() * (N_WARM + n_samples));
    }
    let mut all: Vec<Samples> = flows.iter().map(|_| Samples::default()).collect();
    for n in 0..N_WARM + n_samples {
        for ((_, flow), samples) in flows.iter_mut().zip(&mut all) {
            if !samples.is_over()
                && let Err(error) = samples.take(action, flow.as_mut(), mailbox, n >= N_WARM)
            {
                samples.failure = Some(error.to_string());
            }
        }
    }
    if action == Action::Move {
        mailbox.remove_movable(rig);
    }
    all
}

impl Samples {
    fn is_over(&self) -> bool {
        let spent: Duration = self.times.iter().sum();
        self.failure.is_some() || (spent > MAX_TIME && self.times.len() >= MIN_SAMPLES)
    }

    fn take(
        &mut self,
        action: Action,
        flow: &mut dyn Flow,
        mailbox: &mut Mailbox,
        counts: bool,
    ) -> Result<()> {
        let (traffic, cpu) = (flow.traffic(), processes::cpu());
        let start = Instant::now();
        let answer = flow.act(action, mailbox)?;
        let took = start.elapsed();
        let used = processes::cpu().saturating_sub(cpu);
        check(flow, action, &answer)?;
        if counts {
            let now = flow.traffic();
            self.times.push(took);
            self.requests += now.requests - traffic.requests;
            self.bytes += now.bytes - traffic.bytes;
            self.cpu += used;
        }
        Ok(())
    }

    pub(crate) fn n(&self) -> usize {
        self.times.len()
    }

    /// Of the times, ms; 0 is the minimum, 50 the median.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.times, percent)
    }

    pub(crate) fn requests(&self) -> f64 {
        self.requests as f64 / self.n().max(1) as f64
    }

    pub(crate) fn bytes(&self) -> f64 {
        self.bytes as f64 / self.n().max(1) as f64
    }

    /// Of all servers, ms.
    pub(crate) fn cpu(&self) -> f64 {
        1000.0 * self.cpu.as_secs_f64() / self.n().max(1) as f64
    }
}

/// ms.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |time| 1000.0 * time.as_secs_f64())
}
