//! The index on disk: opening whatever is there, one writer, rebuilding beside what serves.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::indexer::LogMergePolicy;
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index as Tantivy, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::analyse::{Analyser, Word, words};
use crate::query::{Query, Results, ask};
use crate::schema::{Fields, VERSION, build};
use crate::{Change, Fact};

/// Memory for changes that wait for a commit, in bytes.
const WRITER_BYTES: usize = 50_000_000;
/// A text longer than this is cut, in bytes; documents come in sections anyway.
const BODY_BYTES_MOST: usize = 200 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the index failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    #[error("the index folder failed: {0}")]
    Folder(#[from] std::io::Error),
}

/// Searching is cheap to share: clones are the same index.
#[derive(Clone)]
pub struct Index {
    folder: PathBuf,
    analyser: Arc<dyn Analyser>,
    serving: Arc<RwLock<Arc<Generation>>>,
}

/// One state of the files: a rebuilt index is the next generation.
struct Generation {
    folder: PathBuf,
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
}

/// An index, and how far it reaches.
pub struct Opened {
    pub index: Index,
    /// The position of its last commit; None for an empty index that has to be filled from the start.
    pub position: Option<u64>,
}

impl Index {
    /// Opens the index in `folder`. What is missing, damaged or of another version is set aside and an empty
    /// index takes its place.
    ///
    /// # Errors
    /// When not even an empty index can be made: no space, no rights.
    pub fn open(folder: &Path, analyser: Arc<dyn Analyser>) -> Result<Opened, IndexError> {
        std::fs::create_dir_all(folder)?;
        let current = folder.join("current");
        let name = std::fs::read_to_string(&current).unwrap_or_default();
        let version = format!("v{VERSION}.{}", analyser.version());
        let (generation, position) = match name.trim() {
            name if generation_version(name) == Some(&version) => match Generation::open(&folder.join(name)) {
                Ok((generation, position)) => (generation, position),
                Err(error) => {
                    tracing::warn!(%error, "the search index cannot be opened and is built anew");
                    (Generation::create(folder, &version)?, None)
                }
            },
            _ => (Generation::create(folder, &version)?, None),
        };
        let index = Index { folder: folder.to_owned(), analyser, serving: Arc::new(RwLock::new(Arc::new(generation))) };
        index.point_here()?;
        index.sweep();
        Ok(Opened { index, position })
    }

    pub fn analyser(&self) -> &dyn Analyser {
        &*self.analyser
    }

    fn version(&self) -> String {
        format!("v{VERSION}.{}", self.analyser.version())
    }

    fn serving(&self) -> Arc<Generation> {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers a question. `now` in microseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the files cannot be read; the caller should then rebuild.
    pub fn search(&self, query: &Query, now: i64) -> Result<Results, IndexError> {
        let generation = self.serving();
        let searcher = generation.reader.searcher();
        Ok(ask(&searcher, &generation.fields, &*self.analyser, query, now)?)
    }

    /// How many facts there are.
    pub fn count(&self) -> u64 {
        self.serving().reader.searcher().num_docs()
    }

    /// Takes changes and commits them with the position they lead to. They are found when this returns.
    ///
    /// # Errors
    /// When they cannot be written; then none of them is there and the position is the old one.
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        self.serving().apply(&*self.analyser, changes, position)
    }

    /// Begins an empty index beside the one that serves.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn rebuild(&self) -> Result<Builder, IndexError> {
        Ok(Builder { index: self.clone(), generation: Generation::create(&self.folder, &self.version())? })
    }

    /// Notes which generation serves, so that a crash in the middle leaves one or the other.
    fn point_here(&self) -> Result<(), IndexError> {
        let name =
            self.serving().folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (unfinished, current) = (self.folder.join("current.part"), self.folder.join("current"));
        for path in [&unfinished, &current] {
            // Nothing of ours is a folder of this name, and a file cannot take its place.
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            }
        }
        std::fs::write(&unfinished, name)?;
        std::fs::rename(unfinished, current)?;
        Ok(())
    }

    /// Removes generations that do not serve, and nothing else: the folder may be the wrong one.
    fn sweep(&self) {
        let serving = self.serving().folder.clone();
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let old = entries.flatten().filter(|entry| entry.file_name().to_str().and_then(generation_version).is_some());
        let old: Vec<PathBuf> =
            old.map(|entry| entry.path()).filter(|path| path.is_dir() && *path != serving).collect();
        if old.is_empty() {
            return;
        }
        // A large index takes its time to go, and nobody needs to wait for that. What cannot be removed now is
        // removed at the next start.
        std::thread::spawn(move || {
            for path in old {
                let _ = std::fs::remove_dir_all(path);
            }
        });
    }
}

/// The version in the name of a generation's folder («v2.1-7»); None for anything else.
fn generation_version(name: &str) -> Option<&str> {
    let (version, number) = name.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = version.strip_prefix('v')?;
    (numbers.split('.').all(is_number) && is_number(number)).then_some(version)
}

/// An index that is being filled while another one serves.
pub struct Builder {
    index: Index,
    generation: Generation,
}

