//! `postroom check`: tries the configuration, and says in sentences what does not work and what that costs.

use std::{
    error::Error,
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use postroom::{
    config::{Config, Database, Security, Upstream},
    imap,
    model::Credentials,
    net::Dialer,
    smtp,
    store::{Clock, Store},
    web::error::chain,
};
use secrecy::ExposeSecret;

/// What stands at the end, when the lines above named the cause.
#[derive(Debug)]
struct Failed(Vec<&'static str>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the check failed: {}", self.0.join(" and "))
    }
}

impl Error for Failed {}

pub(crate) async fn run(
    file: Option<PathBuf>,
    user: Option<String>,
    password_file: Option<PathBuf>,
) -> Result<(), Box<dyn Error>> {
    let config = crate::load(file.as_deref())?;
    println!("Configuration: every setting is understood.");
    let credentials = credentials(&config, user, password_file)?;
    let dialer = Arc::new(Dialer::new(&config)?);
    let mut failed = Vec::new();

    println!("\nIMAP server {}", address(&config.imap));
    if let Err(error) = check_imap(&config, &dialer, credentials.clone()).await {
        println!("  FAILED: {}", chain(&*error));
        failed.push("the IMAP server");
    }
    println!("\nSubmission server {}", address(&config.smtp));
    if let Err(error) = check_smtp(&config, &dialer, credentials.as_ref()).await {
        println!("  FAILED: {}", chain(&*error));
        failed.push("the submission server");
    }
    println!("\nDatabase {}", database(&config));
    if let Err(error) = check_store(&config, &dialer).await {
        println!("  FAILED: {}", chain(&*error));
        failed.push("the database");
    }
    println!("\nMessages");
    say_where_messages_are_shown(&config);
    println!("\nPOP3 servers that are collected from");
    say_what_may_be_collected(&config);
    if credentials.is_none() {
        println!(
            "\nNo account was given, so nobody was logged in: give --user and --password-file to try that too."
        );
    }
    if failed.is_empty() { Ok(()) } else { Err(Failed(failed).into()) }
}

async fn check_imap(
    config: &Config,
    dialer: &Arc<Dialer>,
    credentials: Option<Credentials>,
) -> Result<(), Box<dyn Error>> {
    let Some(credentials) = credentials else {
        dialer.connect(&config.imap).await?;
        println!("  It can be reached{}.", encryption(&config.imap));
        return Ok(());
    };
    let username = credentials.username.clone();
    let server = imap::Server {
        dialer: Arc::clone(dialer),
        upstream: config.imap.clone(),
        patience: config.imap_timeout,
        max_connections: config.imap_connections,
    };
    let pool = imap::Pool::sign_in(Arc::new(server), credentials).await?;
    println!("  {username} was logged in{}.", encryption(&config.imap));
    for note in pool.capabilities().notes() {
        let (mark, cost) = if note.is_present { ("yes", "") } else { ("no ", note.cost) };
        let line = format!("  {mark}  {:<20} {:<9} {cost}", note.name, note.rfc);
        println!("{}", line.trim_end());
    }
    pool.close().await;
    Ok(())
}

async fn check_smtp(
    config: &Config,
    dialer: &Dialer,
    credentials: Option<&Credentials>,
) -> Result<(), Box<dyn Error>> {
    let probe = smtp::probe(dialer, &config.smtp, credentials).await?;
    match credentials {
        Some(credentials) => {
            println!("  {} was logged in{}.", credentials.username, encryption(&config.smtp))
        }
        None => println!("  It can be reached{}.", encryption(&config.smtp)),
    }
    println!("  It offers {}.", probe.keywords.join(", "));
    for sentence in probe.missing {
        println!("  no   {sentence}");
    }
    Ok(())
}

async fn check_store(config: &Config, dialer: &Dialer) -> Result<(), Box<dyn Error>> {
    // Made by whoever runs the check, files would belong to them, and not to the service.
    let is_there = |path: &Path| fs::exists(path).unwrap_or(true);
    match &config.database {
        Database::Sqlite(path) if !is_there(path) => println!("  It will be made at the first start."),
        _ => {
            Store::new(config, dialer.tls(), Clock::default())?.check_database().await?;
            println!("  It can be used, and its tables are up to date.");
        }
    }
    match &config.key_file {
        None => println!("  no   key file: what is sealed with the server key is lost when Postroom stops."),
        Some(path) if !is_there(path) => {
            println!("  The server key will be made at the first start, in {}.", path.display());
        }
        Some(path) => {
            Store::new(config, dialer.tls(), Clock::default())?.keys().load()?;
            println!("  The server key can be used: {}.", path.display());
        }
    }
    if config.background_work {
        println!("  Collecting and sending go on while people are away.");
    } else {
        println!("  Collecting and sending wait until their owner is signed in: background_work is false.");
    }
    Ok(())
}

fn say_where_messages_are_shown(config: &Config) {
    match (&config.body_origin, &config.public_origin) {
        (Some(body_origin), Some(public_origin)) => println!(
            "  They are shown under {body_origin}, in pages of {public_origin}: both names must lead to this site."
        ),
        _ => println!("  They are shown in a sandbox, under the site's own name."),
    }
}

fn say_what_may_be_collected(config: &Config) {
    match &config.collect_hosts {
        None => println!("  People may name every server with a public address."),
        Some(hosts) => println!("  People may name {hosts}."),
    }
    match config.egress_allow.to_string() {
        none if none.is_empty() => println!("  Nothing in private networks is connected to."),
        networks => println!("  Connected to although private: {networks}."),
    }
}

fn database(config: &Config) -> String {
    match &config.database {
        Database::Memory => "in memory: nothing is kept over a restart".to_owned(),
        Database::Sqlite(path) => format!("{}, SQLite", path.display()),
        Database::Postgres(_) => "PostgreSQL, shared by all instances that name it".to_owned(),
    }
}

/// The arguments win over the configuration.
fn credentials(
    config: &Config,
    user: Option<String>,
    password_file: Option<PathBuf>,
) -> Result<Option<Credentials>, Box<dyn Error>> {
    let Some(user) = user.or_else(|| config.check_user.clone()) else { return Ok(None) };
    let password = match password_file {
        Some(path) => {
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            text.trim_end_matches(['\r', '\n']).to_owned().into()
        }
        None => {
            config.check_password.clone().ok_or("a user was given without a password: see --password-file")?
        }
    };
    Ok(Some(Credentials::new(user, password.expose_secret())))
}

fn address(upstream: &Upstream) -> String {
    let security = match upstream.security {
        Security::Tls => "TLS",
        Security::StartTls => "STARTTLS",
        Security::Insecure => "not encrypted",
    };
    format!("{}, port {}, {security}", upstream.host, upstream.port)
}

fn encryption(upstream: &Upstream) -> &'static str {
    match upstream.security {
        Security::Tls => "; its certificate is trusted",
        Security::StartTls | Security::Insecure => "",
    }
}
