//! A TCP proxy that records what is said and breaks what it is told to break. It sees no protocol, only bytes, so it
//! belongs before a port without TLS.

mod fault;
mod pump;
mod recording;

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
};

pub use fault::Fault;

use self::{
    fault::{Call, Deed, Rules, Times},
    pump::Connection,
    recording::Recording,
};
use crate::ports;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// A proxy on a port of its own. Faults can be armed at any time, before connections and during them; the methods
/// return `&Self` so that they can be written one after another. Dropping it closes everything.
///
/// ```no_run
/// # use postroom_rig::{Fault, Proxy, Side, rig};
/// let proxy = Proxy::to(rig().imap());
/// // The connection breaks 100 bytes into the next answer to a FETCH, and the one after that is whole again.
/// proxy.when(Side::Server, "FETCH (", Fault::CutAfter(100));
/// ```
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    state: Mutex<State>,
    /// Something in the state changed that a thread may wait for.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rules: Rules,
    recording: Recording,
    connections: Vec<Arc<Connection>>,
    is_stalled: bool,
    is_refusing: bool,
    /// The port is closed, since `is_refusing`.
    is_closed: bool,
    is_over: bool,
}

impl State {
    /// Notes what was said; returns what is to be done at this byte.
    fn record(&mut self, connection: usize, side: Side, bytes: &[u8]) -> Vec<Call> {
        self.recording.add(connection, side, bytes);
        self.rules.take_due(side, || self.recording.n_bytes(side))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap()
    }
}

impl Proxy {
    /// Starts a faithful proxy to `upstream`.
    pub fn to(upstream: SocketAddr) -> Proxy {
        let [port] = ports::free();
        let address = ports::loopback(port);
        let shared = Arc::new(Shared { upstream, state: Mutex::default(), changed: Condvar::new() });
        let listener = TcpListener::bind(address).unwrap();
        let for_thread = Arc::clone(&shared);
        thread::spawn(move || accept(&for_thread, address, listener));
        Proxy { address, shared }
    }

