//! From words to the engine's queries.

use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query as Search, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::analyse::{Lexicon, Word};
use crate::question::{Piece, WORDS_MOST};
use crate::schema::{Fields, Texts};
use crate::{Tongue, dictionary};

/// The shortest beginning of a word that is looked for, in letters: shorter ones begin half of all words.
pub(crate) const PREFIX_LEAST: usize = 3;
/// Words that a beginning may stand for, in each field.
const PREFIX_WORDS_MOST: usize = 64;
/// Readings of a phrase that are looked for, in each language.
const PHRASES_MOST: usize = 16;
/// What a reading counts that is not what was typed: «tuli» is a fire before it is «came».
const UNLIKELY: f32 = 0.2;
/// What a word counts that the typed one is derived from.
const ROOT: f32 = 0.1;
/// What the parts of a word count when the word itself is not to be found.
const PARTS: f32 = 0.1;

/// Several ways to be a hit: the best one counts, the others hardly.
fn best_of(ways: Vec<Box<dyn Search>>) -> Option<Box<dyn Search>> {
    if ways.is_empty() { None } else { Some(Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, 0.1))) }
}

/// A word of a question with all that it may stand for.
pub(crate) struct Forms {
    pub exacts: Vec<String>,
    /// Base forms in every language, and what each counts.
    pub lemmas: Vec<(String, f32)>,
    pub parts: Vec<String>,
    /// Whether some language has it in its dictionary.
    pub known: bool,
}

impl Forms {
    /// A word is read in all languages: one word does not tell its own.
    pub fn of(lexicon: &Lexicon, text: &str) -> Forms {
        let mut forms = Forms { exacts: Vec::new(), lemmas: Vec::new(), parts: Vec::new(), known: false };
        for tongue in Tongue::ALL {
            for word in lexicon.words(tongue, text) {
                forms.known |= word.is_known();
                if tongue == Tongue::ALL[0] {
                    forms.exacts.extend(word.exacts().cloned());
                }
                let as_typed = |lemma: &String| lemma.strip_prefix(tongue.sign()) == Some(word.exact.as_str());
                let is_base = word.lemmas().any(as_typed);
                for lemma in word.lemmas() {
                    let weight = if is_base && !as_typed(lemma) { UNLIKELY } else { 1.0 };
                    forms.lemmas.push((lemma.clone(), weight));
                }
                forms.lemmas.extend(word.roots().map(|root| (root.clone(), ROOT)));
                forms.parts.extend(word.parts().cloned());
            }
        }
        forms
    }
}

pub(crate) struct Asker<'a> {
    searcher: &'a Searcher,
    lexicon: &'a Lexicon,
    sides: Vec<&'a Texts>,
}

/// How strictly words are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Words,
    /// The parts of a word stand for it as well.
    Parts,
}

impl<'a> Asker<'a> {
    /// Whoever reads no closed space is not led through the fields of closed texts.
    pub fn new(searcher: &'a Searcher, fields: &'a Fields, lexicon: &'a Lexicon, audiences: &[i64]) -> Asker<'a> {
        let mut sides = vec![&fields.open];
        if audiences.iter().any(|audience| *audience != 0) {
            sides.push(&fields.closed);
        }
        Asker { searcher, lexicon, sides }
    }

    /// What the pieces ask for, and what they exclude. The last word may still be being typed.
    pub fn clauses(&self, pieces: &[Piece], reach: Reach, prefix: bool) -> tantivy::Result<Clauses> {
        let mut clauses = Clauses::default();
        for (place, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Word(text) => {
                    clauses.wanted.extend(self.word(text, reach, prefix && place + 1 == pieces.len())?);
                }
                Piece::Phrase(text) => clauses.wanted.extend(self.phrase(text)?),
                Piece::Not(text) => clauses.unwanted.extend(self.phrase(text)?),
            }
        }
        Ok(clauses)
    }

