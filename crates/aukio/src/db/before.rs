//! A place in a list that is sorted by time, the newest first.

use std::fmt;
use std::str::FromStr;

/// What comes next in the list stands before this moment, or at it with a smaller id. In an address it is
/// `{microseconds}.{id}`, both as decimal numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Before {
    /// Microseconds since 1970-01-01 UTC.
    pub at: i64,
    pub id: i64,
}

impl Before {
    /// The start of the list.
    pub const NEWEST: Before = Before { at: i64::MAX, id: i64::MAX };
}

/// The text is no place in a list.
#[derive(Debug)]
pub struct NotAPlace;

impl FromStr for Before {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Before, NotAPlace> {
        let (at, id) = text.split_once('.').ok_or(NotAPlace)?;
        Ok(Before { at: at.parse().map_err(|_| NotAPlace)?, id: id.parse().map_err(|_| NotAPlace)? })
    }
}

impl fmt::Display for Before {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.at, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Before { at: 1_700_000_000_000_000, id: 7 };
        assert_eq!(place.to_string().parse::<Before>().ok(), Some(place));
        for text in ["", "1", "1.", ".1", "1.2.3", "yesterday.1", "99999999999999999999.1"] {
            assert!(text.parse::<Before>().is_err(), "{text}");
        }
    }
}
