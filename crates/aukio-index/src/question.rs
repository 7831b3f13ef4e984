//! What somebody asks, cut into words. No text that a stranger types is anything but words: there is no query
//! language to escape from.

use crate::tokens::{exact, tokens};

/// The longest question that is looked at, in characters; the rest is cut.
pub const CHARACTERS_MOST: usize = 200;
/// Words and phrases of a question that count; the rest is cut.
pub const WORDS_MOST: usize = 12;

/// A piece of a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    Word(String),
    Phrase(String),
    /// A word or a phrase that must not be there.
    Not(String),
}

/// Cuts a question: quotes make phrases, a minus before a word excludes it.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let text: String = text.chars().take(CHARACTERS_MOST).collect();
    let mut pieces = Vec::new();
    // A minus right before a quote excludes the phrase.
    let mut excluded = false;
    for (place, stretch) in text.split(['"', '”', '“', '„', '»', '«']).enumerate() {
        if place % 2 == 1 {
            if stretch.chars().any(char::is_alphanumeric) {
                let text = stretch.trim().to_owned();
                pieces.push(if excluded { Piece::Not(text) } else { Piece::Phrase(text) });
            }
            continue;
        }
        let before = stretch.trim_end_matches('-');
        excluded = before.len() < stretch.len() && before.chars().next_back().is_none_or(char::is_whitespace);
        for word in stretch.split_whitespace() {
            match word.strip_prefix('-') {
                Some(rest) if rest.starts_with(char::is_alphanumeric) => pieces.push(Piece::Not(rest.to_owned())),
                // «410/2015» are two words.
                _ => pieces.extend(tokens(word).map(|(_, word)| Piece::Word(word.to_owned()))),
            }
        }
    }
    pieces.truncate(WORDS_MOST);
    leave_out_small_words(pieces)
}

/// The question with its word `from` written as `to`.
pub(crate) fn rewritten(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (place, raw) in tokens(text) {
        out.push_str(&text[rest..place]);
        out.push_str(if raw == from { to } else { raw });
        rest = place + raw.len();
    }
    out.push_str(&text[rest..]);
    out
}

/// «Miten kunta voi tukea nuoria» is about three words. The small ones stand everywhere and would only keep
/// apart what belongs together; a question of nothing but small words keeps them.
fn leave_out_small_words(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_small = |piece: &Piece| matches!(piece, Piece::Word(word) if SMALL.contains(&exact(word).as_str()));
    let is_wanted = |piece: &Piece| !matches!(piece, Piece::Not(_));
    if pieces.iter().any(|piece| is_wanted(piece) && !is_small(piece)) {
        return pieces.into_iter().filter(|piece| !is_small(piece)).collect();
    }
    pieces
}

/// Words that bind others: Finnish, Swedish, English.
const SMALL: [&str; 132] = [
    "ja", "tai", "sekä", "eli", "vai", "että", "jotta", "kun", "jos", "kuin", "niin", "myös", "mutta", "vaan", "on",
    "ovat", "oli", "olivat", "ole", "olla", "ollut", "ei", "eivät", "en", "emme", "se", "ne", "sen", "sitä", "siitä",
    "siinä", "tämä", "tämän", "tätä", "tässä", "joka", "jotka", "jonka", "jota", "josta", "jossa", "mikä", "mitä",
    "miten", "millä", "missä", "milloin", "miksi", "kuka", "ketkä", "kuinka", "me", "te", "he", "minä", "sinä", "hän",
    "voi", "voiko", "och", "eller", "samt", "att", "som", "är", "var", "hur", "vad", "när", "vem", "vilka", "vilken",
    "det", "den", "de", "ett", "av", "på", "för", "med", "till", "från", "om", "inte", "har", "kan", "ska", "i", "vi",
    "ni", "the", "a", "an", "and", "or", "of", "to", "in", "at", "for", "with", "from", "is", "are", "was", "were",
    "be", "been", "it", "its", "this", "that", "these", "those", "how", "what", "which", "who", "when", "where", "why",
    "do", "does", "did", "can", "we", "you", "they", "not", "as", "has", "have",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Piece {
        Piece::Word(text.to_owned())
    }

    #[test]
    fn questions_are_cut_into_words_phrases_and_exclusions() {
        assert_eq!(
            pieces("kunta \"osallistuva budjetointi\" -valtio -"),
            [word("kunta"), Piece::Phrase("osallistuva budjetointi".into()), Piece::Not("valtio".into())]
        );
        assert_eq!(
            pieces("410/2015 -\"suora kansanäänestys\" e-\"b c\" «»"),
            [
                word("410"),
                word("2015"),
                Piece::Not("suora kansanäänestys".into()),
                word("e"),
                Piece::Phrase("b c".into()),
            ]
        );
        assert!(pieces(&"x ".repeat(10_000)).len() <= WORDS_MOST);
    }

    #[test]
    fn small_words_matter_only_among_themselves() {
        assert_eq!(pieces("Miten kunta ja Nuoret"), [word("kunta"), word("Nuoret")]);
        assert_eq!(pieces("on ja ei"), [word("on"), word("ja"), word("ei")]);
        assert_eq!(pieces("\"on ja ei\""), [Piece::Phrase("on ja ei".into())]);
        assert_eq!(pieces("ja -kunta"), [word("ja"), Piece::Not("kunta".into())]);
    }

    #[test]
    fn one_word_is_rewritten() {
        assert_eq!(rewritten("\"suora kutna\", kutna!", "kutna", "kunta"), "\"suora kunta\", kunta!");
    }
}
