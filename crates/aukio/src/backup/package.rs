//! A package: named files in a folder or in one ZIP file, written once from beginning to end.
//!
//! A package that was not finished has another name than a finished one, so that half a backup is never taken
//! for a whole one. Deliberately absent: unpacking to disk. What is read is asked for by name.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Bytes that one file may unpack to: a bound against files that say little and unpack to much.
const UNPACKED_BYTES_MOST: u64 = 64 * 1024 * 1024 * 1024;

/// What a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
}

/// A package that is being written.
pub struct Package {
    target: Target,
    digest: Sha256,
    bytes: u64,
}

enum Target {
    Folder { partial: PathBuf, last: PathBuf, file: Option<BufWriter<File>> },
    Zip { partial: PathBuf, last: PathBuf, zip: Box<ZipWriter<BufWriter<File>>> },
    Memory(Box<ZipWriter<Cursor<Vec<u8>>>>),
}

fn options() -> SimpleFileOptions {
    // No times in it: the same content gives the same bytes.
    SimpleFileOptions::default().large_file(true).unix_permissions(0o600)
}

impl Package {
    /// Begins a folder, or one file if the name ends with `.zip`.
    ///
    /// # Errors
    /// When something is there already, or it cannot be made.
    pub fn create(at: &Path) -> io::Result<Package> {
        if at.exists() {
            let message = format!("{} is there already", at.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let last = at.to_owned();
        let mut partial = at.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let target = if at.extension().is_some_and(|ending| ending == "zip") {
            Target::Zip { zip: Box::new(ZipWriter::new(BufWriter::new(File::create(&partial)?))), partial, last }
        } else {
            if partial.exists() {
                fs::remove_dir_all(&partial)?;
            }
            fs::create_dir_all(&partial)?;
            Target::Folder { partial, last, file: None }
        };
        Ok(Package { target, digest: Sha256::new(), bytes: 0 })
    }

    /// Begins a ZIP in memory.
    pub fn in_memory() -> Package {
        let target = Target::Memory(Box::new(ZipWriter::new(Cursor::new(Vec::new()))));
        Package { target, digest: Sha256::new(), bytes: 0 }
    }

    /// Begins a file; names may have folders in them.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.digest, self.bytes) = (Sha256::new(), 0);
        match &mut self.target {
            Target::Folder { partial, file, .. } => {
                let path = partial.join(name);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                *file = Some(BufWriter::new(File::create_new(path)?));
            }
            Target::Zip { zip, .. } => zip.start_file(name, options())?,
            Target::Memory(zip) => zip.start_file(name, options())?,
        }
        Ok(())
    }

    /// Adds to the file that was begun last.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.target {
            Target::Folder { file: Some(file), .. } => file.write_all(bytes),
            Target::Folder { .. } => Err(io::Error::other("no file was begun")),
            Target::Zip { zip, .. } => zip.write_all(bytes),
            Target::Memory(zip) => zip.write_all(bytes),
        }
    }

    /// Ends the file that was begun last.
    pub fn end(&mut self) -> io::Result<Written> {
        if let Target::Folder { file, .. } = &mut self.target
            && let Some(file) = file.take()
        {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        let sha256 = HEXLOWER.encode(&std::mem::take(&mut self.digest).finalize());
        Ok(Written { bytes: self.bytes, sha256 })
    }

    /// A whole file at once.
    pub fn file(&mut self, name: &str, content: &[u8]) -> io::Result<Written> {
        self.begin(name)?;
        self.write(content)?;
        self.end()
    }

    /// Makes the package whole: on disk, under its own name. A package in memory gives its bytes.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self.target {
            Target::Memory(zip) => Ok(zip.finish()?.into_inner()),
            Target::Folder { partial, last, .. } => {
                rename_safely(&partial, &last)?;
                Ok(Vec::new())
            }
            Target::Zip { zip, partial, last } => {
                let file = zip.finish()?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
                rename_safely(&partial, &last)?;
                Ok(Vec::new())
            }
        }
    }
}

fn rename_safely(partial: &Path, last: &Path) -> io::Result<()> {
    fs::rename(partial, last)?;
    let folder = last.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A package to be read.
pub enum Opened {
    Folder(PathBuf),
    Zip(Box<ZipArchive<BufReader<File>>>),
}

impl Opened {
    /// # Errors
    /// When it is not there, or is neither a folder nor a ZIP file.
    pub fn open(at: &Path) -> io::Result<Opened> {
        if at.is_dir() {
            return Ok(Opened::Folder(at.to_owned()));
        }
        Ok(Opened::Zip(Box::new(ZipArchive::new(BufReader::new(File::open(at)?))?)))
    }

    /// Begins to read a file.
    pub fn read(&mut self, name: &str) -> io::Result<Box<dyn BufRead + '_>> {
        match self {
            Opened::Folder(folder) => Ok(Box::new(BufReader::new(File::open(folder.join(name))?))),
            Opened::Zip(zip) => {
                let file = zip.by_name(name)?;
                Ok(Box::new(BufReader::with_capacity(256 * 1024, file.take(UNPACKED_BYTES_MOST))))
            }
        }
    }

    /// A file that is known to be small.
    pub fn text(&mut self, name: &str) -> io::Result<String> {
        const BYTES_MOST: u64 = 16 * 1024 * 1024;
        let mut text = String::new();
        self.read(name)?.take(BYTES_MOST).read_to_string(&mut text)?;
        Ok(text)
    }

    /// SHA-256 and length of a file.
    pub fn digest(&mut self, name: &str) -> io::Result<Written> {
        let mut file = self.read(name)?;
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        loop {
            let portion = file.fill_buf()?;
            if portion.is_empty() {
                return Ok(Written { bytes, sha256: HEXLOWER.encode(&digest.finalize()) });
            }
            digest.update(portion);
            let length = portion.len();
            bytes += length as u64;
            file.consume(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: &Path) {
        let mut package = Package::create(at).expect("nothing is there");
        let written = package.file("folder/a.txt", "yksi\n".as_bytes()).expect("a disk");
        assert!(!at.exists(), "it has its name only when it is whole");
        package.finish().expect("a disk");
        assert!(Package::create(at).is_err(), "what is there is not written over");
        let mut opened = Opened::open(at).expect("it is there");
        assert_eq!(opened.text("folder/a.txt").expect("it is in it"), "yksi\n");
        assert_eq!(opened.digest("folder/a.txt").expect("it is in it"), written);
        assert!(opened.read("folder/b.txt").is_err());
    }

    #[test]
    fn what_was_packed_is_read_again() {
        let folder = std::env::temp_dir().join(format!("aukio-package-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        check(&folder.join("one"));
        check(&folder.join("one.zip"));
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
