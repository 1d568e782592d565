//! The pages of what the store keeps: the outbox in every phase, collectors with their runs, settings.

use jiff::ZonedDateTime;

use super::{account, attribute, mail::now, render, shell, texts};
use crate::{
    model::{
        Address, Collector, CollectorId, CollectorLogin, CollectorRun, CollectorSettings, CollectorState,
        Identity, Keep, MessageId, Outgoing, OutgoingId, OutgoingMail, Phase, RunReport, SendWarning,
    },
    web::{
        pages::{
            collectors::{CollectorForm, CollectorPage, CollectorView, CollectorsPage, RunView, Tested},
            outbox::{Entry, OutboxPage},
            settings::{AddressProblem, SettingsPage},
            shell::{Shell, arrange_all},
        },
        urls::Urls,
    },
};

fn seconds(now: &ZonedDateTime) -> i64 {
    now.timestamp().as_second()
}

fn outgoing(subject: &str, phase: Phase) -> Outgoing {
    let at = seconds(&now()) - 600;
    Outgoing {
        id: OutgoingId(subject.to_lowercase().replace(' ', "-")),
        owner: "marlene.okafor@example.org".into(),
        message_id: MessageId::parse("a@example.org").unwrap(),
        phase,
        mail: OutgoingMail {
            from: "marlene.okafor@example.org".into(),
            to: ["iris", "jonas", "hanako", "layla", "bo"].map(|name| format!("{name}@example.org")).into(),
            subject: subject.into(),
            origin: None,
        },
        send_at: None,
        created_at: at,
        changed_at: at,
        draft: None,
        words: String::new(),
        warnings: Vec::new(),
        due_at: None,
        attempts: 0,
    }
}

#[test]
fn the_outbox_says_why_each_message_waits_and_offers_what_fits() {
    let (urls, now) = (Urls::new(""), now());
    let words = "451 4.7.1 Greylisted, come back later".to_owned();
    let waiting = [
        Outgoing { due_at: Some(seconds(&now) + 8), ..outgoing("Held", Phase::Waiting) },
        Outgoing {
            send_at: Some(seconds(&now) + 86_400),
            due_at: Some(seconds(&now) + 86_400),
            ..outgoing("Scheduled", Phase::Waiting)
        },
        Outgoing {
            due_at: Some(seconds(&now) + 300),
            attempts: 2,
            words: words.clone(),
            ..outgoing("Put off", Phase::Waiting)
        },
        outgoing("Under way", Phase::Crossing),
        Outgoing { warnings: vec![SendWarning::NotFiled], ..outgoing("Accepted", Phase::Accepted) },
        Outgoing {
            words: "550 5.1.1 <iris@example.org>: User unknown".into(),
            ..outgoing("Refused", Phase::Failed)
        },
        outgoing("Unknown", Phase::Unknown),
    ];
    let mailboxes = arrange_all(&account());
    let entries = waiting.iter().map(|outgoing| Entry::new(&urls, outgoing, &mailboxes, &now)).collect();
    let html = render("outbox", &OutboxPage { shell: Shell { current: None, ..shell("INBOX") }, entries });
    let about = texts(&html, ".entry-about");
    for (at, said) in [
        "Held until",
        "Will be sent tomorrow at",
        "did not take it yet. It was tried 2 times. It is tried again today at",
        "Is being sent now.",
        "Its copy is not in Sent yet",
        "Was not sent, to nobody.",
        "May or may not have arrived",
    ]
    .iter()
    .enumerate()
    {
        assert!(about[at].contains(said), "{}: {said}", about[at]);
    }
    assert_eq!(texts(&html, ".said")[0], format!("The mail server said: {words}"));
    let offered = |word: &str| texts(&html, &format!("button[value={word}]")).len();
    let words = ["edit", "cancel", "send", "discard", "send-again", "forget"];
    assert_eq!(words.map(offered), [4, 3, 3, 1, 1, 1]);
    assert!(texts(&html, ".entry .count")[0].contains("and 2 more"));
    let sent = attribute(&html, ".entry.unknown a", "href");
    assert_eq!(sent, "/mail/Sent?q=subject%3A%22Unknown%22");
    render("outbox-empty", &OutboxPage { shell: shell("INBOX"), entries: Vec::new() });
}

fn collector(name: &str, state: CollectorState) -> Collector {
    Collector {
        id: CollectorId("0a1b".into()),
        owner: "marlene.okafor@example.org".into(),
        settings: CollectorSettings {
            name: name.into(),
            server: "pop3s://pop.example.net:995".into(),
            username: "marlene".into(),
            login: CollectorLogin::Password,
            mailbox: "INBOX".into(),
            keyword: Some("via-old".into()),
            keep: Keep::DeleteAfterDays(14),
            every_minutes: 60,
            max_bytes: Some(20_000_000),
            mark_read: false,
            identity: Some("1".into()),
        },
        state,
        next_run: Some(seconds(&now()) + 1200),
    }
}

