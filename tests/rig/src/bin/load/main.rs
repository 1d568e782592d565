//! `make load`: many people at once, who list and open mail for a while, and what that costs.
//!
//! `load [postroom] [people] [seconds] [pause in ms]`; the default is 200 people for 60 s who look at a page for 1 s.

mod reader;
mod report;

use std::{
    env,
    error::Error,
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use postroom_rig::{Moment, Person, Product, Rig, fill_inboxes, until};

use self::{reader::Reader, report::Report};

/// A page of the list.
const N_LETTERS: usize = 50;

struct Plan {
    binary: PathBuf,
    n_people: usize,
    lasts: Duration,
    pause: Duration,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing failed.
fn run() -> Result<bool, Box<dyn Error>> {
    let plan = Plan::from_arguments()?;
    eprintln!("Starting the servers, filling {} mailboxes …", plan.n_people);
    let rig = Rig::start();
    let people: Vec<Person> = (0..plan.n_people).map(|_| rig.person("load")).collect();
    fill_inboxes(&rig, &people, Moment::now(), N_LETTERS);
    let postroom = Product::start(&rig, &plan.binary, rig.free_address(), &[("POSTROOM_LOG", "warn")]);
    until("Postroom is ready", || postroom.is_ready());
    let before = memory(&postroom)?;

    eprintln!("{} people read for {:?} …", plan.n_people, plan.lasts);
    let (report, after_login) = read(&plan, &postroom, people)?;
    let after = memory(&postroom)?;

    println!("{report}");
    println!(
        "memory of Postroom: {before} at rest, {after_login} with {} people signed in, {after}",
        plan.n_people
    );
    if report.has_errors() {
        let said = postroom.output();
        let last: Vec<&str> = said.lines().rev().take(20).collect();
        println!("the last that Postroom said, newest first:\n{}", last.join("\n"));
    }
    Ok(!report.has_errors())
}

impl Plan {
    fn from_arguments() -> Result<Plan, Box<dyn Error>> {
        let mut words = env::args().skip(1);
        let binary = match words.next() {
            Some(path) => PathBuf::from(path),
            None => env::current_exe()?.with_file_name("postroom"),
        };
        let mut number = |default: u64| words.next().map_or(Ok(default), |word| word.parse());
        Ok(Plan {
            binary,
            n_people: usize::try_from(number(200)?)?,
            lasts: Duration::from_secs(number(60)?),
            pause: Duration::from_millis(number(1000)?),
        })
    }
}

/// Everybody signs in; then, for as long as planned, everybody reads. Also the memory between the two.
fn read(plan: &Plan, postroom: &Product, people: Vec<Person>) -> Result<(Report, String), Box<dyn Error>> {
    let address: SocketAddr = postroom.address();
    let (signed_in, all_signed_in) = mpsc::channel::<()>();
    let mut starts = Vec::new();
    let mut threads = Vec::new();
    for (n, person) in people.into_iter().enumerate() {
        let signed_in = signed_in.clone();
        let (start, started) = mpsc::channel::<Instant>();
        let (pause, n_people) = (plan.pause, plan.n_people);
        starts.push(start);
        threads.push(thread::spawn(move || {
            let mut reader = Reader::new(address, person);
            reader.sign_in();
            drop(signed_in);
            if let Ok(end) = started.recv() {
                // Not all in step: each begins at another moment of the first pause.
                let share = u32::try_from(n).unwrap_or(0);
                let late = pause * share / u32::try_from(n_people).unwrap_or(1).max(1);
                reader.read_until(end, pause, late);
            }
            reader.report
        }));
    }
    drop(signed_in);
    // The channel closes when the last one has signed in, or failed to.
    while all_signed_in.recv() == Ok(()) {}
    let after_login = memory(postroom)?;
    let end = Instant::now() + plan.lasts;
    starts.iter().for_each(|start| start.send(end).unwrap_or_default());
    let mut report = Report::default();
    for thread in threads {
        report.add(thread.join().map_err(|_| "a reader has panicked")?);
    }
    Ok((report, after_login))
}

/// Resident memory of the process, now and at its highest.
fn memory(postroom: &Product) -> Result<String, Box<dyn Error>> {
    let process = postroom.process_id().ok_or("Postroom has ended")?;
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let megabytes = |field: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
    };
    let (now, peak) = (megabytes("VmRSS").unwrap_or(0), megabytes("VmHWM").unwrap_or(0));
    Ok(format!("{now} MB (peak {peak} MB)"))
}
