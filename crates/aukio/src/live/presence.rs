//! Who is on a page right now, and who is writing. Kept in memory only, told in words, never announced.

use std::collections::{HashMap, HashSet};

use aukio_core::text::initials;
use aukio_core::{Member, PersonId, Time};
use serde_json::json;

use super::Topic;
use crate::words::Words;

/// Seconds after which somebody who stopped telling so is no longer writing.
const TYPING_SECONDS: i64 = 6;
/// Members who are shown by name.
const NAMES_MOST: usize = 12;

#[derive(Default)]
pub struct Presence {
    topics: HashMap<Topic, There>,
    changed: HashSet<Topic>,
}

#[derive(Default)]
struct There {
    readers: usize,
    members: HashMap<PersonId, Seen>,
    typing: HashMap<PersonId, (String, Time)>,
}

struct Seen {
    sockets: usize,
    name: String,
    look: &'static str,
}

impl Presence {
    pub fn enter(&mut self, topic: Topic, member: Option<&Member>) {
        let there = self.topics.entry(topic).or_default();
        match member {
            None => there.readers += 1,
            Some(member) => {
                let seen = there.members.entry(member.id).or_insert_with(|| Seen {
                    sockets: 0,
                    name: member.name.clone(),
                    look: member.sector.look(),
                });
                seen.sockets += 1;
            }
        }
        self.changed.insert(topic);
    }

    pub fn leave(&mut self, topic: Topic, member: Option<PersonId>) {
        let Some(there) = self.topics.get_mut(&topic) else { return };
        match member {
            None => there.readers = there.readers.saturating_sub(1),
            Some(member) => {
                if let Some(seen) = there.members.get_mut(&member) {
                    seen.sockets -= 1;
                    if seen.sockets == 0 {
                        there.members.remove(&member);
                        there.typing.remove(&member);
                    }
                }
            }
        }
        if there.readers == 0 && there.members.is_empty() {
            self.topics.remove(&topic);
        }
        self.changed.insert(topic);
    }

    pub fn types(&mut self, topic: Topic, member: &Member, now: Time) {
        if let Some(there) = self.topics.get_mut(&topic) {
            there.typing.insert(member.id, (member.name.clone(), now.plus_seconds(TYPING_SECONDS)));
            self.changed.insert(topic);
        }
    }

    /// Topics whose followers should be told, since the last time this was asked.
    pub fn changed(&mut self, now: Time) -> Vec<Topic> {
        for (topic, there) in &mut self.topics {
            let before = there.typing.len();
            there.typing.retain(|_, (_, until)| *until > now);
            if there.typing.len() != before {
                self.changed.insert(*topic);
            }
        }
        self.changed.drain().collect()
    }

    /// The two frames that say who is there and who writes.
    pub fn frames(&self, topic: Topic, words: Words) -> [String; 2] {
        let nobody = There::default();
        let there = self.topics.get(&topic).unwrap_or(&nobody);
        let mut members: Vec<(&PersonId, &Seen)> = there.members.iter().collect();
        members.sort_by(|a, b| a.1.name.cmp(&b.1.name).then(a.0.cmp(b.0)));
        let shown: Vec<_> = members
            .iter()
            .take(NAMES_MOST)
            .map(|(id, seen)| {
                json!({"id": id.to_string(), "name": seen.name, "initials": initials(&seen.name), "look": seen.look})
            })
            .collect();
        let presence = json!({
            "kind": "presence",
            "topic": topic.to_string(),
            "members": shown,
            "more": members.len().saturating_sub(NAMES_MOST),
            "readers": there.readers,
            "text": words.with2("presence", "members", members.len() as i64, "readers", there.readers as i64),
        });
        let mut names: Vec<&str> = there.typing.values().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let text = match names.as_slice() {
            [] => String::new(),
            [one] => words.with("typing-one", "name", (*one).to_owned()),
            more => words.count("typing-many", more.len() as i64),
        };
        let typing = json!({"kind": "typing", "topic": topic.to_string(), "text": text});
        [presence.to_string(), typing.to_string()]
    }
}
