//! The words that there are: how some begin, which are near to others, which the asker may know of.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

use crate::Tongue;
use crate::analyse::Lexicon;
use crate::asker::Forms;
use crate::schema::{Fields, Texts};
use crate::tokens::{exact, tokens};

/// Terms of one segment that are looked at for one beginning.
const LOOKED_AT_MOST: usize = 20_000;
/// The shortest word that may be a slip of the fingers, in letters; shorter ones are near to everything.
const SLIP_LEAST: usize = 4;
/// From this length on, in letters, there may be two slips.
const TWO_SLIPS_LEAST: usize = 8;
/// Candidates for a word that are checked one by one.
const CHECKED_MOST: usize = 50;

/// A term and in how many facts it stands, those that are on their way out included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub term: String,
    pub facts: u64,
}

/// A beginning as it stands in the fields of words and of base forms.
pub(crate) fn beginnings(text: &str) -> impl Iterator<Item = String> {
    let signed = Tongue::ALL.map(|tongue| format!("{}{text}", tongue.sign()));
    std::iter::once(text.to_owned()).chain(signed)
}

/// The commonest terms of a field that begin so.
pub(crate) fn beginning(searcher: &Searcher, field: Field, prefix: &str, most: usize) -> tantivy::Result<Vec<Found>> {
    let mut facts: HashMap<String, u64> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut terms = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
        let mut looked_at = 0;
        while terms.advance() && terms.key().starts_with(prefix.as_bytes()) && looked_at < LOOKED_AT_MOST {
            looked_at += 1;
            if let Ok(term) = std::str::from_utf8(terms.key()) {
                let count = u64::from(terms.value().doc_freq);
                match facts.get_mut(term) {
                    Some(sum) => *sum += count,
                    None => {
                        facts.insert(term.to_owned(), count);
                    }
                }
            }
        }
    }
    Ok(commonest(facts, most))
}

fn commonest(facts: HashMap<String, u64>, most: usize) -> Vec<Found> {
    let mut found: Vec<Found> = facts.into_iter().map(|(term, facts)| Found { term, facts }).collect();
    found.sort_unstable_by(|a, b| b.facts.cmp(&a.facts).then_with(|| a.term.cmp(&b.term)));
    found.truncate(most);
    found
}

/// What one asker may know of the words.
pub(crate) struct Dictionary<'a> {
    searcher: &'a Searcher,
    lexicon: &'a Lexicon,
    audiences: &'a [i64],
    sides: Vec<(&'a Texts, bool)>,
}

impl<'a> Dictionary<'a> {
    pub fn new(searcher: &'a Searcher, fields: &'a Fields, lexicon: &'a Lexicon, audiences: &'a [i64]) -> Self {
        let mut sides = vec![(&fields.open, true)];
        if audiences.iter().any(|audience| *audience != 0) {
            sides.push((&fields.closed, false));
        }
        Dictionary { searcher, lexicon, audiences, sides }
    }

    /// Words that a word being typed may become, the commonest first: one form of each.
    pub fn complete(&self, typed: &str, most: usize) -> tantivy::Result<Vec<String>> {
        let mut facts: HashMap<String, u64> = HashMap::new();
        for (side, _) in &self.sides {
            for field in [side.title_exact, side.body_exact, side.names] {
                for found in beginning(self.searcher, field, typed, 200)? {
                    *facts.entry(found.term).or_default() += found.facts;
                }
            }
        }
        let mut groups: Vec<(String, String, u64)> = Vec::new();
        for Found { term, facts } in commonest(facts, 200) {
            let base = self.base(&term);
            match groups.iter_mut().find(|(of, _, _)| *of == base) {
                // The base form speaks for its group when it stands in some text itself.
                Some((_, shown, sum)) => {
                    if term == base {
                        *shown = term;
                    }
                    *sum += facts;
                }
                None => groups.push((base, term, facts)),
            }
        }
        groups.sort_by_key(|(_, _, facts)| std::cmp::Reverse(*facts));
        let mut words = Vec::new();
        for (_, shown, _) in groups.into_iter().take(CHECKED_MOST) {
            if words.len() == most {
                break;
            }
            if self.may_know(&shown)? {
                words.push(shown);
            }
        }
        Ok(words)
    }

    /// The base form of the language that knows the word; the word itself when none does.
    fn base(&self, word: &str) -> String {
        for tongue in Tongue::ALL {
            if let [one] = self.lexicon.words(tongue, word).as_slice()
                && one.is_known()
                && let Some(lemma) = one.lemmas().next()
            {
                return lemma.trim_start_matches(tongue.sign()).to_owned();
            }
        }
        word.to_owned()
    }

