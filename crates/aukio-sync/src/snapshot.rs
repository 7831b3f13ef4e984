//! A whole document in few bytes, for the store: update format v2, compressed, with a checksum.
//!
//! A snapshot begins with a number that no update can begin with (a zero in two bytes), so that stored plain
//! updates of format v1 are still read. What was read back is turned into format v1 and checked like a
//! stranger's bytes, since a disk may lie.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::panic::catch_unwind;

use yrs::Update;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;

use crate::{Replica, ReplicaError};

const MARK: [u8; 3] = [0x80, 0x00, 2];
/// Snapshots are made once and kept, so some time may be spent on them.
const LEVEL: i32 = 15;
/// No document is this large, however well it was compressed.
const UNPACKED_BYTES_MAX: u64 = 64 << 20;

/// Replays a snapshot and updates into a new snapshot, and opens it again to see that it says the same: the same
/// state vector and the same tree, to the last attribute. The engine's own way of merging updates is not used; what
/// it makes can differ from what clients have.
///
/// # Errors
/// The parts cannot be opened, or the result differs from them. Then it must not take their place.
pub fn compact<B: AsRef<[u8]>>(
    snapshot: Option<&[u8]>,
    updates: impl IntoIterator<Item = B>,
) -> Result<Vec<u8>, ReplicaError> {
    let mut replica = Replica::open(snapshot, updates)?;
    let packed = pack(&replica.encode_v2()?).map_err(|_| damaged())?;
    let mut reopened = Replica::open(Some(&packed), std::iter::empty::<&[u8]>())?;
    if reopened.state_vector() != replica.state_vector() || reopened.canonical()? != replica.canonical()? {
        return Err(ReplicaError::Text("the compacted document differs"));
    }
    Ok(packed)
}

/// A snapshot as an update of format v1.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReplicaError> {
    let Some(packed) = bytes.strip_prefix(&MARK) else { return Ok(Cow::Borrowed(bytes)) };
    let update = decompress(packed).map_err(|_| damaged())?;
    // The checksum has held, so this is what was once written; but a fault in the engine must not end the process.
    let decoded = catch_unwind(|| Update::decode_v2(&update).map(|update| update.encode_v1()));
    match decoded {
        Ok(Ok(update)) => Ok(Cow::Owned(update)),
        Ok(Err(error)) => Err(ReplicaError::Undecodable(error.to_string())),
        Err(_) => Err(damaged()),
    }
}

fn damaged() -> ReplicaError {
    ReplicaError::Text("the snapshot is damaged")
}

fn pack(update: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(MARK.to_vec(), LEVEL)?;
    encoder.include_checksum(true)?;
    // With the size known, tables are no larger than the input needs.
    encoder.set_pledged_src_size(Some(update.len() as u64))?;
    encoder.write_all(update)?;
    encoder.finish()
}

fn decompress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    zstd::Decoder::with_buffer(bytes)?.take(UNPACKED_BYTES_MAX + 1).read_to_end(&mut out)?;
    if out.len() as u64 > UNPACKED_BYTES_MAX {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use aukio_text::markdown::parse;

    use super::*;

    const NOTHING: [&[u8]; 0] = [];

    #[test]
    fn a_snapshot_is_smaller_and_says_the_same() {
        let text = "## Otsikko\n\n- yksi **lihava**\n- kaksi\n\n".repeat(50);
        let update = Replica::from_tree(&parse(&text)).unwrap();
        let packed = compact(None, [&update]).unwrap();
        assert!(packed.len() * 5 < update.len(), "{} of {}", packed.len(), update.len());
        let mut opened = Replica::open(Some(&packed), NOTHING).unwrap();
        assert_eq!(opened.canonical().unwrap(), Replica::open(None, [&update]).unwrap().canonical().unwrap());
        assert_eq!(compact(Some(&packed), NOTHING).unwrap(), packed, "again and again the same");
    }

    #[test]
    fn a_snapshot_of_format_one_is_still_read() {
        let update = Replica::from_tree(&parse("hei")).unwrap();
        assert!(Replica::open(Some(&update), NOTHING).is_ok());
    }

    #[test]
    fn a_damaged_snapshot_is_refused_whichever_byte_it_is() {
        let update = Replica::from_tree(&parse("Tämä on talletettu.")).unwrap();
        let packed = compact(None, [&update]).unwrap();
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x10;
            let opened = Replica::open(Some(&damaged), NOTHING).map(|mut replica| replica.canonical().unwrap());
            // A bit that says nothing may change; what the text is may not.
            let whole = Replica::open(None, [&update]).unwrap().canonical().unwrap();
            assert!(opened.is_err() || opened.unwrap() == whole, "byte {at}");
        }
        assert!(Replica::open(Some(&packed[..packed.len() / 2]), NOTHING).is_err());
    }
}
