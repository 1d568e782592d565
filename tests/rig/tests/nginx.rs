//! nginx stands in front, with TLS, and says who asked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
};

use postroom_rig::{Nginx, rig};

#[test]
fn requests_come_through_with_their_path_and_the_forwarding_headers() {
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = upstream.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = upstream.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        String::from_utf8(request).unwrap()
    });

    let nginx = Nginx::in_front_of(rig(), &address.to_string(), "/webmail/");
    let url = format!("{}mail/a%2Fb?x=1", nginx.url());
    let curl =
        Command::new("curl").args(["-sS", "--cacert"]).arg(rig().ca_file()).arg(&url).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&curl.stdout), "hello", "{}", String::from_utf8_lossy(&curl.stderr));

    let request = served.join().unwrap();
    assert!(request.starts_with("GET /webmail/mail/a%2Fb?x=1 HTTP/1."), "{request}");
    let port = nginx.address().port();
    for header in
        ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https", &format!("Host: localhost:{port}")]
    {
        assert!(request.contains(header), "{header} in {request}");
    }
}
