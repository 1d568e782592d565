//! What handlers take from a request. Failures are our error pages.

mod form;
mod path;
mod upload;
mod user;

pub(super) use form::is_type;
pub use form::{Form, OpenForm};
pub use path::{Path, Query, Segments};
pub use upload::{Upload, UploadProblem};
pub use user::User;
