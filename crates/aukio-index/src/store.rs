//! The index on disk: opening whatever is there, one writer, rebuilding beside what serves.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index as Tantivy, IndexReader, IndexWriter, ReloadPolicy};

use crate::analyse::Lexicon;
use crate::answer::Answerer;
use crate::dictionary::{Dictionary, completions};
use crate::marks::Marks;
use crate::query::{Query, Relaxed, Results};
use crate::question::CHARACTERS_MOST;
use crate::schema::{Fields, VERSION, build};
use crate::writing::{document, key_term};
use crate::{Analyser, Change};

/// Memory for changes that wait for a commit, in bytes.
const WRITER_BYTES: usize = 64_000_000;
/// Segments of about the same size that are merged into one.
const MERGED_TOGETHER: usize = 6;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the index failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    #[error("the index folder failed: {0}")]
    Folder(#[from] std::io::Error),
    #[error("another process uses the index in {}", .0.display())]
    InUse(PathBuf),
}

/// Searching is cheap to share: clones are the same index.
#[derive(Clone)]
pub struct Index {
    folder: PathBuf,
    lexicon: Arc<Lexicon>,
    serving: Arc<RwLock<Arc<Generation>>>,
    /// Held as long as the index is: two processes that write would remove each other's files.
    _lock: Arc<File>,
}

/// One state of the files: a rebuilt index is the next generation.
struct Generation {
    folder: PathBuf,
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
}

/// An index as it was found.
pub struct Opened {
    pub index: Index,
    pub standing: Standing,
}

/// What an index is good for, with the position of its last commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Whole(u64),
    /// Written by another version of the analyser: it serves, but should be built anew.
    Old(u64),
    /// There was none, or none that could be read: it has to be filled from the start.
    Empty,
}

impl Index {
    /// Opens the index in `folder`. What is missing, damaged or of another schema is set aside and an empty
    /// index takes its place.
    ///
    /// # Errors
    /// When another process has it open, or not even an empty index can be made: no space, no rights.
    pub fn open(folder: &Path, analyser: impl Analyser + 'static) -> Result<Opened, IndexError> {
        std::fs::create_dir_all(folder)?;
        let lock = lock(folder)?;
        let lexicon = Arc::new(Lexicon::new(analyser));
        let version = version_of(&lexicon);
        let (generation, standing) = match Generation::current(folder) {
            Some((generation, position, name)) if name == version => (generation, Standing::Whole(position)),
            Some((generation, position, _)) => (generation, Standing::Old(position)),
            None => (Generation::create(folder, &version)?, Standing::Empty),
        };
        let serving = Arc::new(RwLock::new(Arc::new(generation)));
        let index = Index { folder: folder.to_owned(), lexicon, serving, _lock: Arc::new(lock) };
        index.point_here()?;
        index.sweep();
        Ok(Opened { index, standing })
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
        let answerer = Answerer { searcher: &searcher, fields: &generation.fields, lexicon: &self.lexicon, query };
        Ok(answerer.answer(now)?)
    }

    /// Up to `most` questions that one whose last word is being typed may become, the likeliest first. Only
    /// words that stand in what these audiences may read.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn complete(&self, text: &str, audiences: &[i64], most: usize) -> Result<Vec<String>, IndexError> {
        let generation = self.serving();
        let searcher = generation.reader.searcher();
        let dictionary = Dictionary::new(&searcher, &generation.fields, &self.lexicon, audiences);
        let text: String = text.chars().take(CHARACTERS_MOST).collect();
        Ok(completions(&dictionary, &text, most)?)
    }

    /// What a question marks in the texts that it finds.
    pub fn marks(&self, question: &str, prefix: bool, relaxed: Relaxed) -> Marks {
        Marks::new(self.lexicon.clone(), question, prefix, relaxed)
    }

    /// How many facts there are.
    pub fn count(&self) -> u64 {
        self.serving().reader.searcher().num_docs()
    }

    /// Takes changes and commits them with the position they lead to. They are found when this returns.
    /// No changes make no commit: then the position is only the caller's to remember.
    ///
    /// # Errors
    /// When they cannot be written; then none of them is there and the position is the old one.
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.serving().apply(&self.lexicon, changes, position)
    }

    /// Begins an empty index beside the one that serves.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn rebuild(&self) -> Result<Builder, IndexError> {
        let generation = Generation::create(&self.folder, &version_of(&self.lexicon))?;
        Ok(Builder { index: self.clone(), generation })
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

