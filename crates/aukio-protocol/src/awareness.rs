//! Awareness: the short-lived state of each client, such as its name and cursor, as JSON text.

use crate::reader::{Malformed, NUMBER_MAX, ReadError, Reader};
use crate::{Limits, value, writer};

/// One client's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The Yjs client id the state belongs to, as claimed by the sender.
    pub client: u64,
    /// Rises with each change of the state; older states lose.
    pub clock: u32,
    /// A JSON value; the text `null` says that the client has gone.
    pub state: String,
}

impl Entry {
    /// Whether this entry says that the client has gone.
    pub fn is_gone(&self) -> bool {
        self.state.trim() == "null"
    }
}

/// Reads an awareness update.
///
/// # Errors
/// Says at which byte the update is malformed, or over one of the `awareness_*` limits, or holds a
/// state that is not JSON of bounded depth.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, ReadError> {
    let mut reader = Reader::new(bytes);
    if bytes.len() > limits.awareness_bytes_max {
        return reader.fault(limits.awareness_bytes_max, Malformed::Limit("bytes in an awareness update"));
    }
    let count = reader.count(3)?;
    if count > limits.awareness_clients_max {
        return reader.fault(0, Malformed::Limit("clients in an awareness update"));
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let client = reader.number(NUMBER_MAX)?;
        let clock = reader.number_u32(u32::MAX)?;
        let start = reader.at();
        let state = reader.string()?;
        if state.len() > limits.awareness_state_bytes_max {
            return reader.fault(start, Malformed::Limit("bytes in an awareness state"));
        }
        if let Err(what) = value::json(state, limits.nesting_max) {
            return reader.fault(start, what);
        }
        entries.push(Entry { client, clock, state: state.to_owned() });
    }
    reader.end()?;
    Ok(entries)
}

/// Writes an awareness update.
pub fn encode<'a>(entries: impl ExactSizeIterator<Item = &'a Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    writer::number(&mut out, entries.len() as u64);
    for entry in entries {
        encode_entry(&mut out, entry);
    }
    out
}

/// Writes one entry behind what `out` holds, for [`join`].
pub fn encode_entry(out: &mut Vec<u8>, entry: &Entry) {
    writer::number(out, entry.client);
    writer::number(out, u64::from(entry.clock));
    writer::buffer(out, entry.state.as_bytes());
}

/// An awareness update of `count` entries that are already written, in pieces that hold whole entries.
pub fn join(count: usize, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + pieces.iter().map(|piece| piece.len()).sum::<usize>());
    writer::number(&mut out, count as u64);
    pieces.iter().for_each(|piece| out.extend_from_slice(piece));
    out
}
