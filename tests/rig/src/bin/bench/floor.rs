//! The floor: raw IMAP on one kept, selected connection, of which nothing is read but the tag. Each action is the fewest
//! commands that carry what it needs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

use postroom_rig::{Answer, Person, Traffic, base64};

use super::{
    action::Action,
    flow::{Flow, Result, expects},
    mailbox::{Mailbox, OTHER, SEARCHED, TARGET},
};

const ROW: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)";
const PER_PAGE: u32 = 50;

pub(crate) struct Floor {
    imap: SocketAddr,
    submission: SocketAddr,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
    n_commands: u64,
    is_flagged: bool,
    traffic: Traffic,
}

impl Floor {
    pub(crate) fn new(imap: SocketAddr, submission: SocketAddr) -> Floor {
        Floor {
            imap,
            submission,
            stream: None,
            answer: Vec::new(),
            n_commands: 0,
            is_flagged: false,
            traffic: Traffic::default(),
        }
    }

    fn connect(&mut self) -> Result<()> {
        let stream = TcpStream::connect(self.imap)?;
        stream.set_nodelay(true)?;
        self.stream = Some(stream);
        self.answer.clear();
        // The greeting is a line.
        while !self.answer.ends_with(b"\r\n") {
            self.read()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        let stream = self.stream.as_mut().ok_or("not connected")?;
        let start = self.answer.len();
        self.answer.resize(start + 65536, 0);
        let n_read = stream.read(self.answer.get_mut(start..).unwrap_or_default())?;
        self.answer.truncate(start + n_read);
        self.traffic.bytes += n_read as u64;
        if n_read == 0 { Err("the server hung up".into()) } else { Ok(()) }
    }

    /// Sends it, and `data` behind it, and waits for OK; what came is in `answer`.
    fn command(&mut self, command: &str, data: &[u8]) -> Result<()> {
        self.n_commands += 1;
        let tag = format!("f{} ", self.n_commands);
        let bytes = [tag.as_bytes(), command.as_bytes(), b"\r\n", data].concat();
        self.stream.as_mut().ok_or("not connected")?.write_all(&bytes)?;
        self.traffic.requests += 1;
        self.answer.clear();
        loop {
            self.read()?;
            let Some(lines) = self.answer.strip_suffix(b"\r\n") else { continue };
            let last = lines.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
            if let Some(said) = last.strip_prefix(tag.as_bytes()) {
                let is_ok = said.starts_with(b"OK");
                let said = String::from_utf8_lossy(said).into_owned();
                return if is_ok { Ok(()) } else { Err(format!("{command}: {said}").into()) };
            }
        }
    }

    fn ask(&mut self, command: &str) -> Result<()> {
        self.command(command, b"")
    }

    fn rows(&mut self, first: u32, last: u32) -> Result<()> {
        self.ask(&format!("FETCH {}:{last} {ROW}", first.max(1)))
    }

    fn first_page(&mut self, mailbox: &Mailbox) -> Result<()> {
        self.rows((mailbox.n_messages + 1).saturating_sub(PER_PAGE), mailbox.n_messages)
    }

    fn log_in(&mut self, person: &Person) -> Result<()> {
        self.connect()?;
        self.ask(&format!("LOGIN {} {}", person.address, person.password))?;
        self.ask("SELECT INBOX")
    }

    /// The newest hits, as rows.
    fn search(&mut self, what: &str) -> Result<()> {
        self.ask(&format!("UID SEARCH {what}"))?;
        let text = String::from_utf8_lossy(&self.answer);
        let hits = text.lines().find_map(|line| line.strip_prefix("* SEARCH ")).ok_or("nothing was found")?;
        let newest: Vec<&str> = hits.split(' ').rev().take(PER_PAGE as usize).collect();
        let newest = newest.join(",");
        self.ask(&format!("UID FETCH {newest} {ROW}"))
    }

    /// Submission, and the copy in Sent; no MIME work.
    fn send(&mut self, person: &Person) -> Result<()> {
        let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
        let message = format!("Subject: bench\r\nFrom: {}\r\n\r\n{}", person.address, line.repeat(17_500));
        let mut smtp = BufReader::new(TcpStream::connect(self.submission)?);
        smtp.get_ref().set_nodelay(true)?;
        let secret = base64(format!("\0{}\0{}", person.address, person.password).as_bytes());
        let words = [
            "EHLO bench".to_owned(),
            format!("AUTH PLAIN {secret}"),
            format!("MAIL FROM:<{}>", person.address),
            "RCPT TO:<sink@example.org>".to_owned(),
            "DATA".to_owned(),
            format!("{message}."),
            "QUIT".to_owned(),
        ];
        reply(&mut smtp)?;
        for line in words {
            smtp.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
            reply(&mut smtp)?;
        }
        let data = format!("{message}\r\n");
        self.command(&format!("APPEND Sent (\\Seen) {{{}+}}", message.len()), data.as_bytes())
    }
}

impl Flow for Floor {
    fn act(&mut self, action: Action, mailbox: &mut Mailbox) -> Result<Answer> {
        let fetch = |uid: u32, what: &str| format!("UID FETCH {uid} (FLAGS {what})");
        match action {
            Action::Login => {
                self.log_in(&mailbox.person)?;
                self.first_page(mailbox)?;
            }
            Action::List => self.first_page(mailbox)?,
            Action::LastPage => self.rows(1, (mailbox.n_messages - 1) % PER_PAGE + 1)?,
            Action::Switch => {
                self.ask(&format!("SELECT {OTHER}"))?;
                self.rows(51, 100)?;
                let page = std::mem::take(&mut self.answer);
                // There and back: the others have a connection for each.
                self.ask("SELECT INBOX")?;
                self.answer = page;
            }
            Action::OpenPlain => self.ask(&fetch(mailbox.plain(), "BODY.PEEK[]"))?,
            Action::OpenHtml => self.ask(&fetch(mailbox.html(), "BODY.PEEK[]"))?,
            Action::OpenAttached => {
                self.ask(&fetch(mailbox.attached(), "BODYSTRUCTURE BODY.PEEK[HEADER] BODY.PEEK[1]"))?;
            }
            Action::Download => self.ask(&fetch(mailbox.attached(), "BODY.PEEK[2]"))?,
            Action::Search => self.search(&format!("SUBJECT {SEARCHED}"))?,
            Action::Flag => {
                self.is_flagged = !self.is_flagged;
                let sign = if self.is_flagged { '+' } else { '-' };
                self.ask(&format!("UID STORE {} {sign}FLAGS.SILENT (\\Flagged)", mailbox.plain()))?;
                self.first_page(mailbox)?;
            }
            Action::Poll => {
                self.ask("NOOP")?;
                self.ask("STATUS INBOX (MESSAGES UNSEEN UIDNEXT)")?;
            }
            Action::Send => self.send(&mailbox.person)?,
            Action::Move => {
                let uid = mailbox.movable.pop().ok_or("nothing to move")?;
                self.ask(&format!("UID MOVE {uid} {TARGET}"))?;
                self.first_page(mailbox)?;
            }
        }
        Ok(Answer { status: 200, body: std::mem::take(&mut self.answer), ..Answer::default() })
    }

    fn expects(&self, action: Action) -> &'static str {
        if action == Action::Poll { "UIDNEXT" } else { expects(action) }
    }

    fn traffic(&self) -> Traffic {
        self.traffic
    }
}

fn reply(smtp: &mut BufReader<TcpStream>) -> Result<()> {
    loop {
        let mut line = String::new();
        smtp.read_line(&mut line)?;
        if !line.starts_with(['2', '3']) {
            return Err(format!("SMTP: {line:?}").into());
        }
        if line.get(3..4) == Some(" ") {
            return Ok(());
        }
    }
}
