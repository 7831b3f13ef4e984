//! One document in memory: a Yjs replica that only ever sees checked bytes.

use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aukio_protocol::state_vector::{self, StateVector};
use aukio_protocol::update::{self, Id, IdRange, Summary, UpdateError};
use aukio_protocol::{Limits, ReadError};
use yrs::updates::decoder::Decode;
use yrs::{ClientID, IdSet, ReadTxn, Transact, TransactionMut, Update, WriteTxn, XmlFragment, XmlFragmentRef};

use crate::engine::Engine;
use crate::pending::{self, Queue, Waiting, clock};
use crate::{Authors, Document, Written, authors, build, canonical, snapshot, walk};

/// The shared type that holds the text.
pub(crate) const ROOT: &str = "default";
/// How deep shared types may lie in each other. A text of the editor needs about 30 at its limit; the
/// engine deletes and frees trees by recursion, so a bound there must be.
const TREE_DEPTH_MAX: u8 = 96;

/// Where an update comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The session in the room; 0 is the server.
    pub session: u64,
    /// Who is behind it.
    pub actor: Option<i64>,
}

impl Source {
    /// The server itself.
    pub const SERVER: Source = Source { session: 0, actor: None };
}

/// What became of an update.
#[derive(Debug, Default)]
pub struct Applied {
    /// What is new in the replica, as updates that hold just that, in order: the share of this update,
    /// and of earlier ones that had waited for it. To be logged and sent to others.
    pub updates: Vec<(Source, Vec<u8>)>,
    /// If this or other updates wait for something: what the replica has, to be sent to whoever may
    /// know more.
    pub missing: Option<Vec<u8>>,
    /// Whether this update itself waits, in whole or in part.
    pub waits: bool,
    /// Who sent the earlier updates that waited and are now applied in full, once for each.
    pub finished: Vec<Source>,
    /// Who sent the earlier updates that waited and turned out not to be acceptable, once for each.
    pub refused: Vec<Source>,
}

/// Why a replica did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReplicaError {
    /// The bytes are not an update that is accepted.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// The bytes are not a state vector.
    #[error("malformed state vector: {0}")]
    StateVector(ReadError),
    /// Shared types lie too deep in each other.
    #[error("the document would be nested too deeply")]
    TooDeep,
    /// Too much waits for updates that do not come.
    #[error("too many updates wait for what they build on")]
    QueueFull,
    /// The engine refused the update before it touched the document.
    #[error("the update cannot be decoded: {0}")]
    Undecodable(String),
    /// The engine failed in the middle. The replica must be thrown away and opened again.
    #[error("the document engine failed; the replica must be loaded again")]
    Poisoned,
    /// The text is too deep or too large to be walked.
    #[error("the text cannot be read: {0}")]
    Text(&'static str),
}

/// A document in memory.
///
/// Updates go in through [`Replica::apply`] after [`aukio_protocol::update::validate`]. After
/// [`ReplicaError::Poisoned`] every call fails the same way.
#[derive(Debug)]
pub struct Replica {
    engine: Engine,
    /// Whether the engine was asked for anything since [`Replica::rest_if_unused`] looked last.
    used: bool,
    /// What the replica has seen. Equal to the engine's own state vector, and cheaper to ask.
    seen: StateVector,
    depths: Depths,
    queue: Queue,
    /// All deleted units, computed when needed and dropped when something is deleted.
    deleted: Option<IdSet>,
    poisoned: bool,
}

impl Default for Replica {
    fn default() -> Self {
        Replica::new()
    }
}

impl Replica {
    /// An empty document.
    pub fn new() -> Self {
        Replica {
            engine: Engine::new(),
            used: false,
            seen: StateVector::new(),
            depths: Depths::default(),
            queue: Queue::default(),
            deleted: None,
            poisoned: false,
        }
    }

    /// Opens a document from a snapshot, as [`compact`](crate::compact) or [`Replica::snapshot`] made it, and the
    /// updates after it. They are checked as strictly as a
    /// stranger's, with the larger [`Limits::stored`].
    ///
    /// # Errors
    /// One of them is malformed or cannot be applied, or builds on something that none of them holds.
    pub fn open<B: AsRef<[u8]>>(
        snapshot: Option<&[u8]>,
        updates: impl IntoIterator<Item = B>,
    ) -> Result<Self, ReplicaError> {
        let limits = Limits::stored();
        let mut replica = Replica::new();
        if let Some(snapshot) = snapshot {
            let snapshot = snapshot::unpack(snapshot)?;
            replica.apply(Source::SERVER, &snapshot, &update::validate(&snapshot, &limits)?)?;
        }
        for bytes in updates {
            let bytes = bytes.as_ref();
            replica.apply(Source::SERVER, bytes, &update::validate(bytes, &limits)?)?;
        }
        if !replica.queue.is_empty() {
            return Err(ReplicaError::QueueFull);
        }
        Ok(replica)
    }

