//! Who is here. Clients tell where their cursor is; who they are is written by the server.
//!
//! A session gets one Yjs client id: the first with a state that no other session holds or recently
//! held. Everything it says about other ids is dropped without ado, because stock clients send
//! everybody's state back whenever it changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use aukio_protocol::awareness::{self, Entry};
use serde_json::{Map, Value, json};

use crate::Session;

/// Client ids that are remembered after their session left.
const DEPARTED_MAX: usize = 1_000;

/// The awareness of all sessions of a room.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    shown: BTreeMap<u64, Shown>,
    /// Which client id a session has.
    clients: BTreeMap<u64, u64>,
    /// Ids of sessions that left, so that nobody takes them up, with the member who may.
    departed: VecDeque<(u64, Option<i64>)>,
    /// Last clocks, kept past leaving: clients ignore states whose clock does not rise.
    clocks: BTreeMap<u64, u32>,
    /// Ids whose state has changed since it was last sent.
    changed: BTreeSet<u64>,
}

#[derive(Debug)]
struct Shown {
    actor: Option<i64>,
    state: String,
}

impl Presence {
    /// Takes what a session says about itself out of its awareness update.
    pub fn say(&mut self, session: u64, who: &Session, entries: &[Entry]) {
        // Visitors read along unseen.
        if who.actor.is_none() {
            return;
        }
        let client = match self.clients.get(&session) {
            Some(&client) => client,
            None => {
                let Some(entry) = entries.iter().find(|entry| !entry.is_gone() && self.is_free(entry.client, who))
                else {
                    return;
                };
                self.bind(session, entry.client);
                entry.client
            }
        };
        for entry in entries.iter().filter(|entry| entry.client == client) {
            if entry.is_gone() {
                self.shown.remove(&client);
            } else {
                let Some(state) = signed(&entry.state, who) else { continue };
                // Clients repeat their state every 15 s. The others must hear that too, or they take this
                // one for gone after 30 s.
                self.shown.insert(client, Shown { actor: who.actor, state });
            }
            self.touch(client, entry.clock);
        }
    }

    /// Whether this session may take the id: nobody has it or had it, or the same member did, whose
    /// earlier connection may not have ended yet.
    fn is_free(&self, client: u64, who: &Session) -> bool {
        let held = self.shown.get(&client).map(|shown| shown.actor);
        let had = self.departed.iter().rev().find(|(id, _)| *id == client).map(|(_, actor)| *actor);
        held.or(had).is_none_or(|actor| actor == who.actor)
            && (held.is_some() || !self.clients.values().any(|&other| other == client))
    }

    fn bind(&mut self, session: u64, client: u64) {
        self.clients.retain(|_, other| *other != client);
        self.departed.retain(|(id, _)| *id != client);
        self.clients.insert(session, client);
    }

    /// Raises the clock of an id and marks its state to be sent.
    fn touch(&mut self, client: u64, at_least: u32) {
        let clock = self.clocks.entry(client).or_insert(0);
        // A clock at its end could never rise again, so nobody may jump there.
        *clock = clock.saturating_add(1).max(at_least.min(1 << 30));
        self.changed.insert(client);
    }

    /// Takes a session's state away.
    pub fn leave(&mut self, session: u64, actor: Option<i64>) {
        let Some(client) = self.clients.remove(&session) else { return };
        self.shown.remove(&client);
        self.touch(client, 0);
        if self.departed.len() == DEPARTED_MAX
            && let Some((oldest, _)) = self.departed.pop_front()
        {
            self.clocks.remove(&oldest);
        }
        self.departed.push_back((client, actor));
    }

    /// The client id of a session, if it has said anything yet.
    pub fn client_of(&self, session: u64) -> Option<u64> {
        self.clients.get(&session).copied()
    }

    /// What has changed; it counts as sent afterwards.
    pub fn take_news(&mut self) -> News {
        let mut news = News::default();
        for client in std::mem::take(&mut self.changed) {
            let start = news.bytes.len();
            awareness::encode_entry(&mut news.bytes, &self.entry(client));
            news.entries.push((client, start..news.bytes.len()));
        }
        news
    }

    /// Everybody's state as an update for a session, without its own; `None` if nobody else is here.
    pub fn all(&self, session: u64) -> Option<Vec<u8>> {
        let own = self.client_of(session);
        let others = self.shown.keys().filter(|&&client| Some(client) != own);
        let entries: Vec<Entry> = others.map(|&client| self.entry(client)).collect();
        (!entries.is_empty()).then(|| awareness::encode(entries.iter()))
    }

    fn entry(&self, client: u64) -> Entry {
        let state = self.shown.get(&client).map_or_else(|| "null".to_owned(), |shown| shown.state.clone());
        Entry { client, clock: self.clocks.get(&client).copied().unwrap_or(0), state }
    }
}

/// Entries that have changed, each written once, from which updates are put together.
#[derive(Debug, Default)]
pub(crate) struct News {
    bytes: Vec<u8>,
    /// By client id, where its entry stands.
    entries: Vec<(u64, Range<usize>)>,
}

