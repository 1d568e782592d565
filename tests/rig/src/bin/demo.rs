//! `make demo`: a private mail system, a filled mailbox, and Postroom before it, until Ctrl-C or SIGTERM.
//!
//! Three lines go to standard output, everything else to standard error.
#![expect(clippy::panic, reason = "a demo that cannot start says why and ends")]

use std::{
    env,
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
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

fn main() {
    let binary = env::args_os().nth(1).map_or_else(beside_us, PathBuf::from);
    let stop = signals();

    eprintln!("Starting Dovecot and Postfix, for this demo only …");
    let mut rig = Rig::start();
    eprintln!("Filling the mailbox …");
    fill_demo_mailbox(&rig, &rig.named_person(USER, PASSWORD), Moment::now());
    let mut postroom = Product::start(&rig, &binary, free_address(), &[]);

    let start = Instant::now();
    while !postroom.is_ready() {
        if is_requested(&stop) {
            return;
        }
        end_if_broken(&mut rig, &mut postroom);
        assert!(
            start.elapsed() < READY_WITHIN,
            "Postroom is not ready after {READY_WITHIN:?}: {}",
            postroom.output()
        );
    }
    say(&format!("Address: http://{}/\nUser: {USER}\nPassword: {PASSWORD}\n", postroom.address()));
    eprintln!("Ctrl-C ends everything. Logs: {}", rig.folder().display());
    while !is_requested(&stop) {
        end_if_broken(&mut rig, &mut postroom);
    }
    eprintln!("Ending everything …");
}

/// Waits a moment for a signal that asks us to end.
fn is_requested(stop: &Receiver<()>) -> bool {
    !matches!(stop.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout))
}

fn signals() -> Receiver<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).unwrap_or_else(|error| panic!("no signals: {error}"));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || signals.forever().try_for_each(|_| sender.send(())));
    receiver
}

fn end_if_broken(rig: &mut Rig, postroom: &mut Product) {
    if let Some(why) = rig.ended_server() {
        panic!("a server of the demo has ended: {why}");
    }
    if let Some(said) = postroom.ended() {
        panic!("Postroom has ended: {said}");
    }
}

/// Port 8025, or the next one that is free.
fn free_address() -> SocketAddr {
    (FIRST_PORT..=u16::MAX)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .unwrap_or_else(|| panic!("no free port"))
}

/// Cargo puts the programs of a workspace side by side.
fn beside_us() -> PathBuf {
    let us = env::current_exe().unwrap_or_else(|error| panic!("where are we? {error}"));
    us.with_file_name("postroom")
}

fn say(lines: &str) {
    let mut out = std::io::stdout().lock();
    let said = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    assert!(said.is_ok(), "cannot write to standard output: {said:?}");
}
