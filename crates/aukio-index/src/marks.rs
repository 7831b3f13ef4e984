//! What a question marks in a text, and the passage of a text that shows best why it was found.

use std::collections::HashSet;
use std::sync::Arc;

use crate::analyse::{Lexicon, Word};
use crate::asker::{Forms, PREFIX_LEAST};
use crate::question::{Piece as Asked, pieces};
use crate::tokens::exact;
use crate::{Relaxed, Tongue};

/// A piece of a passage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    pub text: String,
    /// Whether this is what was searched for.
    pub marked: bool,
}

/// The length of a passage, in bytes.
const LENGTH: usize = 220;
/// Texts are looked through up to here, in bytes.
const LOOKED_AT: usize = 200 * 1024;

/// The terms of a question, for marking what was found.
#[derive(Clone)]
pub struct Marks {
    lexicon: Arc<Lexicon>,
    exacts: HashSet<String>,
    terms: HashSet<String>,
    prefix: Option<String>,
}

impl Marks {
    pub(crate) fn new(lexicon: Arc<Lexicon>, question: &str, prefix: bool, relaxed: Relaxed) -> Marks {
        let mut marks = Marks { exacts: HashSet::new(), terms: HashSet::new(), prefix: None, lexicon };
        let pieces = pieces(question);
        for piece in &pieces {
            let (Asked::Word(text) | Asked::Phrase(text)) = piece else { continue };
            let forms = Forms::of(&marks.lexicon, text);
            marks.exacts.extend(forms.exacts);
            marks.terms.extend(forms.lemmas.into_iter().map(|(lemma, _)| lemma));
            if relaxed == Relaxed::Parts {
                marks.terms.extend(forms.parts);
            }
        }
        if let Some(Asked::Word(last)) = pieces.last().filter(|_| prefix) {
            marks.prefix = Some(exact(last)).filter(|last| last.chars().count() >= PREFIX_LEAST);
        }
        marks
    }

    /// The densest passage of `text`, with the found words marked as they stand, ending and all. Without a
    /// found word it is the beginning of the text.
    pub fn passage(&self, tongue: Tongue, text: &str) -> Vec<Piece> {
        let text = &text[..text.floor_char_boundary(LOOKED_AT)];
        let found = self.found(&self.lexicon.text(tongue, text));
        let from = start_of_passage(text, densest(&found));
        let to = end_of_passage(text, from);
        let mut pieces = Vec::new();
        if from > 0 {
            push(&mut pieces, "… ", false);
        }
        mark(&mut pieces, text, from, to, &found);
        if to < text.trim_end().len() {
            push(&mut pieces, " …", false);
        }
        pieces
    }

    /// The whole of a short text, a title, with the found words marked.
    pub fn title(&self, tongue: Tongue, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        mark(&mut pieces, text, 0, text.len(), &self.found(&self.lexicon.words(tongue, text)));
        pieces
    }

    /// Where the found words stand, ending and all, in bytes.
    fn found(&self, words: &[Word]) -> Vec<(usize, usize)> {
        let is_hit = |word: &&Word| {
            word.exacts().any(|exact| self.exacts.contains(exact))
                || word.lemmas().chain(word.parts()).any(|term| self.terms.contains(term))
                || self.prefix.as_ref().is_some_and(|prefix| word.exact.starts_with(prefix.as_str()))
        };
        words.iter().filter(is_hit).map(|word| (word.from, word.to)).collect()
    }
}

/// Where the window begins that begins at a hit and holds the most others.
fn densest(found: &[(usize, usize)]) -> usize {
    let mut best = (0, 0);
    let mut end = 0;
    for (place, (from, _)) in found.iter().enumerate() {
        while end < found.len() && found[end].1 <= from + LENGTH {
            end += 1;
        }
        if end.saturating_sub(place) > best.1 {
            best = (place, end.saturating_sub(place));
        }
    }
    found.get(best.0).map_or(0, |(from, _)| *from)
}

fn mark(pieces: &mut Vec<Piece>, text: &str, from: usize, to: usize, found: &[(usize, usize)]) {
    let mut place = from;
    for (hit_from, hit_to) in found.iter().filter(|(hit_from, hit_to)| *hit_from >= from && *hit_to <= to) {
        push(pieces, &text[place..*hit_from], false);
        push(pieces, &text[*hit_from..*hit_to], true);
        place = *hit_to;
    }
    push(pieces, text[place..to].trim_end(), false);
}

fn push(pieces: &mut Vec<Piece>, text: &str, marked: bool) {
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    if !text.is_empty() {
        pieces.push(Piece { text, marked });
    }
}

/// A little before the first hit, at the beginning of a sentence or at least of a word.
fn start_of_passage(text: &str, hit: usize) -> usize {
    const BEFORE: usize = 80;
    if hit <= BEFORE {
        return 0;
    }
    let earliest = text.ceil_char_boundary(hit - BEFORE);
    let before = &text[earliest..hit];
    let sentence = before.rfind(['.', '!', '?', '\n']).map(|end| earliest + end + 1);
    let word = before.find(char::is_whitespace).map(|space| earliest + space);
    let start = sentence.or(word).unwrap_or(hit);
    start + text[start..].find(|c: char| !c.is_whitespace()).unwrap_or(0)
}

fn end_of_passage(text: &str, from: usize) -> usize {
    let latest = text.floor_char_boundary(from + LENGTH + 60);
    if latest == text.len() {
        return latest;
    }
    let least = text.floor_char_boundary(from + LENGTH);
    text[least..latest].find(char::is_whitespace).map_or(latest, |space| least + space)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stemming;

    fn show(question: &str, text: &str) -> String {
        let lexicon = Arc::new(Lexicon::new(Stemming));
        let pieces = Marks::new(lexicon, question, false, Relaxed::No).passage(Tongue::Fi, text);
        pieces.iter().map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn the_whole_inflected_word_is_marked() {
        assert_eq!(show("budjetointi", "Kunnan budjetointia pohditaan."), "Kunnan [budjetointia] pohditaan.");
        assert_eq!(show("puuttuu", "Tässä ei ole mitään."), "Tässä ei ole mitään.");
    }

    #[test]
    fn the_densest_passage_is_shown() {
        let text = format!("Alussa raati. {}Lopussa raati ja raadin raati.", "Täytettä on paljon. ".repeat(30));
        let shown = show("raati", &text);
        assert!(shown.starts_with("… Lopussa [raati] ja"), "{shown}");
    }

    #[test]
    fn hostile_texts_end() {
        for text in ["\u{202E}\0".repeat(1000), "a".repeat(20_000), "🙂".repeat(5000), "ä ".repeat(100_000)] {
            show("a ä 🙂", &text);
        }
    }
}