    /// An address that refuses connections.
    pub fn to_nobody() -> SocketAddr {
        let [port] = ports::free();
        ports::loopback(port)
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks something the next time `side` says `pattern` (ASCII letters match in either case), on whichever
    /// connection; once.
    pub fn when(&self, side: Side, pattern: impl AsRef<[u8]>, fault: Fault) -> &Self {
        self.when_nth(1, side, pattern, fault)
    }

    /// The same at the `n`th time, counted from 1, of all connections together.
    pub fn when_nth(&self, n: usize, side: Side, pattern: impl AsRef<[u8]>, fault: Fault) -> &Self {
        let times = Times::After(n.saturating_sub(1));
        self.shared.state().rules.add(side, pattern.as_ref(), Deed::Fault(fault), times);
        self
    }

    /// The same every time, until [`Proxy::heal`].
    pub fn whenever(&self, side: Side, pattern: impl AsRef<[u8]>, fault: Fault) -> &Self {
        self.shared.state().rules.add(side, pattern.as_ref(), Deed::Fault(fault), Times::Always);
        self
    }

    /// Calls `call` the next time `side` says `pattern`, on a thread of its connection. The bytes are held meanwhile:
    /// the other side hears them once `call` has returned, unless it has [`cut`](Proxy::cut) the connection.
    pub fn on(&self, side: Side, pattern: impl AsRef<[u8]>, call: impl FnOnce() + Send + 'static) -> &Self {
        self.on_nth(1, side, pattern, call)
    }

    /// The same at the `n`th time, counted from 1, of all connections together.
    pub fn on_nth(
        &self,
        n: usize,
        side: Side,
        pattern: impl AsRef<[u8]>,
        call: impl FnOnce() + Send + 'static,
    ) -> &Self {
        let times = Times::After(n.saturating_sub(1));
        self.shared.state().rules.add(side, pattern.as_ref(), Deed::Call(Box::new(call)), times);
        self
    }

    /// Calls `call` once `side` has said `n` bytes since the start or the last [`Proxy::forget`], on all connections
    /// together. The piece that the byte came in is held meanwhile.
    pub fn on_byte(&self, n: usize, side: Side, call: impl FnOnce() + Send + 'static) -> &Self {
        self.shared.state().rules.add_mark(side, n, Box::new(call));
        self
    }

    /// Whether everything armed for once has happened, or begun to.
    pub fn all_happened(&self) -> bool {
        !self.shared.state().rules.has_pending()
    }

    /// Closes every connection there is.
    pub fn cut(&self) -> &Self {
        for connection in self.shared.state().connections.drain(..) {
            connection.cut();
        }
        self.shared.changed.notify_all();
        self
    }

    /// Passes nothing on any more, on old connections and new ones, which stay open: a server that hangs.
    pub fn stall(&self) -> &Self {
        self.change(|state| state.is_stalled = true)
    }

    /// Refuses new connections: a server that is down. Those that are open stay; see [`Proxy::cut`].
    pub fn refuse(&self) -> &Self {
        self.change(|state| state.is_refusing = true);
        self.knock();
        self.wait_until(|state| state.is_closed)
    }

    /// Ends all faults: what was held back flows again, connections are accepted, rules are forgotten.
    pub fn heal(&self) -> &Self {
        self.change(|state| {
            state.rules = Rules::default();
            state.is_stalled = false;
            state.is_refusing = false;
            for connection in &state.connections {
                connection.resume();
            }
        });
        self.wait_until(|state| !state.is_closed)
    }

    /// Bytes that the server has sent since the start, or the last [`Proxy::forget`].
    pub fn bytes_from_server(&self) -> usize {
        self.shared.state().recording.n_bytes(Side::Server)
    }

    pub fn bytes_from_client(&self) -> usize {
        self.shared.state().recording.n_bytes(Side::Client)
    }

    /// What `side` has said, one connection after another.
    pub fn said_by(&self, side: Side) -> Vec<u8> {
        self.shared.state().recording.said_by(side)
    }

    /// The commands that clients have sent, one connection after another, without line ends. Literals (IMAP), the
    /// letter after DATA (SMTP) and answers to a challenge are no commands of their own; a literal stands in its line.
    pub fn commands(&self) -> Vec<String> {
        self.shared.state().recording.commands()
    }

    /// How many commands begin with these words, in any case; the tag of an IMAP command is none of them.
    pub fn n_commands(&self, words: &str) -> usize {
        let begins =
            |text: &str| text.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
        let untagged = |command: &str| command.split_once(' ').is_some_and(|(_, rest)| begins(rest));
        self.commands().iter().filter(|command| begins(command) || untagged(command)).count()
    }

    /// How many connections were made.
    pub fn n_connections(&self) -> usize {
        self.shared.state().recording.n_connections()
    }

    /// Starts counting and recording anew.
    pub fn forget(&self) -> &Self {
        self.shared.state().recording.forget();
        self
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> &Self {
        change(&mut self.shared.state());
        self.shared.changed.notify_all();
        self
    }

    fn wait_until(&self, condition: impl Fn(&State) -> bool) -> &Self {
        let mut state = self.shared.state();
        while !condition(&state) {
            state = self.shared.wait(state);
        }
        drop(state);
        self
    }

    /// Makes the accepting thread look up: it waits for a client. Nobody is there when the port is closed already.
    fn knock(&self) {
        drop(TcpStream::connect(self.address));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.change(|state| state.is_over = true);
        self.cut();
        self.knock();
    }
}

/// Accepts clients until the proxy is over; closes the port while it refuses.
fn accept(shared: &Arc<Shared>, address: SocketAddr, mut listener: TcpListener) {
    loop {
        let Ok((client, _)) = listener.accept() else { continue };
        let mut state = shared.state();
        if state.is_over {
            return;
        }
        if state.is_refusing {
            drop((client, listener));
            state.is_closed = true;
            shared.changed.notify_all();
            while state.is_refusing && !state.is_over {
                state = shared.wait(state);
            }
            if state.is_over {
                return;
            }
            listener = TcpListener::bind(address).unwrap();
            state.is_closed = false;
            shared.changed.notify_all();
            continue;
        }
        drop(state);
        // A server that is down: the client's connection closes.
        let Ok(server) = TcpStream::connect(shared.upstream) else { continue };
        pump::start(shared, client, server);
    }
}

#[cfg(test)]
mod tests;
