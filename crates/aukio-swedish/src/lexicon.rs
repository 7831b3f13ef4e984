//! The words and the rules of their endings, and what a form or a beginning of a compound is of.
//!
//! A word is kept with its flags, one letter each, whose meaning is the Hunspell dictionary's: which rules of endings
//! it takes and where in a compound it may stand. Forms are not kept. A form is taken apart: each ending that some
//! rule adds is cut off, and the word that is left must be there and take that rule.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::OnceLock;

/// A proper name.
pub(crate) const NAME: char = '^';
/// Only ever a part of something.
const FRAGMENT: char = 'Z';
/// The flags of a word that only the table of irregular forms has: any place in a compound.
const NOUN: &str = "AXY";
/// Rules that make plurals of nouns.
const PLURALS: &str = "GHIJ";
/// Rules that make forms of verbs.
const VERBS: &str = "mKN";

/// A word that a form is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base<'a> {
    pub lemma: String,
    pub flags: &'a str,
}

impl Base<'_> {
    pub fn has(&self, flags: &str) -> bool {
        has(self.flags, flags)
    }
}

/// Whether one of some flags is among others.
fn has(among: &str, flags: &str) -> bool {
    flags.chars().any(|flag| among.contains(flag))
}

struct Rule {
    flag: char,
    strip: String,
    /// Each letter from the end of the word backwards: the letters that may stand there, or (`false`) may not.
    condition: Vec<(bool, String)>,
}

pub(crate) struct Lexicon {
    /// Lines «word flags» in the order of the words.
    lines: Vec<&'static str>,
    /// Rules for forms by what they add.
    forms: HashMap<&'static str, Vec<Rule>>,
    /// Rules for beginnings of compounds by what they add.
    beginnings: HashMap<&'static str, Vec<Rule>>,
    /// Forms that no rule makes, and their base forms.
    irregular: HashMap<&'static str, Vec<&'static str>>,
    /// The base forms of that table; not all are in the dictionary.
    added: HashSet<&'static str>,
    /// The longest that rules add, in bytes.
    ending_most: usize,
}

