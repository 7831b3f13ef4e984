//! The fields of the index.
//!
//! What everybody may read and what is closed stand in fields of their own. So the terms of open texts, and
//! how often they occur, never depend on closed ones: neither a suggestion nor the order of hits can tell a
//! visitor what a closed space talks about.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Raised whenever the fields change: an index of another version is built anew.
pub const VERSION: u32 = 3;

/// The one term of [`Fields::side`].
pub const OPEN: &str = "open";

/// The texts of one side.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Words as they stand.
    pub title_exact: Field,
    pub body_exact: Field,
    /// Base forms.
    pub title_lemma: Field,
    pub body_lemma: Field,
    /// Parts of words.
    pub title_part: Field,
    pub body_part: Field,
    /// People, places and tags that belong to the thing: as they stand, and base forms.
    pub names: Field,
}

#[derive(Clone, Debug)]
pub struct Fields {
    /// Kind and id in one term, for replacing.
    pub key: Field,
    pub section: Field,
    pub kind: Field,
    pub id: Field,
    /// 1 for a section of a document, 0 for a whole thing.
    pub part: Field,
    pub audience: Field,
    pub space: Field,
    pub language: Field,
    pub at: Field,
    pub year: Field,
    /// [`OPEN`] for what everybody may read: how many such facts there are is what open words are weighed by.
    pub side: Field,
    pub open: Texts,
    pub closed: Texts,
}

impl Fields {
    /// The fields that texts for this audience stand in.
    pub fn texts(&self, audience: i64) -> &Texts {
        if audience == 0 { &self.open } else { &self.closed }
    }
}

pub fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let number: NumericOptions = NumericOptions::default() | FAST;
    let fields = Fields {
        key: schema.add_text_field("key", STRING),
        section: schema.add_text_field("section", STORED),
        kind: schema.add_u64_field("kind", number.clone()),
        id: schema.add_i64_field("id", number.clone()),
        part: schema.add_u64_field("part", number.clone()),
        audience: schema.add_i64_field("audience", number.clone()),
        space: schema.add_i64_field("space", number.clone()),
        language: schema.add_u64_field("language", number.clone()),
        at: schema.add_i64_field("at", number.clone()),
        year: schema.add_u64_field("year", number),
        side: schema.add_text_field("side", STRING),
        open: texts(&mut schema, "open"),
        closed: texts(&mut schema, "closed"),
    };
    (schema.build(), fields)
}

fn texts(schema: &mut tantivy::schema::SchemaBuilder, side: &str) -> Texts {
    // Texts come already cut into terms, so that one analyser serves writing, asking and marking alike.
    let plain = TextFieldIndexing::default().set_tokenizer("raw");
    // Phrases need positions; the length of the text matters for how much a word in it counts.
    let words = plain.clone().set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let parts = plain.set_index_option(IndexRecordOption::WithFreqs).set_fieldnorms(false);
    let mut add = |name: &str, indexing: &TextFieldIndexing| {
        let options = TextOptions::default().set_indexing_options(indexing.clone());
        schema.add_text_field(&format!("{side}_{name}"), options)
    };
    Texts {
        title_exact: add("title_exact", &words),
        body_exact: add("body_exact", &words),
        title_lemma: add("title_lemma", &words),
        body_lemma: add("body_lemma", &words),
        title_part: add("title_part", &parts),
        body_part: add("body_part", &parts),
        names: add("names", &parts),
    }
}
