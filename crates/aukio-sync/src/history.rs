//! Old updates packed tightly: the history of a document, which is read seldom and kept for good.
//!
//! Updates of people typing are alike. Their times, authors, lengths and bytes are stored column by column,
//! so that what is alike stands together, and compressed with zstd; a keystroke then takes some four bytes
//! where its update has 25. Nothing is merged: each update comes out as it went in.

use std::collections::HashMap;
use std::io::Read;

use crate::Pending;

/// An update as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When it was logged, in microseconds.
    pub at: i64,
    /// The update. Its schema version is not kept: what counts is the document's.
    pub update: Pending,
}

/// A pack that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a pack of old updates is damaged: {0}")]
pub struct DamagedPack(&'static str);

/// The first byte of a pack says how it is laid out: updates as they are, which is still read, or as differences.
const PLAIN: u8 = 1;
const LAYOUT: u8 = 2;
/// Slow to write and quick to read.
const LEVEL: i32 = 19;
/// The largest pack, unpacked. Whoever packs takes fewer updates at a time than would fill it.
pub const PACK_BYTES_MOST: usize = 64 << 20;

/// Packs updates that follow each other in the log.
///
/// # Errors
/// The compressor has no memory.
pub fn pack(past: &[Past]) -> std::io::Result<Vec<u8>> {
    let mut actors: Vec<Option<i64>> = past.iter().map(|past| past.update.actor).collect();
    actors.sort_unstable();
    actors.dedup();
    let mut plain = Vec::new();
    number(&mut plain, past.len() as u64);
    number(&mut plain, actors.len() as u64);
    for actor in &actors {
        number(&mut plain, actor.map_or(0, |actor| zigzag(actor) + 1));
    }
    for past in past {
        number(&mut plain, actors.partition_point(|actor| *actor < past.update.actor) as u64);
    }
    let mut before = 0;
    for past in past {
        number(&mut plain, zigzag(past.at.wrapping_sub(before)));
        before = past.at;
    }
    for past in past {
        number(&mut plain, past.update.bytes.len() as u64);
    }
    let mut alike = Alike::default();
    for (place, Past { update, .. }) in past.iter().enumerate() {
        let before = alike.before(update.bytes.len(), update.actor, place).map_or(&[][..], |at| &past[at].update.bytes);
        plain.extend(update.bytes.iter().zip(padded(before)).map(|(byte, before)| byte.wrapping_sub(before)));
    }
    let mut packed = vec![LAYOUT];
    packed.extend(zstd::encode_all(plain.as_slice(), LEVEL)?);
    Ok(packed)
}

/// The updates of a pack, in their order.
///
/// # Errors
/// The bytes are not a pack, or not a whole one.
pub fn unpack(packed: &[u8]) -> Result<Vec<Past>, DamagedPack> {
    let Some((&layout @ (PLAIN | LAYOUT), compressed)) = packed.split_first() else {
        return Err(DamagedPack("an unknown layout"));
    };
    let mut plain = Vec::new();
    let decoder = zstd::Decoder::new(compressed).map_err(|_| DamagedPack("not compressed as it should be"))?;
    let most = PACK_BYTES_MOST as u64 + 1;
    decoder.take(most).read_to_end(&mut plain).map_err(|_| DamagedPack("not compressed as it should be"))?;
    if plain.len() > PACK_BYTES_MOST {
        return Err(DamagedPack("too large"));
    }
    let mut rest = Columns(&plain);
    let count = rest.count()?;
    let actors = (0..rest.count()?)
        .map(|_| Ok(rest.number()?.checked_sub(1).map(unzigzag)))
        .collect::<Result<Vec<Option<i64>>, DamagedPack>>()?;
    let mut past = Vec::with_capacity(count);
    for _ in 0..count {
        let place = rest.number()? as usize;
        let actor = *actors.get(place).ok_or(DamagedPack("an author who is not listed"))?;
        past.push(Past { at: 0, update: Pending { actor, bytes: Vec::new(), schema: 0 } });
    }
    let mut before: i64 = 0;
    for past in &mut past {
        before = before.wrapping_add(unzigzag(rest.number()?));
        past.at = before;
    }
    let lengths = (0..count).map(|_| rest.count()).collect::<Result<Vec<usize>, DamagedPack>>()?;
    let mut alike = Alike::default();
    for (place, length) in lengths.into_iter().enumerate() {
        let before = alike.before(length, past[place].update.actor, place).filter(|_| layout == LAYOUT);
        let before = before.map_or(&[][..], |at| &past[at].update.bytes);
        let bytes = rest.bytes(length)?.iter().zip(padded(before)).map(|(byte, before)| byte.wrapping_add(before));
        let bytes: Vec<u8> = bytes.collect();
        past[place].update.bytes = bytes;
    }
    if rest.0.is_empty() { Ok(past) } else { Err(DamagedPack("something stands after the end")) }
}

/// Finds, for each update, the last one of equal length by the same author. A keystroke resembles the one before it:
/// a clock is one higher, a letter differs. So bytes are stored as differences to that one.
#[derive(Default)]
struct Alike(HashMap<(usize, Option<i64>), usize>);

impl Alike {
    /// Where the one before stands, if there is one; from now on it is this one.
    fn before(&mut self, length: usize, actor: Option<i64>, place: usize) -> Option<usize> {
        self.0.insert((length, actor), place)
    }
}

/// The bytes, then zeros without end.
fn padded(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().copied().chain(std::iter::repeat(0))
}

struct Columns<'a>(&'a [u8]);

