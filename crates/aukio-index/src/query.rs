//! Questions and answers. Queries are built here from words, never by a query parser, so that no text that
//! a stranger types is anything but words.

use std::collections::{BTreeMap, HashSet};

use tantivy::collector::{Collector, Count, SegmentCollector, TopDocs};
use tantivy::columnar::Column;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery,
    Query as Search, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocId, Order, Score, Searcher, SegmentReader, TantivyDocument, Term};

use crate::analyse::{Analyser, separate, words};
use crate::schema::Fields;
use crate::{Kind, Tongue};

/// The longest question that is looked at, in characters; the rest is cut.
const CHARACTERS_MOST: usize = 200;
/// Words of a question that count.
const WORDS_MOST: usize = 12;
/// Hits that can be paged through.
const DEPTH_MOST: usize = 1000;
/// The shortest beginning of a word that is looked for, in letters: shorter ones begin half of all words.
const PREFIX_LEAST: usize = 3;
/// With fewer hits than this, one word may be missing.
const ENOUGH: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    #[default]
    Best,
    Newest,
}

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub text: String,
    /// Whose facts may be found: always 0 for what is public, and the closed spaces of the asker.
    pub audiences: Vec<i64>,
    pub kinds: Vec<Kind>,
    pub spaces: Vec<i64>,
    pub languages: Vec<Tongue>,
    pub sort: Sort,
    /// 1 to 100.
    pub limit: usize,
    /// Hits to pass over; at most 1000.
    pub offset: usize,
    /// The last word is still being typed: from three letters on, words that begin with it are found, too.
    pub prefix: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    pub kind: Kind,
    pub id: i64,
    pub thread: Option<i64>,
    pub space: Option<i64>,
    /// Anchor of the section, for a part of a document; empty otherwise.
    pub section: String,
    pub language: Tongue,
    pub score: f32,
}

#[derive(Clone, Debug, Default)]
pub struct Results {
    pub total: usize,
    pub hits: Vec<Hit>,
    /// How many of the hits are of a kind, in a space, in a language.
    pub kinds: Vec<(Kind, usize)>,
    pub spaces: Vec<(i64, usize)>,
    pub languages: Vec<(Tongue, usize)>,
    /// The offset of the next page, if there is one.
    pub next: Option<usize>,
    /// Not all words were found together; these hits lack one.
    pub relaxed: bool,
}

/// A word or a phrase of a question.
#[derive(Clone, PartialEq, Debug)]
enum Part {
    Word(String),
    Phrase(String),
    /// A word or a phrase that must not be there.
    Not(String),
}

/// Cuts a question: quotes make phrases, a minus before a word excludes it.
fn parts(text: &str) -> Vec<Part> {
    let text: String = text.chars().take(CHARACTERS_MOST).collect();
    let mut parts = Vec::new();
    // A minus right before a quote excludes the phrase.
    let mut excluded = false;
    for (place, piece) in text.split(['"', '”', '“', '„', '»', '«']).enumerate() {
        if place % 2 == 1 {
            if piece.chars().any(char::is_alphanumeric) {
                parts.push(if excluded { Part::Not(piece.to_owned()) } else { Part::Phrase(piece.to_owned()) });
            }
            continue;
        }
        excluded =
            piece.ends_with('-') && piece.trim_end_matches('-').chars().next_back().is_none_or(char::is_whitespace);
        for word in piece.split_whitespace() {
            match word.strip_prefix('-') {
                Some(rest) if rest.chars().any(char::is_alphanumeric) => parts.push(Part::Not(rest.to_owned())),
                _ => parts.extend(separate(word).map(|word| Part::Word(word.to_owned()))),
            }
        }
    }
    parts.truncate(WORDS_MOST);
    parts
}

/// The terms of a question, for marking what was found.
#[derive(Clone, Debug, Default)]
pub struct TermSet {
    pub(crate) exact: HashSet<String>,
    pub(crate) lemmas: HashSet<String>,
    pub(crate) prefix: Option<String>,
}

