//! Document updates of format v1: checked to the last byte, and cut into parts, without being applied.
//!
//! An update is a list of *structs* per client, followed by a *delete set*. A struct is an item (a run
//! of characters, an element, a mark, …), the remains of a deleted one, or a gap. Its place in the
//! document is given by ids of other structs, its left and right neighbours or its parent. A replica
//! that lacks one of these cannot place the struct yet. [`Summary`] lists what an update needs, so that
//! the caller can decide before any engine sees the bytes, and [`part`] writes the share that a replica
//! can take now.
//!
//! Accepted is what present-day Yjs writes. Refused are subdocuments, XML hooks, weak links and the
//! JSON content of old versions: engines read some of these differently, and a replica must not.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::reader::{Malformed, NUMBER_MAX, ReadError, Reader};
use crate::{Limits, value, writer};

/// No clock reaches beyond this, 2³¹ − 1: engines compute with differences of clocks in 32 bits.
pub const CLOCK_MAX: u32 = i32::MAX as u32;

const GONE: u8 = 0;
const GAP: u8 = 10;

const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;
/// The four lowest bits say what a struct holds; the fifth has no meaning and must be clear.
const CONTENT: u8 = 0x1f;

/// An update that cannot be accepted: where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed update: {0}")]
pub struct UpdateError(#[from] pub ReadError);

/// The name of one unit of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The client that made it.
    pub client: u64,
    /// Its number with that client, from 0.
    pub clock: u32,
}

/// `length` successive units of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdRange {
    /// The client that made them.
    pub client: u64,
    /// The first of them.
    pub clock: u32,
    /// How many; never 0.
    pub length: u32,
}

impl IdRange {
    /// The clock after the last unit.
    pub fn end(&self) -> u32 {
        self.clock + self.length
    }
}

/// What a struct is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An item with content, or the tombstone of one.
    Item,
    /// The remains of deleted items of which only the length is known.
    Gone,
    /// Nothing: the sender itself lacks these units.
    Gap,
}

/// One struct of an update, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// The units it covers.
    pub ids: IdRange,
    /// What it is.
    pub kind: Kind,
    /// The ids without which it has no place: left neighbour, right neighbour, parent.
    pub needs: [Option<Id>; 3],
    /// Where it stands in the update.
    bytes: Range<usize>,
}

/// What an update holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All structs; those of one client stand together, in the order of their clocks, without holes
    /// (a gap is a struct too).
    pub structs: Vec<Struct>,
    /// The delete set; those of one client stand together.
    pub deletes: Vec<IdRange>,
}

impl Summary {
    /// Whether the update says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.deletes.is_empty() && self.structs.iter().all(|one| one.kind == Kind::Gap)
    }

    /// The units that the update brings, as ranges as long as possible, gaps left out.
    pub fn inserts(&self) -> Vec<IdRange> {
        let mut ranges: Vec<IdRange> = Vec::new();
        for one in self.structs.iter().filter(|one| one.kind != Kind::Gap) {
            match ranges.last_mut() {
                Some(last) if last.client == one.ids.client && last.end() == one.ids.clock => {
                    last.length += one.ids.length;
                }
                _ => ranges.push(one.ids),
            }
        }
        ranges
    }

    /// The structs client by client.
    pub fn sections(&self) -> impl Iterator<Item = &[Struct]> {
        self.structs.chunk_by(|a, b| a.ids.client == b.ids.client)
    }
}

/// Checks an update in full and says what it holds.
///
/// # Errors
/// Says at which byte the update is malformed, over a limit, or of a kind that is not accepted.
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<Summary, UpdateError> {
    let mut reader = Reader::new(bytes);
    if bytes.len() > limits.update_bytes_max {
        return Ok(reader.fault(limits.update_bytes_max, Malformed::Limit("bytes in an update"))?);
    }
    let structs = structs(&mut reader, limits)?;
    let deletes = delete_set(&mut reader, limits)?;
    reader.end()?;
    let summary = Summary { structs, deletes };
    if let Some(deep) = too_deep(&summary, limits.tree_depth_max) {
        return Ok(reader.fault(summary.structs[deep].bytes.start, Malformed::Limit("types nested in types"))?);
    }
    Ok(summary)
}

