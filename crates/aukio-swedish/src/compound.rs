//! Compounds: fewest parts, then the longest last part.

use crate::lexicon::{Base, Lexicon, NAME};
use crate::reading::{Part, Reading};

/// Parts of one compound.
const MOST_PARTS: usize = 5;
/// Words shorter than this are no parts, but for these.
const SHORTEST: usize = 3;
const SHORT_FIRST: [&str; 8] = ["by", "el", "is", "it", "tv", "år", "öl", "ö"];
const SHORT_LAST: [&str; 7] = ["by", "bo", "år", "öl", "ö", "å", "is"];
/// Words that make other words rather than compounds: «utbildning» is no «bildning».
const PARTICLES: [&str; 44] = [
    "an", "av", "be", "bi", "bort", "de", "den", "det", "efter", "er", "fram", "från", "för", "före", "ge", "gen",
    "hän", "i", "in", "kom", "kon", "med", "mellan", "miss", "mot", "ned", "ner", "om", "per", "pro", "på", "re",
    "sam", "till", "tro", "un", "under", "upp", "ur", "ut", "van", "vid", "å", "över",
];
/// Ends of foreign words that look like words.
const LOOKALIKES: [&str; 25] = [
    "nation", "ration", "tion", "ning", "het", "are", "lande", "tativ", "ment", "ering", "iker", "all", "ant", "ark",
    "tal", "tiv", "ista", "ion", "ande", "dom", "skap", "lek", "kap", "tur", "tagande",
];
/// Rules of nouns.
const NOUNS: &str = "ABCDEFGHIJ";
/// Rules of endings; a compound takes those of its last part, or some.
const ENDINGS: &str = "BCDEFGHIJKLMNOPQR";

/// A word that the dictionary does not hold, in parts that it holds.
pub(crate) fn split(lexicon: &Lexicon, word: &str) -> Vec<Reading> {
    let ends = Ends { lexicon, word, heads: heads(lexicon, word) };
    let strict = ends.best(|base| base.has("Yjk"));
    let best = strict.or_else(|| ends.best(|base| base.has(NOUNS)));
    best.unwrap_or_default()
}

/// The parts of a word that the dictionary holds, if it is a compound: its last part has all endings that the whole has.
pub(crate) fn split_known(lexicon: &Lexicon, lemma: &str) -> Vec<Part> {
    let Some(flags) = lexicon.flags(lemma) else { return Vec::new() };
    if flags.contains(NAME) {
        return Vec::new();
    }
    let endings = flags.chars().filter(|flag| ENDINGS.contains(*flag));
    let alike = |last: &str| endings.clone().all(|flag| last.contains(flag));
    let heads = heads(lexicon, lemma);
    let cuts = heads.iter().enumerate().filter_map(|(cut, head)| {
        let head = head.as_ref().filter(|head| head.iter().all(|part| !PARTICLES.contains(&part.surface.as_str())))?;
        let last = &lemma[cut..];
        let like_whole = |own: &str| !own.contains(NAME) && alike(own);
        let fits = (lexicon.flags(last).is_some_and(like_whole) || is_act(lexicon, cut, last))
            && long_enough(last, &SHORT_LAST)
            && !LOOKALIKES.contains(&last);
        fits.then(|| with_last(head, last, last.to_owned()))
    });
    cuts.min_by_key(Vec::len).unwrap_or_default()
}

/// Whether a last part is what a verb does, which the dictionary makes by a rule: «beslutsfattande». Short ones
/// are chance («del|tagande»).
fn is_act(lexicon: &Lexicon, cut: usize, last: &str) -> bool {
    let long = cut >= 5 && last.len() >= 7 || last.len() >= 10;
    long && last.ends_with("nde") && lexicon.bases(last).iter().any(|base| base.lemma == last)
}

/// For each place of the word, in bytes, the fewest parts that end there, if there are any.
type Heads = Vec<Option<Vec<Part>>>;

