//! The table of settings: name, default, meaning, and how the value is read.

use std::{path::Path, time::Duration};

use super::{
    Config, Database, EgressAllow, Error, HostNames, Listen, LogFormat, Security, TrustedProxies, Upstream,
    source::{AllGiven, Value},
};

/// One setting.
pub struct Key {
    /// As in the file; in the environment it is `POSTROOM_` and this in capitals.
    pub name: &'static str,
    /// As documented; empty where there is none.
    pub default: &'static str,
    pub about: &'static str,
    set: fn(&mut Config, &Value) -> Result<(), String>,
}

/// Every setting there is.
pub const KEYS: &[Key] = &[
    Key {
        name: "listen",
        default: "",
        about: "Where to serve: `127.0.0.1:8025`, `[::1]:8025` or `unix:/run/postroom/postroom.sock`",
        set: |config, value| value.one()?.parse().map(|read| config.listen = read),
    },
    Key {
        name: "imap",
        default: "",
        about: "The IMAP server: `imaps://host:993`, `imap://host:143` (STARTTLS required) or \
                `imap+insecure://127.0.0.1:143`",
        set: |config, value| Upstream::imap(value.one()?).map(|read| config.imap = read),
    },
    Key {
        name: "smtp",
        default: "",
        about: "The submission server: `submissions://host:465`, `submission://host:587` (STARTTLS required) or \
                `submission+insecure://127.0.0.1:587`",
        set: |config, value| Upstream::smtp(value.one()?).map(|read| config.smtp = read),
    },
    Key {
        name: "allow_insecure",
        default: "false",
        about: "Allow `+insecure` servers on other machines: passwords and mail cross the network in the clear",
        set: |config, value| value.parse("true or false").map(|read| config.allow_insecure = read),
    },
    Key {
        name: "ca_file",
        default: "",
        about: "PEM file of a private certificate authority, trusted beside the system's",
        set: |config, value| value.one().map(|text| config.ca_file = Some(text.into())),
    },
    Key {
        name: "base_path",
        default: "/",
        about: "The subpath the site lives under, such as `/webmail`",
        set: |config, value| base_path(value.one()?).map(|read| config.base_path = read),
    },
    Key {
        name: "public_origin",
        default: "",
        about: "The address people see, such as `https://mail.example.org`; without it the Host header says it",
        set: |config, value| origin(value.one()?).map(|origin| config.public_origin = Some(origin)),
    },
    Key {
        name: "body_origin",
        default: "",
        about: "A second address of this site, with a host name for messages alone, such as \
                `https://mail-content.example`; needs `public_origin`",
        set: |config, value| origin(value.one()?).map(|origin| config.body_origin = Some(origin)),
    },
    Key {
        name: "trusted_proxies",
        default: "",
        about: "Reverse proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and `Forwarded` are believed: addresses, \
                networks, and `unix` for the Unix socket",
        set: |config, value| TrustedProxies::parse(&value.many()).map(|read| config.trusted_proxies = read),
    },
    Key {
        name: "listen_mode",
        default: "0660",
        about: "Permissions of the Unix socket, octal, as text",
        set: |config, value| mode(value.one()?).map(|read| config.listen_mode = read),
    },
    Key {
        name: "authserv_ids",
        default: "",
        about: "Mail servers whose `Authentication-Results` are believed, by the name they write there; they must remove \
                those that come from outside (RFC 8601 §5)",
        set: |config, value| {
            config.authserv_ids = value.many();
            Ok(())
        },
    },
    Key {
        name: "mail_domain",
        default: "the IMAP host",
        about: "Added to a user name without `@` to make its address",
        set: |config, value| value.one().map(|text| config.mail_domain = Some(text.to_owned())),
    },
    Key {
        name: "egress_allow",
        default: "",
        about: "Addresses and networks that the hosts people name may be in although they are not public, such as \
                `10.1.2.0/24`; with `:port` or `:*` behind it on that port or any, which opens them to images in mail, too; else on \
                110 and 995",
        set: |config, value| EgressAllow::parse(&value.many()).map(|read| config.egress_allow = read),
    },
    Key {
        name: "collect_hosts",
        default: "",
        about: "The only POP3 servers people may collect from: `pop.example.org`, or `*.example.org` for all below it; \
                without it every public one",
        set: |config, value| HostNames::parse(&value.many()).map(|read| config.collect_hosts = Some(read)),
    },
    Key {
        name: "imap_connections",
        default: "4",
        about: "Connections to the IMAP server for each signed-in account",
        set: |config, value| value.number(1, 20).map(|read| config.imap_connections = read),
    },
    Key {
        name: "imap_timeout_seconds",
        default: "30",
        about: "How long an IMAP command may take; searching and sorting get five times as long",
        set: |config, value| {
            value.number(1, 600).map(|n| config.imap_timeout = Duration::from_secs(n as u64))
        },
    },
    Key {
        name: "max_message_bytes",
        default: "50000000",
        about: "Largest message that may be sent, attachments included as they are encoded",
        set: |config, value| value.number(10_000, 1_000_000_000).map(|read| config.max_message_bytes = read),
    },
    Key {
        name: "session_idle_minutes",
        default: "60",
        about: "A session that nobody used for so long ends",
        set: |config, value| {
            value.number(1, 60 * 24 * 30).map(|n| config.session_idle = Duration::from_secs(60 * n as u64))
        },
    },
    Key {
        name: "session_absolute_hours",
        default: "168",
        about: "A session ends after so long, used or not",
        set: |config, value| {
            value.number(1, 24 * 90).map(|n| config.session_absolute = Duration::from_secs(3600 * n as u64))
        },
    },
    Key {
        name: "upload_dir",
        default: "uploads in data_dir",
        about: "Where attachments wait until their message is sent, unless that is a PostgreSQL",
        set: |config, value| value.one().map(|text| config.upload_dir = Some(text.into())),
    },
    Key {
        name: "data_dir",
        default: "the service's state directory",
        about: "Where the database and the key are: `$STATE_DIRECTORY` of systemd, else `~/.local/state/postroom`",
        set: |config, value| value.one().map(|text| config.data_dir = Some(text.into())),
    },
    Key {
        name: "database",
        default: "postroom.db in data_dir",
        about: "`sqlite:/path/to/file`; `postgres://user:password@host/name` where several instances share it; \
                `memory` to keep nothing",
        set: |config, value| Database::parse(value.one()?).map(|read| config.database = read),
    },
    Key {
        name: "key_file",
        default: "server.key in data_dir",
        about: "The key that stored passwords and waiting mail are sealed with; made at the first start. Never into \
                the same backup as the database",
        set: |config, value| value.one().map(|text| config.key_file = Some(text.into())),
    },
    Key {
        name: "background_work",
        default: "true",
        about: "Collect and send while people are away, which needs their password, sealed with the key; without it \
                both wait until they are signed in",
        set: |config, value| value.parse("true or false").map(|read| config.background_work = read),
    },
    Key {
        name: "product_name",
        default: "Postroom",
        about: "What the pages call the site",
        set: |config, value| value.one().map(|text| config.product_name = text.to_owned()),
    },
    Key {
        name: "log",
        default: "info",
        about: "What is logged: `error`, `warn`, `info`, `debug`, or directives such as `info,postroom::imap=debug`",
        set: |config, value| value.one().map(|text| config.log = text.to_owned()),
    },
    Key {
        name: "log_format",
        default: "text",
        about: "`text`, or `json` for one object a line",
        set: |config, value| {
            config.log_format = match value.one()? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => return Err(format!("`{other}` is neither `text` nor `json`")),
            };
            Ok(())
        },
    },
    Key {
        name: "check_user",
        default: "",
        about: "The account that `postroom check` logs in with",
        set: |config, value| value.one().map(|text| config.check_user = Some(text.to_owned())),
    },
    Key {
        name: "check_password",
        default: "",
        about: "That account's password; better `check_password_file`",
        set: |config, value| value.one().map(|text| config.check_password = Some(text.into())),
    },
];