    /// Opens as much of a document as can be read: everything before the first update that is damaged. Tells how many
    /// updates that were.
    ///
    /// # Errors
    /// Not even the snapshot can be opened.
    pub fn open_good_part<B: AsRef<[u8]>>(
        snapshot: Option<&[u8]>,
        updates: &[B],
    ) -> Result<(Self, usize), ReplicaError> {
        if let Ok(replica) = Replica::open(snapshot, updates) {
            return Ok((replica, updates.len()));
        }
        let limits = Limits::stored();
        let mut replica = Replica::open(snapshot, std::iter::empty::<&[u8]>())?;
        let is_good = |bytes: &B| {
            let bytes = bytes.as_ref();
            let summary = update::validate(bytes, &limits).ok()?;
            let applied = replica.apply(Source::SERVER, bytes, &summary).ok()?;
            // What was logged builds on what was logged before. Only a damaged update waits for something else.
            (!applied.waits).then_some(())
        };
        let good = updates.iter().map_while(is_good).count();
        // The first damaged one may have left traces.
        Ok((Replica::open(snapshot, &updates[..good])?, good))
    }

    /// What the replica has seen, encoded.
    pub fn state_vector(&self) -> Vec<u8> {
        state_vector::encode(&self.seen)
    }

    /// An update with everything that a replica with this state vector lacks.
    ///
    /// # Errors
    /// The vector is malformed, or the replica is poisoned.
    pub fn diff(&mut self, vector: &[u8]) -> Result<Vec<u8>, ReplicaError> {
        let vector = state_vector::decode(vector, &Limits::default()).map_err(ReplicaError::StateVector)?;
        let vector = vector.into_iter().map(|(client, clock)| (ClientID::new(client), clock)).collect();
        self.guarded(|replica| Ok(replica.engine.doc()?.transact().encode_state_as_update_v1(&vector)))
    }

    /// The whole document as one update.
    ///
    /// # Errors
    /// The replica is poisoned.
    pub fn snapshot(&mut self) -> Result<Vec<u8>, ReplicaError> {
        let all = yrs::StateVector::default();
        self.guarded(|replica| Ok(replica.engine.doc()?.transact().encode_state_as_update_v1(&all)))
    }

    /// Whether the update holds anything that this replica does not know yet.
    ///
    /// # Errors
    /// The replica is poisoned.
    pub fn would_change(&mut self, summary: &Summary) -> Result<bool, ReplicaError> {
        let is_new = |range: &IdRange| range.end() > clock(&self.seen, range.client);
        if summary.inserts().iter().any(is_new) || summary.deletes.iter().any(is_new) {
            return Ok(true);
        }
        if summary.deletes.is_empty() {
            return Ok(false);
        }
        let deleted = match self.deleted.take() {
            Some(deleted) => deleted,
            None => self.guarded(|replica| Ok(replica.engine.doc()?.transact().snapshot().delete_set))?,
        };
        let all = summary.deletes.iter().all(|range| covers(&deleted, range));
        self.deleted = Some(deleted);
        Ok(!all)
    }

    /// Applies an update: what can be placed now goes in, what cannot waits in a bounded queue and is
    /// tried again after each later update. `summary` must come from validating these `bytes`.
    ///
    /// # Errors
    /// [`ReplicaError::Poisoned`] if the engine failed in the middle; otherwise nothing was changed.
    pub fn apply(&mut self, source: Source, bytes: &[u8], summary: &Summary) -> Result<Applied, ReplicaError> {
        let mut applied = Applied::default();
        let whole = self.place(source, bytes, summary, &mut applied)?;
        if !whole {
            applied.waits = true;
            if !self.queue.push(Waiting { source, bytes: bytes.to_vec(), times: 1 }) {
                return Err(ReplicaError::QueueFull);
            }
        }
        if !applied.updates.is_empty() {
            self.retry(&mut applied)?;
        }
        if !self.queue.is_empty() {
            applied.missing = Some(self.state_vector());
        }
        Ok(applied)
    }

