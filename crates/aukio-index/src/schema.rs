//! The fields of the index.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Raised whenever the schema or the analyser changes: an index of another version is built anew.
pub const VERSION: u32 = 2;

#[derive(Clone, Debug)]
pub struct Fields {
    pub key: Field,
    pub section: Field,
    pub kind: Field,
    pub id: Field,
    pub audience: Field,
    pub space: Field,
    pub thread: Field,
    pub language: Field,
    pub at: Field,
    /// Words as they stand.
    pub title_exact: Field,
    pub body_exact: Field,
    /// Base forms or stems.
    pub title_lemma: Field,
    pub body_lemma: Field,
    /// Parts of words: sides of a hyphen, and the parts of compounds where an analyser knows them.
    pub title_part: Field,
    pub body_part: Field,
    pub names: Field,
}

pub fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    // Texts come already cut into terms, so that one analyser serves writing, asking and marking alike.
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let number: NumericOptions = NumericOptions::default() | INDEXED | FAST | STORED;
    let fields = Fields {
        key: schema.add_text_field("key", STRING),
        section: schema.add_text_field("section", STORED),
        kind: schema.add_u64_field("kind", number.clone()),
        id: schema.add_i64_field("id", number.clone()),
        audience: schema.add_i64_field("audience", number.clone()),
        space: schema.add_i64_field("space", number.clone()),
        thread: schema.add_i64_field("thread", number.clone()),
        language: schema.add_u64_field("language", number.clone()),
        at: schema.add_i64_field("at", number),
        title_exact: schema.add_text_field("title_exact", words.clone()),
        body_exact: schema.add_text_field("body_exact", words.clone()),
        title_lemma: schema.add_text_field("title_lemma", words.clone()),
        body_lemma: schema.add_text_field("body_lemma", words.clone()),
        title_part: schema.add_text_field("title_part", words.clone()),
        body_part: schema.add_text_field("body_part", words.clone()),
        names: schema.add_text_field("names", words),
    };
    (schema.build(), fields)
}
