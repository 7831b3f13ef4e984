//! Finnish for search: what the analyser reads, and which of it somebody would look for.

use aukio_finnish::{Analyser, Part, PartOfSpeech};

use crate::Reading;

/// Compounds that are one thing by now. *Lautakunta* is no *kunta* and *käsikirja* no *käsi*: whoever looks for
/// a part does not mean them. The whole stays a part of longer words.
const WHOLE: [(&str, &str); 44] = [
    ("lauta", "kunta"),
    ("maa", "kunta"),
    ("edus", "kunta"),
    ("yhteis", "kunta"),
    ("yhdys", "kunta"),
    ("henkilö", "kunta"),
    ("oppilas", "kunta"),
    ("ylioppilas", "kunta"),
    ("palo", "kunta"),
    ("toimi", "kunta"),
    ("paikka", "kunta"),
    ("seura", "kunta"),
    ("osakas", "kunta"),
    ("valta", "kunta"),
    ("neuvos", "kunta"),
    ("virka", "kunta"),
    ("ihmis", "kunta"),
    ("jäsen", "kunta"),
    ("käsi", "kirja"),
    ("pöytä", "kirja"),
    ("päivä", "koti"),
    ("virka", "mies"),
    ("esi", "mies"),
    ("lauta", "mies"),
    ("tuuli", "puisto"),
    ("tuulivoima", "puisto"),
    ("ilta", "päivä"),
    ("aamu", "päivä"),
    ("keski", "päivä"),
    ("ilta", "koulu"),
    ("aika", "taulu"),
    ("sähkö", "posti"),
    ("näkö", "kulma"),
    ("lähtö", "kohta"),
    ("ajan", "kohta"),
    ("vaihto", "ehto"),
    ("ruoka", "valio"),
    ("työ", "paja"),
    ("vuosi", "kello"),
    ("tieto", "kone"),
    ("rauta", "tie"),
    ("ulko", "maa"),
    ("isän", "maa"),
    ("sala", "sana"),
];

/// Cases that dictionaries have as adverbs, though people look for the noun.
const CASES: [(&str, &str); 5] =
    [("kotona", "koti"), ("kotoa", "koti"), ("kotiin", "koti"), ("illalla", "ilta"), ("aamulla", "aamu")];

/// Reads words for search.
pub struct Finnish {
    analyser: Analyser,
}

impl Default for Finnish {
    fn default() -> Finnish {
        Finnish { analyser: Analyser::new() }
    }
}

/// Raised when what this file makes of readings changes.
const OWN_VERSION: u32 = 3;

impl Finnish {
    pub const VERSION: u32 = OWN_VERSION * 1000 + Analyser::VERSION;

    pub fn readings(&self, word: &str) -> Vec<Reading> {
        let mut all: Vec<Reading> = Vec::new();
        for reading in self.analyser.analyze(word).iter() {
            let lemma = reading.lemma.to_lowercase();
            // Koivulahti is neither a birch nor a bay. Itä-Suomi is a part of Suomi.
            let is_whole_name = reading.part_of_speech == PartOfSpeech::Name && !lemma.contains('-');
            let mut parts = if is_whole_name { Vec::new() } else { self.parts(&reading.parts) };
            parts.retain(|part| *part != lemma);
            let known = reading.is_known();
            if let Some(verb) = self.verb(&lemma) {
                all.push(Reading { lemma: verb, parts: Vec::new(), roots: Vec::new(), known });
            }
            if let Some((_, noun)) = CASES.iter().find(|(case, _)| *case == lemma) {
                all.push(Reading { lemma: (*noun).to_owned(), parts: Vec::new(), roots: Vec::new(), known });
            }
            let roots = reading.parts.last().and_then(|last| self.community(&last.base, &reading.parts));
            all.push(Reading { lemma, parts, roots: roots.into_iter().collect(), known });
        }
        all
    }

