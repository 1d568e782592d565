//! Postfix: submission for those who log in, delivery to the rig's Dovecot, and to nowhere else.

use std::{
    fs::{self, File},
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use crate::{
    certificate::Certificates,
    ports::{self, loopback},
    privilege::root_shell,
    state_dir::StateDir,
    watched::Watched,
};

/// What `postfix start` would set up, without its slow checks.
const MAKE_QUEUE: &str = r#"
set -e
cd "$1"
mkdir -p data queue/pid
chown postfix data
cd queue
for dir in active bounce corrupt defer deferred flush hold incoming private saved trace; do
    install -d -m 0700 -o postfix $dir
done
install -d -m 0710 -o postfix -g postdrop public
install -d -m 0730 -o postfix -g postdrop maildrop
"#;

#[derive(Debug)]
pub(crate) struct Postfix {
    pub(crate) server: Watched,
    pub(crate) submission: SocketAddr,
    pub(crate) submissions: SocketAddr,
}

impl Postfix {
    /// Starts it; it may not answer yet. Letters go to `lmtp`, passwords are checked at Dovecot's socket.
    pub(crate) fn start(dir: &StateDir, certificates: &Certificates, lmtp: SocketAddr) -> Postfix {
        let root = dir.subdir("postfix");
        let root = root.to_str().unwrap();
        let [submission, submissions] = ports::free();
        let fill = |text: &str| {
            text.replace("{root}", root)
                .replace("{rig}", dir.path().to_str().unwrap())
                .replace("{certificate}", certificates.server.to_str().unwrap())
                .replace("{key}", certificates.server_key.to_str().unwrap())
                .replace("{lmtp}", &lmtp.port().to_string())
                .replace("{submission}", &submission.to_string())
                .replace("{submissions}", &submissions.to_string())
        };
        fs::create_dir(format!("{root}/etc")).unwrap();
        for (name, text) in
            [("main.cf", include_str!("postfix/main.cf")), ("master.cf", include_str!("postfix/master.cf"))]
        {
            let path = format!("{root}/etc/{name}");
            fs::write(&path, fill(text)).unwrap();
            // Postfix 3.7 waits until a file is two seconds old, lest somebody be writing to it still.
            let past = SystemTime::now() - Duration::from_secs(10);
            File::options().write(true).open(&path).unwrap().set_modified(past).unwrap();
        }

        let made = root_shell(MAKE_QUEUE, &[root]).output().unwrap();
        assert!(made.status.success(), "cannot make {root}/queue: {}", String::from_utf8_lossy(&made.stderr));
        let etc = format!("{root}/etc");
        let mail_config = format!("MAIL_CONFIG={etc}");
        let words = ["env", &mail_config, "/usr/lib/postfix/sbin/master", "-c", &etc, "-d"];
        let server = Watched::start_as_root("postfix", dir.path(), &words);
        Postfix { server, submission: loopback(submission), submissions: loopback(submissions) }
    }
}
