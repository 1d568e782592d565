//! What is kept between requests, and what never is: no mail, no password that could be read here.

mod clock;
mod kept_forms;
mod sealed;
mod sessions;
mod uploads;

pub use clock::Clock;
pub use kept_forms::KeptForms;
pub use sealed::{Key, Sealed};
pub use sessions::Sessions;
pub use uploads::{Limits, UploadError, UploadId, Uploads, Waiting};
