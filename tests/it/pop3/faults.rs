//! Connections that break at any byte, servers that hang, servers that know little.

use std::{net::SocketAddr, time::Duration};

use futures_util::FutureExt;
use postroom::{
    config::Security,
    pop3::{Conn, Error, Server},
};
use postroom_rig::{Fault, Person, Proxy, Side, rig};

use super::{append, conn, login, n_left, retr, server, sign_in};

const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.dot\r\n";

/// A whole session: what collecting one message takes.
async fn session(address: SocketAddr, person: &Person) -> Result<Vec<u8>, Error> {
    let mut conn = sign_in(address, person).await?;
    let uids = conn.uidl().await?;
    assert_eq!(uids.map(|uids| uids.len()), Some(1));
    let message = retr(&mut conn, 1).await?;
    conn.dele(1).await?;
    conn.quit().await?;
    Ok(message)
}

/// After every single byte of a session the connection breaks: the session fails, and says so. What it says was deleted
/// is deleted; what is not deleted it did not say.
#[tokio::test]
async fn a_connection_may_break_at_any_byte() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    let proxy = Proxy::to(rig().pop3());
    assert_eq!(session(proxy.address(), &ann).await.unwrap(), MESSAGE);
    let (n_said, n_asked) = (proxy.bytes_from_server(), proxy.bytes_from_client());
    assert_eq!(n_left(&ann), 0);
    append(&ann, &[MESSAGE]);
    for (side, first, n_bytes) in [(Side::Server, "+", n_said), (Side::Client, "C", n_asked)] {
        for n in 0..n_bytes - 1 {
            proxy.when(side, first, Fault::CutAfter(n));
            let broken = session(proxy.address(), &ann).await;
            assert!(matches!(broken, Err(Error::Lost(_))), "{side:?} broke after {n} bytes: {broken:?}");
            // Before QUIT was said nothing is deleted; after it only the answer could tell.
            if n + 50 > n_bytes && n_left(&ann) == 0 {
                append(&ann, &[MESSAGE]);
            }
        }
        assert_eq!(n_left(&ann), 1, "{side:?}");
    }
    assert_eq!(session(proxy.address(), &ann).await.unwrap(), MESSAGE);
}

#[tokio::test]
async fn a_server_that_hangs_is_not_waited_for_for_ever() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    // After these words of the server nothing more comes.
    for said in ["+", "PIPELINING", "+OK Logged", "+OK\r\n1 0", "Subject: x", "+OK Logging"] {
        let proxy = Proxy::to(rig().pop3());
        proxy.when(Side::Server, said, Fault::Stall);
        let patient = server(proxy.address(), Security::Insecure, None);
        let server = Server { patience: Duration::from_millis(300), ..patient };
        let hung = async {
            let mut conn = Conn::sign_in(&server, &login(&ann)).await?;
            conn.uidl().await?;
            retr(&mut conn, 1).await?;
            conn.quit().await
        };
        let hung = hung.await;
        assert!(matches!(hung, Err(Error::TimedOut)) && proxy.all_happened(), "{said}: {hung:?}");
    }
}

#[tokio::test]
async fn a_command_that_was_given_up_ends_the_session() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    let proxy = Proxy::to(rig().pop3());
    let mut conn = conn(proxy.address(), &ann).await;
    proxy.stall();
    assert!(conn.dele(1).now_or_never().is_none());
    proxy.heal();
    assert!(matches!(conn.stat().await, Err(Error::Lost(_))));
    assert!(matches!(conn.quit().await, Err(Error::Lost(_))));
    assert_eq!(n_left(&ann), 1);
}

#[tokio::test]
async fn a_server_without_uidl_is_told_apart_from_one_in_trouble() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    let proxy = Proxy::to(rig().pop3());
    proxy.whenever(Side::Client, "UIDL\r\n", Fault::replace("XIDL\r\n"));
    // It announced UIDL.
    let mut troubled = conn(proxy.address(), &ann).await;
    assert!(matches!(troubled.uidl().await, Err(Error::Refused(_))));
    troubled.quit().await.unwrap();
    proxy.whenever(Side::Server, "UIDL\r\n", Fault::replace("XIDL\r\n"));
    let mut without = conn(proxy.address(), &ann).await;
    assert_eq!(without.uidl().await.unwrap(), None);
    assert_eq!(retr(&mut without, 1).await.unwrap(), MESSAGE);
    proxy.when(Side::Server, "-ERR Unknown", Fault::replace("-ERR [SYS/TEMP] Unknown"));
    assert!(matches!(without.uidl().await, Err(Error::SysTemp(_))));
    without.quit().await.unwrap();
}

#[tokio::test]
async fn a_quit_that_fails_is_told() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    let proxy = Proxy::to(rig().pop3());
    proxy.when(Side::Client, "QUIT\r\n", Fault::replace("XUIT\r\n"));
    assert!(matches!(session(proxy.address(), &ann).await, Err(Error::Refused(_))));
    assert_eq!(n_left(&ann), 1);
    proxy.when(Side::Server, "+OK Logging out", Fault::replace("-ERR [SYS/TEMP] some messages not removed"));
    assert!(matches!(session(proxy.address(), &ann).await, Err(Error::SysTemp(_))));
    append(&ann, &[MESSAGE]);
    proxy.when(Side::Client, "QUIT\r\n", Fault::SwallowReply);
    assert!(matches!(session(proxy.address(), &ann).await, Err(Error::Lost(_))));
    assert!(proxy.all_happened());
}

#[tokio::test]
async fn what_is_no_answer_is_not_taken_for_one() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    for (said, instead) in [
        ("+OK Dovecot", "220 Dovecot"),
        ("+OK\r\nCAPA", "* CAPABILITY\r\nCAPA"),
        ("+OK Logged in.", "HTTP/1.1 200 OK"),
        ("+OK\r\n1 0", "+OK\r\none 0"),
        ("+OK\r\n1 0", "+OK\r\n1\r\n1 0"),
        ("+OK Marked", "+OK Marked\r\n+OK Marked"),
    ] {
        let proxy = Proxy::to(rig().pop3());
        proxy.when(Side::Server, said, Fault::replace(instead));
        let confused = session(proxy.address(), &ann).await;
        assert!(
            matches!(confused, Err(Error::Protocol(_))) && proxy.all_happened(),
            "{instead}: {confused:?}"
        );
    }
    let endless = "x".repeat(100_000);
    let proxy = Proxy::to(rig().pop3());
    proxy.when(Side::Server, "+OK Dovecot", Fault::replace(&endless));
    assert!(matches!(session(proxy.address(), &ann).await, Err(Error::Protocol(_))));
    assert_eq!(n_left(&ann), 1);
}

#[tokio::test]
async fn nobody_is_there() {
    let ann = rig().person("ann");
    let refused = sign_in(Proxy::to_nobody(), &ann).await;
    assert!(matches!(refused, Err(Error::Unreachable(_))), "{refused:?}");
}

/// A session is run in a task of its own.
#[tokio::test]
async fn a_session_can_be_spawned() {
    let ann = rig().person("ann");
    append(&ann, &[MESSAGE]);
    let collected = tokio::spawn(async move { session(rig().pop3(), &ann).await });
    assert_eq!(collected.await.unwrap().unwrap(), MESSAGE);
}
