//! Codes of authenticator apps: RFC 6238 with the values that every app knows (SHA-1, 30 seconds, 6 digits).

use aukio_core::Time;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Bytes of a secret: as many as the hash is wide (RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;

/// The step that a moment falls into.
fn step(at: Time) -> i64 {
    at.microseconds() / (STEP_SECONDS * 1_000_000)
}

/// The code of a step, with its leading zeros.
fn code(secret: &[u8], step: i64) -> String {
    // HMAC takes keys of any length, so that this cannot fail.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let place = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes([hash[place] & 127, hash[place + 1], hash[place + 2], hash[place + 3]]);
    format!("{:0width$}", number % 10_u32.pow(DIGITS as u32), width = DIGITS)
}

/// The step whose code was typed, if it is later than the one used last. Clocks may differ by one step.
pub fn used_step(secret: &[u8], typed: &str, now: Time, last: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let here = step(now);
    let fits = |step: &i64| bool::from(code(secret, *step).as_bytes().ct_eq(typed.as_bytes()));
    [here, here - 1, here + 1].into_iter().find(fits).filter(|step| *step > last)
}

/// Bytes in the letters that apps take (RFC 4648 §6, without padding).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// What an app reads from the square: a key URI.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let encode = crate::people::http::encode;
    let issuer = encode(issuer);
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", encode(account), base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (second, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(secret, second / 30), expected);
        }
    }

    #[test]
    fn a_code_is_taken_once_and_for_three_steps() {
        let secret = [7; SECRET_BYTES];
        let now = Time::from_microseconds(1_800_000_000_000_000);
        let here = step(now);
        let check = |of: i64, last: i64| used_step(&secret, &code(&secret, of), now, last);
        for near in [here - 1, here, here + 1] {
            assert_eq!(check(near, 0), Some(near));
            assert_eq!(check(near, near), None, "a used code is not taken again");
        }
        assert_eq!(check(here, here + 1), None, "nor one from before it");
        assert_eq!(check(here - 2, 0), None);
        assert_eq!(check(here + 2, 0), None);
        assert_eq!(used_step(&secret, "", now, 0), None);
        let spaced = format!(" {} {}", &code(&secret, here)[..3], &code(&secret, here)[3..]);
        assert_eq!(used_step(&secret, &spaced, now, 0), Some(here));
    }

    #[test]
    fn letters_of_base_32() {
        for (bytes, expected) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), expected);
        }
    }
}
