//! `make bench`: what a person does, with Postroom, with Roundcube, and with nothing but IMAP, side by side in one run.
//!
//! `docs/performance.md` says what is measured and how to read it; `options.rs` has the options.

mod action;
mod crowd;
mod floor;
mod flow;
mod mailbox;
mod measure;
mod options;
mod postroom;
mod processes;
mod roundcube;
mod table;

use std::{process::ExitCode, time::Instant};

use postroom_rig::{Product, Rig, until};

use self::{
    action::Action,
    floor::Floor,
    flow::{Flow, Result, check},
    mailbox::Mailbox,
    options::Options,
    postroom::Postroom,
    roundcube::Roundcube,
};

/// A mailbox of up to so many messages is filled anew for each session of a crowd; of a larger one all have a share.
const MAX_OWN: u32 = 1000;

fn main() -> ExitCode {
    match Options::from_arguments().and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(n_failures) => {
            eprintln!("bench: {n_failures} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many things failed.
fn run(options: &Options) -> Result<usize> {
    let rig = Rig::start();
    let roundcube =
        options.flows.iter().any(|flow| flow == "roundcube").then(|| postroom_rig::Roundcube::start(&rig));
    let mut n_failures = 0;
    let (mut actions, mut crowds) = (Vec::new(), Vec::new());
    for &n_messages in &options.messages {
        let start = Instant::now();
        let mut mailbox = Mailbox::fill(&rig, n_messages);
        eprintln!("{n_messages} messages appended in {:.1?}", start.elapsed());
        let mut product =
            Product::start(&rig, &options.binary, rig.free_address(), &[("POSTROOM_LOG", "warn")]);
        until("Postroom is ready", || product.is_ready());
        let address = product.address();
        let new = |flow: &str| -> Box<dyn Flow> {
            match (flow, &roundcube) {
                ("postroom", _) => Box::new(Postroom::new(address)),
                ("roundcube", Some(roundcube)) => Box::new(Roundcube::new(roundcube.address())),
                _ => Box::new(Floor::new(rig.imap(), rig.submission())),
            }
        };

        n_failures += compare(&rig, options, &new, &mut mailbox, &mut actions)?;
        // The memory of the crowd begins with nobody's.
        product.restart();
        until("Postroom is ready", || product.is_ready());
        n_failures += gather(&rig, options, &new, &mailbox, &mut crowds);
        if n_failures > 0 {
            eprintln!("Postroom said:\n{}", product.output());
        }
    }
    println!("{}\n{}", table::ACTIONS, actions.join("\n"));
    if !crowds.is_empty() {
        println!("\n{}\n{}", table::CROWDS, crowds.join("\n"));
    }
    Ok(n_failures)
}

/// One after the other, into lines of the first table.
fn compare(
    rig: &Rig,
    options: &Options,
    new: &dyn Fn(&str) -> Box<dyn Flow>,
    mailbox: &mut Mailbox,
    lines: &mut Vec<String>,
) -> Result<usize> {
    let mut flows: Vec<(&str, Box<dyn Flow>)> =
        options.flows.iter().map(|name| (name.as_str(), new(name))).collect();
    for (name, flow) in &mut flows {
        let answer = flow.act(Action::Login, mailbox).map_err(|error| format!("{name}: {error}"))?;
        check(flow.as_ref(), Action::Login, &answer).map_err(|error| format!("{name}: {error}"))?;
    }
    let mut n_failures = 0;
    for &action in &options.actions {
        eprintln!("{} messages: {} …", mailbox.n_messages, action.name());
        let all = measure::measure(rig, action, &mut flows, mailbox, options.samples);
        let floor =
            options.flows.iter().zip(&all).find_map(|(name, samples)| (name == "floor").then_some(samples));
        for (name, samples) in options.flows.iter().zip(&all) {
            n_failures += usize::from(samples.failure.is_some());
            lines.push(table::action(mailbox.n_messages, action, name, samples, floor));
        }
    }
    Ok(n_failures)
}

/// Everybody at once, one flow after the other, into lines of the second table.
fn gather(
    rig: &Rig,
    options: &Options,
    new: &dyn Fn(&str) -> Box<dyn Flow>,
    mailbox: &Mailbox,
    lines: &mut Vec<String>,
) -> usize {
    let n_messages = mailbox.n_messages;
    if options.sessions == 0 {
        return 0;
    }
    eprintln!("{n_messages} messages: {} sessions …", options.sessions);
    let mailboxes: Vec<Mailbox> = (0..options.sessions)
        .map(|_| if n_messages <= MAX_OWN { Mailbox::fill(rig, n_messages) } else { mailbox.clone() })
        .collect();
    let mut n_failures = 0;
    for name in &options.flows {
        let sessions = mailboxes.iter().map(|mailbox| (new(name), mailbox.clone())).collect();
        let server = match name.as_str() {
            "postroom" => Some("postroom"),
            "roundcube" => Some("php-fpm"),
            _ => None,
        };
        match crowd::run(server, sessions, options.lasts) {
            Ok(crowd) => lines.push(table::crowd(n_messages, options.sessions, name, &crowd)),
            Err(error) => {
                n_failures += 1;
                lines.push(format!("| {n_messages} | {} | {name} | failed: {error} |", options.sessions));
            }
        }
    }
    n_failures
}
