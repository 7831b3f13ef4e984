//! Texts that people give: trimmed, of a bounded length, free of control characters.
//!
//! `parse` is the only way to make one, so that inside the program the type is the proof.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// Why a text was not accepted. `key` names the sentence in web/words; `most` its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("the text is empty")]
    Empty,
    #[error("the text is longer than {most} characters")]
    TooLong { most: usize },
    #[error("the text is shorter than {least} characters")]
    TooShort { least: usize },
    #[error("the text has characters that are not allowed")]
    Characters,
    #[error("this is not an e-mail address")]
    NotAnAddress,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($parse:ident, $most:expr);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        pub struct $name(String);

        impl $name {
            /// The longest accepted text, in characters.
            pub const MOST: usize = $most;

            pub fn parse(text: &str) -> Result<Self, TextError> {
                $parse(text, Self::MOST).map(Self)
            }

            pub fn as_str(&self) -> &str { &self.0 }

            pub fn into_string(self) -> String { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { out.write_str(&self.0) }
        }
    )*};
}

texts! {
    /// The name of a thread or a document: one line.
    Title(line, 160);
    /// A person's name: one line.
    PersonName(line, 80);
    /// The name of a space: one line.
    SpaceName(line, 100);
    /// A line that may be left empty: an organisation, a theme, an expected output.
    Line(optional_line, 200);
    /// What a space is for: some paragraphs.
    Purpose(paragraphs, 2000);
    /// A message, in Markdown.
    Body(paragraphs, 40_000);
    /// A document as Markdown, when it is made or pasted.
    Manuscript(optional_paragraphs, 250_000);
    /// An e-mail address as its owner writes it.
    Email(email, 254);
}

impl Email {
    /// What two spellings of one address share: the key that is unique in the database.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Characters that would let a text pretend to be another: bidirectional overrides and controls
/// (Unicode TR 36); and the one that stands for bytes that were no text. Line breaks and tabs are dealt
/// with before.
fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}' | '\u{FFFE}' | '\u{FFFF}')
}

fn optional_line(text: &str, most: usize) -> Result<String, TextError> {
    let text: String = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(forbidden) {
        return Err(TextError::Characters);
    }
    if text.chars().count() > most {
        return Err(TextError::TooLong { most });
    }
    Ok(text)
}

/// Whether a reader sees anything.
fn visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

fn line(text: &str, most: usize) -> Result<String, TextError> {
    let text = optional_line(text, most)?;
    if text.chars().any(visible) { Ok(text) } else { Err(TextError::Empty) }
}

fn optional_paragraphs(text: &str, most: usize) -> Result<String, TextError> {
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    let text = text.trim_matches('\n').trim_end();
    // Directions may turn inside a paragraph: it is a block of its own and turns nothing around it.
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' || c == '\u{FFFD}') {
        return Err(TextError::Characters);
    }
    if text.chars().count() > most {
        return Err(TextError::TooLong { most });
    }
    Ok(text.to_owned())
}

fn paragraphs(text: &str, most: usize) -> Result<String, TextError> {
    let text = optional_paragraphs(text, most)?;
    if text.chars().any(visible) { Ok(text) } else { Err(TextError::Empty) }
}

/// One mailbox of the everyday kind: no quotes, no comments, a domain with a dot (RFC 5321 §4.1.2 is wider).
fn email(text: &str, most: usize) -> Result<String, TextError> {
    let text = line(text, most)?;
    let (local, domain) = text.rsplit_once('@').ok_or(TextError::NotAnAddress)?;
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label);
    if local_fits && domain_fits { Ok(text) } else { Err(TextError::NotAnAddress) }
}

/// A password as it was typed. It is never trimmed, never shown in logs.
pub struct Password(String);

impl Password {
    /// Characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.2).
    pub const LEAST: usize = 15;
    /// Characters of a password that stands beside a second factor.
    pub const LEAST_BESIDE: usize = 8;
    pub const MOST_BYTES: usize = 1024;

    /// A password to be chosen, of at least so many characters. Whether it is a common one is asked elsewhere.
    pub fn choose(text: &str, least: usize) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().count() < least {
            return Err(TextError::TooShort { least });
        }
        Self::typed(text)
    }

    /// A password typed at sign-in: only its size is bounded.
    pub fn typed(text: &str) -> Result<Self, TextError> {
        if text.len() > Self::MOST_BYTES {
            return Err(TextError::TooLong { most: Self::MOST_BYTES });
        }
        Ok(Self(text.to_owned()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(…)")
    }
}

/// Turns a name into the readable end of an address: «Äänestys & kylät» → `aanestys-kylat`.
pub fn slug(text: &str, most: usize) -> String {
    let mut slug = String::new();
    for c in text.nfd().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).flat_map(char::to_lowercase) {
        let c = match c {
            'ø' => 'o',
            'đ' => 'd',
            'ŧ' => 't',
            'ŋ' => 'n',
            c => c,
        };
        if slug.len() >= most {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Up to two letters that stand for a name in an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| c.is_whitespace()).filter(|word| word.chars().any(char::is_alphabetic));
    let first = words.next().and_then(|word| word.chars().find(|c| c.is_alphabetic()));
    let last = words.next_back().and_then(|word| word.chars().find(|c| c.is_alphabetic()));
    first.into_iter().chain(last).flat_map(char::to_uppercase).take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        let check = |text: &str, expected: Result<&str, TextError>| {
            assert_eq!(Title::parse(text).as_ref().map(Title::as_str).map_err(|e| *e), expected, "{text:?}");
        };
        check("  Montako \n euroa?  ", Ok("Montako euroa?"));
        check("", Err(TextError::Empty));
        check(" \u{200B}\u{FEFF} ", Err(TextError::Empty));
        check("abc\u{202E}cba", Err(TextError::Characters));
        check("nul\0", Err(TextError::Characters));
        check(&"ä".repeat(161), Err(TextError::TooLong { most: 160 }));
        assert_eq!(Title::parse("a\u{308}").map(Title::into_string), Ok("ä".to_owned()));
    }

    #[test]
    fn addresses() {
        let check = |text: &str, good: bool| assert_eq!(Email::parse(text).is_ok(), good, "{text}");
        check("helmi.saarela@example.fi", true);
        check(" Helmi@Example.FI ", true);
        check("helmi", false);
        check("helmi@localhost", false);
        check("a@b.fi\r\nBcc: c@d.fi", false);
        check("a..b@c.fi", false);
        check("<a@b.fi>", false);
        assert_eq!(Email::parse("Helmi@Example.FI").map(|e| e.key()), Ok("helmi@example.fi".to_owned()));
    }

    #[test]
    fn slugs_and_initials() {
        assert_eq!(slug("Montako euroa asukasta kohti riittää?", 60), "montako-euroa-asukasta-kohti-riittaa");
        assert_eq!(slug("Áššit & Øl", 60), "assit-ol");
        assert_eq!(slug("???", 60), "");
        assert_eq!(initials("Áile Länsman"), "ÁL");
        assert_eq!(initials("Anna-Karin von Wester"), "AW");
        assert_eq!(initials("Prince"), "P");
        assert_eq!(initials("123"), "");
    }

    #[test]
    fn passwords() {
        assert_eq!(Password::choose("lyhyt", 15).err(), Some(TextError::TooShort { least: 15 }));
        assert!(Password::choose("pitkä mutta helppo 🙂", 15).is_ok());
        assert!(Password::choose(&"x".repeat(1025), 8).is_err());
        assert_eq!(format!("{:?}", Password::typed("salaisuus").unwrap()), "Password(…)");
    }
}