/// Understands what was given. Keys are read in the order of the table, so that errors come in that order.
pub(super) fn build(given: &AllGiven, default_dir: &Path) -> Result<Config, Error> {
    let mut config = Config::new(
        Listen::Tcp(([127, 0, 0, 1], 0).into()),
        Upstream { host: String::new(), port: 0, security: Security::Tls },
        Upstream { host: String::new(), port: 0, security: Security::Tls },
    );
    for required in ["listen", "imap", "smtp"] {
        if !given.contains_key(required) {
            return Err(Error::Missing(required));
        }
    }
    for key in KEYS {
        let Some(given) = given.get(key.name) else { continue };
        (key.set)(&mut config, &given.value).map_err(|problem| Error::Bad {
            key: key.name,
            place: given.place.clone(),
            problem,
        })?;
    }
    for (key, upstream, secure) in
        [("imap", &config.imap, "imap://"), ("smtp", &config.smtp, "submission://")]
    {
        if upstream.security == Security::Insecure && !upstream.is_loopback() && !config.allow_insecure {
            return Err(Error::Insecure { key, host: upstream.host.clone(), secure });
        }
    }
    if let (Some(body_origin), Some(given)) = (&config.body_origin, given.get("body_origin")) {
        apart(body_origin, config.public_origin.as_deref()).map_err(|problem| Error::Bad {
            key: "body_origin",
            place: given.place.clone(),
            problem,
        })?;
    }
    let dir = config.data_dir.get_or_insert_with(|| default_dir.to_owned());
    if !given.contains_key("database") {
        config.database = Database::Sqlite(dir.join("postroom.db"));
    }
    if config.key_file.is_none() && !matches!(config.database, Database::Memory) {
        config.key_file = Some(dir.join("server.key"));
    }
    Ok(config)
}