fn runs() -> [CollectorRun; 3] {
    let run = |ago: i64, report| CollectorRun {
        started_at: seconds(&now()) - ago,
        ended_at: seconds(&now()) - ago + 4,
        report,
    };
    [
        run(2400, RunReport { collected: 12, too_large: 1, deleted: 3, problem: None }),
        run(
            6000,
            RunReport { problem: Some("The server did not answer in time.".into()), ..RunReport::default() },
        ),
        run(90_000, RunReport::default()),
    ]
}

fn identities() -> Vec<Identity> {
    let address = Address { name: Some("Marlene, Reading Room".into()), email: "room@example.net".into() };
    vec![Identity { id: "1".into(), address }]
}

#[test]
fn collectors_say_how_they_are_and_offer_what_fits() {
    let (now, [last, ..]) = (now(), runs());
    let stopped = CollectorState::Stopped("The server refused the password: it must be typed again.".into());
    let view = |name, state, run| CollectorView::new(&collector(name, state), run, &now);
    let collectors = vec![
        view("Old provider", CollectorState::Active, Some(&last)),
        view("University", CollectorState::Paused, None),
        view("ليلى", stopped, Some(&last)),
    ];
    let html = render("collectors", &CollectorsPage { shell: shell("INBOX"), collectors });
    assert_eq!(texts(&html, ".state"), ["Active", "Paused", "Stopped"]);
    assert!(
        texts(&html, ".entry-about")[0]
            .contains("12 messages collected, 1 too large, 3 deleted on the server")
    );
    assert!(texts(&html, ".entry-about")[0].contains("Next run today at"));
    assert_eq!(texts(&html, ".entry-about")[1], "It has not run yet.");
    let offered = |word: &str| texts(&html, &format!("button[value={word}]")).len();
    assert_eq!(["run", "pause", "resume", "remove"].map(offered), [1, 1, 2, 3]);
}

#[test]
fn a_collectors_form_shows_what_is_kept_and_no_password() {
    let (now, collector) = (now(), collector("Old provider", CollectorState::Active));
    let page = CollectorPage {
        shell: Shell { current: None, ..shell("INBOX") },
        collector: Some(CollectorView::new(&collector, None, &now)),
        form: CollectorForm { secret: "hunter2".into(), ..CollectorForm::from_settings(&collector.settings) },
        typed: "stands-for-it".into(),
        problems: vec![("host", "“a b” is not the name of a server.".into())],
        tested: Some(Tested::Works(vec!["It works. There are 3 messages, 12 kB in all.".into()])),
        runs: runs().iter().map(|run| RunView::new(run, &now)).collect(),
        mailboxes: arrange_all(&account()),
        identities: identities(),
    };
    let html = render("collector", &page);
    assert!(!html.html().contains("hunter2"));
    assert_eq!(attribute(&html, "#host", "value"), "pop.example.net");
    assert_eq!(attribute(&html, "#host", "aria-describedby"), "host-problem");
    assert_eq!(attribute(&html, "#identity option[selected]", "value"), "1");
    assert_eq!(attribute(&html, "#keep option[selected]", "value"), "days");
    assert_eq!(attribute(&html, "form.settings button", "value"), "save", "Enter saves");
    assert_eq!(texts(&html, ".runs tbody tr").len(), 3);
    assert!(texts(&html, ".runs td")[3].contains("did not answer in time"));
}

#[test]
fn an_address_that_is_none_comes_back_at_its_field() {
    let page = SettingsPage {
        shell: Shell { current: None, ..shell("INBOX") },
        hold_seconds: 10,
        own: Address { name: Some("Marlene Okafor".into()), email: "marlene.okafor@example.org".into() },
        identities: identities(),
        trusted: vec!["hello@news.hillandheath.example".into()],
        problem: Some(AddressProblem {
            id: "1".into(),
            typed: "room at example".into(),
            sentence: "“room at example” is not an e-mail address.".into(),
        }),
    };
    let html = render("settings", &page);
    assert_eq!(attribute(&html, "#identity-1", "value"), "room at example");
    assert_eq!(attribute(&html, "#identity-1", "aria-describedby"), "identity-1-problem");
    assert_eq!(attribute(&html, "#new-identity", "value"), "");
    assert_eq!(attribute(&html, "#hold option[selected]", "value"), "10");
    assert_eq!(
        attribute(&html, "form.entry-buttons input[name=address]", "value"),
        "hello@news.hillandheath.example"
    );
}
