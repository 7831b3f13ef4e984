//! How many of each sort there are among all that fits.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::query::Facets;
use crate::{Kind, Tongue};

/// Spaces that are offered; more would be no help in choosing.
const SPACES_MOST: usize = 12;

/// What facets are counted by.
#[derive(Clone, Copy)]
pub(super) struct Traits {
    pub(super) kind: u64,
    pub(super) space: i64,
    pub(super) language: u64,
    pub(super) year: u64,
    /// Which filters let it through.
    pub(super) by: Passes,
}

#[derive(Clone, Copy)]
pub(super) struct Passes {
    pub(super) kind: bool,
    pub(super) space: bool,
    pub(super) language: bool,
    pub(super) year: bool,
}

impl Passes {
    pub(super) fn all(self) -> bool {
        self.kind && self.space && self.language && self.year
    }
}

/// Ids are chance already: hashing them again would be half the cost of counting.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_i64(&mut self, id: i64) {
        self.0 = (id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

pub(super) type ById<T> = HashMap<i64, T, BuildHasherDefault<IdHasher>>;

#[derive(Default)]
pub(super) struct Counts {
    pub(super) total: usize,
    kinds: [usize; Kind::ALL.len()],
    languages: [usize; Tongue::ALL.len()],
    spaces: ById<usize>,
    years: ById<usize>,
}

impl Counts {
    /// Counts a thing where all filters but the facet's own let it through.
    pub(super) fn add(&mut self, traits: &Traits) {
        let Passes { kind, space, language, year } = traits.by;
        if space && language && year {
            count(&mut self.kinds, traits.kind);
        }
        if kind && space && year {
            count(&mut self.languages, traits.language);
        }
        if kind && language && year && traits.space != 0 {
            *self.spaces.entry(traits.space).or_default() += 1;
        }
        if kind && space && language && traits.year != 0 {
            *self.years.entry(traits.year as i64).or_default() += 1;
        }
        self.total += usize::from(traits.by.all());
    }

    pub(super) fn merge(&mut self, other: Counts) {
        self.total += other.total;
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine += theirs;
        }
        for (mine, theirs) in self.languages.iter_mut().zip(other.languages) {
            *mine += theirs;
        }
        for (space, found) in other.spaces {
            *self.spaces.entry(space).or_default() += found;
        }
        for (year, found) in other.years {
            *self.years.entry(year).or_default() += found;
        }
    }

    pub(super) fn facets(self) -> Facets {
        let named = |all: &[usize], place: usize| all.get(place).copied().filter(|count| *count > 0);
        let kinds = Kind::ALL.into_iter().filter_map(|kind| Some((kind, named(&self.kinds, kind.code() as usize)?)));
        let languages = Tongue::ALL
            .into_iter()
            .filter_map(|tongue| Some((tongue, named(&self.languages, tongue.code() as usize)?)));
        let mut spaces: Vec<(i64, usize)> = self.spaces.iter().map(|(space, count)| (*space, *count)).collect();
        spaces.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        spaces.truncate(SPACES_MOST);
        let mut years: Vec<(u16, usize)> = self.years.iter().map(|(year, count)| (*year as u16, *count)).collect();
        years.sort_by_key(|(year, _)| Reverse(*year));
        Facets { kinds: kinds.collect(), languages: languages.collect(), spaces, years }
    }
}

fn count<const N: usize>(counts: &mut [usize; N], code: u64) {
    if let Some(count) = counts.get_mut(code as usize) {
        *count += 1;
    }
}
