//! Many sessions at once, each listing one page after the other.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    action::Action,
    flow::{Flow, Result, check},
    mailbox::Mailbox,
    measure::percentile,
    processes,
};

/// What it came to.
#[derive(Debug)]
pub(crate) struct Crowd {
    pub(crate) lists_per_second: f64,
    /// ms.
    pub(crate) p95: f64,
    /// Of all servers, ms for each list.
    pub(crate) cpu: f64,
    /// Of the webmail's processes, MiB: before anybody of the crowd had signed in, and at the end.
    pub(crate) server: Option<(f64, f64)>,
    /// Of Dovecot's IMAP processes that the crowd is the cause of, MiB for each session.
    pub(crate) imap_per_session: Option<f64>,
}

/// `server` is the name of the webmail's processes, if it has any.
pub(crate) fn run(
    server: Option<&str>,
    sessions: Vec<(Box<dyn Flow>, Mailbox)>,
    lasts: Duration,
) -> Result<Crowd> {
    let n_sessions = sessions.len();
    let memory = || (server.and_then(processes::memory), processes::memory("imap"));
    let before = memory();
    let mut ready = Vec::new();
    for (mut flow, mut mailbox) in sessions {
        let answer = flow.act(Action::Login, &mut mailbox)?;
        check(flow.as_ref(), Action::Login, &answer)?;
        ready.push((flow, mailbox));
    }
    let cpu = processes::cpu();
    let start = Instant::now();
    let threads: Vec<_> = ready
        .into_iter()
        .map(|(flow, mailbox)| thread::spawn(move || list_until(start + lasts, flow, mailbox)))
        .collect();
    let mut times = Vec::new();
    let mut connected = Vec::new();
    for thread in threads {
        let (took, flow) = thread.join().map_err(|_| "a session has panicked")??;
        times.extend(took);
        connected.push(flow);
    }
    let seconds = start.elapsed().as_secs_f64();
    let used = processes::cpu().saturating_sub(cpu);
    let after = memory();
    // Until here they stay connected.
    drop(connected);
    let n_lists = times.len().max(1) as f64;
    Ok(Crowd {
        lists_per_second: times.len() as f64 / seconds,
        p95: percentile(&times, 95),
        cpu: 1000.0 * used.as_secs_f64() / n_lists,
        server: before.0.zip(after.0),
        imap_per_session: before
            .1
            .zip(after.1)
            .map(|(before, after)| (after - before).max(0.0) / n_sessions.max(1) as f64),
    })
}

fn list_until(
    end: Instant,
    mut flow: Box<dyn Flow>,
    mut mailbox: Mailbox,
) -> Result<(Vec<Duration>, Box<dyn Flow>)> {
    let mut times = Vec::new();
    while times.is_empty() || Instant::now() < end {
        let start = Instant::now();
        let answer = flow.act(Action::List, &mut mailbox)?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(format!("status {}", answer.status).into());
        }
    }
    Ok((times, flow))
}
