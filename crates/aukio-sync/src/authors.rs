//! Who wrote what: ranges of ids with the member whose session brought them first.
//!
//! Nothing here is claimed by a client. A row of the log holds exactly what was new when it was applied, and the
//! session that it came from; so the rows are the record, and [`Authors`] is made from them whenever it is needed.

use std::collections::BTreeMap;

use aukio_protocol::Limits;
use aukio_protocol::update::{self, Id, IdRange};
use yrs::types::text::YChange;
use yrs::{Any, Assoc, IndexedSequence, Out, ReadTxn, Text, XmlFragment, XmlOut, XmlTextRef};

use crate::ReplicaError;

/// Units of text that are looked through for one block.
const UNITS_MOST: u32 = 20_000;

/// Ranges of ids and who made them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authors {
    /// By client and first clock: the clock after the last, and who.
    ranges: BTreeMap<(u64, u32), (u32, Option<i64>)>,
}

/// A run of text by one writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The words.
    pub text: String,
    /// Who wrote them; `None` for visitors and where nobody knows.
    pub actor: Option<i64>,
}

impl Authors {
    /// Notes a row of the log: what it holds was made by this actor. Rows must come in their order.
    ///
    /// # Errors
    /// The bytes are no update.
    pub fn record(&mut self, actor: Option<i64>, bytes: &[u8]) -> Result<(), ReplicaError> {
        let summary = update::validate(bytes, &Limits::stored())?;
        for range in summary.inserts() {
            self.note(actor, range);
        }
        Ok(())
    }

    fn note(&mut self, actor: Option<i64>, range: IdRange) {
        let before = self.ranges.range_mut(..=(range.client, range.clock)).next_back();
        match before {
            // Typing on: the same range, longer.
            Some((&(client, _), (end, who))) if client == range.client && *end == range.clock && *who == actor => {
                *end = range.end();
            }
            _ => {
                self.ranges.insert((range.client, range.clock), (range.end(), actor));
            }
        }
    }

    /// Who made this unit; `None` for visitors and where nobody knows.
    pub fn of(&self, id: Id) -> Option<i64> {
        let (&(client, _), &(end, actor)) = self.ranges.range(..=(id.client, id.clock)).next_back()?;
        if client == id.client && id.clock < end { actor } else { None }
    }

    /// The ranges in order of client and clock: (client, first clock, clock after the last, actor). This is what
    /// a table would hold.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u32, u32, Option<i64>)> + '_ {
        self.ranges.iter().map(|(&(client, from), &(to, actor))| (client, from, to, actor))
    }
}

/// The text under a node, by writer.
pub(crate) fn written<T: ReadTxn>(node: &XmlOut, tx: &T, authors: &Authors) -> Result<Vec<Written>, ReplicaError> {
    let mut runs = Runs { authors, runs: Vec::new(), units: 0 };
    runs.node(node, tx)?;
    let utf16 = |(units, actor): (Vec<u16>, _)| Written { text: String::from_utf16_lossy(&units), actor };
    Ok(runs.runs.into_iter().map(utf16).collect())
}

struct Runs<'a> {
    authors: &'a Authors,
    runs: Vec<(Vec<u16>, Option<i64>)>,
    units: u32,
}

impl Runs<'_> {
    fn node<T: ReadTxn>(&mut self, node: &XmlOut, tx: &T) -> Result<(), ReplicaError> {
        match node {
            XmlOut::Text(text) => self.text(text, tx),
            XmlOut::Element(element) => element.children(tx).try_for_each(|child| self.node(&child, tx)),
            XmlOut::Fragment(fragment) => fragment.children(tx).try_for_each(|child| self.node(&child, tx)),
        }
    }

    fn text<T: ReadTxn>(&mut self, text: &XmlTextRef, tx: &T) -> Result<(), ReplicaError> {
        self.units += text.len(tx);
        if self.units > UNITS_MOST {
            return Err(ReplicaError::Text("too long to be looked through"));
        }
        let mut place = 0;
        for piece in text.diff(tx, YChange::identity) {
            let Out::Any(Any::String(words)) = piece.insert else {
                place += 1;
                continue;
            };
            for unit in words.encode_utf16() {
                let id = text.sticky_index(tx, place, Assoc::After).and_then(|index| index.id().copied());
                let actor = id.and_then(|id| self.authors.of(Id { client: id.client.get(), clock: id.clock }));
                match self.runs.last_mut() {
                    Some((units, same)) if *same == actor => units.push(unit),
                    _ => self.runs.push((vec![unit], actor)),
                }
                place += 1;
            }
        }
        Ok(())
    }
}