fn structs(reader: &mut Reader<'_>, limits: &Limits) -> Result<Vec<Struct>, ReadError> {
    // Even the smallest section has a count, a client, a clock and a struct of two bytes.
    let sections = reader.count(5)?;
    let mut structs = Vec::new();
    let mut clients = std::collections::BTreeSet::new();
    for _ in 0..sections {
        let start = reader.at();
        let count = reader.count(2)?;
        if count == 0 {
            return reader.fault(start, Malformed::Empty);
        }
        if count > limits.structs_max - structs.len() {
            return reader.fault(start, Malformed::Limit("structs in an update"));
        }
        let client = reader.number(NUMBER_MAX)?;
        if !clients.insert(client) {
            return reader.fault(start, Malformed::Duplicate);
        }
        let mut clock = reader.number_u32(CLOCK_MAX)?;
        for _ in 0..count {
            let one = one_struct(reader, Id { client, clock }, limits)?;
            clock = one.ids.end();
            structs.push(one);
        }
    }
    Ok(structs)
}

fn one_struct(reader: &mut Reader<'_>, id: Id, limits: &Limits) -> Result<Struct, ReadError> {
    let start = reader.at();
    let info = reader.byte()?;
    let mut needs = [None; 3];
    let (kind, length) = match info {
        GONE => (Kind::Gone, reader.number_u32(CLOCK_MAX)?),
        GAP => (Kind::Gap, reader.number_u32(CLOCK_MAX)?),
        _ => {
            if info & HAS_LEFT != 0 {
                needs[0] = Some(read_id(reader)?);
            }
            if info & HAS_RIGHT != 0 {
                needs[1] = Some(read_id(reader)?);
            }
            // The parent is only written where no neighbour tells it.
            if info & (HAS_LEFT | HAS_RIGHT) == 0 {
                match reader.number(1)? {
                    1 => drop(reader.string()?),
                    _ => needs[2] = Some(read_id(reader)?),
                }
                if info & HAS_KEY != 0 {
                    reader.string()?;
                }
            }
            (Kind::Item, content(reader, info & CONTENT, limits)?)
        }
    };
    if length == 0 {
        return reader.fault(start, Malformed::Empty);
    }
    if length > CLOCK_MAX - id.clock {
        return reader.fault(start, Malformed::TooLarge);
    }
    let ids = IdRange { client: id.client, clock: id.clock, length };
    Ok(Struct { ids, kind, needs, bytes: start..reader.at() })
}

fn read_id(reader: &mut Reader<'_>) -> Result<Id, ReadError> {
    Ok(Id { client: reader.number(NUMBER_MAX)?, clock: reader.number_u32(CLOCK_MAX)? })
}

/// Walks the content of an item and returns its length in units.
fn content(reader: &mut Reader<'_>, kind: u8, limits: &Limits) -> Result<u32, ReadError> {
    let start = reader.at();
    match kind {
        // A tombstone.
        1 => reader.number_u32(CLOCK_MAX),
        // Bytes.
        3 => reader.buffer().map(|_| 1),
        // Text: its length counts UTF-16 units, as in JavaScript. It is bounded by the input.
        4 => reader.string().map(|text| text.encode_utf16().count() as u32),
        // An embedded object.
        5 => json(reader, limits).map(|()| 1),
        // A mark: its name and value.
        6 => {
            reader.string()?;
            json(reader, limits).map(|()| 1)
        }
        // A shared type.
        7 => match reader.byte()? {
            0 | 1 | 2 | 4 | 6 => Ok(1),          // array, map, text, XML fragment, XML text
            3 => reader.string().map(|_name| 1), // XML element
            _ => reader.fault(start, Malformed::Unknown("type of shared content")),
        },
        // Plain values. Their number is bounded by the input.
        8 => {
            let count = reader.count(1)?;
            for _ in 0..count {
                value::any(reader, 1, limits.nesting_max)?;
            }
            Ok(count as u32)
        }
        _ => reader.fault(start, Malformed::Unknown("content of a struct")),
    }
}

fn json(reader: &mut Reader<'_>, limits: &Limits) -> Result<(), ReadError> {
    let start = reader.at();
    let text = reader.string()?;
    value::json(text, limits.nesting_max).or_else(|what| reader.fault(start, what))
}

