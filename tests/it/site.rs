//! A running Postroom: the real binary, in front of the rig's servers.

use std::{path::Path, sync::OnceLock};

use postroom_rig::{Person, Product, rig, until};

use crate::browser::{Browser, Page};

/// A Postroom process, ended with this value.
pub struct Site {
    pub origin: String,
    pub base_path: String,
    product: Product,
}

/// The site that tests share, as an administrator would start it with three settings.
pub fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| Site::start(&[]))
}

impl Site {
    /// Starts Postroom in front of the rig; `settings` are `POSTROOM_…` variables that add to or replace the
    /// three that are needed.
    pub fn start(settings: &[(&str, &str)]) -> Site {
        let listen = postroom_rig::free_address();
        let with_log: Vec<_> = [("POSTROOM_LOG", "debug")].iter().chain(settings).copied().collect();
        let product = Product::start(rig(), Path::new(env!("CARGO_BIN_EXE_postroom")), listen, &with_log);
        let base_path =
            settings.iter().find(|(name, _)| *name == "POSTROOM_BASE_PATH").map_or("", |(_, path)| path);
        let base_path = base_path.trim_end_matches('/').to_owned();
        let site = Site { origin: format!("http://{listen}"), base_path, product };
        site.answers();
        site
    }

    fn answers(&self) {
        let browser = self.browser();
        let healthz = format!("{}/healthz", self.base_path);
        until("Postroom answers", || browser.try_get(&healthz).is_some_and(|page| page.status == 200));
    }

    /// A browser that nobody signed in with.
    pub fn browser(&self) -> Browser {
        Browser::at(&self.origin)
    }

    /// A browser in the inbox of this person.
    #[track_caller]
    pub fn signed_in(&self, person: &Person) -> (Browser, Page) {
        let browser = self.browser();
        let inbox = browser.sign_in(&self.base_path, &person.address, &person.password);
        (browser, inbox)
    }

    /// Everything that was logged so far.
    pub fn log(&self) -> String {
        self.product.output()
    }

    /// What the process ended with, once it has.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.product.exit_code()
    }

    /// Starts it again after whatever ended it, where it was and as it was; returns when it answers.
    pub fn restart(&mut self) {
        self.product.restart();
        self.answers();
    }

    /// Where it keeps what it keeps.
    pub fn data_dir(&self) -> &Path {
        self.product.data_dir()
    }

    pub fn process_id(&self) -> Option<u32> {
        self.product.process_id()
    }
}
