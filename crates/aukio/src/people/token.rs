//! Tokens: 256 random bits that stand in a cookie, a mail or an address. Only their SHA-256 is stored, so
//! that a copy of the database opens no door.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A new token. It is shown once, to the one it is for.
pub struct Token(String);

impl Token {
    /// From the thread's generator, which is seeded by the system and safe for secrets.
    pub fn new() -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(HEXLOWER.encode(&bytes))
    }

    /// 64 hexadecimal digits.
    pub fn into_text(self) -> String {
        self.0
    }

    /// What the database keeps.
    pub fn hash(&self) -> Vec<u8> {
        digest(&self.0)
    }
}

/// The stored form of a token that somebody brings; None for what cannot be one, so that no garbage
/// reaches the database.
pub fn hash(text: &str) -> Option<Vec<u8>> {
    let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    fits.then(|| digest(text))
}

/// How tokens and codes are stored.
pub(super) fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_nothing_else_is_asked_for() {
        let token = Token::new();
        let (kept, text) = (token.hash(), token.into_text());
        assert_eq!(hash(&text), Some(kept));
        for wrong in ["", "abc", &text[1..], &format!("{}G", &text[1..]), &"é".repeat(32)] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
        assert_ne!(Token::new().into_text(), Token::new().into_text());
    }
}
