//! How often one may try. Slows down guessing and mailing without ever locking anybody out for long.
//!
//! Each limit is a bucket that leaks evenly (generic cell rate algorithm): it takes a burst, then one try
//! per interval. Buckets are remembered by a hash of what they are about, so that neither names nor
//! addresses are kept, and there is a bounded number of them. Each process counts for itself.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aukio_core::{Clock, PersonId, SessionId};

use super::PersonError;

/// Buckets that are remembered at once: 16 bytes each.
const BUCKETS_MOST: usize = 100_000;
const HOUR_MICROSECONDS: i64 = 3_600_000_000;
const MINUTE_MICROSECONDS: i64 = 60_000_000;
/// Everybody behind an undeclared proxy on the same machine, and every test, comes from here.
const LOOPBACK_FACTOR: i64 = 100;

const SIGN_INS_PER_ACCOUNT_AND_HOUR: i64 = 20;
const SIGN_INS_PER_PLACE_AND_HOUR: i64 = 100;
const MAILS_PER_ADDRESS_AND_HOUR: i64 = 5;
const MAILS_PER_PLACE_AND_HOUR: i64 = 30;
/// Sign-ins that begin at a provider or with a passkey: each waits in the database for some minutes.
const FLOWS_PER_PLACE_AND_HOUR: i64 = 120;
/// Passkeys that are offered to whoever comes to the field for the address, whether or not they have one.
const FLOW_OFFERS_PER_PLACE_AND_HOUR: i64 = 300;
/// One customer of a network may have as many places as there are in a /48, and together fill the table of all.
const FLOWS_OF_A_NETWORK: i64 = 10;
const REGISTRATIONS_PER_PLACE_AND_HOUR: i64 = 5;
/// Searches of one place or member: an office behind one address does not meet this, a program that walks does.
const SEARCHES_PER_MINUTE: i64 = 300;
/// Words offered while somebody types, a few for each search.
const OFFERS_PER_MINUTE: i64 = 1500;
/// Calls with one token.
const CALLS_PER_TOKEN_AND_MINUTE: i64 = 600;
/// Lines in the audit log about tries that were not let through: a flood must not fill it.
const TELLINGS_PER_HOUR: i64 = 60;
/// How long a place stays known as one where the account's owner has signed in.
const KNOWN_DAYS: i64 = 30;

pub struct Throttle {
    clock: Clock,
    hasher: RandomState,
    /// Until when each bucket is filled.
    buckets: Mutex<HashMap<u64, i64>>,
    /// Until when an account and a place are known together.
    known: Mutex<HashMap<u64, i64>>,
}

/// What begins and then waits in the database. Each is counted for itself, so that looking at a page uses no sign-in up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    Provider,
    #[cfg_attr(not(feature = "passkeys"), allow(dead_code))]
    Passkey,
    #[cfg_attr(not(feature = "passkeys"), allow(dead_code))]
    PasskeyOffer,
}

impl Flow {
    fn limit(self) -> (&'static str, i64) {
        match self {
            Flow::Provider => ("flows", FLOWS_PER_PLACE_AND_HOUR),
            Flow::Passkey => ("passkeys", FLOWS_PER_PLACE_AND_HOUR),
            Flow::PasskeyOffer => ("passkeys offered", FLOW_OFFERS_PER_PLACE_AND_HOUR),
        }
    }
}

