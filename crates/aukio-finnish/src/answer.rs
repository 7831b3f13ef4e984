//! From what a walk has written to what it means.

use crate::reading::{Part, PartOfSpeech};
use crate::transducer::{Symbol, Transducer};
use crate::walk::Answer;

/// A reading as the lexicon tells it, before anything is mended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Raw {
    pub lemma: String,
    pub parts: Vec<Part>,
    pub part_of_speech: PartOfSpeech,
    pub known: bool,
    /// A noun that the lexicon gives no singular.
    pub only_plural: bool,
    /// Not everyday language: poetic, dialect, dated …
    pub styled: bool,
    /// The form: «pl», «ine», «poss3» …
    pub tags: Vec<Box<str>>,
}

impl Raw {
    pub fn has(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| **own == *tag)
    }

    /// A reading that stands in no answer.
    pub fn simple(surface: &str, lemma: &str, part_of_speech: PartOfSpeech) -> Raw {
        Raw {
            lemma: lemma.to_owned(),
            parts: vec![Part { surface: surface.to_owned(), base: lemma.to_owned() }],
            part_of_speech,
            known: true,
            only_plural: false,
            styled: false,
            tags: Vec::new(),
        }
    }
}

/// Reads an answer: source, tab, base form with joints, part of speech, further columns, tags.
pub(crate) fn understand(lexicon: &Transducer, word: &[char], answer: &Answer) -> Raw {
    let mut raw = Raw {
        lemma: String::new(),
        parts: Vec::new(),
        part_of_speech: PartOfSpeech::Other,
        known: false,
        only_plural: false,
        styled: false,
        tags: Vec::new(),
    };
    let mut base = String::new();
    let (mut start, mut in_lemma) = (0, false);
    let mut cut = |raw: &mut Raw, base: &mut String, end: usize| {
        let surface: String = word[start..end].iter().collect();
        let surface = surface.trim_matches('-').to_owned();
        start = end;
        if !base.is_empty() {
            raw.lemma.push_str(base);
            raw.parts.push(Part { surface, base: std::mem::take(base) });
        }
    };
    for (number, used) in answer {
        let used = usize::from(*used);
        match lexicon.symbol(*number) {
            Symbol::Source { known } => raw.known = *known,
            Symbol::Tab => in_lemma = true,
            Symbol::Text(text) if in_lemma => base.extend(text.chars().map(plain)),
            Symbol::Copy if in_lemma => base.push(word[used - 1]),
            Symbol::Joint if in_lemma => cut(&mut raw, &mut base, used),
            Symbol::HyphenJoint if in_lemma => {
                cut(&mut raw, &mut base, used);
                raw.lemma.push('-');
            }
            Symbol::Kind { part_of_speech, only_plural } => {
                cut(&mut raw, &mut base, word.len());
                raw.part_of_speech = *part_of_speech;
                raw.only_plural = *only_plural;
                in_lemma = false;
            }
            Symbol::Tag(tag) => raw.tags.push(tag.clone()),
            Symbol::Style => raw.styled = true,
            _ => {}
        }
        // Columns after the part of speech end with tabs as well.
        in_lemma &= raw.part_of_speech == PartOfSpeech::Other || raw.parts.is_empty();
    }
    raw
}

/// The lexicon writes typographic apostrophes.
fn plain(letter: char) -> char {
    if letter == '’' { '\'' } else { letter }
}