impl News {
    /// Whether an entry of this client is among them.
    pub fn holds(&self, client: u64) -> bool {
        self.place(client).is_some()
    }

    /// All of them as an update; `None` if there are none.
    pub fn for_all(&self) -> Option<Vec<u8>> {
        (!self.entries.is_empty()).then(|| awareness::join(self.entries.len(), &[&self.bytes]))
    }

    /// As an update for the client that one of them is about: it must not be told where its own cursor was a
    /// moment ago. `None` if nothing is left.
    pub fn without(&self, client: u64) -> Option<Vec<u8>> {
        let Some(own) = self.place(client) else { return self.for_all() };
        let (before, after) = (&self.bytes[..own.start], &self.bytes[own.end..]);
        (self.entries.len() > 1).then(|| awareness::join(self.entries.len() - 1, &[before, after]))
    }

    fn place(&self, client: u64) -> Option<&Range<usize>> {
        let at = self.entries.binary_search_by_key(&client, |(client, _)| *client).ok()?;
        Some(&self.entries[at].1)
    }
}

/// The state with `user` as the server knows it. `None` if the state is no object.
fn signed(state: &str, who: &Session) -> Option<String> {
    let mut state: Map<String, Value> = serde_json::from_str(state).ok()?;
    let user = json!({ "name": who.name, "look": who.look, "color": who.colour, "id": who.shown_id });
    state.insert("user".to_owned(), user);
    Some(Value::Object(state).to_string())
}

#[cfg(test)]
mod tests {
    use aukio_protocol::Limits;

    use super::*;
    use crate::Access;

    fn member(actor: i64, name: &str) -> Session {
        Session {
            actor: Some(actor),
            access: Access::Write,
            name: name.to_owned(),
            look: "sector".to_owned(),
            colour: "#0050bb".to_owned(),
            shown_id: format!("id{actor}"),
        }
    }

    fn entry(client: u64, clock: u32, state: &str) -> Entry {
        Entry { client, clock, state: state.to_owned() }
    }

    fn read(update: Option<Vec<u8>>) -> Vec<Entry> {
        update.map_or_else(Vec::new, |bytes| awareness::decode(&bytes, &Limits::default()).unwrap())
    }

    #[test]
    fn the_name_is_the_servers() {
        let mut presence = Presence::default();
        presence.say(1, &member(1, "Maija"), &[entry(5, 3, r#"{"user":{"name":"Kari"},"cursor":{"anchor":1}}"#)]);
        let seen = read(presence.all(2));
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].client, seen[0].clock), (5, 3));
        let state: Value = serde_json::from_str(&seen[0].state).unwrap();
        assert_eq!(state["user"]["name"], "Maija");
        assert_eq!(state["cursor"]["anchor"], 1);
    }

    #[test]
    fn nobody_speaks_for_another() {
        let mut presence = Presence::default();
        presence.say(1, &member(1, "Maija"), &[entry(5, 1, "{}")]);
        presence.say(2, &member(2, "Kari"), &[entry(5, 9, "{}"), entry(6, 1, "{}")]);
        presence.say(2, &member(2, "Kari"), &[entry(5, 10, "null")]);
        let seen = read(presence.all(3));
        assert_eq!(seen.iter().map(|entry| entry.client).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(seen[0].clock, 1);
        presence.leave(1, Some(1));
        presence.say(3, &member(3, "Outi"), &[entry(5, 11, "{}")]);
        assert_eq!(read(presence.all(9)).len(), 1, "an id that left is not for others");
    }

    #[test]
    fn a_client_that_comes_back_is_seen_although_its_clock_stood_still() {
        let mut presence = Presence::default();
        presence.say(1, &member(1, "Maija"), &[entry(5, 4, "{}")]);
        presence.leave(1, Some(1));
        let left = read(presence.take_news().for_all());
        assert_eq!((left[0].clock, left[0].state.as_str()), (5, "null"));
        presence.say(2, &member(1, "Maija"), &[entry(5, 4, "{}")]);
        assert_eq!(read(presence.all(9))[0].clock, 6);
    }

    #[test]
    fn each_hears_of_all_others_and_not_of_itself() {
        let mut presence = Presence::default();
        for client in 1..=3 {
            presence.say(client, &member(client as i64, "x"), &[entry(client * 10, 1, "{}")]);
        }
        let news = presence.take_news();
        let clients = |update| read(update).iter().map(|entry| entry.client).collect::<Vec<_>>();
        assert_eq!(clients(news.for_all()), [10, 20, 30]);
        for (own, others) in [(10, [20, 30]), (20, [10, 30]), (30, [10, 20])] {
            assert_eq!(clients(news.without(own)), others);
        }
        assert!(presence.take_news().for_all().is_none(), "told once");
    }

    #[test]
    fn visitors_are_not_shown() {
        let mut presence = Presence::default();
        let visitor = Session { actor: None, ..member(0, "Nobody") };
        presence.say(1, &visitor, &[entry(5, 1, "{}")]);
        assert!(presence.all(2).is_none());
    }
}
