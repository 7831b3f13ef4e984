//! What the lexicon tells otherwise than a reader of dictionaries expects, mended.

use crate::answer::Raw;
use crate::reading::{Part, PartOfSpeech};

/// Forms that the lexicon knows only as adverbs or adpositions, with the noun that they are forms of.
const FORMS_OF_NOUNS: &[(&str, &str)] = &[("vuonna", "vuosi"), ("kotona", "koti"), ("kotoa", "koti")];

/// Mends the readings of a word and puts the likeliest first.
pub(crate) fn mend(word: &str, raws: &mut Vec<Raw>) {
    if let Some((_, noun)) = FORMS_OF_NOUNS.iter().find(|(form, _)| *form == word) {
        *raws = vec![Raw::simple(word, noun, PartOfSpeech::Noun)];
    }
    name_actions(raws);
    drop_derivations(raws);
    drop_unlikely(raws);
    raws.sort_by_key(|raw| unlikelihood(word, raw));
    let mut seen: Vec<(String, PartOfSpeech)> = Vec::new();
    raws.retain(|raw| {
        let key = (raw.lemma.clone(), raw.part_of_speech);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
}

/// The lexicon takes «osallistumisen» for a form of the verb; dictionaries have a noun for it, and so do people.
fn name_actions(raws: &mut [Raw]) {
    for raw in raws.iter_mut().filter(|raw| raw.part_of_speech == PartOfSpeech::Verb && raw.has("inf4")) {
        let Some(last) = raw.parts.last_mut() else { continue };
        let Some(end) = last.surface.rfind("minen").or_else(|| last.surface.rfind("mis")) else { continue };
        let before = raw.lemma.len() - last.base.len();
        last.base = format!("{}minen", &last.surface[..end]);
        raw.lemma.truncate(before);
        raw.lemma.push_str(&last.base);
        raw.part_of_speech = PartOfSpeech::Noun;
    }
}

/// «Äänestäjä» is a noun of its own, not only somebody who votes: the verb is left out where the noun is known.
fn drop_derivations(raws: &mut Vec<Raw>) {
    let is_noun = |raw: &Raw| matches!(raw.part_of_speech, PartOfSpeech::Noun | PartOfSpeech::Adjective);
    if raws.iter().any(is_noun) {
        raws.retain(|raw| !(raw.has("deriv_action") || raw.has("deriv_agent")));
    }
}

/// «Kuusi» is hardly ever «your moon»: readings with the owner «you» are left out where there are others.
fn drop_unlikely(raws: &mut Vec<Raw>) {
    if raws.iter().any(|raw| !raw.has("poss2sg")) {
        raws.retain(|raw| !raw.has("poss2sg"));
    }
}

/// Readings with a smaller number come first.
fn unlikelihood(word: &str, raw: &Raw) -> u8 {
    let rare_form = ["imper", "conneg", "ins", "com", "poten", "optat"].iter().any(|tag| raw.has(tag));
    4 * u8::from(raw.styled) + 2 * u8::from(rare_form) + u8::from(raw.lemma != word)
}

/// The same reading with a singular: «kuntavaali» beside «kuntavaalit». `readings` are those of its last part,
/// «vaalit».
pub(crate) fn in_singular(raw: &Raw, readings: &[Raw]) -> Option<Raw> {
    let last = raw.parts.last()?;
    let plural = |raw: &&Raw| raw.part_of_speech == PartOfSpeech::Noun && raw.has("pl") && raw.has("nom");
    let singular = &readings.iter().find(plural)?.lemma;
    let mut with = raw.clone();
    with.lemma.truncate(raw.lemma.len() - last.base.len());
    with.lemma.push_str(singular);
    with.parts.last_mut()?.base.clone_from(singular);
    Some(with)
}

/// A beginning of a compound as a dictionary has it. `readings` are those of the beginning by itself.
pub(crate) fn base_of_modifier(surface: &str, readings: &[Raw]) -> Option<String> {
    if readings.iter().any(|raw| raw.lemma.eq_ignore_ascii_case(surface)) {
        return None;
    }
    let noun =
        |raw: &&Raw| matches!(raw.part_of_speech, PartOfSpeech::Noun | PartOfSpeech::Name | PartOfSpeech::Adjective);
    let genitive = readings.iter().filter(noun).find(|raw| raw.has("gen"));
    genitive.or_else(|| readings.iter().find(noun)).map(|raw| raw.lemma.clone())
}

/// «kuntalais» stands for «kuntalainen»: what the word would be as a word of its own.
pub(crate) fn full_form_of_modifier(surface: &str) -> Option<String> {
    Some(format!("{}nen", surface.strip_suffix('s')?)).filter(|full| full.chars().count() > 4)
}

/// The reading of a full form, for its short form.
pub(crate) fn standing_as(surface: &str, mut full: Raw) -> Raw {
    let before: usize = full.parts.iter().rev().skip(1).map(|part| part.surface.len()).sum();
    if let (Some(last), Some(rest)) = (full.parts.last_mut(), surface.get(before..)) {
        last.surface = rest.to_owned();
    }
    full
}

/// «THL:ssä» without its ending, where the lexicon makes nothing of it.
pub(crate) fn before_colon(word: &str) -> Option<&str> {
    let (before, ending) = word.split_once(':')?;
    let ending_fits = ending.chars().count() <= 6 && ending.chars().all(char::is_alphabetic);
    (ending_fits && !before.is_empty()).then_some(before)
}

/// Two readings of the sides of a hyphen, as one.
pub(crate) fn hyphenated(left: &Raw, right: &Raw, left_surface: &str) -> Raw {
    let mut parts: Vec<Part> = left.parts.clone();
    parts.extend(right.parts.iter().cloned());
    Raw {
        lemma: format!("{left_surface}-{}", right.lemma),
        parts,
        part_of_speech: right.part_of_speech,
        known: left.known && right.known,
        only_plural: right.only_plural,
        styled: false,
        tags: right.tags.clone(),
    }
}