    /// Tries the queue until a whole round brings nothing new.
    fn retry(&mut self, applied: &mut Applied) -> Result<(), ReplicaError> {
        let limits = Limits::stored();
        loop {
            let before = applied.updates.len();
            for waiting in self.queue.take() {
                // It was validated when it came; this only finds its structs again.
                let summary = update::validate(&waiting.bytes, &limits)?;
                match self.place(waiting.source, &waiting.bytes, &summary, applied) {
                    Ok(true) => applied.finished.extend(repeat_n(waiting.source, waiting.times)),
                    // There is room: the queue was emptied a moment ago.
                    Ok(false) => drop(self.queue.push(waiting)),
                    Err(ReplicaError::Poisoned) => return Err(ReplicaError::Poisoned),
                    Err(error) => {
                        tracing::warn!(%error, "an update that waited was refused");
                        applied.refused.extend(repeat_n(waiting.source, waiting.times));
                    }
                }
            }
            if applied.updates.len() == before || self.queue.is_empty() {
                return Ok(());
            }
        }
    }

    /// Gives the engine the share of the update that can be placed, and tells whether that was all.
    fn place(
        &mut self,
        source: Source,
        bytes: &[u8],
        summary: &Summary,
        applied: &mut Applied,
    ) -> Result<bool, ReplicaError> {
        let mut seen = self.seen.clone();
        let share = pending::share(summary, &mut seen);
        if share.has_structs() || !share.deletes.is_empty() {
            let chosen = |at: usize| share.chosen[at];
            let depths = self.depths.of(summary, &share.order)?;
            let ready = update::part(bytes, summary, chosen, &share.deletes);
            let deleted = self.guarded(|replica| replica.integrate(&ready))?;
            self.seen = seen;
            self.depths.add(depths);
            if !deleted.is_empty() {
                self.deleted = None;
            }
            if share.has_structs() || !deleted.is_empty() {
                applied.updates.push((source, update::part(bytes, summary, chosen, &deleted)));
            }
        }
        Ok(share.whole)
    }

    /// Returns what was newly deleted.
    fn integrate(&self, ready: &[u8]) -> Result<Vec<IdRange>, ReplicaError> {
        let update = Update::decode_v1(ready).map_err(|error| ReplicaError::Undecodable(error.to_string()))?;
        #[cfg(test)]
        tests::trap(ready);
        self.write(|tx| {
            tx.apply_update(update).map_err(|_| ReplicaError::Poisoned)?;
            if tx.has_missing_updates() {
                // The share was chosen so that this cannot happen. If it does, the engine and we disagree.
                return Err(ReplicaError::Poisoned);
            }
            Ok(ranges(tx.delete_set()))
        })
    }