impl Lexicon {
    /// The words in the crate, unpacked at the first call.
    pub fn embedded() -> &'static Lexicon {
        static EMBEDDED: OnceLock<Lexicon> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            let packed: &[u8] = include_bytes!("../data/words.zst");
            let mut text = String::new();
            ruzstd::decoding::StreamingDecoder::new(packed)
                .ok()
                .and_then(|mut decoder| decoder.read_to_string(&mut text).ok())
                .expect("the file is part of the program");
            // It is there until the process ends, and once.
            Lexicon::read(text.leak())
        })
    }

    fn read(text: &'static str) -> Lexicon {
        let (rules, words) = text.split_once("\n\n").unwrap_or_default();
        let (mut forms, mut beginnings) = (HashMap::new(), HashMap::new());
        for line in rules.lines() {
            let Some((add, begins, rule)) = read_rule(line) else { continue };
            let rules: &mut HashMap<&str, Vec<Rule>> = if begins { &mut beginnings } else { &mut forms };
            rules.entry(add).or_default().push(rule);
        }
        let mut irregular: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut added = HashSet::new();
        for line in include_str!("../data/irregular.txt").lines() {
            let mut words = line.split(' ');
            let lemma = words.next().unwrap_or_default();
            added.insert(lemma);
            for form in words {
                irregular.entry(form).or_default().push(lemma);
            }
        }
        let ending_most = forms.keys().chain(beginnings.keys()).map(|add| add.len()).max().unwrap_or(0);
        Lexicon { lines: words.lines().collect(), forms, beginnings, irregular, added, ending_most }
    }

    /// The flags of a word as it stands in the dictionary.
    pub fn flags(&self, word: &str) -> Option<&'static str> {
        match self.lines.binary_search_by(|line| line.split(' ').next().unwrap_or_default().cmp(word)) {
            Ok(place) => self.lines[place].split(' ').nth(1),
            Err(_) => self.added.contains(word).then_some(NOUN),
        }
    }

    /// What a form can be a form of. Nouns of the table of irregular forms have no nouns beside them: «städer» is of
    /// «stad» and of no «städ». Verbs may stand beside them: «händer» is of «hända».
    pub fn bases(&self, form: &str) -> Vec<Base<'static>> {
        let mut bases = Vec::new();
        for &lemma in self.irregular_bases(form) {
            push(&mut bases, Base { lemma: lemma.to_owned(), flags: self.flags(lemma).unwrap_or(NOUN) });
        }
        let in_table = !bases.is_empty();
        let may = |lemma: &str, flags: &str| !in_table || has(flags, VERBS) && lemma.ends_with('a');
        if let Some(flags) = self.flags(form).filter(|flags| may(form, flags)) {
            self.push_regular(&mut bases, form.to_owned(), flags);
        }
        for (rule, word, flags) in self.undone(&self.forms, form) {
            let lemma = self.lemma(form, &word, rule, flags);
            if may(&lemma, flags) {
                self.push_regular(&mut bases, lemma, flags);
            }
        }
        bases
    }

    /// The base forms by the table of forms that no rule makes; the endings of nouns may follow those.
    fn irregular_bases(&self, form: &str) -> &[&'static str] {
        let ways = ["", "s", "na", "nas"];
        let found = ways.iter().filter_map(|ending| form.strip_suffix(ending)).find_map(|it| self.irregular.get(it));
        found.map_or(&[], Vec::as_slice)
    }

    /// The dictionary has some forms as words of their own; then the table knows better, unless it is a verb.
    fn push_regular(&self, bases: &mut Vec<Base<'static>>, lemma: String, flags: &'static str) {
        let known = self.irregular_bases(&lemma);
        if known.is_empty() || flags.contains('m') {
            let lemma = self.compound_of_irregular(&lemma).unwrap_or(lemma);
            return push(bases, Base { lemma, flags });
        }
        known.iter().for_each(|lemma| push(bases, Base { lemma: (*lemma).to_owned(), flags }));
    }

    /// The base form of a compound whose last part is in the table: läroböcker → lärobok.
    fn compound_of_irregular(&self, word: &str) -> Option<String> {
        let cuts = word.char_indices().map(|(cut, _)| cut).filter(|cut| *cut >= 3 && cut + 3 < word.len());
        cuts.flat_map(|cut| self.irregular.get(&word[cut..]).into_iter().flatten().map(move |lemma| (cut, lemma)))
            .map(|(cut, lemma)| format!("{}{lemma}", &word[..cut]))
            .find(|lemma| self.flags(lemma).is_some())
    }

    /// The base form of a form that a rule makes of a word. The dictionary saves words by rules that make other
    /// words, and by giving to a verb the forms of the noun beside it.
    fn lemma(&self, form: &str, word: &str, rule: &Rule, flags: &str) -> String {
        let derived = |marks: &[&str]| {
            let mark = marks.iter().find(|mark| form[rest(form, word, rule)..].starts_with(**mark))?;
            Some(format!("{word}{mark}"))
        };
        let other = match rule.flag {
            'B' | 'D' | 'F' => derived(&["nde"]),
            'L' => derived(&["ende"]),
            'T' => derived(&["re", "are", "isk"]),
            'e' | 'd' => derived(&["bo", "sbo"]),
            flag if PLURALS.contains(flag) => self.noun_beside(word, flags),
            _ => None,
        };
        other.unwrap_or_else(|| word.to_owned())
    }

    /// What stands at the beginning of a compound as a base form.
    pub fn beginning(&self, surface: &str) -> Option<Base<'static>> {
        if let Some(flags) = self.flags(surface).filter(|flags| has(flags, "XU")) {
            return Some(self.whole(surface.to_owned(), flags));
        }
        let mut ways = self.undone(&self.beginnings, surface);
        ways.sort_by_key(|(_, word, flags)| (flags.contains(NAME), word.len()));
        let (_, word, flags) = ways.into_iter().next()?;
        Some(self.whole(word, flags))
    }

    /// The base form of a word that begins a compound. The dictionary gives some beginnings that are of a noun to the verb
    /// beside it: «löne» to «löna».
    fn whole(&self, word: String, flags: &'static str) -> Base<'static> {
        let lemma = match self.noun_beside(&word, flags) {
            Some(noun) => noun,
            None if flags.contains(FRAGMENT) => self.full(&word),
            None => word,
        };
        Base { lemma, flags }
    }

    /// The noun of a verb: rösta → röst.
    fn noun_beside(&self, word: &str, flags: &str) -> Option<String> {
        let noun = word.strip_suffix('a').filter(|_| has(flags, VERBS))?;
        self.flags(noun).is_some_and(|flags| has(flags, "ABD")).then(|| noun.to_owned())
    }

    /// The word that a fragment is of: skol → skola, kvinno → kvinna, medborgar → medborgare.
    fn full(&self, fragment: &str) -> String {
        let cut = fragment.strip_suffix(['o', 'u', 'e', 's', 'a']);
        let stems = [Some(fragment), cut].into_iter().flatten();
        let ways: Vec<String> = stems.flat_map(|stem| ["", "e", "a"].map(|end| format!("{stem}{end}"))).collect();
        let find = |may: &dyn Fn(&str) -> bool| {
            ways.iter().find(|word| *word != fragment && self.flags(word).is_some_and(may)).cloned()
        };
        // Fragments are of nouns where there is one.
        find(&|flags| !has(flags, "Z^m") && has(flags, "A"))
            .or_else(|| find(&|flags| !has(flags, "Z^")))
            .unwrap_or_else(|| fragment.to_owned())
    }

    /// The words of which rules make what is there.
    fn undone<'a>(
        &'a self,
        rules: &'a HashMap<&'static str, Vec<Rule>>,
        made: &str,
    ) -> Vec<(&'a Rule, String, &'static str)> {
        let mut words = Vec::new();
        let least = made.len().saturating_sub(self.ending_most);
        for cut in (least..=made.len()).rev().filter(|cut| made.is_char_boundary(*cut)) {
            let add = if cut == made.len() { "0" } else { &made[cut..] };
            for rule in rules.get(add).into_iter().flatten() {
                let word = format!("{}{}", &made[..cut], rule.strip);
                if rule.fits(&word)
                    && let Some(flags) = self.flags(&word).filter(|flags| flags.contains(rule.flag))
                {
                    words.push((rule, word, flags));
                }
            }
        }
        words
    }
}

