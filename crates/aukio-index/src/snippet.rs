//! The passage of a text that shows best why it was found.

use crate::analyse::{Analyser, words};
use crate::{TermSet, Tongue};

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

/// The densest passage of `text`, with the found words marked as they stand, ending and all. Without a found
/// word it is the beginning of the text.
pub fn snippet(analyser: &dyn Analyser, terms: &TermSet, tongue: Tongue, text: &str) -> Vec<Piece> {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    let found = hits(analyser, terms, tongue, text);
    // The window that begins at a hit and holds the most others.
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
    let first = found.get(best.0).map_or(0, |(from, _)| *from);
    let from = start_of_passage(text, first);
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
pub fn marked(analyser: &dyn Analyser, terms: &TermSet, tongue: Tongue, text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    mark(&mut pieces, text, 0, text.len(), &hits(analyser, terms, tongue, text));
    pieces
}

/// Where the found words stand, ending and all, in bytes.
fn hits(analyser: &dyn Analyser, terms: &TermSet, tongue: Tongue, text: &str) -> Vec<(usize, usize)> {
    let is_hit = |word: &crate::analyse::Word| {
        terms.exact.contains(&word.exact)
            || word.folded.as_ref().is_some_and(|folded| terms.exact.contains(folded))
            || word.lemmas.iter().chain(&word.parts).any(|term| terms.lemmas.contains(term))
            || terms.prefix.as_ref().is_some_and(|prefix| word.exact.starts_with(prefix.as_str()))
    };
    words(analyser, tongue, text).iter().filter(|word| is_hit(word)).map(|word| (word.from, word.to)).collect()
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
    use crate::{Query, Stemming};

    fn show(query: &str, text: &str) -> String {
        let query = Query { text: query.to_owned(), ..Query::default() };
        let pieces = snippet(&Stemming, &TermSet::of(&Stemming, &query), Tongue::Fi, text);
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
