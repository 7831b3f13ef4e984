//! Passwords: which ones are good enough, and hashing them without slowing anybody else down.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use aukio_core::text::{Password, TextError};
use tokio::sync::Semaphore;

use super::PersonError;

/// OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;
/// Hashes made at the same time. Each takes a core and its memory for some 50 ms.
const AT_ONCE: usize = 2;
const WAIT_SECONDS: u64 = 2;

/// Fits no password; checked when there is no account, so that this takes as long as when there is one.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=47104,t=1,p=1$bm9ib2R5J3Mgc2FsdCE$\
                            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords, a few at a time.
pub struct Hasher {
    permits: Arc<Semaphore>,
}

impl Hasher {
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The PHC string to keep.
    ///
    /// # Errors
    /// `Busy` when no turn comes within two seconds.
    pub async fn hash(&self, password: &Password) -> Result<String, PersonError> {
        let password = password.expose().to_owned();
        self.run(move || {
            let hash: PasswordHash = argon2().hash_password(password.as_bytes()).map_err(hashing)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password fits the hash. Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// `Busy` when no turn comes within two seconds; `Hashing` when the kept hash cannot be read.
    pub async fn fits(&self, password: &Password, hash: Option<&str>) -> Result<bool, PersonError> {
        let password = password.expose().to_owned();
        let hash = hash.unwrap_or(NOBODYS_HASH).to_owned();
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(hashing)?;
            Ok(argon2().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PersonError> + Send + 'static,
    ) -> Result<T, PersonError> {
        let turn = tokio::time::timeout(Duration::from_secs(WAIT_SECONDS), self.permits.clone().acquire_owned());
        let Ok(Ok(permit)) = turn.await else { return Err(PersonError::Busy) };
        metrics::counter!("aukio_password_hashes_total").increment(1);
        let done = tokio::task::spawn_blocking(move || {
            // The permit moves in here: when the client hangs up, the hashing goes on and still counts.
            let _permit = permit;
            work()
        });
        done.await.map_err(hashing)?
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

fn hashing(error: impl std::fmt::Display) -> PersonError {
    PersonError::Hashing(error.to_string())
}

fn argon2() -> Argon2<'static> {
    // The constants are within the algorithm's limits, which a test sees to.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a hash was made with other parameters than today's and should be made anew.
pub fn is_dated(hash: &str) -> bool {
    !hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Text(TextError),
    /// Guessed first: a common password, a row of keys, a repetition, or the person's own name.
    Common,
}

/// Takes a password that somebody chooses, of at least so many characters. `own` are words that a guesser knows: name, address, organisation.
///
/// # Errors
/// Says why not. There are no rules of composition: length is what counts.
pub fn choose(text: &str, own: &[&str], least: usize) -> Result<Password, Refusal> {
    let password = Password::choose(text, least).map_err(Refusal::Text)?;
    if is_common(text, own) { Err(Refusal::Common) } else { Ok(password) }
}

/// The list that is shipped, and words of this place.
static LISTED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let list = include_str!("../../../../web/texts/passwords.txt");
    let words = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    words.chain(["aukio", "network"]).collect()
});

/// Other letters that must stand beside one or two listed words.
const OTHER_LETTERS_LEAST: usize = 5;
const WORD_LEAST: usize = 4;
const OWN_WORD_LEAST: usize = 3;
const WORD_MOST: usize = 24;

fn is_common(text: &str, own: &[&str]) -> bool {
    let lower = text.to_lowercase();
    let characters: Vec<char> = lower.chars().collect();
    let letters: Vec<char> = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain: String = letters.iter().collect();
    LISTED.contains(lower.as_str())
        || LISTED.contains(plain.as_str())
        || is_repetition(&characters)
        || is_repetition(&letters)
        || is_sequence(&letters)
        || is_listed_words(&lower, own)
        || is_listed_words(&unmasked(&lower), own)
}

/// The same few characters again and again: `aaaaaaaaaaaaaaa`, `salasanasalasana`, `abcabcabcabcabc`.
fn is_repetition(text: &[char]) -> bool {
    // Too few to judge by: the rest of the password is.
    if text.len() < 8 {
        return false;
    }
    let distinct: HashSet<char> = text.iter().copied().collect();
    distinct.len() <= 4 || (1..=text.len() / 2).any(|period| text.iter().zip(&text[period..]).all(|(a, b)| a == b))
}

/// Mostly neighbours on the keyboard, in the alphabet or among the digits, in either direction.
fn is_sequence(text: &[char]) -> bool {
    const ROWS: [&str; 7] = [
        "abcdefghijklmnopqrstuvwxyzåäö",
        "01234567890",
        "qwertyuiopå",
        "asdfghjklöä",
        "zxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "q1w2e3r4t5y6u7i8o9p0",
    ];
    let neighbours = |pair: &[char]| {
        let there: String = pair.iter().collect();
        let back: String = pair.iter().rev().collect();
        pair[0] == pair[1] || ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
    };
    let steps = text.len().saturating_sub(1);
    steps >= 8 && text.windows(2).filter(|pair| neighbours(pair)).count() * 10 >= steps * 8
}

/// Digits and signs that people write for letters.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).collect()
}

/// Hardly more than one or two listed words, whatever digits and signs stand around them.
fn is_listed_words(text: &str, own: &[&str]) -> bool {
    let own: HashSet<String> = own
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= OWN_WORD_LEAST)
        .map(str::to_lowercase)
        .collect();
    let mut found: HashSet<String> = HashSet::new();
    let mut others = 0;
    for run in text.split(|c: char| !c.is_alphabetic()) {
        let letters: Vec<char> = run.chars().collect();
        let mut place = 0;
        while place < letters.len() {
            let longest = (OWN_WORD_LEAST..=WORD_MOST.min(letters.len() - place)).rev().find_map(|length| {
                let word: String = letters[place..place + length].iter().collect();
                let listed = length >= WORD_LEAST && LISTED.contains(word.as_str());
                (listed || own.contains(&word)).then_some((word, length))
            });
            match longest {
                Some((word, length)) => {
                    place += length;
                    found.insert(word);
                }
                None => {
                    others += 1;
                    place += 1;
                }
            }
        }
    }
    let any = !found.is_empty();
    // Own words count for nothing: somebody who guesses knows them all.
    found.retain(|word| !own.contains(word));
    any && found.len() <= 2 && others < OTHER_LETTERS_LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_may_be_chosen() {
        let own = ["Helmi Saarela", "helmi.saarela@example.fi", "Tampereen kaupunki"];
        let check = |text: &str, expected: Option<Refusal>| {
            assert_eq!(choose(text, &own, Password::LEAST).err(), expected, "{text}");
        };
        let short = Some(Refusal::Text(TextError::TooShort { least: 15 }));
        check("", Some(Refusal::Text(TextError::Empty)));
        check("Xk9!m2pQ", short);
        check("kolme pientä x", short);
        check(&"pitkä mutta erilainen ".repeat(60), Some(Refusal::Text(TextError::TooLong { most: 1024 })));
        for common in [
            "aaaaaaaaaaaaaaaaa",
            "salasanasalasana",
            "Salasana1234567",
            "Salasana-2026!!!!",
            "S4l4s4n4-123456",
            "passwordpassword",
            "1234567890123456",
            "123456789987654321",
            "qwertyuiopåasdfghj",
            "1qaz2wsx3edc4rfv5tgb",
            "abcdefghijklmnopqr",
            "helmisaarela1975",
            "Helmi.Saarela@example.fi",
            "Tampereen kaupunki 1",
            "aukioaukio2026!",
            "lösenord123456789",
            "sommar2026sommar2026",
            "perkeleperkele1",
        ] {
            check(common, Some(Refusal::Common));
        }
        for good in [
            "kolme pientä pässiä mäessä",
            "correct horse battery staple",
            "tre små grisar i Borgå",
            "räntäsade kastelee postilaatikon",
            "🙂🦊🐢🌲🚲🎈🥁🪁🧵🍏🥕🧊🛶🎯🔭",
            "vT7kQz9wLm2xRb5nYc",
            "   välilyönnit kuuluvat mukaan   ",
        ] {
            check(good, None);
        }
    }

    #[test]
    fn all_that_is_listed_and_long_enough_is_refused() {
        let long = LISTED.iter().filter(|word| word.chars().count() >= Password::LEAST);
        assert!(long.clone().count() >= 30);
        for word in long {
            assert_eq!(choose(word, &[], Password::LEAST).err(), Some(Refusal::Common), "{word}");
            assert_eq!(choose(&word.to_uppercase(), &[], Password::LEAST).err(), Some(Refusal::Common), "{word}");
        }
    }

    #[test]
    fn three_thousand_guesses_are_refused_quickly() {
        let words: Vec<&str> = LISTED.iter().copied().collect();
        assert!(words.len() >= 3000, "{} are listed", words.len());
        let plain = |word: &&&str| word.chars().count() >= WORD_LEAST && word.chars().all(char::is_alphabetic);
        let mut guesses: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for word in words.iter().filter(plain) {
            let upper: String = word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
            guesses.push(format!("{word}1234567890123"));
            guesses.push(format!("{upper}-2026-{upper}!"));
        }
        let (mut taken, mut slowest) = (Vec::new(), Duration::ZERO);
        for guess in &guesses {
            let began = std::time::Instant::now();
            if choose(guess, &["Helmi Saarela", "Tampereen kaupunki"], Password::LEAST_BESIDE).is_ok() {
                taken.push(guess);
            }
            slowest = slowest.max(began.elapsed());
        }
        // The longest that may be typed, and hard to decide.
        let long = "sala sana ".repeat(102);
        let began = std::time::Instant::now();
        let _ = choose(&long, &[], Password::LEAST);
        slowest = slowest.max(began.elapsed());
        println!("{} guesses, {} taken, the slowest check {slowest:?}", guesses.len(), taken.len());
        assert!(taken.is_empty(), "{taken:?}");
        // A build for finding faults is some times slower than what runs.
        let bar = Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 5 });
        assert!(slowest <= bar, "{slowest:?}");
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_and_tells_its_age() {
        let hasher = Hasher::new();
        let password = |text: &str| Password::typed(text).expect("it is short enough");
        let right = password("kolme pientä pässiä");
        let hash = hasher.hash(&right).await.expect("there is a turn");
        assert!(!is_dated(&hash), "{hash}");
        assert!(!is_dated(NOBODYS_HASH));
        assert!(is_dated("$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCE$AAAA"));
        assert_eq!(hasher.fits(&right, Some(&hash)).await.ok(), Some(true));
        assert_eq!(hasher.fits(&password("kolme pientä pässia"), Some(&hash)).await.ok(), Some(false));
        assert_eq!(hasher.fits(&right, None).await.ok(), Some(false));
    }
}
