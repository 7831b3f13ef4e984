//! State vectors: for each client, how far its changes have been seen.

use std::collections::BTreeMap;

use crate::reader::{Malformed, NUMBER_MAX, ReadError, Reader};
use crate::update::CLOCK_MAX;
use crate::{Limits, writer};

/// For each client id the number of its units (characters, elements, …) that are known.
pub type StateVector = BTreeMap<u64, u32>;

/// Reads a state vector. Each client may stand in it once.
///
/// # Errors
/// Says at which byte the vector is malformed or over `limits.state_vector_bytes_max`.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<StateVector, ReadError> {
    let mut reader = Reader::new(bytes);
    if bytes.len() > limits.state_vector_bytes_max {
        return reader.fault(limits.state_vector_bytes_max, Malformed::Limit("bytes in a state vector"));
    }
    let mut vector = StateVector::new();
    for _ in 0..reader.count(2)? {
        let start = reader.at();
        let client = reader.number(NUMBER_MAX)?;
        let clock = reader.number_u32(CLOCK_MAX)?;
        if vector.insert(client, clock).is_some() {
            return reader.fault(start, Malformed::Duplicate);
        }
    }
    reader.end()?;
    Ok(vector)
}

/// Checks a state vector without keeping it.
///
/// # Errors
/// As [`decode`].
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    decode(bytes, limits).map(drop)
}

/// Writes a state vector, highest client first, as Yjs does.
pub fn encode(vector: &StateVector) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + vector.len() * 8);
    writer::number(&mut out, vector.len() as u64);
    for (&client, &clock) in vector.iter().rev() {
        writer::number(&mut out, client);
        writer::number(&mut out, u64::from(clock));
    }
    out
}