    /// Runs something in a transaction and commits it.
    ///
    /// A transaction commits when it is dropped, also while a panic unwinds; a second panic there would
    /// end the process. So one that failed is not dropped but left behind with its poisoned document.
    fn write<T>(
        &self,
        act: impl FnOnce(&mut TransactionMut<'_>) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let mut tx = ManuallyDrop::new(self.engine.doc()?.transact_mut());
        let result = catch_unwind(AssertUnwindSafe(|| {
            let result = act(&mut tx)?;
            tx.commit();
            Ok::<T, ReplicaError>(result)
        }));
        match result {
            Ok(Ok(result)) => {
                drop(ManuallyDrop::into_inner(tx));
                Ok(result)
            }
            Ok(Err(_)) | Err(_) => Err(ReplicaError::Poisoned),
        }
    }

    /// Changes the document from within. Returns the update, or `None` if nothing changed.
    pub(crate) fn edit(
        &mut self,
        change: impl FnOnce(&mut TransactionMut<'_>, &XmlFragmentRef) -> Result<(), ReplicaError>,
    ) -> Result<Option<Vec<u8>>, ReplicaError> {
        let bytes = self.guarded(|replica| {
            replica.write(|tx| {
                let root = tx.get_or_insert_xml_fragment(ROOT);
                change(tx, &root)?;
                Ok(tx.encode_update_v1())
            })
        })?;
        // What we made ourselves is read back like anything else; it must hold up.
        let summary = update::validate(&bytes, &Limits::stored()).map_err(|_| self.poison())?;
        if summary.is_empty() {
            return Ok(None);
        }
        let mut seen = self.seen.clone();
        let share = pending::share(&summary, &mut seen);
        let depths = match self.depths.of(&summary, &share.order) {
            Ok(depths) if share.whole => depths,
            _ => return Err(self.poison()),
        };
        self.depths.add(depths);
        self.seen = seen;
        self.deleted = None;
        Ok(Some(bytes))
    }

    /// The document's text.
    ///
    /// # Errors
    /// It is nested too deeply or has too many nodes, or the replica is poisoned.
    pub fn tree(&mut self) -> Result<Document, ReplicaError> {
        self.guarded(|replica| {
            let tx = replica.engine.doc()?.transact();
            match tx.get_xml_fragment(ROOT) {
                Some(root) => walk::document(&root, &tx),
                None => Ok(Document::default()),
            }
        })
    }

    /// The document's tree as JSON in which everything stands in one order, so that equal documents are equal
    /// texts: elements as `["element", name, attributes, children]`, text as `["text", runs]`.
    ///
    /// # Errors
    /// The replica is poisoned.
    pub fn canonical(&mut self) -> Result<String, ReplicaError> {
        self.guarded(|replica| {
            let tx = replica.engine.doc()?.transact();
            Ok(tx.get_xml_fragment(ROOT).map_or_else(|| "[]".to_owned(), |root| canonical::json(&root, &tx)))
        })
    }

    /// Who wrote what in the block at this place (from 0) of the text: its runs in order, each by one writer.
    /// Empty if there is no such block.
    ///
    /// # Errors
    /// The block is too long to be looked through, or the replica is poisoned.
    pub fn writers(&mut self, block: usize, authors: &Authors) -> Result<Vec<Written>, ReplicaError> {
        self.guarded(|replica| {
            let tx = replica.engine.doc()?.transact();
            let root = tx.get_xml_fragment(ROOT);
            let node = root.and_then(|root| root.get(&tx, u32::try_from(block).unwrap_or(u32::MAX)));
            node.map_or_else(|| Ok(Vec::new()), |node| authors::written(&node, &tx, authors))
        })
    }

    /// The whole document in update format v2, which is smaller and which only stores read.
    pub(crate) fn encode_v2(&mut self) -> Result<Vec<u8>, ReplicaError> {
        let all = yrs::StateVector::default();
        self.guarded(|replica| Ok(replica.engine.doc()?.transact().encode_state_as_update_v2(&all)))
    }

    /// An update that builds this text in an empty document.
    ///
    /// # Errors
    /// The text is nested too deeply.
    pub fn from_tree(document: &Document) -> Result<Vec<u8>, ReplicaError> {
        Ok(Replica::new().replace_with(document)?.unwrap_or_else(|| Update::EMPTY_V1.to_vec()))
    }

    /// Changes the document into this text and returns the update, or `None` if it already says that.
    /// Blocks that are alike at the beginning and at the end stay untouched, so that what others write
    /// in them meanwhile survives.
    ///
    /// # Errors
    /// The text is nested too deeply, or the replica is poisoned.
    pub fn replace_with(&mut self, document: &Document) -> Result<Option<Vec<u8>>, ReplicaError> {
        build::check(document)?;
        let now = self.tree()?;
        self.edit(|tx, root| {
            build::replace(tx, root, &now, document);
            Ok(())
        })
    }

    /// How many updates wait for what they build on.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Drops waiting updates of a session whose access has ended; returns how many.
    pub(crate) fn forget(&mut self, session: u64) -> usize {
        self.queue.forget(session)
    }

    /// Drops all waiting updates; returns who sent them, once for each.
    pub(crate) fn abandon(&mut self) -> Vec<Source> {
        let waiting = self.queue.take().into_iter();
        waiting.flat_map(|waiting| repeat_n(waiting.source, waiting.times)).collect()
    }

    /// Runs foreign code on the replica. If it panics, the replica is poisoned.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, ReplicaError> {
        let result = self.guarded(|replica| Ok(act(replica)))?;
        if self.poisoned { Err(ReplicaError::Poisoned) } else { Ok(result) }
    }

    /// Puts the engine to rest if nothing was asked of it since the last time that this was called. It wakes by
    /// itself. Tells whether it rests now.
    pub fn rest_if_unused(&mut self) -> bool {
        if std::mem::take(&mut self.used) || self.poisoned {
            return false;
        }
        // An engine that fails here fails with its next user, too, and they know what to do.
        let packed = catch_unwind(AssertUnwindSafe(|| self.engine.packed())).unwrap_or_default();
        if let Some(packed) = packed {
            let awake = std::mem::replace(&mut self.engine, Engine::Resting(packed));
            let _ = catch_unwind(AssertUnwindSafe(|| drop(awake)));
            self.deleted = None;
        }
        matches!(self.engine, Engine::Resting(_))
    }

    /// Opens the document again if it rests.
    fn wake(&mut self) -> Result<(), ReplicaError> {
        self.used = true;
        let Engine::Resting(resting) = &self.engine else { return Ok(()) };
        let update = resting.update()?;
        self.engine = Engine::new();
        let seen = self.write(|tx| {
            tx.apply_update(update).map_err(|_| ReplicaError::Poisoned)?;
            Ok(tx.state_vector())
        })?;
        let seen: StateVector = seen.iter().map(|(client, clock)| (client.get(), *clock)).collect();
        // If it is not what it was, it has to come from the log.
        if seen == self.seen { Ok(()) } else { Err(ReplicaError::Poisoned) }
    }

    /// Runs something in the engine so that a panic there ends the replica and not the process.
    fn guarded<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, ReplicaError>) -> Result<T, ReplicaError> {
        if self.poisoned {
            return Err(ReplicaError::Poisoned);
        }
        let result = catch_unwind(AssertUnwindSafe(|| {
            self.wake()?;
            act(self)
        }));
        match result {
            Ok(Err(ReplicaError::Poisoned)) | Err(_) => Err(self.poison()),
            Ok(result) => result,
        }
    }

