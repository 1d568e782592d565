//! Guessing passwords is made slow: failures are counted by account, by address, by both, and overall. Whoever waits
//! long enough may always try again, and an address that an account signed in from is never held up by what others do.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::proxies::Peer;

/// A wait up to this is made the browser's; a longer one is refused.
const MAX_HELD: Duration = Duration::from_secs(2);
/// How long an account is known at an address it signed in from.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// Beyond these the oldest are forgotten.
const MAX_SUBJECTS: usize = 100_000;

/// Of one process: a restart forgets, and several instances count apart.
#[derive(Default)]
pub struct Attempts(Mutex<Table>);

#[derive(Default)]
struct Table {
    failures: HashMap<Subject, Failures>,
    /// When an account last signed in from an address.
    known: HashMap<(String, Place), Instant>,
}

/// Whose failures are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    /// One account from one address.
    Pair(String, Place),
    Place(Place),
    Account(String),
    All,
}

/// An address; of IPv6 the network of 64 bits that one customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Ip(IpAddr),
    Unix,
}

struct Failures {
    /// Halved with time.
    n: f64,
    last: Instant,
}

struct Limit {
    /// So many failures cost nothing; each further one doubles the wait, which begins at a second.
    free: f64,
    max_wait: Duration,
    half_life: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password may be tried, after this time.
    Try { after: Duration },
    /// It is not even tried; after this time it is.
    TooMany { wait: Duration },
}

impl Subject {
    fn limit(&self) -> Limit {
        let limit = |free, max_wait, half_life| Limit {
            free,
            max_wait: Duration::from_secs(max_wait),
            half_life: Duration::from_secs(half_life),
        };
        match self {
            Subject::Pair(..) => limit(5.0, 900, 6 * 3600),
            // Many people may share an address.
            Subject::Place(_) => limit(30.0, 900, 3600),
            // Whoever is kept out here is kept out by others: not for long.
            Subject::Account(_) => limit(20.0, 60, 600),
            // Never more than a browser waits.
            Subject::All => limit(300.0, MAX_HELD.as_secs(), 60),
        }
    }
}

impl Attempts {
    /// Asks before a password is tried. The attempt counts as a failure until it is known to be none, so that many at
    /// once are many.
    pub fn begin(&self, account: &str, peer: Peer, now: Instant) -> Verdict {
        let (account, place) = (folded(account), Place::of(peer));
        let mut table = self.lock();
        let is_known = table.known.contains_key(&(account.clone(), place));
        let mut subjects = vec![Subject::Pair(account.clone(), place)];
        if !is_known {
            subjects.extend([Subject::Account(account), Subject::All]);
            // Who came over the socket is not known apart.
            subjects.extend((place != Place::Unix).then_some(Subject::Place(place)));
        }
        let wait = subjects.iter().map(|subject| table.wait(subject, now)).max().unwrap_or_default();
        if wait > MAX_HELD {
            return Verdict::TooMany { wait };
        }
        for subject in subjects {
            table.charge(subject, now);
        }
        Verdict::Try { after: wait }
    }

    /// The password was right.
    pub fn succeeded(&self, account: &str, peer: Peer, now: Instant) {
        let (account, place) = (folded(account), Place::of(peer));
        let mut table = self.lock();
        table.failures.remove(&Subject::Pair(account.clone(), place));
        table.failures.remove(&Subject::Account(account.clone()));
        // Not the place's others: whoever has one account may be guessing at another.
        table.refund(&Subject::Place(place));
        table.refund(&Subject::All);
        table.known.insert((account, place), now);
    }

    /// Nobody could say whether the password is right.
    pub fn undecided(&self, account: &str, peer: Peer) {
        let (account, place) = (folded(account), Place::of(peer));
        let mut table = self.lock();
        for subject in [
            Subject::Pair(account.clone(), place),
            Subject::Account(account),
            Subject::Place(place),
            Subject::All,
        ] {
            table.refund(&subject);
        }
    }

