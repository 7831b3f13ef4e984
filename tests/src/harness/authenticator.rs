//! An authenticator app, as on a member's phone (RFC 6238).

use std::sync::Mutex;
use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

pub struct Authenticator {
    secret: Vec<u8>,
    shown: Mutex<String>,
}

impl Authenticator {
    /// Types in the key that the page shows.
    pub fn with_key(shown: &str) -> Authenticator {
        const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let (mut secret, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in shown.chars().filter(|letter| !letter.is_whitespace()) {
            let value = LETTERS.find(letter).unwrap_or_else(|| panic!("`{letter}` in the key `{shown}`"));
            held = held << 5 | value as u32;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                secret.push((held >> bits) as u8);
            }
        }
        Authenticator { secret, shown: Mutex::default() }
    }

    /// The key as a database shows its bytes.
    pub fn hexadecimal(&self) -> String {
        self.secret.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The code of now, or of so many steps later.
    #[expect(clippy::disallowed_methods, reason = "a phone asks its own clock")]
    pub fn code(&self, later: i64) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is past 1970").as_secs();
        let step = (now / 30) as i64 + later;
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).expect("a key of any length");
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let place = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes([hash[place] & 127, hash[place + 1], hash[place + 2], hash[place + 3]]);
        let code = format!("{:06}", number % 1_000_000);
        self.shown.lock().expect("one story at a time").clone_from(&code);
        code
    }

    /// The code that was shown last, though its time may be over.
    pub fn last_code(&self) -> String {
        self.shown.lock().expect("one story at a time").clone()
    }
}
