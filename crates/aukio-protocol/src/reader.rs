//! A cursor over untrusted bytes. Each method either accounts for the bytes it takes or says what is
//! wrong and where.

use std::fmt;

/// The largest whole number that JavaScript holds exactly, 2⁵³ − 1. Client ids end there.
pub(crate) const NUMBER_MAX: u64 = (1 << 53) - 1;

/// What is wrong with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The input ends in the middle of something.
    Truncated,
    /// A number is not written in its shortest form.
    Overlong,
    /// A number is larger than its place allows.
    TooLarge,
    /// A count promises more than the bytes that are left can hold.
    Count,
    /// A string is not UTF-8.
    Utf8,
    /// A limit was passed; the word names it.
    Limit(&'static str),
    /// A tag, type or flag that is unknown or not accepted here.
    Unknown(&'static str),
    /// A struct without length.
    Empty,
    /// The same client twice in a list where each may stand once.
    Duplicate,
    /// Bytes are left after the end.
    Trailing,
    /// A text that should be JSON is not.
    Json,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Truncated => f.write_str("the input ends too early"),
            Malformed::Overlong => f.write_str("a number is not in its shortest form"),
            Malformed::TooLarge => f.write_str("a number is too large"),
            Malformed::Count => f.write_str("a count is larger than the rest of the input"),
            Malformed::Utf8 => f.write_str("a string is not UTF-8"),
            Malformed::Limit(what) => write!(f, "too much: {what}"),
            Malformed::Unknown(what) => write!(f, "not accepted: {what}"),
            Malformed::Empty => f.write_str("a struct has no length"),
            Malformed::Duplicate => f.write_str("a client is listed twice"),
            Malformed::Trailing => f.write_str("bytes are left after the end"),
            Malformed::Json => f.write_str("a text is not JSON"),
        }
    }
}

/// A fault and the byte (from 0) at which it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {what}")]
pub struct ReadError {
    /// Offset from the start of the input.
    pub at: usize,
    /// The fault.
    pub what: Malformed,
}

pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, next: 0 }
    }

    pub fn at(&self) -> usize {
        self.next
    }

    pub fn left(&self) -> usize {
        self.bytes.len() - self.next
    }

    pub fn is_done(&self) -> bool {
        self.left() == 0
    }

    pub fn fault<T>(&self, at: usize, what: Malformed) -> Result<T, ReadError> {
        Err(ReadError { at, what })
    }

    /// Refuses what is left over.
    pub fn end(&self) -> Result<(), ReadError> {
        if self.is_done() { Ok(()) } else { self.fault(self.next, Malformed::Trailing) }
    }

    pub fn byte(&mut self) -> Result<u8, ReadError> {
        match self.bytes.get(self.next) {
            Some(&byte) => {
                self.next += 1;
                Ok(byte)
            }
            None => self.fault(self.next, Malformed::Truncated),
        }
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        if length > self.left() {
            return self.fault(self.next, Malformed::Truncated);
        }
        let taken = &self.bytes[self.next..self.next + length];
        self.next += length;
        Ok(taken)
    }

    /// An unsigned number of at most `max`: seven bits a byte, least first, in its shortest form.
    pub fn number(&mut self, max: u64) -> Result<u64, ReadError> {
        let start = self.next;
        let mut value = 0u64;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            // 2⁵³ − 1 needs eight bytes; a ninth would only carry bits that no number here may have.
            if shift > 49 {
                return self.fault(start, Malformed::TooLarge);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return self.fault(start, Malformed::Overlong);
                }
                break;
            }
        }
        if value > max { self.fault(start, Malformed::TooLarge) } else { Ok(value) }
    }

    pub fn number_u32(&mut self, max: u32) -> Result<u32, ReadError> {
        // `number` refuses everything above `max`, so the value fits.
        self.number(u64::from(max)).map(|value| value as u32)
    }

    /// A signed number as lib0 writes it: the sign sits in the second bit of the first byte.
    pub fn signed(&mut self) -> Result<(), ReadError> {
        let start = self.next;
        let mut byte = self.byte()?;
        let mut bits = 6;
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            bits += 7;
            if bits > 55 {
                return self.fault(start, Malformed::TooLarge);
            }
            if byte == 0 {
                return self.fault(start, Malformed::Overlong);
            }
        }
        Ok(())
    }

    /// A count of things that take at least `least` bytes each.
    pub fn count(&mut self, least: usize) -> Result<usize, ReadError> {
        let start = self.next;
        let count = self.number(NUMBER_MAX)?;
        match usize::try_from(count) {
            Ok(count) if count <= self.left() / least => Ok(count),
            _ => self.fault(start, Malformed::Count),
        }
    }

    /// Bytes behind their length.
    pub fn buffer(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.count(1)?;
        self.take(length)
    }

    /// A UTF-8 string behind its length in bytes.
    pub fn string(&mut self) -> Result<&'a str, ReadError> {
        let start = self.next;
        let bytes = self.buffer()?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(_) => self.fault(start, Malformed::Utf8),
        }
    }
}