    /// Forgets what no longer matters.
    pub fn sweep(&self, now: Instant) {
        let mut table = self.lock();
        table.failures.retain(|subject, failures| failures.after(&subject.limit(), now) >= 0.5);
        table.known.retain(|_, since| now.saturating_duration_since(*since) < KNOWN_FOR);
        table.make_room();
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Until this subject may try again.
    fn wait(&self, subject: &Subject, now: Instant) -> Duration {
        let Some(failures) = self.failures.get(subject) else { return Duration::ZERO };
        let limit = subject.limit();
        let over = failures.after(&limit, failures.last) - limit.free;
        if over < 0.0 {
            return Duration::ZERO;
        }
        let wait = Duration::from_secs_f64(over.min(20.0).exp2()).min(limit.max_wait);
        (failures.last + wait).saturating_duration_since(now)
    }

    fn charge(&mut self, subject: Subject, now: Instant) {
        if self.failures.len() >= MAX_SUBJECTS {
            self.make_room();
        }
        let limit = subject.limit();
        let failures = self.failures.entry(subject).or_insert(Failures { n: 0.0, last: now });
        failures.n = failures.after(&limit, now) + 1.0;
        failures.last = failures.last.max(now);
    }

    fn refund(&mut self, subject: &Subject) {
        if let Some(failures) = self.failures.get_mut(subject) {
            failures.n = (failures.n - 1.0).max(0.0);
        }
    }

    /// Halves what has become too much: the oldest go.
    fn make_room(&mut self) {
        if self.failures.len() >= MAX_SUBJECTS {
            let mut times: Vec<Instant> = self.failures.values().map(|failures| failures.last).collect();
            times.sort_unstable();
            if let Some(median) = times.get(times.len() / 2).copied() {
                self.failures.retain(|subject, failures| *subject == Subject::All || failures.last > median);
            }
        }
        if self.known.len() >= MAX_SUBJECTS {
            let mut times: Vec<Instant> = self.known.values().copied().collect();
            times.sort_unstable();
            if let Some(median) = times.get(times.len() / 2).copied() {
                self.known.retain(|_, since| *since > median);
            }
        }
    }
}

impl Failures {
    fn after(&self, limit: &Limit, now: Instant) -> f64 {
        let age = now.saturating_duration_since(self.last).as_secs_f64();
        self.n * (-age / limit.half_life.as_secs_f64()).exp2()
    }
}

impl Place {
    fn of(peer: Peer) -> Place {
        match peer {
            Peer::Unix => Place::Unix,
            Peer::Tcp(IpAddr::V4(ip)) => Place::Ip(ip.into()),
            Peer::Tcp(IpAddr::V6(ip)) => {
                let network = ip.to_bits() & (u128::MAX << 64);
                Place::Ip(Ipv6Addr::from_bits(network).into())
            }
        }
    }
}

/// Servers tell no capitals apart.
fn folded(account: &str) -> String {
    account.chars().take(200).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(n: u8) -> Peer {
        Peer::Tcp(IpAddr::from([192, 0, 2, n]))
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// Tries until it is refused; how often that was, and the wait.
    fn exhaust(attempts: &Attempts, account: &str, peer: Peer, now: &mut Instant) -> (usize, Duration) {
        for n in 0..1000 {
            match attempts.begin(account, peer, *now) {
                Verdict::Try { after } => *now += after,
                Verdict::TooMany { wait } => return (n, wait),
            }
        }
        (1000, Duration::ZERO)
    }

    #[test]
    fn guessing_slows_down_and_never_stops_for_ever() {
        let (attempts, mut now) = (Attempts::default(), Instant::now());
        let (n, wait) = exhaust(&attempts, "Ann@example.org", from(1), &mut now);
        assert!((5..9).contains(&n) && wait > MAX_HELD && wait <= seconds(8), "{n} {wait:?}");
        let mut tried = 0;
        let end = now + seconds(24 * 3600);
        while now < end {
            match attempts.begin("ann@example.org", from(1), now) {
                Verdict::Try { after } => {
                    tried += 1;
                    now += after;
                }
                Verdict::TooMany { wait } => {
                    assert!(wait <= seconds(900));
                    now += wait;
                }
            }
        }
        assert!((50..250).contains(&tried), "{tried} guesses a day");
    }

    #[test]
    fn the_right_password_counts_as_if_nothing_had_been() {
        let (attempts, mut now) = (Attempts::default(), Instant::now());
        for _ in 0..5 {
            attempts.begin("ann", from(1), now);
        }
        attempts.succeeded("ann", from(1), now);
        assert!(exhaust(&attempts, "ann", from(1), &mut now).0 >= 5);
    }

    #[test]
    fn one_address_cannot_guess_at_many_accounts() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let tried = (0..100)
            .filter(|n| matches!(attempts.begin(&format!("user{n}"), from(1), now), Verdict::Try { .. }))
            .count();
        assert!((30..40).contains(&tried), "{tried}");
        assert_eq!(attempts.begin("bob", from(2), now), Verdict::Try { after: Duration::ZERO });
    }

    #[test]
    fn many_addresses_cannot_guess_at_one_account_nor_lock_its_owner_out() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        attempts.begin("ann", from(200), now);
        attempts.succeeded("ann", from(200), now);
        let tried =
            (0..150).filter(|n| matches!(attempts.begin("ann", from(*n), now), Verdict::Try { .. })).count();
        assert!((20..30).contains(&tried), "{tried}");
        assert_eq!(attempts.begin("ann", from(200), now), Verdict::Try { after: Duration::ZERO });
        // From elsewhere its owner waits a minute at most.
        assert!(
            matches!(attempts.begin("ann", from(201), now), Verdict::TooMany { wait } if wait <= seconds(60))
        );
    }

    #[test]
    fn an_attack_on_everybody_costs_everybody_two_seconds_at_most() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..5000_u32 {
            let peer = Peer::Tcp(IpAddr::from((0x0a00_0000 + n).to_be_bytes()));
            assert!(
                matches!(attempts.begin(&format!("user{n}"), peer, now), Verdict::Try { after } if after <= MAX_HELD)
            );
        }
        assert!(
            matches!(attempts.begin("ann", from(1), now), Verdict::Try { after } if after > Duration::ZERO)
        );
    }

    #[test]
    fn a_server_that_is_away_costs_nothing() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(attempts.begin("ann", from(1), now), Verdict::Try { after: Duration::ZERO });
            attempts.undecided("ann", from(1));
        }
    }

    #[test]
    fn neighbours_in_an_ipv6_network_are_one() {
        let peer = |last: u128| Peer::Tcp(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | last).into());
        let (attempts, now) = (Attempts::default(), Instant::now());
        let tried = (0..100_u128)
            .filter(|n| matches!(attempts.begin("ann", peer(*n), now), Verdict::Try { .. }))
            .count();
        assert!(tried < 10, "{tried}");
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        attempts.begin("ann", from(1), now);
        attempts.sweep(now + seconds(24 * 3600));
        assert!(attempts.lock().failures.is_empty());
    }
}
