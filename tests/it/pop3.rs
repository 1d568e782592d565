//! The POP3 adapter against a real Dovecot, and against what can come between.

mod faults;
mod login;
mod message;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use postroom::{
    config::{EgressAllow, Security, Upstream},
    model::Credentials,
    net::{Dialer, Egress, EgressRules},
    pop3::{Conn, Error, Login, Server},
};
use postroom_rig::{ImapClient, Person, rig};

/// A gate that lets through what `allow` lists.
fn gate(allow: &[&str]) -> Arc<Egress> {
    let allow: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
    let allow = EgressAllow::parse(&allow).unwrap();
    Arc::new(Egress::new(EgressRules { allow, hosts: None, ports: vec![110, 995] }))
}

fn server(address: SocketAddr, security: Security, ca_file: Option<&Path>) -> Server {
    Server {
        dialer: Arc::new(Dialer::trusting(ca_file).unwrap()),
        egress: gate(&["127.0.0.1:*"]),
        // The certificate is for this name.
        upstream: Upstream { host: "localhost".into(), port: address.port(), security },
        patience: Duration::from_secs(60),
    }
}

/// The server at this address, unencrypted.
pub fn open_server(address: SocketAddr) -> Server {
    server(address, Security::Insecure, None)
}

fn login(person: &Person) -> Login {
    Login::Password(Credentials::new(person.address.clone(), person.password.clone()))
}

async fn sign_in(address: SocketAddr, person: &Person) -> Result<Conn, Error> {
    Conn::sign_in(&open_server(address), &login(person)).await
}

async fn conn(address: SocketAddr, person: &Person) -> Conn {
    sign_in(address, person).await.unwrap()
}

/// Puts messages into somebody's inbox as they are, CRLF and all.
fn append(person: &Person, messages: &[&[u8]]) {
    let mut client = ImapClient::login(rig().imap(), person);
    for message in messages {
        client.append("INBOX", "", message);
    }
}

/// How many messages the inbox holds, by IMAP.
fn n_left(person: &Person) -> usize {
    let lines = ImapClient::login(rig().imap(), person).command("STATUS INBOX (MESSAGES)");
    let (_, count) = lines[0].rsplit_once("(MESSAGES ").unwrap();
    count.trim_end_matches(')').parse().unwrap()
}

async fn retr(conn: &mut Conn, number: u32) -> Result<Vec<u8>, Error> {
    let mut message = Vec::new();
    let n_bytes = conn.retr(number, 100_000_000, &mut message).await?;
    assert_eq!(n_bytes, message.len() as u64);
    Ok(message)
}
