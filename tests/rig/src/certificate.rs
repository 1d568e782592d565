//! A throw-away certificate authority and a certificate for `localhost`, made by the `openssl` command.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[derive(Debug)]
pub(crate) struct Certificates {
    /// The authority, PEM: what a client is told to trust.
    pub(crate) ca: PathBuf,
    /// For `localhost`, `127.0.0.1` and `127.0.0.2`, PEM.
    pub(crate) server: PathBuf,
    pub(crate) server_key: PathBuf,
}

impl Certificates {
    pub(crate) fn make(dir: &Path) -> Certificates {
        let openssl = |args: &str| {
            let words: Vec<&str> = args.split_whitespace().collect();
            let done =
                Command::new("openssl").current_dir(dir).args(&words).output().expect("openssl is installed");
            assert!(done.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&done.stderr));
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
        openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 30 -subj /CN=Postroom-rig-CA"));
        openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2\nbasicConstraints=CA:FALSE\n";
        fs::write(dir.join("server.ext"), names).unwrap();
        openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out server.pem",
        );
        Certificates {
            ca: dir.join("ca.pem"),
            server: dir.join("server.pem"),
            server_key: dir.join("server.key"),
        }
    }
}
