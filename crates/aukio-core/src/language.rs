//! The three languages of the service, and telling which one a text is written in.

use std::fmt;
use std::str::FromStr;

/// A language that people write and read in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Fi,
    Sv,
    En,
}

/// The text names no language that Aukio speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are fi, sv and en")]
pub struct NoSuchLanguage;

impl Language {
    pub const ALL: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

    /// The BCP 47 tag, as it stands in addresses and `lang` attributes.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Fi => "fi",
            Language::Sv => "sv",
            Language::En => "en",
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::Fi => "suomi",
            Language::Sv => "svenska",
            Language::En => "English",
        }
    }

    /// Guesses the language of `text`; short or undecidable texts are taken for `expected`,
    /// the language that the writer or the place suggests.
    pub fn detect(text: &str, expected: Language) -> Language {
        const ENOUGH_LETTERS: usize = 20;
        const START_BYTES: usize = 4096;
        let start = &text[..text.floor_char_boundary(START_BYTES)];
        if start.chars().filter(|c| c.is_alphabetic()).count() < ENOUGH_LETTERS {
            return expected;
        }
        let detector =
            whatlang::Detector::with_allowlist(vec![whatlang::Lang::Fin, whatlang::Lang::Swe, whatlang::Lang::Eng]);
        match detector.detect(start) {
            Some(found) if found.is_reliable() || start.len() > 200 || found.confidence() > 0.5 => match found.lang() {
                whatlang::Lang::Fin => Language::Fi,
                whatlang::Lang::Swe => Language::Sv,
                whatlang::Lang::Eng => Language::En,
                _ => expected,
            },
            _ => expected,
        }
    }

    /// The best of the three for an `Accept-Language` header (RFC 9110 §12.5.4); Finnish when none fits.
    pub fn accepted(header: &str) -> Language {
        let mut best = (Language::Fi, 0.0_f32);
        for choice in header.split(',').take(32) {
            let mut parts = choice.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            if let Ok(language) = primary.parse::<Language>()
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        best.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = NoSuchLanguage;

    fn from_str(text: &str) -> Result<Self, NoSuchLanguage> {
        Language::ALL.into_iter().find(|language| language.tag() == text).ok_or(NoSuchLanguage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        let check = |text, expected| assert_eq!(Language::detect(text, Language::Fi), expected, "{text}");
        check("Kuntalaisten osallistuminen on demokratian peruskivi.", Language::Fi);
        check("I Raseborg har vi haft 1,50 euro per invånare och 42 förslag.", Language::Sv);
        check("How do Nordic cities report back to their residents?", Language::En);
        check("OK", Language::Fi);
    }

    #[test]
    fn the_reader_chooses() {
        let check = |header, expected| assert_eq!(Language::accepted(header), expected, "{header}");
        check("sv-FI,sv;q=0.9,fi;q=0.8", Language::Sv);
        check("de,en-GB;q=0.5,fi;q=0.4", Language::En);
        check("", Language::Fi);
        check("*;q=nonsense", Language::Fi);
    }
}
