//! Words that were read lately. Running text repeats its words: with a cache most of it costs one look.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Locks, so that threads seldom wait for each other.
const SHARDS: usize = 16;

/// Keeps at least half of `capacity` and never more than all of it. A shard has two generations; when the young one
/// is full it becomes the old one and the old one is forgotten, but for what has been asked for again meanwhile. That
/// is nearly as good as forgetting the least recently used and costs no list.
pub(crate) struct Cache<V> {
    shards: Vec<Mutex<Shard<V>>>,
    generation_most: usize,
    hashing: RandomState,
}

struct Shard<V> {
    young: HashMap<Box<str>, V>,
    old: HashMap<Box<str>, V>,
}

impl<V: Clone> Cache<V> {
    pub fn new(capacity: usize) -> Cache<V> {
        let shard = || Mutex::new(Shard { young: HashMap::new(), old: HashMap::new() });
        Cache {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            generation_most: capacity / SHARDS / 2,
            hashing: RandomState::new(),
        }
    }

    pub fn get(&self, word: &str) -> Option<V> {
        let mut shard = self.shard(word);
        if let Some(value) = shard.young.get(word) {
            return Some(value.clone());
        }
        let (word, value) = shard.old.remove_entry(word)?;
        self.put(&mut shard, word, value.clone());
        Some(value)
    }

    pub fn insert(&self, word: &str, value: V) {
        let mut shard = self.shard(word);
        self.put(&mut shard, word.into(), value);
    }

    fn put(&self, shard: &mut Shard<V>, word: Box<str>, value: V) {
        if shard.young.len() >= self.generation_most {
            shard.old = std::mem::take(&mut shard.young);
        }
        if self.generation_most > 0 {
            shard.young.insert(word, value);
        }
    }

    fn shard(&self, word: &str) -> std::sync::MutexGuard<'_, Shard<V>> {
        let shard = &self.shards[self.hashing.hash_one(word) as usize % SHARDS];
        // A panic between two of these short steps leaves a map with or without a word: both are right.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let cache = Cache::new(3_200);
        cache.insert("kunta", 0);
        for number in 1..100_000 {
            cache.insert(&number.to_string(), number);
            assert_eq!(cache.get("kunta"), Some(0));
        }
        let kept: usize = cache
            .shards
            .iter()
            .map(|shard| {
                let shard = shard.lock().unwrap();
                shard.young.len() + shard.old.len()
            })
            .sum();
        assert!((1_600..=3_200).contains(&kept), "{kept}");
    }

    #[test]
    fn it_may_have_no_room() {
        let cache = Cache::new(0);
        cache.insert("kunta", 0);
        assert_eq!(cache.get("kunta"), None);
    }
}
