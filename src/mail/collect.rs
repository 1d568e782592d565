//! Collecting a POP3 mailbox into the account.

use super::{Account, worker::Trouble};
use crate::store::Job;

impl Account {
    pub(super) async fn collect(&self, job: &Job) -> Result<(), Trouble> {
        Err(Trouble::Later(format!("collector {} cannot run yet", job.subject)))
    }
}
