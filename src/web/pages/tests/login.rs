//! The page to sign in on.

use askama::Template;

use super::{Urls, render};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    urls: Urls,
    product: &'a str,
    username: &'a str,
    next: &'a str,
    problem: Option<LoginProblem>,
    carried: Vec<(String, String)>,
    interrupted: Option<Loss>,
}

struct LoginProblem {
    text: &'static str,
    quote: Option<String>,
}

struct Loss;

impl Loss {
    fn is_files(&self) -> bool {
        false
    }

    fn is_text(&self) -> bool {
        false
    }
}

#[test]
fn signing_in() {
    let page = Login {
        urls: Urls::new(""),
        product: "Postroom",
        username: "",
        next: "",
        problem: None,
        carried: vec![],
        interrupted: None,
    };
    render("login", &page);
    let page = Login {
        username: "marlene",
        problem: Some(LoginProblem {
            text: "The user name or the password is wrong. Please type them again.",
            quote: None,
        }),
        ..page
    };
    render("login-wrong", &page);
}
