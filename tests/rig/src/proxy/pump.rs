//! One connection: two threads that pass bytes on, as long as no rule says otherwise.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Fault, Shared, Side,
    fault::{Call, Deed},
};

#[derive(Debug)]
pub(super) struct Connection {
    client: TcpStream,
    server: TcpStream,
    is_stalled: AtomicBool,
    is_cut: AtomicBool,
    /// The next thing this side says is swallowed, and ends the connection.
    swallow_client: AtomicBool,
    swallow_server: AtomicBool,
    /// Directions that still have something to pass on.
    n_open: AtomicUsize,
}

/// What is to be done with a piece of the stream.
enum Step {
    Call(Call),
    Pass(Vec<u8>),
    /// And then nothing more.
    PassLast(Vec<u8>),
    Cut,
}

/// Starts the two threads.
pub(super) fn start(shared: &Arc<Shared>, client: TcpStream, server: TcpStream) {
    let set = (client.set_nodelay(true), server.set_nodelay(true));
    assert!(set.0.is_ok() && set.1.is_ok(), "a socket without TCP_NODELAY: {set:?}");
    let connection = Arc::new(Connection {
        client,
        server,
        is_stalled: AtomicBool::new(false),
        is_cut: AtomicBool::new(false),
        swallow_client: AtomicBool::new(false),
        swallow_server: AtomicBool::new(false),
        n_open: AtomicUsize::new(2),
    });
    let mut state = shared.state();
    let n = state.recording.add_connection();
    state.connections.push(Arc::clone(&connection));
    drop(state);
    for side in [Side::Client, Side::Server] {
        let (shared, connection) = (Arc::clone(shared), Arc::clone(&connection));
        thread::spawn(move || {
            let mut pump = Pump { shared, connection, side, n, before: Vec::new(), cut_after: None };
            pump.run();
            pump.close();
        });
    }
}

impl Connection {
    pub(super) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            // Closed already by its peer, perhaps.
            stream.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }

    pub(super) fn resume(&self) {
        self.is_stalled.store(false, Ordering::SeqCst);
    }

    fn stream(&self, side: Side) -> &TcpStream {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn swallow(&self, side: Side) -> &AtomicBool {
        match side {
            Side::Client => &self.swallow_client,
            Side::Server => &self.swallow_server,
        }
    }
}

/// One direction: from `side` to the other.
struct Pump {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    side: Side,
    /// The number of the connection in the recording.
    n: usize,
    /// The end of what has come by, where a pattern may have begun.
    before: Vec<u8>,
    /// Bytes to pass on before [`Fault::CutAfter`] cuts.
    cut_after: Option<usize>,
}

impl Pump {
    fn run(&mut self) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = self.connection.stream(self.side).read(&mut buffer);
            let Ok(n_read @ 1..) = read else { break };
            let goes_on = self.pass(&buffer[..n_read]);
            if !goes_on {
                self.connection.cut();
                return;
            }
        }
        // The side has hung up: what is under way to it may still be, so only this direction ends.
        self.connection.stream(self.side.other()).shutdown(Shutdown::Write).unwrap_or_default();
    }

    /// The last of a connection's directions gives its sockets back: a proxy may see thousands.
    fn close(&self) {
        if self.connection.n_open.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.shared.state().connections.retain(|other| !Arc::ptr_eq(other, &self.connection));
        }
    }

    /// Passes a piece on, or what the rules leave of it; false when the connection is to be cut.
    fn pass(&mut self, chunk: &[u8]) -> bool {
        let due = self.shared.state().record(self.n, self.side, chunk);
        due.into_iter().for_each(|call| call());
        if self.connection.swallow(self.side).load(Ordering::SeqCst) {
            return false;
        }
        for step in self.steps(chunk) {
            if !self.wait_while_stalled() {
                return false;
            }
            match step {
                Step::Call(call) => call(),
                Step::Pass(bytes) => {
                    if self.connection.stream(self.side.other()).write_all(&bytes).is_err() {
                        return false;
                    }
                }
                Step::Cut => return false,
                Step::PassLast(bytes) => {
                    // First: the answer may be there at once.
                    self.connection.is_stalled.store(true, Ordering::SeqCst);
                    if self.connection.stream(self.side.other()).write_all(&bytes).is_err() {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// What the rules make of a piece.
    fn steps(&mut self, chunk: &[u8]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = chunk;
        let mut state = self.shared.state();
        while let Some(found) = state.rules.take_match(self.side, &self.before, rest) {
            let (passed, later) = rest.split_at(found.end);
            rest = later;
            let mut bytes = passed.to_vec();
            let mut stalls = false;
            if found.deed.is_some() {
                self.before.clear();
            } else {
                // Another pattern may have begun in it.
                self.before.extend_from_slice(passed);
            }
            match found.deed {
                None => {}
                Some(Deed::Call(call)) => steps.push(Step::Call(call)),
                Some(Deed::Fault(Fault::Cut)) => self.cut_after = Some(bytes.len()),
                Some(Deed::Fault(Fault::CutAfter(n))) => self.cut_after = Some(bytes.len() + n),
                Some(Deed::Fault(Fault::SwallowReply)) => {
                    self.connection.swallow(self.side.other()).store(true, Ordering::SeqCst)
                }
                Some(Deed::Fault(Fault::Replace(with))) => drop(bytes.splice(found.start.., with)),
                Some(Deed::Fault(Fault::Inject(with))) => bytes.extend(with),
                Some(Deed::Fault(Fault::Stall)) => stalls = true,
            }
            if stalls {
                steps.push(Step::PassLast(bytes));
            } else if limit(&mut self.cut_after, bytes, &mut steps) {
                return steps;
            }
        }
        self.before.extend_from_slice(rest);
        let past = self.before.len().saturating_sub(state.rules.reach());
        self.before.drain(..past);
        limit(&mut self.cut_after, rest.to_vec(), &mut steps);
        steps
    }

    /// False when the connection was cut meanwhile.
    fn wait_while_stalled(&self) -> bool {
        let mut state = self.shared.state();
        loop {
            if state.is_over || self.connection.is_cut.load(Ordering::SeqCst) {
                return false;
            }
            if !state.is_stalled && !self.connection.is_stalled.load(Ordering::SeqCst) {
                return true;
            }
            state = self.shared.wait(state);
        }
    }
}

/// Adds `bytes` to the steps, or as many as may still pass before the cut, and the cut; true when it is there.
fn limit(cut_after: &mut Option<usize>, mut bytes: Vec<u8>, steps: &mut Vec<Step>) -> bool {
    let Some(left) = cut_after else {
        steps.push(Step::Pass(bytes));
        return false;
    };
    let is_last = bytes.len() >= *left;
    bytes.truncate(*left);
    *left -= bytes.len();
    steps.push(Step::Pass(bytes));
    if is_last {
        steps.push(Step::Cut);
    }
    is_last
}