fn delete_set(reader: &mut Reader<'_>, limits: &Limits) -> Result<Vec<IdRange>, ReadError> {
    // Even the smallest entry has a client, a count and a range of two bytes.
    let clients = reader.count(4)?;
    let mut deletes = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..clients {
        let start = reader.at();
        let client = reader.number(NUMBER_MAX)?;
        if !seen.insert(client) {
            return reader.fault(start, Malformed::Duplicate);
        }
        let count = reader.count(2)?;
        if count > limits.delete_ranges_max - deletes.len() {
            return reader.fault(start, Malformed::Limit("ranges in a delete set"));
        }
        for _ in 0..count {
            let start = reader.at();
            let clock = reader.number_u32(CLOCK_MAX)?;
            let length = reader.number_u32(CLOCK_MAX)?;
            if length == 0 {
                return reader.fault(start, Malformed::Empty);
            }
            if length > CLOCK_MAX - clock {
                return reader.fault(start, Malformed::TooLarge);
            }
            deletes.push(IdRange { client, clock, length });
        }
    }
    Ok(deletes)
}

/// The first struct whose chain of parents within this update is longer than `most`.
///
/// A struct names its parent only if it has no neighbour; otherwise it lies where its neighbour lies.
/// The walk keeps its own stack, because chains of neighbours are as long as the text.
fn too_deep(summary: &Summary, most: usize) -> Option<usize> {
    let structs = &summary.structs;
    let mut sections = BTreeMap::new();
    let mut first = 0;
    for section in summary.sections() {
        sections.insert(section[0].ids.client, first..first + section.len());
        first += section.len();
    }
    let find = |id: Id| {
        let section = sections.get(&id.client)?;
        let within = &structs[section.clone()];
        let after = within.partition_point(|one| one.ids.clock <= id.clock);
        let index = after.checked_sub(1)?;
        (id.clock < within[index].ids.end()).then_some(section.start + index)
    };
    // The struct whose depth decides, and by how much this one lies deeper.
    let above = |index: usize| {
        let [left, right, parent] = structs[index].needs;
        match parent {
            Some(parent) => (find(parent), 1),
            None => (left.or(right).and_then(find), 0),
        }
    };
    const UNKNOWN: usize = usize::MAX;
    const OPEN: usize = usize::MAX - 1;
    let mut depths = vec![UNKNOWN; structs.len()];
    let mut stack = Vec::new();
    for index in 0..structs.len() {
        stack.push(index);
        while let Some(&top) = stack.last() {
            let (next, deeper) = above(top);
            let base = match next.map(|next| (next, depths[next])) {
                Some((next, UNKNOWN)) if depths[top] == UNKNOWN && next != top => {
                    depths[top] = OPEN;
                    stack.push(next);
                    continue;
                }
                // A circle, or the start: such structs are never placed, or lie where the walk began.
                None | Some((_, UNKNOWN | OPEN)) => 0,
                Some((_, depth)) => depth,
            };
            if depths[top] == UNKNOWN || depths[top] == OPEN {
                depths[top] = base + deeper;
            }
            if depths[top] > most {
                return Some(top);
            }
            stack.pop();
        }
    }
    None
}

/// Writes an update that holds, of the update `bytes` described by `summary`, the structs for which
/// `chosen` is true (by index) and the given deletes.
///
/// The chosen structs of one client must follow each other without a hole; structs after a hole are
/// left out.
///
/// # Panics
/// If `summary` was not made from `bytes`.
pub fn part(bytes: &[u8], summary: &Summary, chosen: impl Fn(usize) -> bool, deletes: &[IdRange]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut runs: Vec<&[Struct]> = Vec::new();
    let mut first = 0;
    for section in summary.sections() {
        let start = (0..section.len()).find(|at| chosen(first + at));
        if let Some(start) = start {
            let end = (start..section.len()).find(|at| !chosen(first + at)).unwrap_or(section.len());
            runs.push(&section[start..end]);
        }
        first += section.len();
    }
    writer::number(&mut out, runs.len() as u64);
    for run in runs {
        writer::number(&mut out, run.len() as u64);
        writer::number(&mut out, run[0].ids.client);
        writer::number(&mut out, u64::from(run[0].ids.clock));
        out.extend_from_slice(&bytes[run[0].bytes.start..run[run.len() - 1].bytes.end]);
    }
    let by_client: Vec<&[IdRange]> = deletes.chunk_by(|a, b| a.client == b.client).collect();
    writer::number(&mut out, by_client.len() as u64);
    for ranges in by_client {
        writer::number(&mut out, ranges[0].client);
        writer::number(&mut out, ranges.len() as u64);
        for range in ranges {
            writer::number(&mut out, u64::from(range.clock));
            writer::number(&mut out, u64::from(range.length));
        }
    }
    out
}
