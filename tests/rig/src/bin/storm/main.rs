//! `make bench-bombs`: how long each bomb takes to open, what memory it costs, and how much slower somebody else's page
//! is while four people open bombs. Prints; whether it is good enough is for people to say.
//!
//! `storm [postroom] [seconds] [ID …]`

use std::{
    env,
    error::Error,
    fs,
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use postroom_rig::{BOMBS, Bomb, Http, ImapClient, Moment, Person, Product, Rig, fill_inboxes, until};

const N_BOMBERS: usize = 4;
const N_IDLE: usize = 60;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storm: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let binary = match words.next() {
        Some(path) => path.into(),
        None => env::current_exe()?.with_file_name("postroom"),
    };
    let lasts = Duration::from_secs(words.next().map_or(Ok(30), |word| word.parse())?);
    let wanted: Vec<String> = words.collect();
    let bombs: Vec<&Bomb> =
        BOMBS.iter().filter(|bomb| wanted.is_empty() || wanted.iter().any(|id| id == bomb.id)).collect();

    eprintln!("Starting the servers, appending {} bombs …", bombs.len());
    let rig = Rig::start();
    let bomber = rig.person("bomber");
    let mut client = ImapClient::login(rig.imap(), &bomber);
    let places: Vec<String> = bombs.iter().map(|bomb| append(&mut client, bomb)).collect();
    let bystander = rig.person("bystander");
    fill_inboxes(&rig, std::slice::from_ref(&bystander), Moment::now(), 50);
    let postroom = Product::start(&rig, &binary, rig.free_address(), &[("POSTROOM_LOG", "warn")]);
    until("Postroom is ready", || postroom.is_ready());

    let mut http = sign_in(postroom.address(), &bomber)?;
    println!("{:>4}  {:>9}  {:>9}  {:>9}  {:>7}  made of", "bomb", "page", "body", "reply", "peak");
    let before = memory(&postroom)?;
    println!(
        "{:>4}  {:>9}  {:>9}  {:>9}  {:>10}  the list of them all",
        "",
        timed(&mut http, "/mail/INBOX"),
        "",
        "",
        ""
    );
    for (bomb, place) in bombs.iter().zip(&places) {
        let page = timed(&mut http, &format!("/mail/{place}"));
        let body = timed(&mut http, &format!("/mail/{place}/body"));
        let reply = timed(&mut http, &format!("/compose?reply={place}"));
        let grown = memory(&postroom)?.saturating_sub(before);
        println!("{:>4}  {page:>9}  {body:>9}  {reply:>9}  +{grown:>3} MB  {}", bomb.id, bomb.about);
    }

    let mut reader = sign_in(postroom.address(), &bystander)?;
    let list = reader.get("/mail/INBOX")?.text()?;
    let link = list.split("href=\"").find(|rest| rest.starts_with("/mail/INBOX/")).ok_or("an empty inbox")?;
    let link = link.split(['"', '?']).next().ok_or("no link")?.to_owned();
    let end = Instant::now() + lasts / 4;
    let idle = read(&mut reader, &link, |n| n < N_IDLE || Instant::now() < end)?;
    let over = Arc::new(AtomicBool::new(false));
    let mut bombing = Vec::new();
    for n in 0..N_BOMBERS {
        let mut http = sign_in(postroom.address(), &bomber)?;
        let (over, places) = (Arc::clone(&over), places.clone());
        bombing.push(thread::spawn(move || {
            let mut n_opened = 0;
            for place in places.iter().cycle().skip(n * places.len() / N_BOMBERS) {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let opened = http.get(&format!("/mail/{place}")).is_ok()
                    && http.get(&format!("/mail/{place}/body")).is_ok();
                n_opened += usize::from(opened);
            }
            n_opened
        }));
    }
    let end = Instant::now() + lasts;
    let stormy = read(&mut reader, &link, |_| Instant::now() < end)?;
    over.store(true, Ordering::Relaxed);
    let n_opened: usize = bombing.into_iter().filter_map(|thread| thread.join().ok()).sum();

    println!(
        "\nsomebody else's page, {} and {} times, while {n_opened} bombs were opened:",
        idle.len(),
        stormy.len()
    );
    for (name, share) in [("median", 0.5), ("p95", 0.95)] {
        let (calm, storm) = (quantile(&idle, share), quantile(&stormy, share));
        let ratio = storm.as_secs_f64() / calm.as_secs_f64();
        println!("{name:>7}: idle {calm:.1?}, in the storm {storm:.1?}, ratio {ratio:.2}");
    }
    println!(
        "memory at its highest: {} MB more than before the first bomb",
        memory(&postroom)?.saturating_sub(before)
    );
    Ok(())
}

/// Where it stands: `INBOX/{uidvalidity}.{uid}`.
fn append(client: &mut ImapClient, bomb: &Bomb) -> String {
    let answer = client.append("INBOX", "(\\Seen)", bomb.eml()).pop().unwrap_or_default();
    let mut words = answer.split("APPENDUID ").nth(1).unwrap_or_default().split([' ', ']']);
    format!("INBOX/{}.{}", words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

fn sign_in(address: SocketAddr, person: &Person) -> Result<Http, Box<dyn Error>> {
    let mut http = Http::new(address);
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let fields = [field("username", &person.address), field("password", &person.password)];
    let answer = http.post("/login", &fields)?;
    if answer.location.as_deref() != Some("/mail/INBOX") {
        return Err(format!("signing in: status {}", answer.status).into());
    }
    Ok(http)
}

/// `123 ms`, or the status where it is no page.
fn timed(http: &mut Http, path: &str) -> String {
    let start = Instant::now();
    match http.get(path) {
        Ok(answer) if answer.status == 200 => format!("{} ms", start.elapsed().as_millis()),
        Ok(answer) => format!("{}!", answer.status),
        Err(error) => format!("{:?}!", error.kind()),
    }
}

fn read(
    http: &mut Http,
    link: &str,
    goes_on: impl Fn(usize) -> bool,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = Vec::new();
    while goes_on(times.len()) {
        let start = Instant::now();
        let answer = http.get(link)?;
        if answer.status != 200 {
            return Err(format!("{link}: status {}", answer.status).into());
        }
        times.push(start.elapsed());
        pause();
    }
    times.sort_unstable();
    Ok(times)
}

#[expect(clippy::disallowed_methods, reason = "people take their time")]
fn pause() {
    thread::sleep(Duration::from_millis(50));
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// The most the process ever held, MB.
fn memory(postroom: &Product) -> Result<u64, Box<dyn Error>> {
    let process = postroom.process_id().ok_or("Postroom has ended")?;
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(peak.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}
