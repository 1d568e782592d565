//! What an outbox has to know of a submission: when doubt begins, what may be tried again, what the server holds.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use postroom::{
    config::Security,
    smtp::{self, Accepted, Envelope, Error},
};
use postroom_rig::{Fault, Person, Proxy, Side, rig};

use super::{MESSAGE, credentials, dialer, envelope, inbox, submit, submit_at, upstream};

/// Submits through `proxy`; `before_data` sees what the server has been told by then.
async fn submit_noting(
    proxy: &Proxy,
    from: &Person,
    to: &[&str],
    outcome: io::Result<()>,
    n_asked: &AtomicUsize,
) -> Result<Accepted, Error> {
    let before_data = async {
        n_asked.fetch_add(1, Ordering::SeqCst);
        let said = proxy.said_by(Side::Client);
        assert!(said.ends_with(b"\r\nDATA\r\n"), "{}", String::from_utf8_lossy(&said));
        assert!(proxy.said_by(Side::Server).windows(4).any(|bytes| bytes == b"354 "));
        outcome
    };
    let upstream = upstream(proxy.address(), Security::Insecure);
    smtp::submit(&dialer(), &upstream, &credentials(from), &envelope(from, to), MESSAGE, before_data).await
}

#[tokio::test]
async fn doubt_begins_only_once_the_caller_knows() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let n_asked = AtomicUsize::new(0);
    let proxy = Proxy::to(rig().submission());
    let accepted = submit_noting(&proxy, &ann, &[&bob.address], Ok(()), &n_asked).await;
    assert!(matches!(accepted, Ok(Accepted::Sent)), "{accepted:?}");
    assert_eq!(n_asked.load(Ordering::SeqCst), 1);
    inbox(&bob, 1);

    // What fails before the server waits for the message never gets there.
    for (side, said, fault) in [
        (Side::Server, "250 2.1.5", Fault::replace("450 4.2.0")),
        (Side::Server, "354 ", Fault::replace("452 ")),
        (Side::Client, "DATA", Fault::Cut),
    ] {
        proxy.when(side, said, fault);
        assert!(submit_noting(&proxy, &ann, &[&bob.address], Ok(()), &n_asked).await.is_err());
    }
    assert!(proxy.all_happened());
    assert_eq!(n_asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nothing_is_sent_when_the_caller_could_not_write_it_down() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let proxy = Proxy::to(rig().submission());
    let full = Err(io::ErrorKind::StorageFull.into());
    let held = submit_noting(&proxy, &ann, &[&bob.address], full, &AtomicUsize::new(0)).await;
    let Err(Error::HeldBack(cause)) = &held else { panic!("{held:?}") };
    assert_eq!(cause.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::StorageFull);
    assert!(proxy.said_by(Side::Client).ends_with(b"\r\nDATA\r\n"));
    // The one that follows is the only one there.
    submit_at(rig().submission(), &ann, &[&bob.address], b"Subject: second\r\n\r\n").await.unwrap();
    assert!(inbox(&bob, 1).concat().contains("Subject: second"));
}

#[tokio::test]
async fn what_may_be_taken_later_is_told_apart() {
    let ann = rig().person("ann");
    let send = async |to: &[&str]| submit_at(rig().submission(), &ann, to, MESSAGE).await.unwrap_err();
    let greylisted = send(&["later@example.org"]).await;
    assert!(matches!(greylisted, Error::Recipients(_)) && greylisted.is_temporary(), "{greylisted:?}");
    let mixed = send(&["later@example.org", "never@example.org"]).await;
    assert!(matches!(mixed, Error::Recipients(_)) && !mixed.is_temporary(), "{mixed:?}");
    assert!(!send(&["not an address"]).await.is_temporary());
    let down = submit_at(Proxy::to_nobody(), &ann, &["bob@example.org"], MESSAGE).await.unwrap_err();
    assert!(matches!(down, Error::Unreachable(_)) && down.is_temporary(), "{down:?}");

    let proxy = Proxy::to(rig().submission());
    for (answer, is_temporary) in [("451 4.3.0 busy", true), ("554 5.6.0 spam", false)] {
        proxy.when(Side::Server, "250 2.0.0 Ok: queued", Fault::replace(answer));
        let error = submit_at(proxy.address(), &ann, &["bob@example.org"], MESSAGE).await.unwrap_err();
        assert_eq!(error.is_temporary(), is_temporary, "{error:?}");
    }
    proxy.when(Side::Client, "\r\n.\r\n", Fault::SwallowReply);
    let error = submit_at(proxy.address(), &ann, &["bob@example.org"], MESSAGE).await.unwrap_err();
    assert!(matches!(error, Error::Unknown(_)) && !error.is_temporary(), "{error:?}");
}

