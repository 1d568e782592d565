//! A message as it goes on paper: no frame around it, as frames are cut off there.

mod show;

use askama::Template;

use super::message::Heading;
use crate::{model::Address, render::SafeHtml, web::urls::Urls};

pub use show::show;

#[derive(Template)]
#[template(path = "print.html")]
pub struct PrintPage {
    pub urls: Urls,
    pub product: String,
    pub heading: Heading,
    /// Sanitised HTML or text.
    pub body: SafeHtml,
    /// Name and size of each attachment.
    pub attachments: Vec<(String, String)>,
}

impl PrintPage {
    /// All of them: paper cannot be unfolded.
    fn people(&self, people: &[Address]) -> String {
        people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}