impl TermSet {
    pub fn of(analyser: &dyn Analyser, query: &Query) -> TermSet {
        let mut terms = TermSet::default();
        let mut last = None;
        for part in parts(&query.text) {
            let (Part::Word(text) | Part::Phrase(text)) = part else { continue };
            for tongue in Tongue::ALL {
                for word in words(analyser, tongue, &text) {
                    last = Some(word.exact.clone());
                    terms.exact.insert(word.exact);
                    terms.exact.extend(word.folded);
                    terms.lemmas.extend(word.lemmas);
                    terms.lemmas.extend(word.parts);
                }
            }
        }
        if query.prefix {
            terms.prefix = last.filter(|last| last.chars().count() >= PREFIX_LEAST);
        }
        terms
    }
}

struct Asker<'a> {
    fields: &'a Fields,
    analyser: &'a dyn Analyser,
}

impl Asker<'_> {
    fn term(&self, field: Field, text: &str) -> Box<dyn Search> {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
    }

    fn boosted(&self, field: Field, text: &str, boost: f32) -> Box<dyn Search> {
        Box::new(BoostQuery::new(self.term(field, text), boost))
    }

    /// A word: as it stands, by its base form in each language, as a part of a longer word.
    fn word(&self, text: &str, prefix: bool) -> Option<Box<dyn Search>> {
        let fields = self.fields;
        let mut ways: Vec<Box<dyn Search>> = Vec::new();
        for tongue in Tongue::ALL {
            for word in words(self.analyser, tongue, text) {
                if tongue == Tongue::Fi {
                    ways.push(self.boosted(fields.title_exact, &word.exact, 2.6));
                    ways.push(self.boosted(fields.body_exact, &word.exact, 1.3));
                    ways.push(self.boosted(fields.names, &word.exact, 2.0));
                    if prefix && word.exact.chars().count() >= PREFIX_LEAST {
                        ways.extend(self.beginning(&word.exact));
                    }
                }
                for lemma in &word.lemmas {
                    ways.push(self.boosted(fields.title_lemma, lemma, 2.0));
                    ways.push(self.boosted(fields.body_lemma, lemma, 1.0));
                    ways.push(self.boosted(fields.names, lemma, 1.5));
                    ways.push(self.boosted(fields.title_part, lemma, 0.7));
                    ways.push(self.boosted(fields.body_part, lemma, 0.35));
                }
            }
        }
        if ways.is_empty() { None } else { Some(Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, 0.1))) }
    }

    fn beginning(&self, text: &str) -> impl Iterator<Item = Box<dyn Search>> {
        let fields = [(self.fields.title_exact, 1.5), (self.fields.body_exact, 0.6), (self.fields.names, 1.5)];
        fields
            .map(|(field, boost)| {
                let query = FuzzyTermQuery::new_prefix(Term::from_field_text(field, text), 0, true);
                Box::new(BoostQuery::new(Box::new(query), boost)) as Box<dyn Search>
            })
            .into_iter()
    }

    /// Words next to each other, in whatever form they stand.
    fn phrase(&self, text: &str) -> Option<Box<dyn Search>> {
        let fields = self.fields;
        let mut ways: Vec<Box<dyn Search>> = Vec::new();
        for tongue in Tongue::ALL {
            let mut words = words(self.analyser, tongue, text);
            words.truncate(WORDS_MOST);
            if words.len() < 2 {
                return self.word(text, false);
            }
            let mut add = |title: Field, body: Field, terms: Vec<&str>, boost: f32| {
                for (field, boost) in [(title, boost * 2.0), (body, boost)] {
                    let terms = terms.iter().map(|term| Term::from_field_text(field, term)).collect();
                    ways.push(Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), boost)));
                }
            };
            if tongue == Tongue::Fi {
                let exact = words.iter().map(|word| word.exact.as_str()).collect();
                add(fields.title_exact, fields.body_exact, exact, 3.0);
            }
            // One base form a word here; an analyser with more of them gives the likeliest first.
            let lemmas: Option<Vec<&str>> = words.iter().map(|word| word.lemmas.first().map(String::as_str)).collect();
            if let Some(lemmas) = lemmas {
                add(fields.title_lemma, fields.body_lemma, lemmas, 1.0);
            }
        }
        Some(Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, 0.1)))
    }

    fn filter(&self, query: &Query) -> Vec<(Occur, Box<dyn Search>)> {
        let must = |terms: Vec<Term>| {
            let query: Box<dyn Search> = Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 0.0));
            (Occur::Must, query)
        };
        let fields = self.fields;
        // Rights are a part of the query, so that no count and no facet knows more than the hits.
        let audiences = query.audiences.iter().map(|audience| Term::from_field_i64(fields.audience, *audience));
        let mut all = vec![must(audiences.collect())];
        if !query.kinds.is_empty() {
            all.push(must(query.kinds.iter().map(|kind| Term::from_field_u64(fields.kind, kind.code())).collect()));
        }
        if !query.spaces.is_empty() {
            all.push(must(query.spaces.iter().map(|space| Term::from_field_i64(fields.space, *space)).collect()));
        }
        if !query.languages.is_empty() {
            let terms = query.languages.iter().map(|tongue| Term::from_field_u64(fields.language, tongue.code()));
            all.push(must(terms.collect()));
        }
        all
    }
}