impl Columns<'_> {
    fn number(&mut self) -> Result<u64, DamagedPack> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(DamagedPack("it ends too early"))?;
            self.0 = rest;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(DamagedPack("a number is too long"))
    }

    /// A number of things that each take a byte at least, so that no list is made longer than what can follow.
    fn count(&mut self) -> Result<usize, DamagedPack> {
        let count = self.number()? as usize;
        if count <= self.0.len() { Ok(count) } else { Err(DamagedPack("it ends too early")) }
    }

    fn bytes(&mut self, length: usize) -> Result<&[u8], DamagedPack> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(DamagedPack("it ends too early"))?;
        self.0 = rest;
        Ok(bytes)
    }
}

/// Seven bits a byte, the least first, as everywhere in these formats.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small numbers of either sign become small numbers.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn past() -> impl Strategy<Value = Past> {
        (any::<i64>(), proptest::option::of(0..i64::MAX), proptest::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(at, actor, bytes)| Past { at, update: Pending { actor, bytes, schema: 0 } })
    }

    proptest! {
        // The compressor is thorough and slow.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_goes_in_comes_out(past in proptest::collection::vec(past(), 0..30)) {
            prop_assert_eq!(unpack(&pack(&past).expect("memory")).expect("a whole pack"), past);
        }

        #[test]
        fn damage_is_noticed_or_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
            let packed = pack(&[Past { at: 5, update: Pending { actor: Some(1), bytes, schema: 0 } }]).expect("memory");
            for end in 0..packed.len() {
                prop_assert!(unpack(&packed[..end]).is_err());
            }
        }
    }

    #[test]
    fn a_keystroke_takes_a_few_bytes() {
        // What a Yjs client sends for one letter after another: client, clock, the letter before it, the letter.
        let typed = |clock: u64, letter: u8| {
            let mut bytes = vec![1, 1];
            number(&mut bytes, 3_141_592_653);
            number(&mut bytes, clock);
            bytes.push(0x84);
            number(&mut bytes, 3_141_592_653);
            number(&mut bytes, clock - 1);
            bytes.extend([1, letter, 0]);
            bytes
        };
        let text = "kunnan asukkaat päättävät osallistuvassa budjetoinnissa mihin rahat käytetään ";
        let past: Vec<Past> = (1..=4000_u64)
            .map(|clock| Past {
                at: 1_700_000_000_000_000 + clock as i64 * 180_000 + (clock as i64 * 7919) % 50_000,
                update: Pending {
                    actor: Some(7),
                    bytes: typed(clock, text.as_bytes()[clock as usize % text.len()]),
                    schema: 0,
                },
            })
            .collect();
        let each = pack(&past).expect("memory").len() as f64 / past.len() as f64;
        assert!(each <= 8.0, "{each} bytes a keystroke");
    }
}
