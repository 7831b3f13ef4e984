//! Texts cut into words, and words written in one way. No language is known here.

use unicode_normalization::UnicodeNormalization;

/// Runs of letters and digits, with the hyphens, apostrophes and colons between them. Each with its place in
/// bytes.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_letter)?;
        let mut end = start;
        let mut joiner = None;
        for (place, c) in text[start..].char_indices() {
            if is_letter(c) {
                end = start + place + c.len_utf8();
                joiner = None;
            } else if joiner.is_none() && matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '’' | ':') {
                joiner = Some(c);
            } else if c != '\u{AD}' {
                break;
            }
        }
        rest = end;
        Some((start, &text[start..end]))
    })
}

/// In lower case, composed, with plain hyphens and apostrophes and without soft hyphens.
pub(crate) fn exact(raw: &str) -> String {
    if raw.is_ascii() {
        return raw.to_ascii_lowercase();
    }
    let plain = raw.chars().filter_map(|c| match c {
        '\u{AD}' => None,
        '\u{2010}' | '\u{2011}' => Some('-'),
        '’' => Some('\''),
        c => Some(c),
    });
    plain.nfc().flat_map(char::to_lowercase).collect()
}

/// Other ways to write the word: without foreign accents («áile» is also «aile», but å, ä and ö are letters
/// of their own), without its hyphens, without the ending behind a colon.
pub(crate) fn others(exact: &str) -> Vec<String> {
    let mut others = Vec::new();
    others.extend(folded(exact));
    if exact.contains('-') {
        others.push(exact.replace('-', ""));
    }
    if let Some((base, _)) = exact.split_once(':').filter(|(base, _)| !base.is_empty()) {
        others.push(base.to_owned());
    }
    others
}

fn folded(exact: &str) -> Option<String> {
    if exact.is_ascii() {
        return None;
    }
    let mut folded = String::with_capacity(exact.len());
    for c in exact.chars() {
        match c {
            'å' | 'ä' | 'ö' => folded.push(c),
            c => folded.extend(std::iter::once(c).nfd().filter(|c| !is_accent(*c))),
        }
    }
    (folded != exact && !folded.is_empty()).then_some(folded)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_accent(c)
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_into_words() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = tokens(text).map(|(_, raw)| exact(raw)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Kunnan, asukkaiden!", &["kunnan", "asukkaiden"]);
        check("PDF-muotoon EU:n rock ’n’ roll", &["pdf-muotoon", "eu:n", "rock", "n", "roll"]);
        check("A\u{308}iti Äiti", &["äiti", "äiti"]);
        check("kunta\u{AD}lainen PDF\u{2011}liite", &["kuntalainen", "pdf-liite"]);
        check("–– ... ", &[]);
        check("410/2015 22 §", &["410", "2015", "22"]);
    }

    #[test]
    fn words_are_written_in_several_ways() {
        assert_eq!(others("áile"), ["aile"]);
        assert_eq!(others("päätös"), [""; 0]);
        assert_eq!(others("sähkö-auto"), ["sähköauto"]);
        assert_eq!(others("thl:ssä"), ["thl"]);
    }
}