/// Answers a question.
pub(crate) fn ask(
    searcher: &Searcher,
    fields: &Fields,
    analyser: &dyn Analyser,
    query: &Query,
    now: i64,
) -> tantivy::Result<Results> {
    let asker = Asker { fields, analyser };
    let mut wanted: Vec<Box<dyn Search>> = Vec::new();
    let mut unwanted: Vec<(Occur, Box<dyn Search>)> = Vec::new();
    let parts = parts(&query.text);
    let count = parts.len();
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Word(text) => wanted.extend(asker.word(text, query.prefix && place + 1 == count)),
            Part::Phrase(text) => wanted.extend(asker.phrase(text)),
            Part::Not(text) => unwanted.extend(asker.phrase(text).map(|query| (Occur::MustNot, query))),
        }
    }
    if wanted.is_empty() {
        if query.sort == Sort::Best || !query.text.trim().is_empty() {
            return Ok(Results::default());
        }
        wanted.push(Box::new(AllQuery));
    }
    let build = |needed: usize| -> Box<dyn Search> {
        let clauses = wanted.iter().map(|query| (Occur::Should, query.box_clone())).collect();
        let words = BooleanQuery::with_minimum_required_clauses(clauses, needed);
        let mut all = asker.filter(query);
        all.push((Occur::Must, Box::new(words)));
        all.extend(unwanted.iter().map(|(occur, query)| (*occur, query.box_clone())));
        Box::new(BooleanQuery::new(all))
    };
    let mut search = build(wanted.len());
    let mut relaxed = false;
    if wanted.len() > 1 {
        let strict = searcher.search(&*search, &Count)?;
        let loose = build(wanted.len() - 1);
        if strict < ENOUGH && searcher.search(&*loose, &Count)? > strict {
            search = loose;
            relaxed = true;
        }
    }
    let limit = query.limit.clamp(1, 100);
    let offset = query.offset.min(DEPTH_MOST);
    let top = TopDocs::with_limit(limit).and_offset(offset);
    let (found, counts) = match query.sort {
        Sort::Best => {
            let recent = move |segment: &SegmentReader| {
                let at = segment.fast_fields().i64("at").ok();
                move |doc: DocId, score: Score| {
                    let age =
                        at.as_ref().and_then(|at| at.first(doc)).map_or(f32::MAX, |at| days(now.saturating_sub(at)));
                    // Mild: the newest is worth a fifth more than the oldest, all else being equal.
                    score * (1.0 + 0.2 * (-age / 365.0).exp())
                }
            };
            searcher.search(&*search, &(top.tweak_score(recent), Facets))?
        }
        Sort::Newest => {
            let (newest, counts) =
                searcher.search(&*search, &(top.order_by_fast_field::<i64>("at", Order::Desc), Facets))?;
            (newest.into_iter().map(|(_, address)| (0.0, address)).collect::<Vec<(Score, _)>>(), counts)
        }
    };
    let mut hits = Vec::with_capacity(found.len());
    for (score, address) in found {
        let document: TantivyDocument = searcher.doc(address)?;
        let number = |field: Field| document.get_first(field).and_then(|value| value.as_i64());
        let code = |field: Field| document.get_first(field).and_then(|value| value.as_u64());
        let (Some(kind), Some(id)) = (code(fields.kind).and_then(Kind::of_code), number(fields.id)) else { continue };
        hits.push(Hit {
            kind,
            id,
            thread: number(fields.thread).filter(|thread| *thread != 0),
            space: number(fields.space).filter(|space| *space != 0),
            section: document.get_first(fields.section).and_then(|value| value.as_str()).unwrap_or_default().to_owned(),
            language: code(fields.language).and_then(Tongue::of_code).unwrap_or(Tongue::Fi),
            score,
        });
    }
    let end = offset + hits.len();
    Ok(Results {
        next: (end < counts.total && end < DEPTH_MOST && !hits.is_empty()).then_some(end),
        total: counts.total,
        kinds: counts.kinds.into_iter().filter_map(|(code, count)| Some((Kind::of_code(code)?, count))).collect(),
        spaces: largest(counts.spaces),
        languages: counts
            .languages
            .into_iter()
            .filter_map(|(code, count)| Some((Tongue::of_code(code)?, count)))
            .collect(),
        hits,
        relaxed,
    })
}