    /// Runs of parts, each as it stands and as a base form, and the communities that members among them
    /// belong to.
    fn parts(&self, parts: &[Part]) -> Vec<String> {
        let count = parts.len();
        let mut all = Vec::new();
        for from in 0..count {
            for to in from..count {
                let is_all = to + 1 - from == count;
                if is_all || from == to && is_in_whole(parts, from) {
                    continue;
                }
                let before: String = parts[from..to].iter().map(|part| part.surface.as_str()).collect();
                let last = &parts[to];
                push(&mut all, format!("{before}{}", last.base));
                if to + 1 < count {
                    push(&mut all, format!("{before}{}", last.surface));
                    all.extend(self.full(&last.surface).map(|full| format!("{before}{full}")));
                }
            }
            if let Some(community) = self.community(&parts[from].base, &parts[..=from]) {
                push(&mut all, community);
            }
        }
        all
    }

    /// What a part in -s is short for: nais → nainen.
    fn full(&self, part: &str) -> Option<String> {
        let full = format!("{}nen", part.to_lowercase().strip_suffix('s')?);
        let is_word = self.analyser.analyze(&full).iter().any(|reading| reading.is_known() && reading.lemma == full);
        is_word.then_some(full)
    }

    /// The community of a member: kuntalainen → kunta. `parts` end with the member.
    fn community(&self, member: &str, parts: &[Part]) -> Option<String> {
        let member = member.to_lowercase();
        let community = member.strip_suffix("lainen").or_else(|| member.strip_suffix("läinen"))?;
        // A palokuntalainen is of the palokunta.
        if let [.., before, _] = parts
            && is_whole(&before.surface, community)
        {
            return None;
        }
        let readings = self.analyser.analyze(community);
        let is_word = readings.iter().any(|reading| {
            reading.is_known()
                && reading.lemma.to_lowercase() == community
                && matches!(reading.part_of_speech, PartOfSpeech::Noun | PartOfSpeech::Name)
        });
        (community.chars().count() > 2 && is_word).then(|| community.to_owned())
    }

    /// The verb of an act: äänestäminen → äänestää, kuuleminen → kuulla. «They hear» tells which verb it is.
    fn verb(&self, act: &str) -> Option<String> {
        let stem = act.strip_suffix("minen")?;
        let ending = if stem.contains(['a', 'o', 'u']) { "vat" } else { "vät" };
        let readings = self.analyser.analyze(&format!("{stem}{ending}"));
        let verb =
            readings.iter().find(|reading| reading.is_known() && reading.part_of_speech == PartOfSpeech::Verb)?;
        Some(verb.lemma.to_lowercase())
    }
}

fn push(all: &mut Vec<String>, term: String) {
    let term = term.to_lowercase();
    if !term.is_empty() && !all.contains(&term) {
        all.push(term);
    }
}

fn is_whole(before: &str, after: &str) -> bool {
    WHOLE.contains(&(before, after))
}

/// Whether the part has grown together with a neighbour.
fn is_in_whole(parts: &[Part], at: usize) -> bool {
    let with_next = parts.get(at + 1).is_some_and(|next| is_whole(&parts[at].surface, &next.base));
    let with_previous = at.checked_sub(1).is_some_and(|before| is_whole(&parts[before].surface, &parts[at].base));
    with_next || with_previous
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, lemma: &str, parts: &[&str], not: &[&str]) {
        let readings = Finnish::default().readings(word);
        assert!(readings.iter().any(|reading| reading.lemma == lemma), "{word}: {readings:?}");
        let has = |part: &&&str| readings.iter().any(|reading| reading.parts.contains(&(**part).to_owned()));
        assert!(parts.iter().all(|part| has(&part)), "{word}: {readings:?}");
        assert!(!not.iter().any(|part| has(&part)), "{word}: {readings:?}");
    }

    #[test]
    fn parts_are_what_somebody_would_look_for() {
        check("kuntabudjettiin", "kuntabudjetti", &["kunta", "budjetti"], &[]);
        check("lautakunnassa", "lautakunta", &[], &["kunta", "lauta"]);
        check("kuntalaisaloite", "kuntalaisaloite", &["kuntalainen", "kunta", "aloite"], &[]);
        check("kuntalaisten", "kuntalainen", &["kunta"], &[]);
    }

    #[test]
    fn acts_are_of_their_verbs() {
        for (act, verb) in [("äänestäminen", "äänestää"), ("kuulemista", "kuulla"), ("osallistuminen", "osallistua")]
        {
            check(act, verb, &[], &[]);
        }
    }
}
