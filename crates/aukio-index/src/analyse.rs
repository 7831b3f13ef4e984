//! From a text to the terms by which it is found. [`Analyser`] is the seam for what knows a language.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Tongue;
use crate::stemming::stem;
use crate::tokens::{exact, others, tokens};

/// Tokens longer than this are only found as they stand, in characters.
const ANALYSED_MOST: usize = 40;
/// The longest token that is indexed at all, in bytes.
const TOKEN_BYTES_MOST: usize = 200;
/// Guessing is the dear part of analysis: after so many new guesses in one text, endings are merely cut off.
const GUESSES_MOST: usize = 300;
/// Words whose terms are remembered; twice as many at most.
const KNOWN_MOST: usize = 50_000;

/// One way to understand a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The base form, in lower case.
    pub lemma: String,
    /// What of the word can be searched for by itself: parts of a compound, runs of them, the word it is
    /// derived from.
    pub parts: Vec<String>,
    /// What somebody who looks for the word means as well, if less: the *kunta* of *kuntalainen*.
    pub roots: Vec<String>,
    /// Whether the analyser knows the word or guesses at it.
    pub known: bool,
}

/// Understands words.
pub trait Analyser: Send + Sync {
    /// The readings of a lower-case word without a colon, the likeliest first. None leaves the word as it is.
    fn readings(&self, tongue: Tongue, word: &str) -> Vec<Reading>;

    /// Another number for each change of what is answered: an index of another version is built anew.
    fn version(&self) -> u32;
}

/// The terms of a word in one language; each begins with the sign of that language.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub lemmas: Vec<String>,
    pub parts: Vec<String>,
    pub roots: Vec<String>,
    pub known: bool,
}

/// An analyser with a memory.
pub struct Lexicon {
    analyser: Box<dyn Analyser>,
    memory: Mutex<Memory>,
}

/// The words that came lately, and those that came before them: when the first are many, they become the
/// second. Nobody has to keep the order of use.
#[derive(Default)]
struct Memory {
    young: HashMap<(Tongue, String), Arc<Terms>>,
    old: HashMap<(Tongue, String), Arc<Terms>>,
}

impl Memory {
    fn recall(&mut self, key: &(Tongue, String)) -> Option<Arc<Terms>> {
        if let Some(terms) = self.young.get(key) {
            return Some(terms.clone());
        }
        let terms = self.old.remove(key)?;
        self.keep(key.clone(), terms.clone());
        Some(terms)
    }

    fn keep(&mut self, key: (Tongue, String), terms: Arc<Terms>) {
        if self.young.len() >= KNOWN_MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, terms);
    }
}

/// New guesses that a text may still cost.
struct Budget(usize);

impl Lexicon {
    pub fn new(analyser: impl Analyser + 'static) -> Lexicon {
        Lexicon { analyser: Box::new(analyser), memory: Mutex::default() }
    }

    pub(crate) fn version(&self) -> u32 {
        self.analyser.version()
    }

    fn terms(&self, tongue: Tongue, word: &str, budget: &mut Budget) -> Arc<Terms> {
        let key = (tongue, word.to_owned());
        if let Some(terms) = self.memory.lock().unwrap_or_else(PoisonError::into_inner).recall(&key) {
            return terms;
        }
        let signed = |term: &str| format!("{}{term}", tongue.sign());
        if budget.0 == 0 {
            return Arc::new(Terms { lemmas: vec![signed(&stem(tongue, word))], ..Terms::default() });
        }
        let mut terms = Terms::default();
        for reading in self.analyser.readings(tongue, word) {
            terms.known |= reading.known;
            push_new(&mut terms.lemmas, signed(&reading.lemma));
            for part in &reading.parts {
                push_new(&mut terms.parts, signed(part));
            }
            for root in &reading.roots {
                push_new(&mut terms.roots, signed(root));
            }
        }
        if terms.lemmas.is_empty() {
            terms.lemmas.push(signed(word));
        }
        if !terms.known {
            budget.0 -= 1;
        }
        let terms = Arc::new(terms);
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).keep(key, terms.clone());
        terms
    }

    /// The words of a short text that is in one language: a title, a question.
    pub(crate) fn words(&self, tongue: Tongue, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        self.read(&[tongue], text, 0, &mut words, &mut Budget(GUESSES_MOST));
        words
    }

    /// The words of a text in `tongue` that may have paragraphs in other languages; those are understood in
    /// both ways, because a guess at a language may be wrong.
    pub(crate) fn text(&self, tongue: Tongue, text: &str) -> Vec<Word> {
        let mut words = Vec::with_capacity(text.len() / 7);
        let mut budget = Budget(GUESSES_MOST);
        let mut from = 0;
        for paragraph in text.split_inclusive('\n') {
            match Tongue::of_paragraph(paragraph) {
                Some(other) if other != tongue => {
                    self.read(&[tongue, other], paragraph, from, &mut words, &mut budget);
                }
                _ => self.read(&[tongue], paragraph, from, &mut words, &mut budget),
            }
            from += paragraph.len();
        }
        words
    }

    fn read(&self, tongues: &[Tongue], text: &str, offset: usize, words: &mut Vec<Word>, budget: &mut Budget) {
        for (from, raw) in tokens(text) {
            let exact = exact(raw);
            if exact.len() > TOKEN_BYTES_MOST {
                continue;
            }
            let mut word = Word {
                from: offset + from,
                to: offset + from + raw.len(),
                position: words.len(),
                others: others(&exact),
                exact,
                terms: Vec::with_capacity(tongues.len()),
                sides: Vec::new(),
            };
            if word.exact.chars().count() <= ANALYSED_MOST {
                // «EU:n», «THL:ssä»: what stands before the colon is the word.
                let base = word.exact.split(':').next().unwrap_or(&word.exact);
                for tongue in tongues {
                    word.terms.push(self.terms(*tongue, base, budget));
                    if base.contains('-') {
                        let sides = base.split('-').filter(|side| side.chars().count() > 1);
                        word.sides.extend(sides.map(|side| self.terms(*tongue, side, budget)));
                    }
                }
            }
            words.push(word);
        }
    }
}

