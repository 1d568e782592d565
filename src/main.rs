//! The program: `postroom serve`, `postroom check`, and what an administrator does with what is kept.

mod admin;
mod check;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use postroom::{
    config::{Config, LogFormat},
    web::{self, App},
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site until SIGTERM or SIGINT.
    Serve {
        /// A TOML file; without it the POSTROOM_… variables alone count.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Try the configuration: connect to both servers, and log in if an account is given.
    Check {
        /// A TOML file; without it the POSTROOM_… variables alone count.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The account to log in with; else `check_user` of the configuration.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// A file that holds its password; else `check_password` of the configuration.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Copy the database, while it is in use, into a new file; the key file is not in it.
    Backup {
        #[command(flatten)]
        config: ConfigFile,
        /// The file to write; it must not exist yet.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Print everything that is kept of a user as JSON, without passwords.
    ExportUser {
        #[command(flatten)]
        config: ConfigFile,
        /// As they sign in.
        user: String,
    },
    /// Forget everything that is kept of a user; their mail stays on the mail server.
    ForgetUser {
        #[command(flatten)]
        config: ConfigFile,
        /// As they sign in.
        user: String,
    },
    /// Make a new server key, and seal every stored secret with it.
    RotateKey {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(clap::Args)]
struct ConfigFile {
    /// A TOML file; without it the POSTROOM_… variables alone count.
    #[arg(long = "config", value_name = "FILE")]
    path: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { config } => serve(config).await,
        Command::Check { config, user, password_file } => check::run(config, user, password_file).await,
        Command::Backup { config, to } => admin::back_up(config.path.as_deref(), &to).await,
        Command::ExportUser { config, user } => admin::export_user(config.path.as_deref(), &user).await,
        Command::ForgetUser { config, user } => admin::forget_user(config.path.as_deref(), &user).await,
        Command::RotateKey { config } => admin::rotate_key(config.path.as_deref()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("postroom: {}", web::error::chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn serve(file: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let config = load(file.as_deref())?;
    start_log(&config)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(web::serve::serve(App::new(config)?, stop).await?)
}

fn load(file: Option<&Path>) -> Result<Config, Box<dyn Error>> {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // What is no text is no setting of ours.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    Ok(Config::load(file, environment)?)
}

/// Logs go to standard error: the journal of systemd, or the container's log.
fn start_log(config: &Config) -> Result<(), Box<dyn Error>> {
    let filter =
        EnvFilter::try_new(&config.log).map_err(|error| format!("`log` = {:?}: {error}", config.log))?;
    // Its span says only `call`, on every line.
    let filter = filter.add_directive("tower_sessions=warn".parse()?);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => {
            log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).finish().try_init()?
        }
        LogFormat::Json => log.json().flatten_event(true).finish().try_init()?,
    }
    // A panic is logged like everything else: one line, in the chosen format.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(())
}
