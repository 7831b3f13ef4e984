//! One pass over everything that fits: who may read it, which filters let it through, how many there are of
//! each sort, which come first. Sections of a document become one thing here.

mod counts;
mod cursor;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentReader};

use self::counts::{ById, Counts, Passes, Traits};
pub use self::cursor::{Cursor, NoCursor};
use crate::Kind;
use crate::query::{Facets, Filter, Sort};

/// Sections of one document that a hit may name.
const SECTIONS_MOST: usize = 4;

/// A section is where a hit opens when it fits nearly as well as the whole document.
const SECTION_AT_LEAST: f32 = 0.6;

/// What is gathered, and in which order.
pub(crate) struct Gather(Arc<Plan>);

struct Plan {
    audiences: Vec<i64>,
    kinds: Vec<u64>,
    spaces: Vec<i64>,
    languages: Vec<u64>,
    years: Vec<u64>,
    since: Option<i64>,
    sort: Sort,
    limit: usize,
    after: Option<Cursor>,
    now: i64,
}

/// A candidate for the page.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub place: Cursor,
    pub score: f32,
    pub address: DocAddress,
    /// Other sections of the same document.
    pub sections: Vec<DocAddress>,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place.order(&other.place)
    }
}

pub(crate) struct Gathered {
    pub total: usize,
    pub facets: Facets,
    /// The first of the page first.
    pub page: Vec<Candidate>,
    pub next: Option<Cursor>,
}

impl Gather {
    pub fn new(audiences: &[i64], filter: &Filter, sort: Sort, limit: usize, after: Option<Cursor>, now: i64) -> Self {
        // The day is enough for what is recent, and a page that follows within it is in the same order.
        let now = now - now.rem_euclid(DAY);
        Gather(Arc::new(Plan {
            audiences: audiences.to_vec(),
            kinds: filter.kinds.iter().map(|kind| kind.code()).collect(),
            spaces: filter.spaces.clone(),
            languages: filter.languages.iter().map(|tongue| tongue.code()).collect(),
            years: filter.years.iter().map(|year| u64::from(*year)).collect(),
            since: filter.since,
            sort,
            limit,
            after,
            now,
        }))
    }
}

const DAY: i64 = 86_400_000_000;

impl Plan {
    /// Mild: the newest is worth a fifth more than the oldest, all else being equal.
    fn recent(&self, score: f32, at: i64) -> f32 {
        let days = (self.now.saturating_sub(at)).max(0) as f32 / DAY as f32;
        score * (1.0 + 0.2 / (1.0 + days / 180.0))
    }

    fn rank(&self, score: f32, at: i64) -> f64 {
        match self.sort {
            Sort::Best => f64::from(score),
            Sort::Newest => at as f64,
        }
    }
}

/// A document whose facts fit: the whole, some of its sections, or both.
struct Group {
    traits: Traits,
    at: i64,
    whole: Option<(f32, DocAddress)>,
    /// The best first.
    sections: Vec<(f32, DocAddress)>,
}

impl Group {
    fn take(&mut self, other: Group) {
        self.whole = self.whole.or(other.whole);
        self.sections.extend(other.sections);
        self.sections.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.sections.truncate(SECTIONS_MOST);
    }

    fn candidate(self, id: i64, plan: &Plan) -> Option<Candidate> {
        let best_section = self.sections.first().copied();
        let (mut score, mut address) = self.whole.or(best_section)?;
        if let Some((of_section, section)) = best_section {
            if of_section >= score * SECTION_AT_LEAST {
                address = section;
            }
            score = score.max(of_section);
        }
        let sections = self.sections.into_iter().map(|(_, section)| section).filter(|section| *section != address);
        let sections = sections.collect();
        Some(Candidate { place: Cursor { rank: plan.rank(score, self.at), id }, score, address, sections })
    }
}

/// What one segment, or all of them, gave.
#[derive(Default)]
pub(crate) struct Found {
    counts: Counts,
    top: BinaryHeap<Reverse<Candidate>>,
    documents: ById<Group>,
}

impl Found {
    /// Puts what was found of a document to the rest of it: its facts may have come to lie in two segments.
    fn join(&mut self, id: i64, group: Group) {
        match self.documents.entry(id) {
            Entry::Occupied(mut here) => here.get_mut().take(group),
            Entry::Vacant(place) => {
                place.insert(group);
            }
        }
    }