/// A try at signing in that was let through.
pub struct Try {
    /// The buckets that it was counted in: given back when it succeeds.
    counted: [(u64, i64); 2],
    home: u64,
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        Self { clock, hasher: RandomState::new(), buckets: Mutex::default(), known: Mutex::default() }
    }

    /// Lets a try at signing in through, or not. `account` is what was typed, known or unknown.
    ///
    /// Strangers share the account's tries; a place from which its owner has signed in before has its own,
    /// so that the owner gets in while somebody else is guessing.
    pub fn sign_in(&self, account: &str, from: IpAddr) -> Result<Try, PersonError> {
        let place = place(from);
        let home = self.key("home", &format!("{account} {place:?}"));
        let now = self.clock.now().microseconds();
        let is_home = locked(&self.known).get(&home).is_some_and(|until| *until > now);
        let account = if is_home { home } else { self.key("account", account) };
        let counted = [
            (self.key("place", &format!("{place:?}")), SIGN_INS_PER_PLACE_AND_HOUR * factor(from)),
            (account, SIGN_INS_PER_ACCOUNT_AND_HOUR),
        ];
        for (key, per_hour) in counted {
            self.count(key, per_hour)?;
        }
        Ok(Try { counted, home })
    }

    /// The try succeeded: it was no guess, and its place is known from now on.
    pub fn succeeded(&self, tried: Try) {
        let now = self.clock.now();
        let mut buckets = locked(&self.buckets);
        for (key, per_hour) in tried.counted {
            if let Some(filled_until) = buckets.get_mut(&key) {
                *filled_until -= HOUR_MICROSECONDS / per_hour;
            }
        }
        drop(buckets);
        let mut known = locked(&self.known);
        make_room(&mut known, now.microseconds());
        known.insert(tried.home, now.plus_days(KNOWN_DAYS).microseconds());
    }

    /// Lets a mail go to an address that somebody typed.
    pub fn mail(&self, address: &str, from: IpAddr) -> Result<(), PersonError> {
        self.count(self.key("mails from", &format!("{:?}", place(from))), MAILS_PER_PLACE_AND_HOUR * factor(from))?;
        self.count(self.key("mails to", address), MAILS_PER_ADDRESS_AND_HOUR)
    }

    /// Lets somebody register.
    pub fn register(&self, from: IpAddr) -> Result<(), PersonError> {
        let key = self.key("registrations", &format!("{:?}", place(from)));
        self.count(key, REGISTRATIONS_PER_PLACE_AND_HOUR * factor(from))
    }

    /// Lets a search through, or tells how many seconds to wait.
    pub fn search(&self, member: Option<PersonId>, from: IpAddr) -> Result<(), u32> {
        self.minute("searches", member, from, SEARCHES_PER_MINUTE)
    }

    /// Lets words be offered, or tells how many seconds to wait.
    pub fn offer(&self, member: Option<PersonId>, from: IpAddr) -> Result<(), u32> {
        self.minute("offers", member, from, OFFERS_PER_MINUTE)
    }

    /// Lets a call with a token through, or tells how many seconds to wait.
    pub fn call(&self, token: SessionId) -> Result<(), u32> {
        self.turn(self.key("calls", &token.to_string()), CALLS_PER_TOKEN_AND_MINUTE, MINUTE_MICROSECONDS)
    }

    fn minute(&self, what: &str, member: Option<PersonId>, from: IpAddr, per_minute: i64) -> Result<(), u32> {
        let (who, most) = match member {
            Some(member) => (member.to_string(), per_minute),
            None => (format!("{:?}", place(from)), per_minute * factor(from)),
        };
        self.turn(self.key(what, &who), most, MINUTE_MICROSECONDS)
    }

    /// Lets a sign-in begin that waits in the database.
    pub fn flow(&self, flow: Flow, from: IpAddr) -> Result<(), PersonError> {
        let (kind, per_hour) = flow.limit();
        let per_hour = per_hour * factor(from);
        self.count(self.key(kind, &format!("{:?}", place(from))), per_hour)?;
        match network(from) {
            Some(network) => self.count(self.key(kind, &format!("{network:?}/48")), per_hour * FLOWS_OF_A_NETWORK),
            None => Ok(()),
        }
    }

    /// Whether one more try that was slowed down is worth a line in the audit log.
    pub fn tells_of_slowing(&self) -> bool {
        self.count(self.key("tells of slowing", ""), TELLINGS_PER_HOUR).is_ok()
    }

    /// Whether one more refusal of this person is.
    pub fn tells_of_refusal(&self, person: &str) -> bool {
        self.count(self.key("tells of refusal", person), TELLINGS_PER_HOUR).is_ok()
    }

    fn key(&self, kind: &str, about: &str) -> u64 {
        self.hasher.hash_one((kind, about))
    }

    fn count(&self, key: u64, per_hour: i64) -> Result<(), PersonError> {
        self.turn(key, per_hour, HOUR_MICROSECONDS).map_err(|_| PersonError::TooOften)
    }

    /// One more within a time, or the seconds until there is room for one.
    fn turn(&self, key: u64, most: i64, time_microseconds: i64) -> Result<(), u32> {
        let now = self.clock.now().microseconds();
        let interval = time_microseconds / most;
        let mut buckets = locked(&self.buckets);
        make_room(&mut buckets, now);
        let filled_until = buckets.entry(key).or_insert(now);
        // Never filled further than the time itself: a clock that was ahead for a while must not shut anybody out.
        let next = (*filled_until).clamp(now, now + time_microseconds) + interval;
        // The whole time's tries may come at once; after that one per interval.
        let over = next - now - time_microseconds;
        if over > 0 {
            return Err(u32::try_from(over / 1_000_000).unwrap_or(u32::MAX).saturating_add(1));
        }
        *filled_until = next;
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets what no longer counts, and if that is not enough, the half that would be forgotten first.
fn make_room(entries: &mut HashMap<u64, i64>, now: i64) {
    if entries.len() < BUCKETS_MOST {
        return;
    }
    entries.retain(|_, until| *until > now);
    if entries.len() >= BUCKETS_MOST {
        let mut ends: Vec<i64> = entries.values().copied().collect();
        let middle = ends.len() / 2;
        let median = *ends.select_nth_unstable(middle).1;
        entries.retain(|_, until| *until > median);
    }
}

/// What one household or office shares: an IPv4 address, or the first 64 bits of an IPv6 address.
fn place(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

/// What one customer may have of IPv6: its first 48 bits.
fn network(from: IpAddr) -> Option<IpAddr> {
    match from.to_canonical() {
        IpAddr::V6(address) => Some(IpAddr::V6((address.to_bits() >> 80 << 80).into())),
        IpAddr::V4(_) => None,
    }
}

fn factor(from: IpAddr) -> i64 {
    if from.to_canonical().is_loopback() { LOOPBACK_FACTOR } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    /// Each in another network.
    fn other(n: u32) -> IpAddr {
        IpAddr::V6(((0x2001_0db8_u128 << 96) | (u128::from(n) << 64) | 7).into())
    }

    #[test]
    fn strangers_share_twenty_tries_and_the_owner_gets_in() {
        let clock = Clock::machine();
        let throttle = Throttle::new(clock.clone());
        for _ in 0..100 {
            let tried = throttle.sign_in("helmi", HERE).expect("an owner who succeeds is never slowed down");
            throttle.succeeded(tried);
        }
        let let_through = (0..1000).filter(|n| throttle.sign_in("helmi", other(*n)).is_ok()).count();
        assert_eq!(let_through, 20);
        assert!(throttle.sign_in("helmi", HERE).is_ok());
        assert!(throttle.sign_in("oskari", other(1)).is_ok());
        clock.pass_seconds(181);
        assert!(throttle.sign_in("helmi", other(5000)).is_ok());
        assert!(throttle.sign_in("helmi", other(5001)).is_err());
    }

    #[test]
    fn one_network_of_ipv6_is_one_place_and_loopback_is_many() {
        let throttle = Throttle::new(Clock::fixed(aukio_core::Time::from_microseconds(1)));
        let neighbour = |n: u64| IpAddr::V6(((0x2001_0db8_u128 << 96) | u128::from(n)).into());
        assert_eq!((0..50).filter(|n| throttle.register(neighbour(*n)).is_ok()).count(), 5);
        let loopback = IpAddr::from([127, 0, 0, 1]);
        assert_eq!((0..2000).filter(|_| throttle.register(loopback).is_ok()).count(), 500);
        assert_eq!((0..20).filter(|n| throttle.mail("helmi@example.fi", other(*n)).is_ok()).count(), 5);
    }

    #[test]
    fn flows_are_counted_by_kind_and_by_network() {
        let throttle = Throttle::new(Clock::fixed(aukio_core::Time::from_microseconds(1)));
        let begun = |flow: Flow, n: u32| (0..n).filter(|_| throttle.flow(flow, HERE).is_ok()).count();
        assert_eq!(begun(Flow::PasskeyOffer, 500), 300);
        assert_eq!(begun(Flow::Passkey, 500), 120, "what was only offered used none of them up");
        assert_eq!(begun(Flow::Provider, 500), 120);
        // Each in another /64 of one /48, and somebody elsewhere.
        let begun = (0..5000).filter(|n| throttle.flow(Flow::Provider, other(*n)).is_ok()).count();
        assert_eq!(begun, 1200);
        let elsewhere = IpAddr::V6(((0x2001_0db9_u128 << 96) | 7).into());
        assert!(throttle.flow(Flow::Provider, elsewhere).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new(Clock::machine());
        for n in 0..(BUCKETS_MOST as u64 + 10) {
            throttle.count(n, 5).expect("each is another");
        }
        assert!(locked(&throttle.buckets).len() <= BUCKETS_MOST);
    }
}
