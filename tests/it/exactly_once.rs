//! Postroom killed in the middle of what it does, started again, and both sides counted: nothing lost, nothing twice.

mod collecting;
mod sending;

use std::process::Command;

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// How often each loop kills: few times in `make test`, `POSTROOM_ROUNDS` times in `make soak`.
fn n_rounds(in_make_test: usize) -> usize {
    std::env::var("POSTROOM_ROUNDS").ok().map_or(in_make_test, |n| n.parse().unwrap())
}

/// Chances that can be had again: a failed run says its seed, `POSTROOM_SEED` repeats it.
fn chances() -> StdRng {
    let given = std::env::var("POSTROOM_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(|| rand::rng().random());
    println!("POSTROOM_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// What a proxy calls to end the process as a power cut would, between two bytes.
fn kill(pid: u32) -> impl FnOnce() + Send + 'static {
    move || assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success())
}