/// The system lets go of the lock when the process ends, however it ends.
fn lock(folder: &Path) -> Result<File, IndexError> {
    let path = folder.join("lock");
    if path.is_dir() {
        std::fs::remove_dir_all(&path)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(IndexError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn version_of(lexicon: &Lexicon) -> String {
    format!("v{VERSION}.{}", lexicon.version())
}

/// The version in the name of a generation's folder («v3.1-7»); None for anything else.
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
    /// Adds facts about things that it has not been told of. They are written for good by the next
    /// [`Builder::apply`]; until then a crash leaves nothing of them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&self, changes: Vec<Change>) -> Result<(), IndexError> {
        self.generation.add(&self.index.lexicon, changes)
    }

    /// As [`Index::apply`], for the new index, and even when nothing has changed: the position tells that
    /// the index is whole.
    ///
    /// # Errors
    /// When the changes cannot be written.
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        self.generation.apply(&self.index.lexicon, changes, position)
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

    /// The generation that served last, its position and its version, if all of it can be read.
    fn current(folder: &Path) -> Option<(Generation, u64, String)> {
        let name = std::fs::read_to_string(folder.join("current")).ok()?;
        let name = name.trim();
        let version = generation_version(name)?;
        if version.split('.').next() != Some(&format!("v{VERSION}")) {
            tracing::info!(version, "the search index is of another make and is built anew");
            return None;
        }
        match Generation::open(&folder.join(name)) {
            Ok(Some((generation, position))) => Some((generation, position, version.to_owned())),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "the search index cannot be read and is built anew");
                None
            }
        }
    }

    /// Opens what may be damaged. The engine checks its files, but it was not made to be lied to: a panic is
    /// one more way of saying that they are no good.
    fn open(path: &Path) -> Result<Option<(Generation, u64)>, IndexError> {
        std::panic::catch_unwind(|| Generation::open_whole(path)).unwrap_or_else(|_| {
            Err(tantivy::TantivyError::InternalError("the files made the engine panic".to_owned()).into())
        })
    }

    /// None for an index that was never filled.
    fn open_whole(path: &Path) -> Result<Option<(Generation, u64)>, IndexError> {
        let engine = Tantivy::open_in_dir(path)?;
        let (schema, _) = build();
        if engine.schema() != schema {
            return Err(tantivy::TantivyError::SchemaError("another schema".to_owned()).into());
        }
        let Some(payload) = engine.load_metas()?.payload else { return Ok(None) };
        let Ok(position) = payload.parse() else {
            return Err(tantivy::TantivyError::InternalError("no position".to_owned()).into());
        };
        let damaged = engine.validate_checksum()?;
        if !damaged.is_empty() {
            let damaged = format!("{} damaged files", damaged.len());
            return Err(tantivy::TantivyError::InternalError(damaged).into());
        }
        Ok(Some((Generation::with(path.to_owned(), engine)?, position)))
    }

    fn with(folder: PathBuf, engine: Tantivy) -> Result<Generation, IndexError> {
        let (_, fields) = build();
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(WRITER_BYTES)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = engine.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(MERGED_TOGETHER);
        writer.set_merge_policy(Box::new(merging));
        // Reloaded by hand after each commit: then «committed» means «found».
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Generation { folder, fields, reader, writer: Mutex::new(writer) })
    }

    fn add(&self, lexicon: &Lexicon, changes: Vec<Change>) -> Result<(), IndexError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            let Change::Put(_, facts) = change else { continue };
            for fact in facts {
                writer.add_document(document(&self.fields, lexicon, &fact))?;
            }
        }
        Ok(())
    }

    fn apply(&self, lexicon: &Lexicon, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.write(&mut writer, lexicon, changes, position);
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
        lexicon: &Lexicon,
        changes: Vec<Change>,
        position: u64,
    ) -> Result<(), IndexError> {
        for change in changes {
            let (key, facts) = match change {
                Change::Put(key, facts) => (key, facts),
                Change::Remove(key) => (key, Vec::new()),
            };
            writer.delete_term(key_term(&self.fields, key));
            for fact in facts {
                writer.add_document(document(&self.fields, lexicon, &fact))?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        Ok(())
    }
}
