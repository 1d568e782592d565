//! A browser without script: keeps cookies, follows what pages offer, fills in their forms.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Mutex, time::Duration};

use scraper::{ElementRef, Html, Selector};
use ureq::{Agent, http::Response, tls};

/// A person's browser, at one Postroom.
pub struct Browser {
    agent: Agent,
    /// `http://127.0.0.1:1234`, without a path.
    origin: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
pub struct Page {
    pub path: String,
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub bytes: Vec<u8>,
}

/// A file chosen in a form.
pub struct Upload<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
}

impl Browser {
    pub fn at(origin: &str) -> Browser {
        Browser::new(origin, None)
    }

    /// Trusts the certificate authority in `ca_file` and no other.
    pub fn trusting(origin: &str, ca_file: &Path) -> Browser {
        let pem = std::fs::read(ca_file).unwrap();
        let ca = tls::Certificate::from_pem(&pem).unwrap();
        Browser::new(origin, Some(ca))
    }

    fn new(origin: &str, ca: Option<tls::Certificate<'static>>) -> Browser {
        let mut config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            // A server that refuses a form closes the connection; a pool would hand it to the next request.
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(120)))
            .accept("text/html");
        if let Some(ca) = ca {
            let roots = tls::RootCerts::Specific(std::sync::Arc::new(vec![ca]));
            config = config.tls_config(tls::TlsConfig::builder().root_certs(roots).build());
        }
        Browser { agent: config.build().into(), origin: origin.to_owned(), cookies: Mutex::default() }
    }

    /// Signs in through the form and lands in the inbox.
    #[track_caller]
    pub fn sign_in(&self, base_path: &str, username: &str, password: &str) -> Page {
        let form = self.get(&format!("{base_path}/login"));
        let answer = self.submit(&form, "form", &[("username", username), ("password", password)]);
        let page = self.follow(answer);
        assert_eq!(page.status, 200, "{page}");
        page
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub fn drop_cookies(&self) {
        self.cookies.lock().unwrap().clear();
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Page {
        self.get_with(path, &[])
    }

    #[track_caller]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request =
            self.agent.get(format!("{}{path}", self.origin)).header("Cookie", self.cookie_header());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.page(path, request.call().unwrap_or_else(|error| panic!("GET {path}: {error}")))
    }

    /// `None` where nobody answers.
    pub fn try_get(&self, path: &str) -> Option<Page> {
        let answer = self.agent.get(format!("{}{path}", self.origin)).call();
        Some(self.page(path, answer.ok()?))
    }

    /// Posts a body as it is; most tests want [`Browser::submit`].
    #[track_caller]
    pub fn post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        self.post_bytes(path, "application/x-www-form-urlencoded", body.join("&").as_bytes(), headers)
    }

    #[track_caller]
    pub fn post_bytes(&self, path: &str, media_type: &str, body: &[u8], headers: &[(&str, &str)]) -> Page {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.origin))
            .header("Cookie", self.cookie_header())
            .header("Content-Type", media_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.page(path, request.send(body).unwrap_or_else(|error| panic!("POST {path}: {error}")))
    }

    /// [`Browser::submit`] of a form with files to a server that may not live to answer: `None` then.
    pub fn try_submit(&self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Option<Page> {
        let filled = page.form(form, fields);
        let (media_type, body) = multipart(&filled.fields, &[]);
        let request = self
            .agent
            .post(format!("{}{}", self.origin, filled.action))
            .header("Cookie", self.cookie_header())
            .header("Content-Type", media_type);
        Some(self.page(&filled.action, request.send(body.as_slice()).ok()?))
    }

    /// Fills in the form that `page` offers, leaves its hidden fields as they are, and sends it. A field given
    /// here replaces the form's; a button is a field, too. Fails when the page has no such form.
    #[track_caller]
    pub fn submit(&self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        self.submit_with(page, form, fields, &[])
    }

    #[track_caller]
    pub fn submit_with(&self, page: &Page, form: &str, fields: &[(&str, &str)], uploads: &[Upload]) -> Page {
        let filled = page.form(form, fields);
        if filled.method == "get" {
            let query: Vec<_> =
                filled.fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
            return self.get(&format!("{}?{}", filled.action, query.join("&")));
        }
        if !filled.multipart {
            assert!(uploads.is_empty(), "the form takes no files");
            let fields: Vec<_> = filled.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            return self.post(&filled.action, &fields, &[]);
        }
        let (media_type, body) = multipart(&filled.fields, uploads);
        self.post_bytes(&filled.action, &media_type, &body, &[])
    }

    /// Follows redirects to their end.
    #[track_caller]
    pub fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            let Some(location) = page.location() else { return page };
            page = self.get(&location);
        }
        panic!("redirected in circles: {page}");
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn page(&self, path: &str, mut response: Response<ureq::Body>) -> Page {
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") || value.is_empty() {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec();
        let bytes = bytes.unwrap_or_else(|error| panic!("{path}: {error}"));
        Page {
            path: path.to_owned(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes,
        }
    }
}

