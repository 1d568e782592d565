//! From a configuration to a served site, and its end.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    net::{TcpListener, TcpStream, UnixListener},
    sync::watch,
};

use super::{App, proxies::Peer};
use crate::{config::Listen, mail};

/// Connections that nobody used for so long are closed; the session may outlive them.
pub const ACCOUNT_IDLE: Duration = Duration::from_secs(10 * 60);

/// How long requests may take to finish once we were told to stop.
const GRACE: Duration = Duration::from_secs(30);

const SWEEP_EVERY: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {0}")]
    Listen(Listen, #[source] io::Error),
    #[error("another process already listens on {0}")]
    InUse(Listen),
    #[error("serving broke off")]
    Serve(#[source] io::Error),
}

/// Serves until `stop` is ready; then finishes what was begun, and closes every account.
pub async fn serve(app: App, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
    let (stop_sender, stopping) = watch::channel(false);
    tokio::spawn(async move {
        stop.await;
        tracing::info!("stopping: requests that were begun are finished first");
        stop_sender.send_replace(true);
    });
    let sweeping = tokio::spawn(sweep(app.clone()));
    let working = tokio::spawn(mail::work(Arc::clone(&app.accounts), stopping.clone()));
    let listen = app.config.listen.clone();
    let served = match &listen {
        Listen::Tcp(address) => {
            let failed = |error| ServeError::Listen(listen.clone(), error);
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            tracing::info!("listening on http://{address}{}", app.urls.home());
            run(Prompt(listener), &app, stopping).await
        }
        Listen::Unix(path) => {
            let listener = bind_unix(path, &listen, app.config.listen_mode)?;
            tracing::info!("listening on {listen}");
            let served = run(listener, &app, stopping).await;
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "the socket could not be removed");
            }
            served
        }
    };
    sweeping.abort();
    if working.await.is_err() {
        tracing::error!("the worker panicked");
    }
    app.accounts.close_all().await;
    tracing::info!("stopped");
    served.map_err(ServeError::Serve)
}

/// Sends small writes at once: a page is not held back until a packet is full.
pub(super) struct Prompt(TcpListener);

impl Listener for Prompt {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

async fn run<L>(listener: L, app: &App, stopping: watch::Receiver<bool>) -> io::Result<()>
where
    L: Listener,
    L::Addr: std::fmt::Debug,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let service = app.router().into_make_service_with_connect_info::<Peer>();
    let deadline = stopped(stopping.clone());
    let server = axum::serve(listener, service).with_graceful_shutdown(stopped(stopping));
    tokio::select! {
        ended = server => ended,
        () = async { deadline.await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("some requests did not finish in {} s", GRACE.as_secs());
            Ok(())
        }
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        // The sender went with its task: the runtime ends.
        std::future::pending::<()>().await;
    }
}

async fn sweep(app: App) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        app.sweep().await;
    }
}

/// A socket file that an earlier process left is replaced; one that somebody serves is not.
fn bind_unix(path: &Path, listen: &Listen, mode: u32) -> Result<UnixListener, ServeError> {
    let failed = |error| ServeError::Listen(listen.clone(), error);
    if fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket()) {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(ServeError::InUse(listen.clone()));
        }
        fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed)?;
    Ok(listener)
}
