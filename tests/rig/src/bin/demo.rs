//! `make demo`: a private mail system, a filled mailbox, and Postroom before it, until Ctrl-C or SIGTERM.
//!
//! Three lines go to standard output, everything else to standard error.

use std::{
    env,
    error::Error,
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use postroom_rig::{Moment, Product, Rig, fill_demo_mailbox};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

const USER: &str = "ada@example.org";
const PASSWORD: &str = "postroom";
const FIRST_PORT: u16 = 8025;
const READY_WITHIN: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("demo: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let binary = env::args_os().nth(1).map_or_else(beside_us, |path| Ok(PathBuf::from(path)))?;
    let stop = signals()?;

    note("Starting Dovecot and Postfix, for this demo only …");
    let mut rig = Rig::start();
    note("Filling the mailbox …");
    fill_demo_mailbox(&rig, &rig.named_person(USER, PASSWORD), Moment::now());
    let mut postroom = Product::start(&rig, &binary, free_address()?, &[]);

    let start = Instant::now();
    while !postroom.is_ready() {
        if is_requested(&stop) {
            return Ok(());
        }
        all_run(&mut rig, &mut postroom)?;
        if start.elapsed() > READY_WITHIN {
            return Err(format!("Postroom is not ready after {READY_WITHIN:?}: {}", postroom.output()).into());
        }
    }
    let mut out = std::io::stdout().lock();
    write!(out, "Address: http://{}/\nUser: {USER}\nPassword: {PASSWORD}\n", postroom.address())?;
    out.flush()?;
    note(&format!("IMAP: {}", rig.imap()));
    note(&format!("Ctrl-C ends everything. Logs: {}", rig.folder().display()));
    while !is_requested(&stop) {
        all_run(&mut rig, &mut postroom)?;
    }
    note("Ending everything …");
    Ok(())
}

/// For people. The terminal may be gone, as it is after SIGHUP: that must not keep us from tidying up.
fn note(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}

/// Waits a moment for a signal that asks us to end.
fn is_requested(stop: &Receiver<()>) -> bool {
    !matches!(stop.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout))
}

fn signals() -> Result<Receiver<()>, std::io::Error> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || signals.forever().try_for_each(|_| sender.send(())));
    Ok(receiver)
}

fn all_run(rig: &mut Rig, postroom: &mut Product) -> Result<(), String> {
    if let Some(why) = rig.ended_server() {
        return Err(why);
    }
    postroom.ended().map_or(Ok(()), |said| Err(format!("Postroom ended: {said}")))
}

/// Port 8025, or the next one that is free.
fn free_address() -> Result<SocketAddr, &'static str> {
    (FIRST_PORT..=u16::MAX)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or("no port is free")
}

/// Cargo puts the programs of a workspace side by side.
fn beside_us() -> Result<PathBuf, std::io::Error> {
    env::current_exe().map(|us| us.with_file_name("postroom"))
}