struct Filled {
    action: String,
    method: String,
    multipart: bool,
    fields: Vec<(String, String)>,
}

impl Page {
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a reader sees: text without markup, runs of blanks as one.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html());
        let body = html.select(&selector("body")).next().map(|body| body.text().collect::<String>());
        body.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads: a path.
    pub fn location(&self) -> Option<String> {
        (300..400).contains(&self.status).then(|| self.header("location").to_owned())
    }

    /// Fails unless the reader sees this.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Page {
        assert!(self.text().contains(text), "no `{text}` in {self}");
        self
    }

    #[track_caller]
    pub fn lacks(&self, text: &str) -> &Page {
        assert!(!self.text().contains(text), "`{text}` in {self}");
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Page {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The address of the link whose text or label holds `text`.
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let html = Html::parse_document(&self.html());
        let anchors = selector("a[href]");
        let matches = |a: &ElementRef| {
            let words = a.text().collect::<String>();
            words.contains(text) || a.value().attr("aria-label").is_some_and(|label| label.contains(text))
        };
        let link =
            html.select(&anchors).find(matches).and_then(|a| a.value().attr("href").map(str::to_owned));
        link.unwrap_or_else(|| panic!("no link `{text}` in {self}"))
    }

    /// An attribute of the first element that matches.
    #[track_caller]
    pub fn attr(&self, css: &str, attribute: &str) -> String {
        let found = self.attrs(css, attribute).into_iter().next();
        found.unwrap_or_else(|| panic!("no `{css}` with `{attribute}` in {self}"))
    }

    pub fn attrs(&self, css: &str, attribute: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css)).filter_map(|e| e.value().attr(attribute).map(str::to_owned)).collect()
    }

    /// The texts of all elements that match.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html());
        let text =
            |e: ElementRef| e.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        html.select(&selector(css)).map(text).collect()
    }

    /// The subjects of a list, from the top.
    pub fn subjects(&self) -> Vec<String> {
        self.texts("li.row .subject")
    }

    /// The `{uidvalidity}.{uid}` of the row with this subject.
    #[track_caller]
    pub fn id_of(&self, subject: &str) -> String {
        let at = self.subjects().iter().position(|s| s.contains(subject));
        let at = at.unwrap_or_else(|| panic!("no row `{subject}` in {self}"));
        self.attrs("li.row input[name=id]", "value").swap_remove(at)
    }

    /// The value a form field has now.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let html = Html::parse_document(&self.html());
        let fields = selector("input, textarea, select");
        let field = html.select(&fields).find(|e| e.value().attr("name") == Some(name));
        value(&field.unwrap_or_else(|| panic!("no field `{name}` in {self}")))
    }

    #[track_caller]
    fn form(&self, css: &str, given: &[(&str, &str)]) -> Filled {
        let html = Html::parse_document(&self.html());
        let forms = selector(css);
        let controls = selector("input, textarea, select");
        let form = html.select(&forms).next().unwrap_or_else(|| panic!("no form `{css}` in {self}"));
        let is_given = |name: &str| given.iter().any(|(n, _)| *n == name);
        let mut fields = Vec::new();
        for control in form.select(&controls) {
            let element = control.value();
            let Some(name) = element.attr("name").filter(|name| !is_given(name)) else { continue };
            let kind = element.attr("type").unwrap_or("text");
            let unchecked = matches!(kind, "checkbox" | "radio") && element.attr("checked").is_none();
            if unchecked || matches!(kind, "file" | "submit" | "button") || element.attr("disabled").is_some()
            {
                continue;
            }
            fields.push((name.to_owned(), value(&control)));
        }
        fields.extend(given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Filled {
            action: form.value().attr("action").unwrap_or(&self.path).to_owned(),
            method: form.value().attr("method").unwrap_or("get").to_ascii_lowercase(),
            multipart: form.value().attr("enctype") == Some("multipart/form-data"),
            fields,
        }
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}:\n{}", self.status, self.path, self.html())
    }
}

fn value(control: &ElementRef) -> String {
    let element = control.value();
    match element.name() {
        // The parser drops the first line break, as browsers do.
        "textarea" => control.text().collect(),
        "select" => {
            let options = selector("option");
            let chosen = control.select(&options).find(|o| o.value().attr("selected").is_some());
            let option = chosen.or_else(|| control.select(&options).next());
            option
                .map(|o| o.value().attr("value").map_or_else(|| o.text().collect(), str::to_owned))
                .unwrap_or_default()
        }
        _ if matches!(element.attr("type"), Some("checkbox" | "radio")) => {
            element.attr("value").unwrap_or("on").to_owned()
        }
        _ => element.attr("value").unwrap_or_default().to_owned(),
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("`{css}`: {error}"))
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}

fn multipart(fields: &[(String, String)], uploads: &[Upload]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----postroom-test-boundary";
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        // A browser sends line ends as CR LF.
        body.extend_from_slice(value.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    for file in uploads {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            file.field,
            file.name.replace('"', "%22"),
            file.media_type
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
