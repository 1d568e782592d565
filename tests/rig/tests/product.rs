//! A product ends when and how a test says, and comes back as it was.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use postroom_rig::{Product, free_address, rig, until};

/// Answers every request with 200, and says goodbye when it is asked to end.
const STAND_IN: &str = r#"#!/usr/bin/perl
use IO::Socket::INET;
$| = 1;
$SIG{TERM} = sub { print "goodbye\n"; exit 0 };
print "hello $ENV{POSTROOM_LOG} $ENV{POSTROOM_DATA_DIR}\n";
my $server = IO::Socket::INET->new(LocalAddr => $ENV{POSTROOM_LISTEN}, Listen => 5, ReuseAddr => 1) or die "$!";
while (my $client = $server->accept) {
    while (<$client>) { last if /^\r?\n$/ }
    print $client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}
"#;

fn is_running(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

#[test]
fn a_product_is_killed_and_started_again_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let stand_in = dir.path().join("postroom");
    fs::write(&stand_in, STAND_IN).unwrap();
    fs::set_permissions(&stand_in, PermissionsExt::from_mode(0o755)).unwrap();

    let mut product = Product::start(rig(), &stand_in, free_address(), &[("POSTROOM_LOG", "debug")]);
    until("it answers", || product.is_ready());
    let first = product.process_id().unwrap();
    product.kill();
    assert!(!is_running(first) && !product.is_ready());
    assert!(!product.output().contains("goodbye"), "{}", product.output());
    // Killed once more it is as dead.
    product.kill();

    product.restart();
    until("it answers again", || product.is_ready());
    let second = product.process_id().unwrap();
    assert_ne!(first, second);
    product.stop();
    assert!(!is_running(second));
    assert_eq!(product.exit_code(), Some(0));
    let said = product.output();
    let said: Vec<&str> = said.lines().filter(|line| *line != "Killed").collect();
    let hello = format!("hello debug {}", product.data_dir().display());
    assert_eq!(said, [&hello, &hello, "goodbye"]);
    assert_eq!(fs::metadata(product.data_dir()).unwrap().permissions().mode() & 0o777, 0o700);

    product.restart();
    until("it answers once more", || product.is_ready());
    let third = product.process_id().unwrap();
    product.restart();
    assert!(!is_running(third));
    until("it answers at last", || product.is_ready());
}