impl Builder {
    /// As [`Index::apply`], for the new index.
    ///
    /// # Errors
    /// When the changes cannot be written.
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        self.generation.apply(&*self.index.analyser, changes, position)
    }

    /// Lets the new index serve from now on and removes the old one.
    ///
    /// # Errors
    /// When the switch cannot be noted on disk; the new index serves all the same.
    pub fn adopt(self) -> Result<(), IndexError> {
        let Builder { index, generation } = self;
        *index.serving.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(generation);
        index.point_here()?;
        index.sweep();
        Ok(())
    }
}

impl Generation {
    fn create(folder: &Path, version: &str) -> Result<Generation, IndexError> {
        // No number is used twice by one process: the folder may still be on its way out.
        static LAST: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = LAST.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            let path = folder.join(format!("{version}-{number}"));
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    let (schema, _) = build();
                    let engine = Tantivy::create_in_dir(&path, schema)?;
                    return Generation::with(path, engine);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Opens what may be damaged. The engine checks its files, but it was not made to be lied to: a panic is
    /// one more way of saying that they are no good.
    fn open(path: &Path) -> Result<(Generation, Option<u64>), IndexError> {
        std::panic::catch_unwind(|| Generation::open_whole(path)).unwrap_or_else(|_| {
            Err(tantivy::TantivyError::InternalError("the files made the engine panic".to_owned()).into())
        })
    }

    fn open_whole(path: &Path) -> Result<(Generation, Option<u64>), IndexError> {
        let engine = Tantivy::open_in_dir(path)?;
        let (schema, _) = build();
        if engine.schema() != schema {
            return Err(tantivy::TantivyError::SchemaError("another schema".to_owned()).into());
        }
        let Some(position) = engine.load_metas()?.payload.and_then(|payload| payload.parse().ok()) else {
            return Err(tantivy::TantivyError::SchemaError("no position".to_owned()).into());
        };
        let damaged = engine.validate_checksum()?;
        if !damaged.is_empty() {
            return Err(tantivy::TantivyError::SchemaError(format!("{} damaged files", damaged.len())).into());
        }
        let generation = Generation::with(path.to_owned(), engine)?;
        Ok((generation, Some(position)))
    }

    fn with(folder: PathBuf, engine: Tantivy) -> Result<Generation, IndexError> {
        let (_, fields) = build();
        let writer: IndexWriter = engine.writer_with_num_threads(1, WRITER_BYTES)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(4);
        writer.set_merge_policy(Box::new(merging));
        // Reloaded by hand after each commit: then «committed» means «found».
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Generation { folder, fields, reader, writer: Mutex::new(writer) })
    }

    fn apply(&self, analyser: &dyn Analyser, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.write(&mut writer, analyser, changes, position);
        if written.is_err() {
            // What was half written must not ride along with the next commit.
            let _ = writer.rollback();
        }
        written?;
        drop(writer);
        self.reader.reload()?;
        Ok(())
    }

    fn write(
        &self,
        writer: &mut IndexWriter,
        analyser: &dyn Analyser,
        changes: Vec<Change>,
        position: u64,
    ) -> Result<(), IndexError> {
        for change in changes {
            let (key, facts) = match change {
                Change::Put(key, facts) => (key, facts),
                Change::Remove(key) => (key, Vec::new()),
            };
            writer.delete_term(Term::from_field_text(self.fields.key, &key.term()));
            for fact in facts {
                writer.add_document(self.document(analyser, &fact))?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        Ok(())
    }

    fn document(&self, analyser: &dyn Analyser, fact: &Fact) -> TantivyDocument {
        let fields = &self.fields;
        let mut document = TantivyDocument::new();
        document.add_text(fields.key, fact.key.term());
        document.add_text(fields.section, &fact.section);
        document.add_u64(fields.kind, fact.key.kind.code());
        document.add_i64(fields.id, fact.key.id);
        document.add_i64(fields.audience, fact.audience);
        document.add_i64(fields.space, fact.space.unwrap_or(0));
        document.add_i64(fields.thread, fact.thread.unwrap_or(0));
        document.add_u64(fields.language, fact.language.code());
        document.add_i64(fields.at, fact.at);
        let body = &fact.body[..fact.body.floor_char_boundary(BODY_BYTES_MOST)];
        for (text, exact, lemma, part) in [
            (fact.title.as_str(), fields.title_exact, fields.title_lemma, fields.title_part),
            (body, fields.body_exact, fields.body_lemma, fields.body_part),
        ] {
            let words = words(analyser, fact.language, text);
            document
                .add_pre_tokenized_text(exact, stream(&words, |word| std::iter::once(&word.exact).chain(&word.folded)));
            document.add_pre_tokenized_text(lemma, stream(&words, |word| &word.lemmas));
            document.add_pre_tokenized_text(part, stream(&words, |word| &word.parts));
        }
        let names = words(analyser, fact.language, &fact.names);
        document.add_pre_tokenized_text(
            fields.names,
            stream(&names, |word| {
                // Places and names inflect as well: «Jyväskylässä».
                std::iter::once(&word.exact).chain(&word.folded).chain(&word.lemmas)
            }),
        );
        document
    }
}

fn stream<'a, T>(words: &'a [Word], terms: impl Fn(&'a Word) -> T) -> PreTokenizedString
where
    T: IntoIterator<Item = &'a String>,
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
