//! Each fault against a server that repeats every line.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{Fault, Proxy, Side};
use crate::until;

/// Answers each line with `"> "` and the line; counts them.
fn echo() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let n_lines = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&n_lines);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, count) = (stream.unwrap(), Arc::clone(&count));
            thread::spawn(move || {
                for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                    count.fetch_add(1, Ordering::SeqCst);
                    if stream.write_all(format!("> {line}\r\n").as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, n_lines)
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn of(proxy: &Proxy) -> Client {
        Client(BufReader::new(TcpStream::connect(proxy.address()).unwrap()))
    }

    fn say(&mut self, bytes: &str) {
        self.0.get_mut().write_all(bytes.as_bytes()).unwrap();
    }

    fn ask(&mut self, line: &str) -> String {
        self.say(&format!("{line}\r\n"));
        self.hear()
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// What comes until the connection ends.
    fn hear_all(&mut self) -> String {
        let mut all = Vec::new();
        match self.0.read_to_end(&mut all) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
        String::from_utf8(all).unwrap()
    }

    fn hears_nothing(&mut self) -> bool {
        self.0.get_ref().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let heard = self.0.fill_buf().map(<[u8]>::len).map_err(|error| error.kind());
        self.0.get_ref().set_read_timeout(None).unwrap();
        heard == Err(ErrorKind::WouldBlock)
    }
}

#[test]
fn passes_and_records_both_ways() {
    let proxy = Proxy::to(echo().0);
    let mut client = Client::of(&proxy);
    assert_eq!(client.ask("one"), "> one");
    assert_eq!(client.ask("two"), "> two");
    assert_eq!((proxy.bytes_from_client(), proxy.bytes_from_server()), (10, 14));
    assert_eq!(proxy.commands(), ["one", "two"]);
    assert_eq!(proxy.said_by(Side::Server), b"> one\r\n> two\r\n");
    assert_eq!(proxy.n_connections(), 1);
    proxy.forget();
    client.ask("three");
    assert_eq!(proxy.commands(), ["three"]);
    assert_eq!(proxy.n_connections(), 0);
}

#[test]
fn a_client_that_hangs_up_hears_the_answer_to_its_last_words() {
    let proxy = Proxy::to(echo().0);
    let mut client = Client::of(&proxy);
    client.say("last\r\n");
    client.0.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(client.hear_all(), "> last\r\n");
}

#[test]
fn cut_lets_the_pattern_through_and_happens_once() {
    let (server, n_lines) = echo();
    let proxy = Proxy::to(server);
    proxy.when(Side::Client, "BOOM\r\n", Fault::Cut);
    assert!(!proxy.all_happened());
    let mut client = Client::of(&proxy);
    assert_eq!(client.ask("fine"), "> fine");
    client.say("boom\r\n");
    assert!(["", "> boom\r\n"].contains(&client.hear_all().as_str()));
    until("the server has heard it", || n_lines.load(Ordering::SeqCst) == 2);
    assert!(proxy.all_happened());
    assert_eq!(Client::of(&proxy).ask("boom"), "> boom");
}

#[test]
fn cut_after_lets_so_many_bytes_more_through() {
    let proxy = Proxy::to(echo().0);
    proxy.when(Side::Server, "> l", Fault::CutAfter(5));
    let mut client = Client::of(&proxy);
    client.say("literal of some length\r\n");
    assert_eq!(client.hear_all(), "> litera");
}

#[test]
fn swallow_reply_lets_the_deed_be_done_and_hides_it() {
    let (server, n_lines) = echo();
    let proxy = Proxy::to(server);
    proxy.when(Side::Client, "\r\n.\r\n", Fault::SwallowReply);
    let mut client = Client::of(&proxy);
    client.ask("a letter");
    client.say(".\r\n");
    assert_eq!(client.hear_all(), "");
    assert_eq!(n_lines.load(Ordering::SeqCst), 2);
}

#[test]
fn a_pattern_is_found_across_pieces() {
    let (server, n_lines) = echo();
    let proxy = Proxy::to(server);
    proxy.when(Side::Client, "DE\r\nLE\r\n", Fault::SwallowReply);
    let mut client = Client::of(&proxy);
    assert_eq!(client.ask("DE"), "> DE");
    client.say("L");
    until("the piece arrived", || proxy.bytes_from_client() == 5);
    client.say("E\r\n");
    assert_eq!(client.hear_all(), "");
    assert_eq!(n_lines.load(Ordering::SeqCst), 2);
}

#[test]
fn stall_keeps_the_connection_open_and_heal_lets_it_flow() {
    let (server, n_lines) = echo();
    let proxy = Proxy::to(server);
    proxy.when(Side::Client, "wait\r\n", Fault::Stall);
    let mut client = Client::of(&proxy);
    client.say("wait\r\n");
    until("the server has heard it", || n_lines.load(Ordering::SeqCst) == 1);
    assert!(client.hears_nothing());
    // Others are served.
    assert_eq!(Client::of(&proxy).ask("me"), "> me");
    proxy.heal();
    assert_eq!(client.hear(), "> wait");

    proxy.stall();
    let mut second = Client::of(&proxy);
    client.say("a\r\n");
    second.say("b\r\n");
    assert!(client.hears_nothing() && second.hears_nothing());
    proxy.heal();
    assert_eq!((client.hear(), second.hear()), ("> a".to_owned(), "> b".to_owned()));
}

#[test]
fn replace_and_inject_change_what_is_heard() {
    let proxy = Proxy::to(echo().0);
    proxy.whenever(Side::Server, "> ok", Fault::replace("> no"));
    proxy.when(Side::Server, "> hello\r\n", Fault::inject("* BYE\r\n"));
    let mut client = Client::of(&proxy);
    assert_eq!((client.ask("ok"), client.ask("ok")), ("> no".to_owned(), "> no".to_owned()));
    assert_eq!((client.ask("hello"), client.hear()), ("> hello".to_owned(), "* BYE".to_owned()));
    assert_eq!(client.ask("hello"), "> hello");
    // Two in one piece.
    client.say("ok\r\nok\r\n");
    assert_eq!((client.hear(), client.hear()), ("> no".to_owned(), "> no".to_owned()));
}

#[test]
fn refuse_closes_the_port_and_heal_opens_it() {
    let proxy = Proxy::to(echo().0);
    let mut old = Client::of(&proxy);
    old.ask("before");
    proxy.refuse();
    let refused = TcpStream::connect(proxy.address()).map_err(|error| error.kind());
    assert_eq!(refused.unwrap_err(), ErrorKind::ConnectionRefused);
    assert_eq!(old.ask("still here"), "> still here");
    proxy.cut();
    assert_eq!(old.hear_all(), "");
    proxy.heal();
    assert_eq!(Client::of(&proxy).ask("again"), "> again");
}

#[test]
fn nobody_answers_where_nobody_is() {
    let refused = TcpStream::connect(Proxy::to_nobody()).map_err(|error| error.kind());
    assert_eq!(refused.unwrap_err(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_dropped_proxy_is_gone() {
    let proxy = Proxy::to(echo().0);
    let address = proxy.address();
    let mut client = Client::of(&proxy);
    client.ask("before");
    drop(proxy);
    assert_eq!(client.hear_all(), "");
    until("the port is closed", || TcpStream::connect(address).is_err());
}

#[test]
fn the_nth_time_counts_over_connections() {
    let proxy = Proxy::to(echo().0);
    proxy.when_nth(3, Side::Server, "> a\r\n", Fault::replace("> z\r\n"));
    let (mut first, mut second) = (Client::of(&proxy), Client::of(&proxy));
    assert_eq!((first.ask("a"), second.ask("a")), ("> a".to_owned(), "> a".to_owned()));
    assert!(!proxy.all_happened());
    assert_eq!((first.ask("b"), second.ask("a")), ("> b".to_owned(), "> z".to_owned()));
    assert!(proxy.all_happened());
    assert_eq!(first.ask("a"), "> a");
    // Another pattern begins in what is passed over.
    proxy.when_nth(2, Side::Server, "> c\r\n", Fault::replace("> y\r\n"));
    proxy.when(Side::Server, "c\r\n> d", Fault::replace("x"));
    assert_eq!((first.ask("c"), first.ask("d")), ("> c".to_owned(), "x".to_owned()));
    assert_eq!(first.ask("c"), "> y");
}

#[test]
fn a_call_is_made_before_the_bytes_arrive() {
    let (server, n_lines) = echo();
    let proxy = Arc::new(Proxy::to(server));
    let n_calls = Arc::new(AtomicUsize::new(0));
    let call_at = |n_expected: usize| {
        let (n_calls, n_lines) = (Arc::clone(&n_calls), Arc::clone(&n_lines));
        move || {
            if n_lines.load(Ordering::SeqCst) == n_expected {
                n_calls.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    proxy.on(Side::Client, "two\r\n", call_at(1));
    let mut client = Client::of(&proxy);
    assert_eq!((client.ask("one"), client.ask("two")), ("> one".to_owned(), "> two".to_owned()));
    assert_eq!(n_calls.load(Ordering::SeqCst), 1);
    assert_eq!(client.ask("two"), "> two");

    // The answer is there, and is never heard.
    let (inner, call) = (Arc::downgrade(&proxy), call_at(5));
    proxy.on_nth(2, Side::Server, "> x", move || {
        call();
        inner.upgrade().unwrap().cut();
    });
    assert_eq!(client.ask("x"), "> x");
    client.say("x\r\n");
    assert_eq!(client.hear_all(), "");
    assert_eq!(n_calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_call_can_wait_for_a_byte() {
    let proxy = Proxy::to(echo().0);
    let n_calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&n_calls);
    Client::of(&proxy).ask("1234");
    proxy.on_byte(12, Side::Client, move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let mut client = Client::of(&proxy);
    client.ask("123");
    assert_eq!(n_calls.load(Ordering::SeqCst), 0);
    client.ask("4");
    assert_eq!(n_calls.load(Ordering::SeqCst), 1);
    client.ask("5");
    assert_eq!(n_calls.load(Ordering::SeqCst), 1);
    assert!(proxy.all_happened());
}

#[test]
fn commands_are_counted_by_their_words() {
    let proxy = Proxy::to(echo().0);
    let mut client = Client::of(&proxy);
    for line in ["DELE 1", "dele 2", "RETR 1", "p1 UID FETCH 1:*", "p2 UID STORE 1", "D"] {
        client.ask(line);
    }
    let counts = ["DELE", "UID", "UID FETCH", "D", "STORE"].map(|words| proxy.n_commands(words));
    assert_eq!(counts, [2, 2, 1, 3, 0]);
}

#[test]
fn the_sockets_of_connections_that_ended_are_given_back() {
    let proxy = Proxy::to(echo().0);
    for _ in 0..50 {
        assert_eq!(Client::of(&proxy).ask("x"), "> x");
    }
    until("no sockets are kept", || proxy.shared.state().connections.is_empty());
    assert_eq!(proxy.n_connections(), 50);
}