    /// Keeps the candidate if it belongs to the page, or would be the first of the next.
    fn offer(&mut self, candidate: Candidate, plan: &Plan) {
        if plan.after.is_some_and(|after| candidate.place.order(&after) != Ordering::Less) {
            return;
        }
        if self.top.len() > plan.limit {
            if self.top.peek().is_some_and(|Reverse(last)| candidate <= *last) {
                return;
            }
            self.top.pop();
        }
        self.top.push(Reverse(candidate));
    }
}

pub(crate) struct Segment {
    plan: Arc<Plan>,
    ordinal: u32,
    kind: Column<u64>,
    id: Column<i64>,
    part: Column<u64>,
    audience: Column<i64>,
    space: Column<i64>,
    language: Column<u64>,
    at: Column<i64>,
    year: Column<u64>,
    found: Found,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = Segment;

    fn for_segment(&self, ordinal: u32, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let fast = segment.fast_fields();
        Ok(Segment {
            plan: self.0.clone(),
            ordinal,
            kind: fast.u64("kind")?,
            id: fast.i64("id")?,
            part: fast.u64("part")?,
            audience: fast.i64("audience")?,
            space: fast.i64("space")?,
            language: fast.u64("language")?,
            at: fast.i64("at")?,
            year: fast.u64("year")?,
            found: Found::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Found>) -> tantivy::Result<Gathered> {
        let plan = &self.0;
        let mut all = Found::default();
        for segment in segments {
            all.counts.merge(segment.counts);
            for Reverse(candidate) in segment.top {
                all.offer(candidate, plan);
            }
            for (id, group) in segment.documents {
                all.join(id, group);
            }
        }
        for (id, group) in std::mem::take(&mut all.documents) {
            all.counts.add(&group.traits);
            if group.traits.by.all()
                && let Some(candidate) = group.candidate(id, plan)
            {
                all.offer(candidate, plan);
            }
        }
        let total = all.counts.total;
        let facets = all.counts.facets();
        let mut page: Vec<Candidate> = all.top.into_iter().map(|Reverse(candidate)| candidate).collect();
        page.sort_by(|a, b| b.cmp(a));
        let is_more = page.len() > plan.limit;
        page.truncate(plan.limit);
        let next = page.last().map(|last| last.place).filter(|_| is_more);
        Ok(Gathered { total, facets, page, next })
    }
}

impl SegmentCollector for Segment {
    type Fruit = Found;

    fn collect(&mut self, doc: DocId, score: Score) {
        let plan = &*self.plan;
        if !plan.audiences.contains(&self.audience.first(doc).unwrap_or(i64::MAX)) {
            return;
        }
        let at = self.at.first(doc).unwrap_or(0);
        if plan.since.is_some_and(|since| at < since) {
            return;
        }
        let kind = self.kind.first(doc).unwrap_or(u64::MAX);
        let space = self.space.first(doc).unwrap_or(0);
        let language = self.language.first(doc).unwrap_or(u64::MAX);
        let year = self.year.first(doc).unwrap_or(0);
        let by = Passes {
            kind: plan.kinds.is_empty() || plan.kinds.contains(&kind),
            space: plan.spaces.is_empty() || plan.spaces.contains(&space),
            language: plan.languages.is_empty() || plan.languages.contains(&language),
            year: plan.years.is_empty() || plan.years.contains(&year),
        };
        let traits = Traits { kind, space, language, year, by };
        let score = plan.recent(score, at);
        let address = DocAddress::new(self.ordinal, doc);
        if kind == Kind::Document.code() {
            let id = self.id.first(doc).unwrap_or(0);
            let is_section = self.part.first(doc) == Some(1);
            let (whole, sections) =
                if is_section { (None, vec![(score, address)]) } else { (Some((score, address)), Vec::new()) };
            let group = Group { traits, at, whole, sections };
            self.found.join(id, group);
            return;
        }
        self.found.counts.add(&traits);
        if by.all() {
            let rank = plan.rank(score, at);
            // Most are beyond the page: no need to look up who they are.
            let is_late = self.found.top.len() > plan.limit
                && self.found.top.peek().is_some_and(|Reverse(last)| rank < last.place.rank);
            if !is_late {
                let place = Cursor { rank, id: self.id.first(doc).unwrap_or(0) };
                self.found.offer(Candidate { place, score, address, sections: Vec::new() }, plan);
            }
        }
    }

    fn harvest(self) -> Found {
        self.found
    }
}