/// Where in the form that which a rule adds begins.
fn rest(form: &str, word: &str, rule: &Rule) -> usize {
    (word.len() - rule.strip.len()).min(form.len())
}

fn push(bases: &mut Vec<Base<'static>>, base: Base<'static>) {
    if !bases.iter().any(|other| other.lemma == base.lemma) {
        bases.push(base);
    }
}

impl Rule {
    fn fits(&self, word: &str) -> bool {
        let mut letters = word.chars().rev();
        self.condition.iter().all(|(may, set)| letters.next().is_some_and(|letter| set.contains(letter) == *may))
    }
}

/// What a rule adds, whether it makes beginnings of compounds, and the rule.
fn read_rule(line: &'static str) -> Option<(&'static str, bool, Rule)> {
    let mut fields = line.split(' ');
    let (flag, strip, add) = (fields.next()?.chars().next()?, fields.next()?, fields.next()?);
    let (condition, leads) = (fields.next()?, fields.next()?);
    let strip = if strip == "0" { String::new() } else { strip.to_owned() };
    Some((add, leads == "<", Rule { flag, strip, condition: read_condition(condition) }))
}

fn read_condition(text: &str) -> Vec<(bool, String)> {
    let mut places = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let place = match letter {
            '.' => continue,
            '[' => {
                let set: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                set.strip_prefix('^').map_or_else(|| (true, set.clone()), |not| (false, not.to_owned()))
            }
            letter => (true, letter.to_string()),
        };
        places.push(place);
    }
    places.reverse();
    places
}
