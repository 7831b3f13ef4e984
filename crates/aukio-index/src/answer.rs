//! How a question is answered: as it stands if that finds anything; else as it was probably meant; else with
//! fewer of its words; else by parts of them. What was done is told with the answer.

use tantivy::query::{Bm25StatisticsProvider, EnableScoring, Query as Search};
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, TantivyDocument, Term};

use crate::analyse::Lexicon;
use crate::asker::{Asker, Clauses, Forms, Reach};
use crate::dictionary::{Dictionary, is_there};
use crate::gather::{Candidate, Gather};
use crate::query::{Hit, Query, Relaxed, Results, Suggestion};
use crate::question::{Piece, pieces, rewritten};
use crate::schema::{Fields, OPEN};
use crate::{Kind, Tongue};

/// With fewer hits than this, a compound is looked for by its parts as well.
const ENOUGH: usize = 3;
/// As long as that brings no more than this: a handful is a help, a hundred would bury what was looked for.
const HANDFUL: usize = 4;
/// Hits of one page at most.
const PAGE_MOST: usize = 100;

pub(crate) struct Answerer<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub lexicon: &'a Lexicon,
    pub query: &'a Query,
}

/// Words are weighed by how rare they are among open facts, so that the scores that a visitor sees do not
/// change with what is closed.
struct OpenFacts<'a> {
    searcher: &'a Searcher,
    side: Field,
}

impl Bm25StatisticsProvider for OpenFacts<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.doc_freq(&Term::from_field_text(self.side, OPEN))
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.searcher.doc_freq(term)
    }
}

/// What is looked for in the end.
struct Decision {
    search: Box<dyn Search>,
    relaxed: Relaxed,
}

