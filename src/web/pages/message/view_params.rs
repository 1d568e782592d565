//! How a message is looked at: `?images=&view=&part=`.

use serde::Deserialize;
use url::form_urlencoded;

use crate::{mail::Prefer, model::Section};

#[derive(Debug, Clone, Default, Deserialize)]
pub struct ViewParams {
    /// Given and not empty: remote images are shown.
    #[serde(default)]
    images: String,
    /// `text` for the plain version.
    #[serde(default)]
    view: String,
    /// The section of an attached message that is read instead.
    #[serde(default)]
    part: String,
}

impl ViewParams {
    /// Remote images are asked for.
    pub fn images(&self) -> bool {
        !self.images.is_empty()
    }

    pub fn prefer(&self) -> Prefer {
        if self.view == "text" { Prefer::Text } else { Prefer::Html }
    }

    /// The message itself, unless a section is named; `None` for one that names nothing.
    pub fn root(&self) -> Option<Section> {
        if self.part.is_empty() { Some(Section::root()) } else { self.part.parse().ok() }
    }

    /// `?part=2&images=1`, or nothing.
    pub fn to_query(&self) -> String {
        let given = [("part", &self.part), ("images", &self.images), ("view", &self.view)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(given.into_iter().filter(|(_, value)| !value.is_empty()));
        match query.finish() {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }

    pub fn with_images(&self) -> ViewParams {
        ViewParams { images: "1".to_owned(), ..self.clone() }
    }

    pub fn without_images(&self) -> ViewParams {
        ViewParams { images: String::new(), ..self.clone() }
    }

    pub fn with_view(&self, prefer: Prefer) -> ViewParams {
        let view = match prefer {
            Prefer::Html => "",
            Prefer::Text => "text",
        };
        ViewParams { view: view.to_owned(), ..self.clone() }
    }
}
