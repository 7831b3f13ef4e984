//! Values inside updates: lib0's binary "any" and JSON text. Both are walked, never built.

use crate::reader::{Malformed, ReadError, Reader};

/// Walks one binary value that lies `depth` levels deep.
pub(crate) fn any(reader: &mut Reader<'_>, depth: usize, nesting_max: usize) -> Result<(), ReadError> {
    let start = reader.at();
    if depth > nesting_max {
        return reader.fault(start, Malformed::Limit("values nested in values"));
    }
    match reader.byte()? {
        127 | 126 | 121 | 120 => Ok(()), // undefined, null, false, true
        125 => reader.signed(),
        124 => reader.take(4).map(drop),
        123 | 122 => reader.take(8).map(drop),
        119 => reader.string().map(drop),
        118 => {
            for _ in 0..reader.count(2)? {
                reader.string()?;
                any(reader, depth + 1, nesting_max)?;
            }
            Ok(())
        }
        117 => {
            for _ in 0..reader.count(1)? {
                any(reader, depth + 1, nesting_max)?;
            }
            Ok(())
        }
        116 => reader.buffer().map(drop),
        _ => reader.fault(start, Malformed::Unknown("type of value")),
    }
}

/// Whether `text` is one JSON value, nested at most `nesting_max` deep. Returns what is wrong
/// otherwise. Numbers and strings are checked for shape only as far as the parser behind needs it.
pub(crate) fn json(text: &str, nesting_max: usize) -> Result<(), Malformed> {
    let mut scan = Json { bytes: text.as_bytes(), next: 0, nesting_max };
    scan.space();
    scan.value(1)?;
    scan.space();
    if scan.next == scan.bytes.len() { Ok(()) } else { Err(Malformed::Json) }
}

struct Json<'a> {
    bytes: &'a [u8],
    next: usize,
    nesting_max: usize,
}

impl Json<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.next).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.next += 1;
        }
    }

    fn expect(&mut self, word: &[u8]) -> Result<(), Malformed> {
        if self.bytes[self.next..].starts_with(word) {
            self.next += word.len();
            Ok(())
        } else {
            Err(Malformed::Json)
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Malformed> {
        match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                if depth > self.nesting_max {
                    return Err(Malformed::Limit("values nested in values"));
                }
                self.list(open, depth)
            }
            Some(b'"') => self.string(),
            Some(b't') => self.expect(b"true"),
            Some(b'f') => self.expect(b"false"),
            Some(b'n') => self.expect(b"null"),
            Some(b'-' | b'0'..=b'9') => {
                while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
                    self.next += 1;
                }
                Ok(())
            }
            _ => Err(Malformed::Json),
        }
    }

    fn list(&mut self, open: u8, depth: usize) -> Result<(), Malformed> {
        let close = if open == b'{' { b'}' } else { b']' };
        self.next += 1;
        self.space();
        if self.peek() == Some(close) {
            self.next += 1;
            return Ok(());
        }
        loop {
            self.space();
            if open == b'{' {
                self.string()?;
                self.space();
                self.expect(b":")?;
                self.space();
            }
            self.value(depth + 1)?;
            self.space();
            match self.peek() {
                Some(b',') => self.next += 1,
                Some(byte) if byte == close => {
                    self.next += 1;
                    return Ok(());
                }
                _ => return Err(Malformed::Json),
            }
        }
    }

    fn string(&mut self) -> Result<(), Malformed> {
        self.expect(b"\"")?;
        loop {
            match self.peek().ok_or(Malformed::Json)? {
                b'"' => {
                    self.next += 1;
                    return Ok(());
                }
                b'\\' => self.next += 2,
                0..=0x1f => return Err(Malformed::Json),
                _ => self.next += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_all_kinds_passes() {
        for text in ["null", " true ", "-1.5e+3", r#""a\"b\\""#, "[]", "{}", r#"{"a":[1,{"b":null}],"c":"d"}"#] {
            assert_eq!(json(text, 32), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "nul", "[1,]", "{", r#"{"a"}"#, r#"{"a":}"#, "1 2", r#"""#, r#""\"#, "[1 2]", "undefined"] {
            assert_eq!(json(text, 32), Err(Malformed::Json), "{text}");
        }
    }

    #[test]
    fn deep_json_is_refused_before_it_costs_stack() {
        let deep = format!("{}1{}", "[".repeat(40_000), "]".repeat(40_000));
        assert_eq!(json(&deep, 32), Err(Malformed::Limit("values nested in values")));
        let just = format!("{}1{}", "[".repeat(32), "]".repeat(32));
        assert_eq!(json(&just, 32), Ok(()));
    }
}