    fn poison(&mut self) -> ReplicaError {
        self.poisoned = true;
        ReplicaError::Poisoned
    }
}

fn ranges(set: &IdSet) -> Vec<IdRange> {
    let mut all = Vec::new();
    for (client, ranges) in set.iter() {
        for range in ranges.iter() {
            if range.end > range.start {
                all.push(IdRange { client: client.get(), clock: range.start, length: range.end - range.start });
            }
        }
    }
    all
}

fn covers(set: &IdSet, range: &IdRange) -> bool {
    let Some(ranges) = set.get(&ClientID::new(range.client)) else { return false };
    let mut from = range.clock;
    for (known, ()) in ranges.iter() {
        if known.end <= from {
            continue;
        }
        if known.start > from {
            return false;
        }
        from = known.end;
        if from >= range.end() {
            return true;
        }
    }
    false
}

/// How deep each unit lies in shared types. Neighbouring units at the same depth share an entry, so
/// this is small: about one entry per element, none per character.
#[derive(Debug, Default)]
struct Depths {
    /// By client and first clock; an entry reaches to the next one of its client.
    starts: BTreeMap<(u64, u32), u8>,
}

impl Depths {
    fn get(&self, client: u64, clock: u32) -> u8 {
        self.starts.range((client, 0)..=(client, clock)).next_back().map_or(0, |(_, &depth)| depth)
    }

    /// The depths of the structs that `order` places.
    fn of(&self, summary: &Summary, order: &[usize]) -> Result<Depths, ReplicaError> {
        let mut new = Depths::default();
        for one in order.iter().map(|&at| &summary.structs[at]) {
            // A struct names its parent only if it has no neighbour; otherwise it lies beside that one.
            let [left, right, parent] = one.needs;
            let base = parent.or(left).or(right).map_or(0, |id| self.with(&new, id));
            let depth = base + u8::from(parent.is_some());
            if depth > TREE_DEPTH_MAX {
                return Err(ReplicaError::TooDeep);
            }
            new.starts.insert((one.ids.client, one.ids.clock), depth);
        }
        Ok(new)
    }

    /// The depth of a unit that is in `new` or, before the first new one of its client, in `self`.
    fn with(&self, new: &Depths, id: Id) -> u8 {
        let newer = new.starts.range((id.client, 0)..=(id.client, id.clock)).next_back();
        newer.map_or_else(|| self.get(id.client, id.clock), |(_, &depth)| depth)
    }

    /// Adds what [`Depths::of`] found. New units of a client come after all older ones.
    fn add(&mut self, new: Depths) {
        for ((client, clock), depth) in new.starts {
            if self.get(client, clock) != depth {
                self.starts.insert((client, clock), depth);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    /// A text on which the engine fails in tests.
    pub const TRAP: &str = "the engine fails on this text";

    /// Fails on [`TRAP`], as an engine with a fault would.
    pub fn trap(update: &[u8]) {
        assert!(!update.windows(TRAP.len()).any(|window| window == TRAP.as_bytes()), "the trap");
    }
}
