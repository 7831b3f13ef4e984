//! The languages that texts are written in.

use whatlang::{Detector, Lang};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Tongue {
    Fi,
    Sv,
    En,
}

/// A paragraph with fewer letters is taken to be in the language of its text, in characters.
const LETTERS_LEAST: usize = 40;
/// What is looked at of a long paragraph, in bytes.
const BYTES_MOST: usize = 1024;

impl Tongue {
    pub const ALL: [Tongue; 3] = [Tongue::Fi, Tongue::Sv, Tongue::En];

    pub const fn tag(self) -> &'static str {
        match self {
            Tongue::Fi => "fi",
            Tongue::Sv => "sv",
            Tongue::En => "en",
        }
    }

    pub fn parse(tag: &str) -> Option<Tongue> {
        Tongue::ALL.into_iter().find(|tongue| tongue.tag() == tag)
    }

    pub(crate) fn code(self) -> u64 {
        self as u64
    }

    pub(crate) fn of_code(code: u64) -> Option<Tongue> {
        Tongue::ALL.into_iter().find(|tongue| tongue.code() == code)
    }

    /// Never a letter, so that a base form is no other word as it stands, and languages do not meet.
    pub(crate) fn sign(self) -> char {
        match self {
            Tongue::Fi => '<',
            Tongue::Sv => '>',
            Tongue::En => '=',
        }
    }

    /// The language of a paragraph when its letters leave no doubt. Never asked about questions: they are
    /// too short, so each is read in all languages.
    pub(crate) fn of_paragraph(text: &str) -> Option<Tongue> {
        let text = &text[..text.floor_char_boundary(BYTES_MOST)];
        if text.len() < LETTERS_LEAST || text.chars().filter(|c| c.is_alphabetic()).count() < LETTERS_LEAST {
            return None;
        }
        let found = Detector::with_allowlist(vec![Lang::Fin, Lang::Swe, Lang::Eng]).detect(text)?;
        let sure = found.is_reliable() || found.confidence() > 0.5;
        match found.lang() {
            Lang::Fin if sure => Some(Tongue::Fi),
            Lang::Swe if sure => Some(Tongue::Sv),
            Lang::Eng if sure => Some(Tongue::En),
            _ => None,
        }
    }
}
