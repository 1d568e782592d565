//! As much of HTTP/1.1 as one browser's connection needs: kept alive, with cookies, compressed if wished.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(120);
const BOUNDARY: &str = "----postroom-rig-7MA4YWxkTrZu0gW";

/// A browser, as far as a server can see. Blocking.
#[derive(Debug)]
pub struct Http {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
    cookies: BTreeMap<String, String>,
    /// Sent with every request.
    headers: Vec<(String, String)>,
    traffic: Traffic,
}

/// What was asked and answered so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    pub requests: u64,
    /// From the server, headers and all.
    pub bytes: u64,
}

#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// As it came, compressed or not.
    pub body: Vec<u8>,
    /// How it is packed: `gzip`, `br`, or empty.
    pub encoding: String,
}

impl Http {
    pub fn new(address: SocketAddr) -> Http {
        Http {
            address,
            stream: None,
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    /// One that takes compressed pages, as browsers do.
    pub fn compressed(address: SocketAddr) -> Http {
        Http::new(address).with("Accept-Encoding", "gzip, br")
    }

    /// Sends this header with every request from now on.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Http {
        self.headers.retain(|(given, _)| given != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// # Errors
    /// The connection's; or what came is no HTTP.
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.request("GET", path, "", b"")
    }

    /// Posts a form.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post(&mut self, path: &str, fields: &[(String, String)]) -> io::Result<Answer> {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.request("POST", path, kind, body.join("&").as_bytes())
    }

    /// Posts a form with a file in the field `name` (RFC 7578).
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post_file(
        &mut self,
        path: &str,
        fields: &[(String, String)],
        name: &str,
        file: &[u8],
    ) -> io::Result<Answer> {
        let mut body = String::new();
        for (name, value) in fields {
            body += &format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"file.bin\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let body = [body.as_bytes(), file, end.as_bytes()].concat();
        let kind = format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n");
        self.request("POST", path, &kind, &body)
    }

    fn request(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> io::Result<Answer> {
        let host = self.address;
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: {}\r\n{headers}{kind}Content-Length: {}\r\n\r\n",
            cookies.join("; "),
            body.len()
        );
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(host)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_nodelay(true)?;
                BufReader::with_capacity(65536, stream)
            }
        };
        stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let (answer, is_last) = self.read_answer(&mut stream)?;
        self.traffic.requests += 1;
        self.stream = (!is_last).then_some(stream);
        Ok(answer)
    }

    /// Also whether the server closes the connection after it.
    fn read_answer(&mut self, stream: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
        let status = self.read_line(stream)?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut answer = Answer { status, ..Answer::default() };
        let (mut length, mut is_chunked, mut is_last) = (0, false, false);
        loop {
            let line = self.read_line(stream)?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "location" => answer.location = Some(value.to_owned()),
                "content-encoding" => value.clone_into(&mut answer.encoding),
                "content-length" => length = value.parse().map_err(io::Error::other)?,
                "transfer-encoding" => is_chunked = true,
                "connection" => is_last = value.eq_ignore_ascii_case("close"),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        if is_chunked {
            self.read_chunks(stream, &mut answer.body)?;
        } else {
            self.read_exactly(stream, length, &mut answer.body)?;
        }
        Ok((answer, is_last))
    }

    fn keep(&mut self, cookie: &str) {
        let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    fn read_line(&mut self, stream: &mut BufReader<TcpStream>) -> io::Result<String> {
        let mut line = String::new();
        let n_read = stream.read_line(&mut line)?;
        if n_read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.traffic.bytes += n_read as u64;
        Ok(line.trim_end().to_owned())
    }

    fn read_exactly(
        &mut self,
        stream: &mut BufReader<TcpStream>,
        length: usize,
        body: &mut Vec<u8>,
    ) -> io::Result<()> {
        body.reserve(length);
        let n_read = stream.take(length as u64).read_to_end(body)?;
        self.traffic.bytes += n_read as u64;
        if n_read == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn read_chunks(&mut self, stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let length = usize::from_str_radix(&self.read_line(stream)?, 16).map_err(io::Error::other)?;
            self.read_exactly(stream, length, body)?;
            self.read_line(stream)?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}

impl Answer {
    /// The body, unpacked; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// What cannot be unpacked.
    pub fn text(&self) -> io::Result<String> {
        let mut bytes = Vec::new();
        match self.encoding.as_str() {
            "" | "identity" => return Ok(String::from_utf8_lossy(&self.body).into_owned()),
            "gzip" => flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut bytes)?,
            "br" => {
                brotli_decompressor::Decompressor::new(self.body.as_slice(), 65536).read_to_end(&mut bytes)?
            }
            other => return Err(io::Error::other(format!("packed as {other}"))),
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