impl Answerer<'_> {
    /// `now` in microseconds since the Unix epoch.
    pub fn answer(&self, now: i64) -> tantivy::Result<Results> {
        let mut pieces = pieces(&self.query.text);
        let asker = Asker::new(self.searcher, self.fields, self.lexicon, &self.query.audiences);
        let clauses = asker.clauses(&pieces, Reach::Words, self.query.prefix)?;
        if clauses.len() == 0 {
            return Ok(Results::default());
        }
        let strict = clauses.with(clauses.len());
        let first = self.gather(&*strict, now)?;
        if (1..ENOUGH).contains(&first.total)
            && let [Piece::Word(word)] = pieces.as_slice()
            && !word.contains('-')
            && !Forms::of(self.lexicon, word).parts.is_empty()
        {
            return self.with_parts(&asker, &pieces, first, now);
        }
        // With filters on, nothing may be left of hits that there are; that is no reason to ask for less.
        if first.total > 0 || !self.query.filter.is_empty() && self.is_anything(&*strict)? {
            return Ok(first);
        }
        let suggestion = if self.query.prefix { None } else { self.meant(&asker, &mut pieces)? };
        match self.decide(&asker, &pieces, suggestion.as_ref().is_some_and(|suggestion| suggestion.taken))? {
            None => Ok(Results { suggestion: suggestion.filter(|suggestion| !suggestion.taken), ..first }),
            Some(Decision { search, relaxed }) => Ok(Results { relaxed, suggestion, ..self.gather(&*search, now)? }),
        }
    }

    /// Adds the texts that have parts of the only word, behind those few that have the word.
    fn with_parts(&self, asker: &Asker, pieces: &[Piece], few: Results, now: i64) -> tantivy::Result<Results> {
        let parts = asker.clauses(pieces, Reach::Parts, self.query.prefix)?;
        let more = self.gather(&*parts.with(1), now)?;
        Ok(if (1..=HANDFUL).contains(&(more.total - few.total)) {
            Results { relaxed: Relaxed::Parts, ..more }
        } else {
            few
        })
    }

    /// Looks at each word by itself: one that stands nowhere may be a slip. A word that no dictionary knows
    /// is taken for what is nearest to it; of one that is known only a suggestion is made.
    fn meant(&self, asker: &Asker, pieces: &mut [Piece]) -> tantivy::Result<Option<Suggestion>> {
        let dictionary = Dictionary::new(self.searcher, self.fields, self.lexicon, &self.query.audiences);
        let mut suggested = self.query.text.clone();
        let mut taken = self.query.text.clone();
        for piece in pieces {
            let Piece::Word(word) = piece else { continue };
            let Some(search) = asker.word(word, Reach::Words, false)? else { continue };
            if self.is_anything(&*search)? {
                continue;
            }
            let Some(meant) = dictionary.meant(word)? else { continue };
            suggested = rewritten(&suggested, word, &meant);
            if !Forms::of(self.lexicon, word).known {
                taken = rewritten(&taken, word, &meant);
                *word = meant;
            }
        }
        let asked = &self.query.text;
        Ok(if taken != *asked {
            Some(Suggestion { text: taken, taken: true })
        } else if suggested != *asked {
            Some(Suggestion { text: suggested, taken: false })
        } else {
            None
        })
    }

    /// The strictest way to ask that finds anything at all.
    fn decide(&self, asker: &Asker, pieces: &[Piece], changed: bool) -> tantivy::Result<Option<Decision>> {
        let words = asker.clauses(pieces, Reach::Words, self.query.prefix)?;
        let all = words.len();
        let parts = asker.clauses(pieces, Reach::Parts, self.query.prefix)?;
        let mut ways: Vec<(&Clauses, usize, Relaxed)> = Vec::new();
        if changed {
            ways.push((&words, all, Relaxed::No));
        }
        // One word may be missing, or half of many.
        ways.extend(
            (1..all)
                .rev()
                .filter(|needed| *needed + 1 == all || *needed * 2 >= all)
                .map(|needed| (&words, needed, Relaxed::Words)),
        );
        ways.extend((1..=all).rev().map(|needed| (&parts, needed, Relaxed::Parts)));
        for (clauses, needed, relaxed) in ways {
            let search = clauses.with(needed);
            if self.is_anything(&*search)? {
                return Ok(Some(Decision { search, relaxed }));
            }
        }
        Ok(None)
    }

    /// Whether anything fits that the asker may read.
    fn is_anything(&self, search: &dyn Search) -> tantivy::Result<bool> {
        let weight = search.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        for segment in self.searcher.segment_readers() {
            let audience = segment.fast_fields().i64("audience")?;
            let mut fits = weight.scorer(segment, 1.0)?;
            while fits.doc() != TERMINATED {
                let doc = fits.doc();
                if is_there(segment, doc) && audience.first(doc).is_some_and(|one| self.query.audiences.contains(&one))
                {
                    return Ok(true);
                }
                fits.advance();
            }
        }
        Ok(false)
    }

    fn gather(&self, search: &dyn Search, now: i64) -> tantivy::Result<Results> {
        let Query { audiences, filter, sort, limit, after, .. } = self.query;
        let gather = Gather::new(audiences, filter, *sort, (*limit).clamp(1, PAGE_MOST), *after, now);
        let gathered = if audiences.iter().all(|audience| *audience == 0) {
            let open = OpenFacts { searcher: self.searcher, side: self.fields.side };
            self.searcher.search_with_statistics_provider(search, &gather, &open)?
        } else {
            self.searcher.search(search, &gather)?
        };
        let mut hits = Vec::with_capacity(gathered.page.len());
        for candidate in &gathered.page {
            hits.extend(self.hit(candidate)?);
        }
        Ok(Results { total: gathered.total, hits, next: gathered.next, facets: gathered.facets, ..Results::default() })
    }

    fn hit(&self, candidate: &Candidate) -> tantivy::Result<Option<Hit>> {
        let DocAddress { segment_ord, doc_id } = candidate.address;
        let fast = self.searcher.segment_reader(segment_ord).fast_fields();
        let kind = fast.u64("kind")?.first(doc_id).and_then(Kind::of_code);
        let language = fast.u64("language")?.first(doc_id).and_then(Tongue::of_code);
        let (Some(kind), Some(id)) = (kind, fast.i64("id")?.first(doc_id)) else { return Ok(None) };
        let mut sections = Vec::with_capacity(candidate.sections.len());
        for address in &candidate.sections {
            sections.push(self.section(*address)?);
        }
        Ok(Some(Hit {
            kind,
            id,
            space: fast.i64("space")?.first(doc_id).filter(|space| *space != 0),
            section: if kind == Kind::Document { self.section(candidate.address)? } else { String::new() },
            sections,
            language: language.unwrap_or(Tongue::Fi),
            score: candidate.score,
        }))
    }

    fn section(&self, address: DocAddress) -> tantivy::Result<String> {
        let document: TantivyDocument = self.searcher.doc(address)?;
        let section = document.get_first(self.fields.section).and_then(|value| value.as_str()).unwrap_or_default();
        Ok(section.to_owned())
    }
}