fn days(microseconds: i64) -> f32 {
    (microseconds.max(0) / 86_400_000_000) as f32
}

/// The spaces with the most hits; more would be no help in choosing.
fn largest(spaces: BTreeMap<i64, usize>) -> Vec<(i64, usize)> {
    const SHOWN: usize = 12;
    let mut spaces: Vec<(i64, usize)> = spaces.into_iter().filter(|(space, _)| *space != 0).collect();
    spaces.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    spaces.truncate(SHOWN);
    spaces
}

/// Counts the hits by kind, space and language.
struct Facets;

#[derive(Default)]
struct Counts {
    total: usize,
    kinds: BTreeMap<u64, usize>,
    spaces: BTreeMap<i64, usize>,
    languages: BTreeMap<u64, usize>,
}

struct SegmentFacets {
    kind: Column<u64>,
    space: Column<i64>,
    language: Column<u64>,
    counts: Counts,
}

impl Collector for Facets {
    type Fruit = Counts;
    type Child = SegmentFacets;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<SegmentFacets> {
        let fast = segment.fast_fields();
        Ok(SegmentFacets {
            kind: fast.u64("kind")?,
            space: fast.i64("space")?,
            language: fast.u64("language")?,
            counts: Counts::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Counts> {
        let mut all = Counts::default();
        for counts in segments {
            all.total += counts.total;
            for (kind, count) in counts.kinds {
                *all.kinds.entry(kind).or_default() += count;
            }
            for (space, count) in counts.spaces {
                *all.spaces.entry(space).or_default() += count;
            }
            for (language, count) in counts.languages {
                *all.languages.entry(language).or_default() += count;
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentFacets {
    type Fruit = Counts;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.counts.total += 1;
        for (column, counts) in [(&self.kind, &mut self.counts.kinds), (&self.language, &mut self.counts.languages)] {
            if let Some(code) = column.first(doc) {
                *counts.entry(code).or_default() += 1;
            }
        }
        if let Some(space) = self.space.first(doc) {
            *self.counts.spaces.entry(space).or_default() += 1;
        }
    }

    fn harvest(self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_cut_into_words_phrases_and_exclusions() {
        assert_eq!(
            parts("kunta \"osallistuva budjetointi\" -valtio -"),
            [Part::Word("kunta".into()), Part::Phrase("osallistuva budjetointi".into()), Part::Not("valtio".into()),]
        );
        assert_eq!(
            parts("410/2015 -\"suora kansanäänestys\" e-\"a b\" «»"),
            [
                Part::Word("410".into()),
                Part::Word("2015".into()),
                Part::Not("suora kansanäänestys".into()),
                Part::Word("e".into()),
                Part::Phrase("a b".into()),
            ]
        );
        assert!(parts(&"a ".repeat(10_000)).len() <= WORDS_MOST);
    }
}