impl Value {
    fn one(&self) -> Result<&str, String> {
        match self {
            Value::One(text) if text.trim().is_empty() => Err("must not be empty".to_owned()),
            Value::One(text) => Ok(text),
            Value::Many(_) => Err("must be one value, not a list".to_owned()),
        }
    }

    /// A list; written as one text, its words stand between commas.
    fn many(&self) -> Vec<String> {
        let words: Vec<&str> = match self {
            Value::One(text) => text.split(',').collect(),
            Value::Many(words) => words.iter().map(String::as_str).collect(),
        };
        words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    }

    fn parse<T: std::str::FromStr>(&self, wanted: &str) -> Result<T, String> {
        let text = self.one()?;
        text.parse().map_err(|_| format!("`{text}` must be {wanted}"))
    }

    fn number(&self, least: usize, most: usize) -> Result<usize, String> {
        let wanted = format!("a whole number from {least} to {most}");
        let n = self.parse(&wanted)?;
        if (least..=most).contains(&n) { Ok(n) } else { Err(format!("`{n}` must be {wanted}")) }
    }
}

fn mode(text: &str) -> Result<u32, String> {
    u32::from_str_radix(text.trim_start_matches("0o"), 8)
        .ok()
        .filter(|mode| *mode <= 0o777)
        .ok_or_else(|| format!("`{text}` must be octal, such as `0660`"))
}

/// Path segments of unreserved characters: nothing a router or a cookie's Path could take for its own.
fn base_path(text: &str) -> Result<String, String> {
    let path = text.trim_matches('/');
    let is_plain = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
    };
    match path {
        "" => Ok(String::new()),
        path if path.split('/').all(is_plain) => Ok(format!("/{path}")),
        _ => Err(format!(
            "`{text}` must be a path such as `/webmail`, of letters, digits, `-`, `.`, `_` and `~`"
        )),
    }
}

/// Whether a browser keeps the cookies of one from the other, and still shows one in the other.
fn apart(body_origin: &str, public_origin: Option<&str>) -> Result<(), String> {
    let Some(public_origin) = public_origin else {
        return Err("needs `public_origin`, whose pages alone may frame a message".to_owned());
    };
    let parts = |origin| {
        url::Url::parse(origin).ok().map(|url| (url.scheme().to_owned(), url.host_str().map(str::to_owned)))
    };
    match (parts(body_origin), parts(public_origin)) {
        (Some((_, one)), Some((_, other))) if one == other => Err(format!(
            "`{body_origin}` must have another host than `{public_origin}`: cookies do not tell ports apart"
        )),
        (Some((one, _)), Some((other, _))) if one != other => {
            Err(format!("`{body_origin}` must have the scheme of `{public_origin}`"))
        }
        _ => Ok(()),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_bare = |url: &url::Url| url.path() == "/" && url.query().is_none() && url.username().is_empty();
    match url.filter(is_bare) {
        Some(url) => Ok(url.origin().ascii_serialization()),
        None => Err(format!(
            "`{text}` must be a scheme and a host, such as `https://mail.example.org`; a subpath goes into base_path"
        )),
    }
}
