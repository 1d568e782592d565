//! Values to HTML that is safe to print. Knows no network and not who is asking.
//!
//! HTML mail takes three steps, and each is enough for what it is there for: [`guard`] writes bounded,
//! well-formed markup (against bombs), [`html`] keeps what its table allows (against everything that runs,
//! fetches or covers), [`document()`] puts it into a document of its own. The frame's sandbox and its
//! Content-Security-Policy, which the web layer sends, are the first wall; this is the second.

mod css;
mod document;
mod filename;
mod guard;
mod html;
mod join;
mod links;
mod lookalike;
mod misleading;
mod safe;
mod size;
mod tags;
mod text;
mod when;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use document::{BodyFragment, document};
pub use filename::filename;
pub use html::sanitize;
pub use join::{flattened, joined};
pub use lookalike::{Lookalike, lookalikes};
pub use misleading::Misleading;
pub use safe::SafeHtml;
pub use size::size;
pub use text::text;
pub use when::{when_long, when_short, when_spoken};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteContent {
    #[default]
    Block,
    Allow,
}

/// Makes the address under which our own proxy serves a remote image.
#[derive(Clone)]
pub struct Proxy(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl Proxy {
    /// `address` gets an absolute http or https URL and gives the address to load it from.
    pub fn new(address: impl Fn(&str) -> String + Send + Sync + 'static) -> Proxy {
        Proxy(Arc::new(address))
    }

    fn address(&self, url: &str) -> String {
        (self.0)(url)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy")
    }
}

/// What a message's HTML may refer to.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub remote: RemoteContent,
    /// Content-ID -> address of the part that shows it.
    pub inline: BTreeMap<String, String>,
    /// Where allowed remote images are loaded from; `None` leaves their own addresses.
    pub proxy: Option<Proxy>,
}

/// What was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Remote images and other remote references that were not shown.
    pub remote: usize,
    /// The hosts they are on, sorted; at most [`Blocked::HOSTS`].
    pub hosts: Vec<String>,
    /// The markup was too large or too deep: its text is shown instead, or it was cut.
    pub simplified: bool,
}

impl Blocked {
    /// How many hosts are named.
    pub const HOSTS: usize = 50;
}

#[derive(Debug, Clone, Default)]
pub struct Sanitized {
    pub body: SafeHtml,
    /// Rebuilt from the message's `<style>` elements. Selectors reach the message only when
    /// [`document()`] puts them there: `body` has become `.m-_body`, ids and classes begin with `m-`.
    pub css: String,
    pub blocked: Blocked,
    /// Content-IDs that the HTML shows, so that these parts are not listed as attachments too.
    pub used: Vec<String>,
    /// Links whose text names another place than they lead to; at most [`Misleading::MAX`].
    pub misleading: Vec<Misleading>,
}
