//! What the servers take: CPU time and memory of every process below this one, as `/proc` tells.

use std::{collections::BTreeMap, fs, io::ErrorKind, process, time::Duration};

struct Process {
    id: u32,
    name: String,
    /// Of its children that have ended.
    reaped: Duration,
}

/// All that this process has started, and what they have started.
fn ours() -> Vec<Process> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        let stat = fs::read_to_string(entry.path().join("stat"));
        if let (Some(id), Ok(stat)) = (id, stat)
            && let Some((parent, process)) = read(id, &stat)
        {
            found.insert(id, (parent, process));
        }
    }
    let us = process::id();
    let parents: BTreeMap<u32, u32> = found.iter().map(|(id, (parent, _))| (*id, *parent)).collect();
    let is_ours = |id: u32| {
        let mut above = parents.get(&id);
        while let Some(&parent) = above {
            if parent == us {
                return true;
            }
            above = parents.get(&parent);
        }
        false
    };
    found.into_values().map(|(_, process)| process).filter(|process| is_ours(process.id)).collect()
}

/// Its parent and itself; proc_pid_stat(5) counts the fields.
fn read(id: u32, stat: &str) -> Option<(u32, Process)> {
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    // Linux tells programs of 100 ticks a second, whatever it counts itself.
    let reaped = Duration::from_millis(10 * (number(13)? + number(14)?));
    Some((u32::try_from(number(1)?).ok()?, Process { id, name: name.to_owned(), reaped }))
}

/// CPU time of all servers so far. What runs is counted to the nanosecond where the kernel does; what has ended, as an
/// IMAP process for each login of Roundcube, by ticks of 10 ms.
pub(crate) fn cpu() -> Duration {
    ours().iter().map(|process| process.reaped + running(process.id)).sum()
}

fn running(id: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let told = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// Proportional set size of the processes of this name, MiB; `None` where it may not be read.
pub(crate) fn memory(name: &str) -> Option<f64> {
    let mut kilobytes = 0;
    for process in ours().iter().filter(|process| process.name.starts_with(name)) {
        match fs::read_to_string(format!("/proc/{}/smaps_rollup", process.id)) {
            Ok(rollup) => {
                let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
                let pss = pss.and_then(|pss| pss.trim().trim_end_matches(" kB").parse::<u64>().ok());
                kilobytes += pss.unwrap_or(0);
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
            // It has ended.
            Err(_) => {}
        }
    }
    Some(kilobytes as f64 / 1024.0)
}
