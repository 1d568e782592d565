//! What a reader is told about who wrote.

use postroom_rig::{ImapClient, rig};

use crate::{
    browser::{Browser, Page},
    letters::letter,
    site::{Site, site},
};

fn open(site: &Site, eml: &str) -> (Browser, Page) {
    let ann = rig().person("ann");
    ImapClient::login(rig().imap(), &ann).append("INBOX", "", eml.replace('\n', "\r\n"));
    let (browser, inbox) = site.signed_in(&ann);
    let page = browser.get(&inbox.attr("li.row .row-link", "href"));
    page.is(200);
    (browser, page)
}

fn from_bank(authentication: &str) -> String {
    let letter = letter("account").header("From", "Bank <service@bank.example>").eml();
    format!("{authentication}{letter}")
}

#[test]
fn what_the_named_server_found_is_one_line() {
    let named = Site::start(&[("POSTROOM_AUTHSERV_IDS", "mx.example.org")]);
    let pass = "Authentication-Results: mx.example.org; dmarc=pass header.from=bank.example; spf=pass\n \
                smtp.mailfrom=bank.example\n";
    let (_, page) = open(&named, &from_bank(pass));
    page.shows("confirmed that bank.example sent this").shows("SPF passed for bank.example");
    assert_eq!(page.texts("[data-test=trust]").len(), 1);
    let (_, page) = open(&named, &from_bank(&pass.replace("pass", "fail")));
    page.shows("This may be forged");
    // Another server's word, and that of a server nobody named.
    let (_, page) = open(&named, &from_bank(&pass.replace("mx.example.org", "mx.evil.test")));
    page.lacks("confirmed").lacks("DMARC");
    let (_, page) = open(site(), &from_bank(pass));
    page.lacks("confirmed").lacks("DMARC");
}

#[test]
fn a_sender_is_new_once() {
    let ann = rig().person("ann");
    let mut other = ImapClient::login(rig().imap(), &ann);
    for subject in ["alpha", "beta"] {
        other.append("INBOX", "", letter(subject).eml().replace('\n', "\r\n"));
    }
    let (browser, inbox) = site().signed_in(&ann);
    let new = "You have no earlier message from this address";
    browser.get(&inbox.link("alpha")).shows(new);
    browser.get(&inbox.link("beta")).lacks(new);
}

#[test]
fn names_that_lie_are_told_and_the_address_is_always_there() {
    let lies = letter("urgent")
        .header("From", "\"ceo@bank.example\" <mallory@evil.test>")
        .header("Reply-To", "collect@other.test");
    let (_, page) = open(site(), &lies.eml());
    page.shows("but the message is from mallory@evil.test").shows("<mallory@evil.test>");
    page.shows("Answers go to collect@other.test");
    let (_, page) = open(site(), &letter("plain").eml());
    assert!(page.texts("[data-test=warnings]").is_empty(), "{page}");
}

#[test]
fn a_link_that_leads_elsewhere_is_marked_and_listed() {
    let html = "<style>small,small *{display:none!important}</style>\
                <p><a href='https://evil.test/login'>https://bank.example/login</a> <a href='https://shop.test/'>shop</a>";
    let (browser, page) = open(site(), &letter("link").html(html).eml());
    page.shows("A link that reads bank.example leads to evil.test.");
    let body = browser.get(&page.attr("iframe", "src"));
    body.shows("https://bank.example/login (leads to evil.test)").lacks("shop.test");
    assert!(body.attr("a + small", "style").contains("display:inline!important"));
}
