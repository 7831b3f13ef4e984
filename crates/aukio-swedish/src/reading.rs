//! What a word can be read as.

/// All that a word can be, the likeliest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Readings(pub(crate) Vec<Reading>);

impl std::ops::Deref for Readings {
    type Target = [Reading];

    fn deref(&self) -> &[Reading] {
        &self.0
    }
}

impl Readings {
    /// The different base forms, in the order of the readings: what a search index keeps of a word.
    pub fn lemmas(&self) -> Vec<String> {
        distinct(self.iter().map(|reading| reading.lemma.clone()))
    }

    /// Everything inside the word that can be looked for by itself: the parts of compounds as they stand and as
    /// base forms, and runs of parts. Never one of [`lemmas`](Readings::lemmas). Empty for a simple word.
    pub fn parts(&self) -> Vec<String> {
        let lemmas = self.lemmas();
        distinct(self.iter().flat_map(Reading::spans).filter(|part| !lemmas.contains(part)))
    }
}

fn distinct(terms: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for term in terms {
        if !seen.contains(&term) {
            seen.push(term);
        }
    }
    seen
}

/// One way to understand a word. All in lower case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The base form of the whole word: «medborgarbudget». Of an unknown word the stem, which need not be a word.
    pub lemma: String,
    /// The parts of a compound from left to right; one for a simple word.
    pub parts: Vec<Part>,
    /// Whether the dictionary holds the word, or all parts of it.
    pub known: bool,
}

impl Reading {
    pub(crate) fn simple(surface: &str, lemma: String, known: bool) -> Reading {
        let part = Part { surface: surface.to_owned(), base: lemma.clone() };
        Reading { lemma, parts: vec![part], known }
    }

    /// Parts and contiguous runs of parts, each as it stands and as a base form; never the whole word.
    pub fn spans(&self) -> Vec<String> {
        let mut spans = Vec::new();
        let count = self.parts.len();
        for from in 0..count {
            for to in (from..count).filter(|to| to + 1 - from < count) {
                let before: String = self.parts[from..to].iter().map(|part| part.surface.as_str()).collect();
                let last = &self.parts[to];
                spans.push(format!("{before}{}", last.base));
                if last.surface != last.base && to + 1 < count {
                    spans.push(format!("{before}{}", last.surface));
                }
            }
        }
        spans
    }
}

/// A part of a compound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// As it stands in the word: «välfärds».
    pub surface: String,
    /// As it stands in a dictionary: «välfärd».
    pub base: String,
}
