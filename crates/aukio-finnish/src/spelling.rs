//! How words are written: one spelling for what looks the same.

use unicode_normalization::UnicodeNormalization;

/// In lower case, composed, with plain hyphens and apostrophes, without soft hyphens, and without the hyphens
/// that stand for something left out («kunta- ja»).
pub(crate) fn normal(word: &str) -> String {
    let plain: String = word.nfc().filter_map(plain).flat_map(char::to_lowercase).collect();
    plain.trim_matches('-').to_owned()
}

/// The plain sign for one of its typographic sisters; none for signs that only say where a line may break.
fn plain(sign: char) -> Option<char> {
    match sign {
        '\u{ad}' | '\u{200b}' => None,
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{2019}' | '\u{2bc}' | '\u{2032}' | '`' | '\u{b4}' => Some('\''),
        sign => Some(sign),
    }
}

/// With a capital at the beginning and after hyphens, as names are written: «Etelä-Pohjanmaa».
pub(crate) fn capitalised(word: &str) -> String {
    let mut beginning = true;
    let mut name = String::with_capacity(word.len());
    for letter in word.chars() {
        if beginning {
            name.extend(letter.to_uppercase());
        } else {
            name.push(letter);
        }
        beginning = letter == '-';
    }
    name
}

/// With capitals before the colon, as abbreviations are written: «THL:ssä». None for words without a colon.
pub(crate) fn abbreviated(word: &str) -> Option<String> {
    let (letters, ending) = word.split_once(':')?;
    Some(format!("{}:{ending}", letters.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_spelt_the_same() {
        let check = |word: &str, expected: &str| assert_eq!(normal(word), expected, "{word}");
        check("Ääni", "ääni");
        check("A\u{308}a\u{308}ni", "ääni");
        check("PDF\u{2011}muoto", "pdf-muoto");
        check("kunta\u{ad}lainen", "kuntalainen");
        check("raa’an", "raa'an");
        check("raa\u{2bc}an", "raa'an");
        check("kunta-", "kunta");
        check("--", "");
    }

    #[test]
    fn names_and_abbreviations_have_capitals() {
        assert_eq!(capitalised("etelä-pohjanmaan"), "Etelä-Pohjanmaan");
        assert_eq!(capitalised("äänekoski"), "Äänekoski");
        assert_eq!(capitalised(""), "");
        assert_eq!(abbreviated("thl:ssä").as_deref(), Some("THL:ssä"));
        assert_eq!(abbreviated("thl"), None);
    }
}
