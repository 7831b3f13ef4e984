//! Mutations of real bytes: what a fuzzer does, in a page. Shared by the tests and the long-running program.

/// A small generator of numbers, so that a seed is all there is to say about a finding.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }
}

/// Numbers as lib0 writes them at which decoders stumble.
const NUMBERS: [&[u8]; 9] = [
    &[0],
    &[0x7f],
    &[0x80, 0x00],
    &[0x80, 0x01],
    &[0xff, 0xff, 0x03],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/// Changes `bytes` in one to four places; `other` is a second input to take pieces from.
pub fn mutate(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.number() as u8,
            2 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
            3 => bytes.truncate(at),
            4 => bytes.insert(at, chance.number() as u8),
            5 if at < bytes.len() => drop(bytes.remove(at)),
            6 => {
                let number = NUMBERS[chance.below(NUMBERS.len())];
                let end = bytes.len().min(at + chance.below(3));
                bytes.splice(at..end, number.iter().copied());
            }
            7 => {
                let from = chance.below(other.len() + 1);
                let piece = &other[from..other.len().min(from + chance.below(24))];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                // The same again, as nesting and repeated sections are.
                let piece = bytes[at..bytes.len().min(at + 1 + chance.below(16))].to_vec();
                bytes.splice(at..at, piece.into_iter().cycle().take(chance.below(64)));
            }
        }
    }
}

/// The kept inputs, by name.
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../aukio-protocol/fuzz/corpus");
    let files = std::fs::read_dir(folder).expect("the corpus lies beside the crate");
    let mut inputs: Vec<_> = files
        .map(|file| file.expect("the corpus can be listed").path())
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("the corpus can be read"))
        })
        .collect();
    inputs.sort();
    inputs
}