    /// A word: as it stands, by its base form in each language, as a part of a longer word.
    pub fn word(&self, text: &str, reach: Reach, prefix: bool) -> tantivy::Result<Option<Box<dyn Search>>> {
        let forms = Forms::of(self.lexicon, text);
        let mut ways: Vec<Box<dyn Search>> = Vec::new();
        let mut add = |field: Field, text: &str, boost: f32| {
            let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
            ways.push(Box::new(BoostQuery::new(Box::new(term), boost)));
        };
        for side in &self.sides {
            for exact in &forms.exacts {
                add(side.title_exact, exact, 2.6);
                add(side.body_exact, exact, 1.3);
                add(side.names, exact, 2.0);
            }
            for (lemma, weight) in &forms.lemmas {
                add(side.title_lemma, lemma, 2.0 * weight);
                add(side.body_lemma, lemma, *weight);
                add(side.names, lemma, 1.5 * weight);
                add(side.title_part, lemma, 0.7 * weight);
                add(side.body_part, lemma, 0.35 * weight);
            }
            if reach == Reach::Parts {
                for part in &forms.parts {
                    add(side.title_lemma, part, 2.0 * PARTS);
                    add(side.body_lemma, part, PARTS);
                    add(side.title_part, part, 0.7 * PARTS);
                    add(side.body_part, part, 0.35 * PARTS);
                }
            }
        }
        if let Some(exact) = forms.exacts.first().filter(|_| prefix) {
            ways.extend(self.beginning(exact)?);
        }
        Ok(best_of(ways))
    }

    /// Words that begin so. They all count the same, and less than the word itself.
    fn beginning(&self, text: &str) -> tantivy::Result<Vec<Box<dyn Search>>> {
        let mut ways: Vec<Box<dyn Search>> = Vec::new();
        if text.chars().count() < PREFIX_LEAST {
            return Ok(ways);
        }
        for side in &self.sides {
            for (fields, score) in [
                ([side.title_exact, side.title_lemma, side.names], 1.5),
                ([side.body_exact, side.body_lemma, side.body_part], 0.6),
            ] {
                let mut terms = Vec::new();
                for field in fields {
                    for beginning in dictionary::beginnings(text) {
                        let found = dictionary::beginning(self.searcher, field, &beginning, PREFIX_WORDS_MOST)?;
                        terms.extend(found.into_iter().map(|found| Term::from_field_text(field, &found.term)));
                    }
                }
                if !terms.is_empty() {
                    ways.push(Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), score)));
                }
            }
        }
        Ok(ways)
    }

    /// Words next to each other, in whatever form they stand; as they are typed counts three times.
    pub fn phrase(&self, text: &str) -> tantivy::Result<Option<Box<dyn Search>>> {
        let mut ways: Vec<Box<dyn Search>> = Vec::new();
        for tongue in Tongue::ALL {
            let mut words = self.lexicon.words(tongue, text);
            words.truncate(WORDS_MOST);
            if words.len() < 2 {
                return self.word(text, Reach::Words, false);
            }
            let mut add = |field: Field, terms: &[&str], boost: f32| {
                let terms = terms.iter().map(|term| Term::from_field_text(field, term)).collect();
                ways.push(Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), boost)));
            };
            for side in &self.sides {
                if tongue == Tongue::ALL[0] {
                    let exact: Vec<&str> = words.iter().map(|word| word.exact.as_str()).collect();
                    add(side.title_exact, &exact, 6.0);
                    add(side.body_exact, &exact, 3.0);
                }
                for lemmas in combinations(&words) {
                    add(side.title_lemma, &lemmas, 2.0);
                    add(side.body_lemma, &lemmas, 1.0);
                }
            }
        }
        Ok(best_of(ways))
    }
}

/// Every choice of one base form for each word, up to a bound, the likeliest first.
fn combinations(words: &[Word]) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for word in words {
        let mut longer = Vec::new();
        for chosen in &all {
            for lemma in word.lemmas() {
                longer.push(chosen.iter().copied().chain([lemma.as_str()]).collect());
            }
        }
        longer.truncate(PHRASES_MOST);
        all = longer;
    }
    all
}

/// What hits must have, and what they must not.
#[derive(Default)]
pub(crate) struct Clauses {
    wanted: Vec<Box<dyn Search>>,
    unwanted: Vec<Box<dyn Search>>,
}

impl Clauses {
    /// How many words and phrases are wanted.
    pub fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Hits have at least `needed` of what is wanted.
    pub fn with(&self, needed: usize) -> Box<dyn Search> {
        let wanted: Box<dyn Search> = match self.wanted.as_slice() {
            [only] => only.box_clone(),
            all if needed >= all.len() => {
                Box::new(BooleanQuery::new(all.iter().map(|query| (Occur::Must, query.box_clone())).collect()))
            }
            all => {
                let clauses = all.iter().map(|query| (Occur::Should, query.box_clone())).collect();
                Box::new(BooleanQuery::with_minimum_required_clauses(clauses, needed))
            }
        };
        if self.unwanted.is_empty() {
            return wanted;
        }
        let unwanted = self.unwanted.iter().map(|query| (Occur::MustNot, query.box_clone()));
        Box::new(BooleanQuery::new(std::iter::once((Occur::Must, wanted)).chain(unwanted).collect()))
    }
}
