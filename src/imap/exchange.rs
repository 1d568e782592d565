//! One command and its whole answer.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Error,
    command::{Command, Literals, Then},
    response::{Condition, Response},
    wire::Wire,
};

/// What ended a wait.
enum Answer {
    GoOn,
    Done,
}

/// Sends `command` and calls `each` with every response up to the tagged OK, that included. After a
/// refusal the connection is in step; after [`Error::Lost`], [`Error::Protocol`] and [`Error::Source`] it is not.
pub(super) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    tag: &str,
    command: Command,
    literals: Literals,
    mut each: impl FnMut(Response<'_>),
) -> Result<(), Error> {
    let mut legs = command.encode(tag, literals).into_iter().peekable();
    while let Some(leg) = legs.next() {
        let then = leg.then;
        wire.send(leg).await.map_err(Error::from_io)?;
        if then == Then::Continue {
            continue;
        }
        match (answer(wire, tag, &mut each).await?, legs.peek()) {
            (Answer::GoOn, Some(_)) | (Answer::Done, None) => {}
            (Answer::GoOn, None) => return Err(Error::Protocol("a continuation of a complete command")),
            (Answer::Done, Some(_)) => return Err(Error::Protocol("an answer to half a command")),
        }
    }
    Ok(())
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    tag: &str,
    each: &mut impl FnMut(Response<'_>),
) -> Result<Answer, Error> {
    loop {
        let frame = wire.frame().await.map_err(Error::from_io)?;
        match Response::parse(&frame) {
            Ok(Response::Tagged { tag: answered, status }) => {
                if answered != tag.as_bytes() {
                    return Err(Error::Protocol("an answer to another command"));
                }
                if status.condition != Condition::Ok {
                    return Err(Error::from_refusal(&status));
                }
                each(Response::Tagged { tag: answered, status });
                return Ok(Answer::Done);
            }
            Ok(Response::Continue(_)) => return Ok(Answer::GoOn),
            Ok(Response::Status(status)) if status.condition == Condition::Bye => {
                return Err(Error::bye(&status));
            }
            Ok(response) => each(response),
            // The framing holds: what cannot be read is passed over.
            Err(malformed) if frame.starts_with(b"* ") => {
                tracing::debug!(target: "postroom::imap", %malformed, bytes = frame.len(), "skipped");
            }
            Err(_) => return Err(Error::Protocol("a line that is no response")),
        }
    }
}