fn heads(lexicon: &Lexicon, word: &str) -> Heads {
    let mut heads: Heads = vec![None; word.len()];
    let cuts: Vec<usize> = word.char_indices().map(|(cut, _)| cut).collect();
    for &to in &cuts {
        for &from in cuts.iter().take_while(|from| **from < to) {
            let before = if from == 0 { Some(Vec::new()) } else { heads[from].clone() };
            let Some(before) = before.filter(|before| before.len() + 1 < MOST_PARTS) else { continue };
            if heads[to].as_ref().is_some_and(|best| best.len() <= before.len() + 1) {
                continue;
            }
            if let Some(base) = beginning(lexicon, word, from, to) {
                heads[to] = Some(with_last(&before, &word[from..to], base));
            }
        }
    }
    heads
}

/// The base form of what stands between two places as a beginning. Of three equal letters one is not written:
/// «fallucka» is of «fall».
fn beginning(lexicon: &Lexicon, word: &str, from: usize, to: usize) -> Option<String> {
    let surface = &word[from..to];
    if !long_enough(surface, &SHORT_FIRST) {
        return None;
    }
    if let Some(base) = lexicon.beginning(surface) {
        return Some(base.lemma);
    }
    let doubled = surface.chars().rev().take(1).chain(word[to..].chars().take(1)).collect::<Vec<_>>();
    match doubled[..] {
        [one, other] if one == other => lexicon.beginning(&format!("{surface}{one}")).map(|base| base.lemma),
        _ => None,
    }
}

fn long_enough(part: &str, short: &[&str]) -> bool {
    part.chars().count() >= SHORTEST || short.contains(&part)
}

fn with_last(before: &[Part], surface: &str, base: String) -> Vec<Part> {
    before.iter().cloned().chain([Part { surface: surface.to_owned(), base }]).collect()
}

struct Ends<'a> {
    lexicon: &'a Lexicon,
    word: &'a str,
    heads: Heads,
}

impl Ends<'_> {
    /// The readings of the best cut: one for each word that the last part can be a form of.
    fn best(&self, may_end: impl Fn(&Base) -> bool) -> Option<Vec<Reading>> {
        let cuts = self.heads.iter().enumerate().filter_map(|(cut, head)| Some((cut, head.as_ref()?)));
        let mut cuts: Vec<_> = cuts.collect();
        cuts.sort_by_key(|(cut, head)| (head.len(), *cut));
        cuts.into_iter().find_map(|(cut, head)| {
            let last = &self.word[cut..];
            let fits = |base: &Base| !base.has("^") && may_end(base) && long_enough(&base.lemma, &SHORT_LAST);
            let bases: Vec<_> = self.lexicon.bases(last).into_iter().filter(fits).collect();
            (!bases.is_empty()).then(|| bases.iter().map(|base| self.reading(head, last, base)).collect())
        })
    }

    fn reading(&self, head: &[Part], last: &str, base: &Base) -> Reading {
        let before: String = head.iter().map(|part| part.surface.as_str()).collect();
        let parts = with_last(head, last, base.lemma.clone());
        Reading { lemma: format!("{before}{}", base.lemma), parts, known: true }
    }
}

/// Opens parts that are compounds themselves: «kommunfullmäktige» in «kommunfullmäktigemöte».
pub(crate) fn opened(lexicon: &Lexicon, parts: Vec<Part>) -> Vec<Part> {
    parts.into_iter().flat_map(|part| open(lexicon, &part).unwrap_or_else(|| vec![part])).collect()
}

fn open(lexicon: &Lexicon, part: &Part) -> Option<Vec<Part>> {
    let mut inner = split_known(lexicon, &part.base);
    let last = inner.pop()?;
    let before: usize = inner.iter().map(|part| part.surface.len()).sum();
    // The beginning stands in each form of the word as it stands in the base form.
    let (head, tail) = part.surface.split_at_checked(before)?;
    if !part.base.starts_with(head) || tail.is_empty() {
        return None;
    }
    inner.push(Part { surface: tail.to_owned(), base: last.base });
    Some(inner)
}
