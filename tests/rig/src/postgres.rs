//! PostgreSQL, with data that nobody needs tomorrow.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{
    ports::{self, loopback},
    privilege::without_root,
    state_dir::{Folder, StateDir},
    until,
    watched::Watched,
};

const USER: &str = "postroom";
const PASSWORD: &str = "pw";

/// A running PostgreSQL. Dropping it ends the server and removes its data; the one that [`postgres`] keeps ends with
/// the process.
#[derive(Debug)]
pub struct Postgres {
    // Declared, and so dropped, before the folder it writes to.
    server: Watched,
    address: SocketAddr,
    programs: PathBuf,
    n_databases: AtomicU32,
    _dir: Folder,
}

/// The PostgreSQL of this process, started by the first test that asks.
pub fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(Postgres::start)
}

impl Postgres {
    /// Starts a server and waits until it answers. Panics with the line to type where it is not installed.
    pub fn start() -> Postgres {
        let programs = programs();
        let dir = StateDir::make();
        let root = dir.subdir("postgres");
        let who = without_root(&root);
        let data = init(&programs, &root, who);
        // Another process can take a port between our finding it free and the server's binding it.
        for _ in 0..3 {
            let [port] = ports::free();
            let mut server = serve(&programs, dir.path(), &data, who, port);
            let address = loopback(port);
            if server.answers_at(address) {
                let n_databases = AtomicU32::new(0);
                let postgres = Postgres { server, address, programs, n_databases, _dir: Folder(dir) };
                // It listens before it is ready.
                until("PostgreSQL is ready", || postgres.run("pg_isready", &[]));
                return postgres;
            }
        }
        panic!("PostgreSQL did not start three times; see {}", dir.path().display())
    }

    /// The URL of a new, empty database that nobody else uses: `postgres://user:password@127.0.0.1:port/name`.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.n_databases.fetch_add(1, Ordering::Relaxed));
        // Nobody is ever connected to template0.
        until("a database is made", || self.run("createdb", &["-w", "-T", "template0", &name]));
        format!("postgres://{USER}:{PASSWORD}@{}/{name}", self.address)
    }

    /// For a proxy in between.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server has logged so far.
    pub fn output(&self) -> String {
        self.server.output()
    }

    /// Runs a statement in the database of this URL, as an administrator would.
    #[track_caller]
    pub fn sql(&self, url: &str, statement: &str) {
        self.try_sql(url, statement).unwrap();
    }

    /// The same, where the statement may fail: with what the server said.
    pub fn try_sql(&self, url: &str, statement: &str) -> Result<(), String> {
        self.run("psql", &["-w", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, name(url)]).map(drop)
    }

    /// All that the database of this URL holds, as `pg_dump` writes it.
    #[track_caller]
    pub fn dump(&self, url: &str) -> Vec<u8> {
        self.run("pg_dump", &["-w", name(url)]).unwrap()
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new(self.programs.join(program))
            .env("PGPASSWORD", PASSWORD)
            .args(["-h", "127.0.0.1", "-p", &self.address.port().to_string(), "-U", USER])
            .args(words)
            .output()
            .unwrap();
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned())
    }
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Where Debian keeps the newest version's programs: not in `PATH`.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(|path| version(path))
        .unwrap_or_else(|| {
            panic!(
                "PostgreSQL is missing: run `make deps`, or\n    sudo apt-get install postgresql\n\
                 (its own cluster is not used: it need not run)"
            )
        })
        .join("bin")
}

/// Makes the data directory, inside `root`.
fn init(programs: &Path, root: &Path, who: &[&str]) -> String {
    let password_file = root.join("password");
    fs::write(&password_file, PASSWORD).unwrap();
    let [data, password_file, initdb] =
        [root.join("data"), password_file, programs.join("initdb")].map(|path| path.display().to_string());
    let words = [
        who,
        &[&initdb, "-D", &data, "-U", USER, "--pwfile", &password_file, "--auth=scram-sha-256"],
        &["--encoding=UTF8", "--no-locale", "--no-sync"],
    ]
    .concat();
    let made = Command::new(words[0]).args(&words[1..]).current_dir(root).output().unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    data
}

fn serve(programs: &Path, dir: &Path, data: &str, who: &[&str], port: u16) -> Watched {
    let postgres = programs.join("postgres").display().to_string();
    let port = port.to_string();
    let mut words = [who, &[&postgres, "-D", data, "-p", &port, "-h", "127.0.0.1"]].concat();
    // Nothing here survives a power cut, and nothing has to.
    for setting in [
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
    ] {
        words.extend(["-c", setting]);
    }
    // TERM would wait until the last client has gone.
    Watched::start_until("INT", "postgres", dir, &words)
}
