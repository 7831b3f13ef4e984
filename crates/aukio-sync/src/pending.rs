//! Updates that come before what they build on: which share can be placed now, and a queue for the rest.
//!
//! The document engine has a stash of its own for such updates, but what comes out of it can differ
//! from what Yjs makes of the same bytes. So the engine is only ever given what it can place at once,
//! and the rest waits here as raw bytes until what it lacks has arrived.

use std::collections::{BTreeMap, VecDeque};

use aukio_protocol::state_vector::StateVector;
use aukio_protocol::update::{Id, IdRange, Kind, Struct, Summary};

use crate::replica::Source;

/// Updates that may wait in one room.
const QUEUE_UPDATES: usize = 1_000;
/// Bytes that may wait in one room.
const QUEUE_BYTES: usize = 4 << 20;

/// The share of an update that a replica can place now.
#[derive(Debug, Default)]
pub(crate) struct Share {
    /// For each struct whether it is new and can be placed.
    pub chosen: Vec<bool>,
    /// The chosen structs in an order in which they can be placed one by one.
    pub order: Vec<usize>,
    /// The deletes of units that are known after these structs.
    pub deletes: Vec<IdRange>,
    /// Whether nothing is left over.
    pub whole: bool,
}

impl Share {
    /// Whether there is nothing to place, apart from deletes.
    pub fn has_structs(&self) -> bool {
        !self.order.is_empty()
    }
}

/// Finds the share of the update that a replica which has seen `seen` can place, and moves `seen` on
/// past it.
///
/// Each client's structs are placed in order. A client that must wait for another is looked at again
/// when that other has moved, so the work grows with the structs and not with their square.
pub(crate) fn share(summary: &Summary, seen: &mut StateVector) -> Share {
    let sections: Vec<&[Struct]> = summary.sections().collect();
    let firsts: Vec<usize> =
        sections.iter().scan(0, |first, section| Some(std::mem::replace(first, *first + section.len()))).collect();
    let mut chosen = vec![false; summary.structs.len()];
    let mut order = Vec::new();

    let mut next = vec![0; sections.len()];
    let mut ready: VecDeque<usize> = (0..sections.len()).collect();
    let mut waiting: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    while let Some(at) = ready.pop_front() {
        let section = sections[at];
        let client = section[0].ids.client;
        let before = clock(seen, client);
        while let Some(one) = section.get(next[at]) {
            let known = clock(seen, client);
            if one.ids.end() > known {
                match obstacle(one, seen) {
                    None => {}
                    // Only other clients' progress can help; what a client lacks of itself is in no
                    // other section.
                    Some(other) if other != client => {
                        waiting.entry(other).or_default().push(at);
                        break;
                    }
                    Some(_) => break,
                }
                chosen[firsts[at] + next[at]] = true;
                order.push(firsts[at] + next[at]);
                seen.insert(client, one.ids.end());
            }
            next[at] += 1;
        }
        if clock(seen, client) > before {
            ready.extend(waiting.remove(&client).into_iter().flatten());
        }
    }

    let mut whole = sections.iter().zip(&next).all(|(section, &next)| next == section.len());
    let mut deletes = Vec::with_capacity(summary.deletes.len());
    for range in &summary.deletes {
        let known = clock(seen, range.client);
        if range.clock < known {
            deletes.push(IdRange { length: range.length.min(known - range.clock), ..*range });
        }
        whole &= range.end() <= known;
    }
    Share { chosen, order, deletes, whole }
}

/// The client of which something must arrive before the struct can be placed.
fn obstacle(one: &Struct, seen: &StateVector) -> Option<u64> {
    if one.kind == Kind::Gap || one.ids.clock > clock(seen, one.ids.client) {
        return Some(one.ids.client);
    }
    one.needs.iter().flatten().find(|id| !is_seen(**id, one, seen)).map(|id| id.client)
}

fn is_seen(id: Id, one: &Struct, seen: &StateVector) -> bool {
    // A struct may build on earlier units of its own client, never on itself.
    id.clock < clock(seen, id.client) && (id.client != one.ids.client || id.clock < one.ids.clock)
}

/// How far a client's units have been seen.
pub(crate) fn clock(seen: &StateVector, client: u64) -> u32 {
    seen.get(&client).copied().unwrap_or(0)
}

/// An update that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub source: Source,
    pub bytes: Vec<u8>,
    /// How often it was sent; each time is owed an answer.
    pub times: usize,
}

/// The queue of updates that could not be placed in full.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    updates: VecDeque<Waiting>,
    bytes: usize,
}

impl Queue {
    pub fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    pub fn len(&self) -> usize {
        self.updates.len()
    }

    /// Queues an update; `false` if the queue is full. What one session sends twice is kept once.
    pub fn push(&mut self, waiting: Waiting) -> bool {
        let same = |other: &&mut Waiting| other.source == waiting.source && other.bytes == waiting.bytes;
        if let Some(other) = self.updates.iter_mut().find(same) {
            other.times += waiting.times;
            return true;
        }
        if self.updates.len() >= QUEUE_UPDATES || self.bytes + waiting.bytes.len() > QUEUE_BYTES {
            return false;
        }
        self.bytes += waiting.bytes.len();
        self.updates.push_back(waiting);
        true
    }

    /// Takes out everything, oldest first.
    pub fn take(&mut self) -> VecDeque<Waiting> {
        self.bytes = 0;
        std::mem::take(&mut self.updates)
    }

    /// Drops what came from this session, whose access has ended, and says how many updates that were.
    pub fn forget(&mut self, session: u64) -> usize {
        let (dropped, kept) =
            self.take().into_iter().partition::<VecDeque<_>, _>(|waiting| waiting.source.session == session);
        self.bytes = kept.iter().map(|waiting| waiting.bytes.len()).sum();
        self.updates = kept;
        dropped.iter().map(|waiting| waiting.times).sum()
    }
}
