//! From a text to the terms by which it is found. [`Analyser`] is the seam for analysers that know more
//! about a language than its suffixes.

use std::borrow::Cow;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

/// The languages that texts are written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Tongue {
    Fi,
    Sv,
    En,
}

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
}

/// Tokens longer than this are only found as they stand, in characters.
const ANALYSED_MOST: usize = 40;
/// The longest token that is indexed at all, in bytes.
const TOKEN_BYTES_MOST: usize = 200;

/// A word of a text with the terms that stand for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Where it stands in the text, in bytes.
    pub from: usize,
    pub to: usize,
    /// Its place among the words.
    pub position: usize,
    /// As it stands, in lower case.
    pub exact: String,
    /// The same without foreign accents («áile» is also «aile»); å, ä and ö are letters of their own and stay.
    pub folded: Option<String>,
    /// Base forms or stems; each begins with a sign for its language, so that languages do not meet.
    pub lemmas: Vec<String>,
    /// Parts of it that can be searched for by themselves.
    pub parts: Vec<String>,
}

/// Tells the base forms and parts of words.
pub trait Analyser: Send + Sync {
    /// The base forms (or stems) of a lower-case word.
    fn lemmas(&self, tongue: Tongue, word: &str) -> Vec<String>;

    /// The parts of a lower-case word, as base forms; none for a simple word.
    fn parts(&self, tongue: Tongue, word: &str) -> Vec<String>;

    /// Raised whenever the terms change: an index that another version has written is built anew.
    fn version(&self) -> u32 {
        1
    }
}

/// Suffix stripping by the Snowball rules (<https://snowballstem.org>): no compounds, no consonant gradation.
#[derive(Default)]
pub struct Stemming;

impl Stemming {
    fn stem(tongue: Tongue, word: &str) -> String {
        let algorithm = match tongue {
            Tongue::Fi => Algorithm::Finnish,
            Tongue::Sv => Algorithm::Swedish,
            Tongue::En => Algorithm::English,
        };
        Stemmer::new(algorithm).stem(word).into_owned()
    }
}

impl Analyser for Stemming {
    fn lemmas(&self, tongue: Tongue, word: &str) -> Vec<String> {
        vec![Stemming::stem(tongue, word)]
    }

    fn parts(&self, tongue: Tongue, word: &str) -> Vec<String> {
        if !word.contains('-') {
            return Vec::new();
        }
        word.split('-').filter(|side| side.chars().count() > 1).map(|side| Stemming::stem(tongue, side)).collect()
    }
}

/// Never a letter, so that a base form is no other word as it stands.
fn sign(tongue: Tongue) -> char {
    match tongue {
        Tongue::Fi => '<',
        Tongue::Sv => '>',
        Tongue::En => '=',
    }
}

/// In lower case, composed, with plain hyphens and apostrophes and without soft hyphens.
fn exact(raw: &str) -> String {
    if raw.is_ascii() {
        return raw.to_ascii_lowercase();
    }
    let plain = raw.chars().filter_map(|c| match c {
        '\u{AD}' => None,
        '\u{2010}' | '\u{2011}' => Some('-'),
        '’' => Some('\''),
        c => Some(c),
    });
    plain.nfc().flat_map(char::to_lowercase).collect()
}

fn folded(exact: &str) -> Option<String> {
    if exact.is_ascii() {
        return None;
    }
    let mut folded = String::with_capacity(exact.len());
    for c in exact.chars() {
        match c {
            'å' | 'ä' | 'ö' => folded.push(c),
            c => folded.extend(std::iter::once(c).nfd().filter(|c| !is_accent(*c))),
        }
    }
    (folded != exact && !folded.is_empty()).then_some(folded)
}

/// Cuts a text into words and tells their terms, in one language.
pub fn words(analyser: &dyn Analyser, tongue: Tongue, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (from, raw) in tokens(text) {
        let exact = exact(raw);
        let mut word = Word {
            from,
            to: from + raw.len(),
            position: words.len(),
            lemmas: Vec::new(),
            parts: Vec::new(),
            folded: folded(&exact),
            exact,
        };
        if word.exact.len() > TOKEN_BYTES_MOST {
            continue;
        }
        if word.exact.chars().count() <= ANALYSED_MOST {
            // «EU:n», «THL:ssä»: what stands before the colon is the word.
            let base = match word.exact.split_once(':') {
                Some((base, _)) if !base.is_empty() => Cow::Owned(base.to_owned()),
                _ => Cow::Borrowed(word.exact.as_str()),
            };
            let signed = |term: String| format!("{}{term}", sign(tongue));
            word.lemmas = analyser.lemmas(tongue, &base).into_iter().map(signed).collect();
            word.parts = analyser.parts(tongue, &base).into_iter().map(signed).collect();
        }
        words.push(word);
    }
    words
}

/// Runs of letters and digits, with the hyphens, apostrophes and colons between them.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_letter)?;
        let mut end = start;
        let mut joiner = None;
        for (place, c) in text[start..].char_indices() {
            if is_letter(c) {
                end = start + place + c.len_utf8();
                joiner = None;
            } else if joiner.is_none() && matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '’' | ':') {
                joiner = Some(c);
            } else if c != '\u{AD}' {
                break;
            }
        }
        rest = end;
        Some((start, &text[start..end]))
    })
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_accent(c)
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

/// The words of a question, each by itself: «410/2015» are two.
pub fn separate(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).map(|(_, raw)| raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_into_words() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = words(&Stemming, Tongue::Fi, text).into_iter().map(|word| word.exact).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Kunnan, asukkaiden!", &["kunnan", "asukkaiden"]);
        check("PDF-muotoon EU:n rock ’n’ roll", &["pdf-muotoon", "eu:n", "rock", "n", "roll"]);
        check("A\u{308}iti Äiti", &["äiti", "äiti"]);
        check("kunta\u{AD}lainen PDF\u{2011}liite", &["kuntalainen", "pdf-liite"]);
        check("–– ... ", &[]);
        check("410/2015 22 §", &["410", "2015", "22"]);
    }

    #[test]
    fn foreign_accents_can_be_left_out() {
        let folded = |text: &str| words(&Stemming, Tongue::Fi, text)[0].folded.clone();
        assert_eq!(folded("Áile").as_deref(), Some("aile"));
        assert_eq!(folded("Päätös"), None);
    }

    #[test]
    fn forms_meet_in_their_stem() {
        let lemma = |word: &str| words(&Stemming, Tongue::Fi, word)[0].lemmas.clone();
        assert_eq!(lemma("budjetointi"), lemma("budjetointia"));
        assert_eq!(lemma("EU"), lemma("EU:n"));
        assert_eq!(words(&Stemming, Tongue::Fi, "PDF-muotoon")[0].parts.len(), 2);
    }
}
