//! A running Postroom: the real binary, in front of the rig's servers.

use std::{
    io::Read,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use postroom_rig::{Person, rig, until};

use crate::browser::{Browser, Page};

/// A Postroom process, ended with this value.
pub struct Site {
    pub origin: String,
    pub base_path: String,
    process: Child,
    log: PathBuf,
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
        let site = Site::spawn(&listen.to_string(), &format!("http://{listen}"), settings);
        let browser = Browser::at(&site.origin);
        let healthz = format!("{}/healthz", site.base_path);
        until("Postroom answers", || browser.try_get(&healthz).is_some_and(|page| page.status == 200));
        site
    }

    fn spawn(listen: &str, origin: &str, settings: &[(&str, &str)]) -> Site {
        let log = rig().folder().join(format!("postroom-{}.log", listen.replace(['/', ':'], "-")));
        let out = std::fs::File::create(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_postroom"));
        command
            .arg("serve")
            .env("POSTROOM_LISTEN", listen)
            .env("POSTROOM_IMAP", format!("imap+insecure://{}", rig().imap()))
            .env("POSTROOM_SMTP", format!("submission+insecure://{}", rig().submission()))
            .env("POSTROOM_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out);
        let mut base_path = "";
        for (name, value) in settings {
            command.env(name, value);
            if *name == "POSTROOM_BASE_PATH" {
                base_path = value;
            }
        }
        let base_path = base_path.trim_end_matches('/').to_owned();
        Site { origin: origin.to_owned(), base_path, process: command.spawn().unwrap(), log }
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
        let mut log = String::new();
        std::fs::File::open(&self.log).unwrap().read_to_string(&mut log).unwrap();
        log
    }

    /// Asks the process to end, as an administrator would, and waits for it; its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.process.wait().unwrap().code()
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended already.
        if self.process.kill().is_ok() {
            self.process.wait().unwrap();
        }
    }
}