    /// The word that was meant by one that stands nowhere: the nearest, then the commonest.
    pub fn meant(&self, typed: &str) -> tantivy::Result<Option<String>> {
        let word = exact(typed);
        if word.chars().count() < SLIP_LEAST || word.chars().any(|c| c.is_ascii_digit()) {
            return Ok(None);
        }
        let forms = Forms::of(self.lexicon, typed);
        let mut near: HashMap<String, (usize, u64)> = HashMap::new();
        for (side, _) in &self.sides {
            for field in [side.title_exact, side.body_exact, side.names] {
                self.add_near(&mut near, field, &word, "")?;
            }
            for (lemma, _) in &forms.lemmas {
                let sign = &lemma[..1];
                for field in [side.title_lemma, side.body_lemma, side.body_part] {
                    self.add_near(&mut near, field, lemma, sign)?;
                }
            }
        }
        let mut near: Vec<(String, usize, u64)> =
            near.into_iter().map(|(word, (distance, facts))| (word, distance, facts)).collect();
        // A letter is left out more often than one is put in.
        let letters = word.chars().count();
        let is_shorter = |candidate: &str| candidate.chars().count() < letters;
        near.sort_unstable_by(|a, b| {
            let order = (a.1, is_shorter(&a.0)).cmp(&(b.1, is_shorter(&b.0)));
            order.then(b.2.cmp(&a.2)).then_with(|| a.0.cmp(&b.0))
        });
        for (candidate, _, _) in near.into_iter().take(CHECKED_MOST) {
            if candidate != word && self.may_know(&candidate)? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn add_near(
        &self,
        near: &mut HashMap<String, (usize, u64)>,
        field: Field,
        term: &str,
        sign: &str,
    ) -> tantivy::Result<()> {
        let letters = term.chars().count() - sign.chars().count();
        let slips = if letters >= TWO_SLIPS_LEAST { 2 } else { 1 };
        let like = FuzzyTermQuery::new(Term::from_field_text(field, term), slips, true);
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().search(like.automaton()?).into_stream()?;
            while terms.advance() {
                let Ok(found) = std::str::from_utf8(terms.key()) else { continue };
                let Some(word) = found.strip_prefix(sign) else { continue };
                let distance = slips_between(&term[sign.len()..], word);
                let facts = u64::from(terms.value().doc_freq);
                let known = near.entry(word.to_owned()).or_insert((distance, 0));
                known.0 = known.0.min(distance);
                known.1 += facts;
            }
        }
        Ok(())
    }

    /// Whether the word stands, in any form, in something that the asker may read.
    fn may_know(&self, word: &str) -> tantivy::Result<bool> {
        let forms = Forms::of(self.lexicon, word);
        for (side, is_open) in &self.sides {
            for exact in &forms.exacts {
                for field in [side.title_exact, side.body_exact, side.names] {
                    if self.is_readable(&Term::from_field_text(field, exact), *is_open)? {
                        return Ok(true);
                    }
                }
            }
            for (lemma, _) in &forms.lemmas {
                for field in [side.title_lemma, side.body_lemma, side.body_part] {
                    if self.is_readable(&Term::from_field_text(field, lemma), *is_open)? {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Whether the term stands in a fact that is still there and that the asker may read.
    fn is_readable(&self, term: &Term, is_open: bool) -> tantivy::Result<bool> {
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(term.field())?;
            let Some(mut facts) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
            let audience = if is_open { None } else { Some(segment.fast_fields().i64("audience")?) };
            while facts.doc() != TERMINATED {
                let doc = facts.doc();
                let is_mine = audience
                    .as_ref()
                    .is_none_or(|audience| audience.first(doc).is_some_and(|one| self.audiences.contains(&one)));
                if is_mine && is_there(segment, doc) {
                    return Ok(true);
                }
                facts.advance();
            }
        }
        Ok(false)
    }
}

pub(crate) fn is_there(segment: &SegmentReader, doc: u32) -> bool {
    segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
}

/// The question with its last word completed.
pub(crate) fn completions(dictionary: &Dictionary, text: &str, most: usize) -> tantivy::Result<Vec<String>> {
    let Some((place, last)) = tokens(text).last() else { return Ok(Vec::new()) };
    // A space behind the word says that it is finished.
    if place + last.len() != text.len() || last.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let words = dictionary.complete(&exact(last), most)?;
    Ok(words.into_iter().map(|word| format!("{}{word}", &text[..place])).collect())
}

/// How many letters have to be left out, put in, changed or swapped with their neighbour.
fn slips_between(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = changed.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let check = |a: &str, b: &str, expected: usize| assert_eq!(slips_between(a, b), expected, "{a} {b}");
        check("kunta", "kunta", 0);
        check("kutna", "kunta", 1);
        check("kunt", "kunta", 1);
        check("kuntta", "kunta", 1);
        check("äänestys", "aanestys", 2);
        check("", "ab", 2);
    }
}
