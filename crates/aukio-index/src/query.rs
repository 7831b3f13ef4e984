//! Questions and answers as the caller sees them.

use crate::gather::Cursor;
use crate::{Kind, Tongue};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    #[default]
    Best,
    Newest,
}

/// What hits are narrowed to; an empty list lets everything through.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    pub kinds: Vec<Kind>,
    pub spaces: Vec<i64>,
    pub languages: Vec<Tongue>,
    pub years: Vec<u16>,
    /// Nothing older, in microseconds since the Unix epoch.
    pub since: Option<i64>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }
}

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub text: String,
    /// Whose facts may be found: always 0 for what is public, and the closed spaces of the asker.
    pub audiences: Vec<i64>,
    pub filter: Filter,
    pub sort: Sort,
    /// 1 to 100.
    pub limit: usize,
    /// The page begins after this place, which an earlier page ended at.
    pub after: Option<Cursor>,
    /// The last word is still being typed: words that begin with it are found, too.
    pub prefix: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    pub kind: Kind,
    pub id: i64,
    pub space: Option<i64>,
    /// Anchor of the section that fits best, for a part of a document; empty for a whole thing.
    pub section: String,
    /// Anchors of other sections that fit, the best first.
    pub sections: Vec<String>,
    pub language: Tongue,
    pub score: f32,
}

/// How far an answer is from the question as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Relaxed {
    /// All words are in all hits.
    #[default]
    No,
    /// Some words are missing.
    Words,
    /// Parts of the words count as well as the words.
    Parts,
}

/// Another way to write the question, of words that the asker may read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    pub text: String,
    /// Whether the hits are those of the suggestion; otherwise they are those of the question.
    pub taken: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Things found; a document counts once, however many of its sections fit.
    pub total: usize,
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    pub facets: Facets,
    pub relaxed: Relaxed,
    pub suggestion: Option<Suggestion>,
}

impl Results {
    /// The question that the hits answer.
    pub fn answered<'a>(&'a self, asked: &'a str) -> &'a str {
        match &self.suggestion {
            Some(suggestion) if suggestion.taken => &suggestion.text,
            _ => asked,
        }
    }
}

/// How many things there are of each sort, each counted with the other filters on but its own off: so that
/// what a choice would add can be seen beside what it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    pub kinds: Vec<(Kind, usize)>,
    /// Those with the most hits.
    pub spaces: Vec<(i64, usize)>,
    pub languages: Vec<(Tongue, usize)>,
    /// The latest first.
    pub years: Vec<(u16, usize)>,
}
