//! nginx stands in front, with TLS, and says who asked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use postroom_rig::{Nginx, rig};

#[test]
fn requests_come_through_with_their_path_and_the_forwarding_headers() {
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = upstream.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = upstream.accept().unwrap();
        let request = read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        request
    });

    let nginx = Nginx::in_front_of(rig(), &address.to_string(), "/webmail/");
    let url = format!("{}mail/a%2Fb?x=1", nginx.url());
    assert_eq!(curl(&[&url]), "hello");

    let request = served.join().unwrap();
    assert!(request.starts_with("GET /webmail/mail/a%2Fb?x=1 HTTP/1."), "{request}");
    let port = nginx.address().port();
    for header in
        ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https", &format!("Host: localhost:{port}")]
    {
        assert!(request.contains(header), "{header} in {request}");
    }
}

/// What the answer holds.
fn curl(words: &[&str]) -> String {
    let curl =
        Command::new("curl").args(["-sS", "--cacert"]).arg(rig().ca_file()).args(words).output().unwrap();
    assert!(curl.status.success(), "{}", String::from_utf8_lossy(&curl.stderr));
    String::from_utf8(curl.stdout).unwrap()
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    String::from_utf8(request).unwrap()
}

/// Answers with its name; or, while it is told to, hangs up once it has the request.
struct Instance {
    address: SocketAddr,
    n_requests: Arc<AtomicUsize>,
    hangs_up: Arc<AtomicBool>,
}

impl Instance {
    fn start(name: &'static str) -> Instance {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (n_requests, hangs_up) = (Arc::default(), Arc::default());
        let instance = Instance { address, n_requests, hangs_up };
        let (n_requests, hangs_up) = (Arc::clone(&instance.n_requests), Arc::clone(&instance.hangs_up));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                read_head(&mut stream);
                n_requests.fetch_add(1, Ordering::SeqCst);
                if !hangs_up.load(Ordering::SeqCst) {
                    let length = name.len();
                    let answer = format!("HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n{name}");
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            }
        });
        instance
    }

    fn n_requests(&self) -> usize {
        self.n_requests.load(Ordering::SeqCst)
    }
}

#[test]
fn another_instance_is_asked_unless_that_could_do_something_twice() {
    let (one, two) = (Instance::start("one"), Instance::start("two"));
    let addresses = [one.address.to_string(), two.address.to_string()];
    let nginx = Nginx::before_all(rig(), &[&addresses[0], &addresses[1]], "/");
    let url = nginx.url();
    let mut answers = [curl(&[&url]), curl(&[&url]), curl(&[&url]), curl(&[&url])];
    answers.sort();
    assert_eq!(answers, ["one", "one", "two", "two"]);

    two.hangs_up.store(true, Ordering::SeqCst);
    let n_before = (one.n_requests(), two.n_requests());
    assert_eq!([curl(&[&url]), curl(&[&url])], ["one", "one"]);
    assert_eq!((one.n_requests(), two.n_requests()), (n_before.0 + 2, n_before.1 + 1));
    let mut posted = [(); 2].map(|()| curl(&["-o", "/dev/null", "-w", "%{http_code}", "-d", "", &url]));
    posted.sort();
    assert_eq!(posted, ["200", "502"]);
    assert_eq!((one.n_requests(), two.n_requests()), (n_before.0 + 3, n_before.1 + 2));

    // Nobody is there: what was not sent can be sent to another.
    let nobody = postroom_rig::free_address().to_string();
    let nginx = Nginx::before_all(rig(), &[&addresses[0], &nobody], "/");
    assert_eq!([(); 4].map(|()| curl(&["-d", "", &nginx.url()])), ["one", "one", "one", "one"]);
}
