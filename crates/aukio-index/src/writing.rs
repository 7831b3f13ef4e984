//! From a fact to a document of the engine.

use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{TantivyDocument, Term};

use crate::analyse::{Lexicon, Word};
use crate::schema::{Fields, OPEN};
use crate::{Fact, Key};

/// A text longer than this is cut, in bytes; the sections of a document are texts of their own.
const BODY_BYTES_MOST: usize = 200 * 1024;

pub(crate) fn key_term(fields: &Fields, key: Key) -> Term {
    Term::from_field_text(fields.key, &key.term())
}

pub(crate) fn document(fields: &Fields, lexicon: &Lexicon, fact: &Fact) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.key, fact.key.term());
    if !fact.section.is_empty() {
        document.add_text(fields.section, &fact.section);
    }
    document.add_u64(fields.kind, fact.key.kind.code());
    document.add_i64(fields.id, fact.key.id);
    document.add_u64(fields.part, u64::from(!fact.section.is_empty()));
    document.add_i64(fields.audience, fact.audience);
    document.add_i64(fields.space, fact.space.unwrap_or(0));
    document.add_u64(fields.language, fact.language.code());
    document.add_i64(fields.at, fact.at);
    document.add_u64(fields.year, u64::from(fact.year));

    if fact.audience == 0 {
        document.add_text(fields.side, OPEN);
    }
    let texts = fields.texts(fact.audience);
    let title = lexicon.words(fact.language, &fact.title);
    let body = lexicon.text(fact.language, &fact.body[..fact.body.floor_char_boundary(BODY_BYTES_MOST)]);
    let names = lexicon.words(fact.language, &fact.names);
    for (field, tokens) in [
        (texts.title_exact, stream(&title, Word::exacts)),
        (texts.title_lemma, stream(&title, Word::lemmas)),
        (texts.title_part, stream(&title, Word::parts)),
        (texts.body_exact, stream(&body, Word::exacts)),
        (texts.body_lemma, stream(&body, Word::lemmas)),
        (texts.body_part, stream(&body, Word::parts)),
        // Places and names inflect as well: «Jyväskylässä».
        (texts.names, stream(&names, |word| word.exacts().chain(word.lemmas()))),
    ] {
        if !tokens.tokens.is_empty() {
            document.add_pre_tokenized_text(field, tokens);
        }
    }
    document
}

/// All terms of a word stand at its place, so that phrases are found whatever form their words have.
fn stream<'a, T>(words: &'a [Word], terms: impl Fn(&'a Word) -> T) -> PreTokenizedString
where
    T: Iterator<Item = &'a String>,
{
    let mut tokens = Vec::with_capacity(words.len());
    for word in words {
        for text in terms(word) {
            tokens.push(Token {
                offset_from: word.from,
                offset_to: word.to,
                position: word.position,
                text: text.clone(),
                position_length: 1,
            });
        }
    }
    PreTokenizedString { text: String::new(), tokens }
}
