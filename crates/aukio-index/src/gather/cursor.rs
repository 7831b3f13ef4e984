//! Places in lists of hits.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A place in a list of hits: what its order is by, and the id, because hits may tie.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cursor {
    pub(super) rank: f64,
    pub(super) id: i64,
}

impl Cursor {
    /// Earlier in the list is greater.
    pub(super) fn order(&self, other: &Cursor) -> Ordering {
        self.rank.total_cmp(&other.rank).then(self.id.cmp(&other.id))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:x}-{:x}", self.rank.to_bits(), self.id)
    }
}

/// The text is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Cursor, NoCursor> {
        let (rank, id) = text.split_once('-').ok_or(NoCursor)?;
        let rank = f64::from_bits(u64::from_str_radix(rank, 16).map_err(|_| NoCursor)?);
        let id = i64::from_str_radix(id, 16).map_err(|_| NoCursor)?;
        if rank.is_finite() { Ok(Cursor { rank, id }) } else { Err(NoCursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_are_written() {
        for cursor in [Cursor { rank: 12.345, id: 77 }, Cursor { rank: 1.7e15, id: i64::MAX }] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "-", "zz-1", "7ff0000000000000-1", "1-1-1", "1"] {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
    }
}
