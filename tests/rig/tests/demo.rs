//! `make demo` says three lines, and takes everything with it when it goes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use postroom_rig::until;

/// Answers every request with 200: this test is about the demo, and must not wait for the product to be built.
const STAND_IN: &str = r#"#!/usr/bin/perl
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalAddr => $ENV{POSTROOM_LISTEN}, Listen => 5, ReuseAddr => 1) or die "$!";
while (my $client = $server->accept) {
    while (<$client>) { last if /^\r?\n$/ }
    print $client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}
"#;

struct Demo {
    process: Child,
    out: BufReader<ChildStdout>,
    lines: [String; 3],
    folder: PathBuf,
}

impl Demo {
    fn start(dir: &Path) -> Demo {
        let stand_in = dir.join("postroom");
        fs::write(&stand_in, STAND_IN).unwrap();
        fs::set_permissions(&stand_in, PermissionsExt::from_mode(0o755)).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_demo"))
            .arg(&stand_in)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let lines = [(); 3].map(|()| {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            line
        });
        let said = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let folder =
            said.filter_map(|line| line.split_once("Logs: ").map(|(_, path)| PathBuf::from(path))).next();
        Demo { process, out, lines, folder: folder.unwrap() }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success());
    }
}

/// The processes that have the folder on their command line: the servers, and the shells that watch them.
fn processes_of(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(folder.to_str().unwrap()) {
            found.push(command);
        }
    }
    found
}

/// One after another: each looks for a free port from 8025 on.
#[test]
fn three_lines_are_said_and_every_end_is_clean() {
    let dir = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut demo = Demo::start(dir.path());
        assert!(demo.lines[0].starts_with("Address: http://127.0.0.1:"), "{:?}", demo.lines);
        assert_eq!(demo.lines[1..], ["User: ada@example.org\n", "Password: postroom\n"]);
        assert!(!processes_of(&demo.folder).is_empty());

        demo.signal(signal);
        assert!(demo.process.wait().unwrap().success());
        let mut rest = String::new();
        demo.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        // A watching shell outlives its server by a blink.
        until("nothing runs", || match processes_of(&demo.folder) {
            left if left.is_empty() => Ok(()),
            left => Err(left),
        });
        assert!(!demo.folder.exists());
    }

    let mut demo = Demo::start(dir.path());
    assert!(!processes_of(&demo.folder).is_empty());
    demo.signal("KILL");
    demo.process.wait().unwrap();
    until("the servers are gone", || match processes_of(&demo.folder) {
        none if none.is_empty() => Ok(()),
        some => Err(some),
    });
}
