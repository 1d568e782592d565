//! What the page after sending says.

use jiff::ZonedDateTime;

use crate::{
    mail::{Delivery, SendWarning},
    model::Outgoing,
    web::{
        flash::{Flash, Offer},
        moment,
        pages::outbox::{Wait, tried_again, waits},
    },
};

/// What became of a message that was sent, or waits.
pub(in crate::web::pages) fn delivered(delivery: &Delivery) -> Flash {
    match delivery {
        Delivery::Sent(warnings) => sent(warnings),
        Delivery::Waiting(outgoing) => waiting(outgoing, &ZonedDateTime::now()),
    }
}

fn sent(warnings: &[SendWarning]) -> Flash {
    if warnings.is_empty() {
        return Flash::note("Message sent.");
    }
    Flash::warning(warnings.iter().fold("Message sent.".to_owned(), |text, warning| {
        text + match warning {
            SendWarning::NotFiled => {
                " But no copy could be kept in Sent; the draft stays in Drafts. Do not send it again."
            }
            SendWarning::OriginNotMarked => " But the message you answered could not be marked.",
            SendWarning::DraftLeft => " But its draft could not be removed from Drafts.",
        }
    }))
}

fn waiting(outgoing: &Outgoing, now: &ZonedDateTime) -> Flash {
    let take_back = Offer::TakeBack(outgoing.id.clone());
    match waits(outgoing) {
        Wait::Held(until) => {
            let seconds = (until - outgoing.changed_at).max(1);
            Flash::note(format!("Message will be sent in {seconds} s.")).with_offer(take_back)
        }
        Wait::Scheduled(at) => {
            Flash::note(format!("Message will be sent {}.", moment::spoken(at, now))).with_offer(take_back)
        }
        Wait::Server => {
            let said = match outgoing.words.as_str() {
                "" => "the server for sending mail does not answer.".to_owned(),
                words => format!("the server said “{words}”."),
            };
            let again = tried_again(outgoing, now);
            Flash::warning(format!("Not sent yet: {said} {again}")).with_offer(Offer::Outbox)
        }
    }
}