fn push_new(all: &mut Vec<String>, term: String) {
    if !all.contains(&term) {
        all.push(term);
    }
}

/// A word of a text with the terms that stand for it.
#[derive(Debug)]
pub(crate) struct Word {
    /// Where it stands in the text, in bytes.
    pub from: usize,
    pub to: usize,
    /// Its place among the words.
    pub position: usize,
    /// As it stands, in lower case.
    pub exact: String,
    /// Other ways to write the same.
    pub others: Vec<String>,
    /// One for each language that it is understood in.
    terms: Vec<Arc<Terms>>,
    /// The sides of a hyphen.
    sides: Vec<Arc<Terms>>,
}

impl Word {
    pub fn exacts(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.exact).chain(&self.others)
    }

    pub fn lemmas(&self) -> impl Iterator<Item = &String> {
        self.terms.iter().flat_map(|terms| &terms.lemmas)
    }

    pub fn parts(&self) -> impl Iterator<Item = &String> {
        let of_sides = self.sides.iter().flat_map(|side| side.lemmas.iter().chain(&side.parts));
        self.terms.iter().flat_map(|terms| &terms.parts).chain(of_sides)
    }

    pub fn roots(&self) -> impl Iterator<Item = &String> {
        self.terms.iter().flat_map(|terms| &terms.roots)
    }

    pub fn is_known(&self) -> bool {
        self.terms.iter().any(|terms| terms.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stemming;

    fn lexicon() -> Lexicon {
        Lexicon::new(Stemming)
    }

    #[test]
    fn forms_meet_in_their_base() {
        let lemmas = |word: &str| lexicon().words(Tongue::Fi, word)[0].lemmas().cloned().collect::<Vec<_>>();
        assert_eq!(lemmas("budjetointi"), lemmas("budjetointia"));
        assert_eq!(lemmas("EU"), lemmas("EU:n"));
        assert_eq!(lexicon().words(Tongue::Fi, "PDF-muotoon")[0].parts().count(), 2);
    }

    #[test]
    fn each_paragraph_has_its_language() {
        let text = "Kokous pidettiin kirjastossa ja siellä puhuttiin paljon.\n\
                    Mötet hölls på biblioteket och där talade man om många olika saker.";
        let words = lexicon().text(Tongue::Fi, text);
        let signs = |word: &Word| word.lemmas().filter_map(|lemma| lemma.chars().next()).collect::<String>();
        let of = |exact: &str| signs(words.iter().find(|word| word.exact == exact).expect("it stands there"));
        assert_eq!(of("kirjastossa"), "<");
        assert_eq!(of("biblioteket"), "<>");
        let mötet = words.iter().find(|word| word.exact == "mötet").expect("it stands there");
        assert_eq!(&text[mötet.from..mötet.to], "Mötet");
    }

    #[test]
    fn memory_has_a_bound() {
        let lexicon = lexicon();
        for number in 0..3 * KNOWN_MOST {
            lexicon.words(Tongue::Fi, &format!("sana{number}"));
        }
        let memory = lexicon.memory.lock().expect("nobody panics with it");
        assert!(memory.young.len() + memory.old.len() <= 2 * KNOWN_MOST);
    }
}