/// A time as HOLDUNTIL has it.
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Postfix, offering what it has not: to hold messages for a day, and not longer than until `latest`.
fn holding(latest: Timestamp) -> Proxy {
    let proxy = Proxy::to(rig().submission());
    let offer = format!("250-FUTURERELEASE 86400 {}\r\n", stamp(latest));
    proxy.whenever(Side::Server, "250-PIPELINING\r\n", Fault::Inject(offer.into_bytes()));
    proxy
}

async fn submit_until(proxy: &Proxy, from: &Person, to: &str, at: Timestamp) -> Result<Accepted, Error> {
    let envelope = Envelope { release_at: Some(at), ..envelope(from, &[to]) };
    let upstream = upstream(proxy.address(), Security::Insecure);
    submit(&dialer(), &upstream, &credentials(from), &envelope, MESSAGE).await
}

fn mail_commands(proxy: &Proxy) -> Vec<String> {
    proxy.commands().into_iter().filter(|command| command.starts_with("MAIL")).collect()
}

#[tokio::test]
async fn a_server_that_holds_messages_is_told_until_when() {
    let (ann, bob) = (rig().person("ann"), rig().person("bob"));
    let now = Timestamp::now();
    let at = now + SignedDuration::from_hours(3);
    let proxy = holding(now + SignedDuration::from_hours(24 * 30));
    // Postfix would refuse what it never offered.
    let parameter = format!(" HOLDUNTIL={}", stamp(at));
    proxy.when(Side::Client, &parameter, Fault::replace(""));
    let accepted = submit_until(&proxy, &ann, &bob.address, at).await;
    assert!(matches!(accepted, Ok(Accepted::HeldByServer)), "{accepted:?}");
    let mail = format!("MAIL FROM:<{}> SIZE={}{parameter}", ann.address, MESSAGE.len());
    assert_eq!(mail_commands(&proxy), [mail]);
    assert!(proxy.all_happened());
    inbox(&bob, 1);

    // A time that has passed is now.
    proxy.forget();
    let accepted = submit_until(&proxy, &ann, &bob.address, now - SignedDuration::from_secs(1)).await;
    assert!(matches!(accepted, Ok(Accepted::Sent)), "{accepted:?}");
    assert!(!mail_commands(&proxy).concat().contains("HOLDUNTIL"));
}

#[tokio::test]
async fn nothing_is_sent_early_to_a_server_that_does_not_hold_it_so_long() {
    let ann = rig().person("ann");
    let now = Timestamp::now();
    let hours = SignedDuration::from_hours;
    let unlimited = now + hours(24 * 30);
    for (proxy, at) in [
        (Proxy::to(rig().submission()), now + hours(1)),
        (holding(unlimited), now + hours(25)),
        (holding(now + hours(1)), now + hours(2)),
    ] {
        let refused = submit_until(&proxy, &ann, "bob@example.org", at).await;
        assert!(matches!(refused, Err(Error::NotOffered)), "{refused:?}");
        assert_eq!(mail_commands(&proxy), Vec::<String>::new());
    }

    let proxy = holding(unlimited);
    let probe = smtp::probe(&dialer(), &upstream(proxy.address(), Security::Insecure), None).await.unwrap();
    let offer = probe.future_release.unwrap();
    assert!(offer.covers(now + hours(23), now) && !offer.covers(now + hours(25), now));
    assert!(!probe.missing.iter().any(|sentence| sentence.starts_with("FUTURERELEASE")));
}
