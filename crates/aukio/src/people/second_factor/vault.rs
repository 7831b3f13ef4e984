//! Secrets of authenticators as the database keeps them: sealed (ChaCha20-Poly1305) with a key that stands beside
//! the database and not in it, so that neither a copy of the database nor a backup makes codes.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aukio_core::PersonId;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

const KEY_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the key file {0} cannot be read or made: {1}")]
    File(PathBuf, io::Error),
    #[error("{0} does not hold 64 hexadecimal digits")]
    Digits(PathBuf),
    #[error("the secret is sealed with the key {0}, which is not the one at hand")]
    OtherKey(String),
    /// None is made in its place: what was sealed with the one before would stay shut for good.
    #[error("the key file {0} is missing, and there has been one: put it back")]
    Missing(PathBuf),
    #[error("the sealed secret is damaged")]
    Damaged,
}

/// A secret as a row keeps it.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub bytes: Vec<u8>,
    /// None for what was stored as it is.
    pub key_id: Option<String>,
}

pub struct Vault {
    file: PathBuf,
    key: OnceLock<Key>,
}

struct Key {
    id: String,
    key: LessSafeKey,
}

impl Vault {
    /// The key is read when it is first needed.
    pub fn at(file: PathBuf) -> Vault {
        Vault { file, key: OnceLock::new() }
    }

    /// Whether there is a key, good or not.
    pub fn has_any(&self) -> bool {
        self.file.exists()
    }

    /// Makes the site's first key and gives its id.
    pub fn make(&self) -> Result<String, VaultError> {
        self.write_new().map_err(|error| VaultError::File(self.file.clone(), error))?;
        Ok(self.read()?.id)
    }

    /// Takes a key back that was just made, because the site has another one.
    pub fn take_back(&self) -> Result<(), VaultError> {
        fs::remove_file(&self.file).map_err(|error| VaultError::File(self.file.clone(), error))
    }

    pub fn seal(&self, person: PersonId, secret: &[u8]) -> Result<Sealed, VaultError> {
        let key = self.key()?;
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut bytes = secret.to_vec();
        key.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), about(person), &mut bytes)
            .map_err(|_| VaultError::Damaged)?;
        Ok(Sealed { bytes: [nonce.as_slice(), &bytes].concat(), key_id: Some(key.id.clone()) })
    }

    /// # Errors
    /// When it was sealed with another key, for somebody else, or was changed.
    pub fn open(&self, person: PersonId, sealed: &Sealed) -> Result<Vec<u8>, VaultError> {
        let Some(key_id) = &sealed.key_id else { return Ok(sealed.bytes.clone()) };
        if !self.has_any() && self.key.get().is_none() {
            return Err(VaultError::OtherKey(key_id.clone()));
        }
        let key = self.key()?;
        if key.id != *key_id {
            return Err(VaultError::OtherKey(key_id.clone()));
        }
        let (nonce, bytes) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(VaultError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Damaged)?;
        let mut bytes = bytes.to_vec();
        let secret = key.key.open_in_place(nonce, about(person), &mut bytes).map_err(|_| VaultError::Damaged)?;
        Ok(secret.to_vec())
    }

    /// Whether the key at hand is this one.
    pub fn has(&self, key_id: &str) -> bool {
        self.has_any() && self.key().is_ok_and(|key| key.id == key_id)
    }

    fn key(&self) -> Result<&Key, VaultError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = self.read()?;
        Ok(self.key.get_or_init(|| key))
    }

    fn read(&self) -> Result<Key, VaultError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => VaultError::Missing(self.file.clone()),
            _ => VaultError::File(self.file.clone(), error),
        };
        let text = fs::read_to_string(&self.file).map_err(failed)?;
        let mode = fs::metadata(&self.file).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(file = %self.file.display(), "others on this machine can read the key: chmod 600");
        }
        let bytes = bytes(text.trim()).ok_or_else(|| VaultError::Digits(self.file.clone()))?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|_| VaultError::Digits(self.file.clone()))?;
        let id = HEXLOWER.encode(&Sha256::digest(bytes)[..8]);
        Ok(Key { id, key: LessSafeKey::new(key) })
    }

    /// Writes a new key, whole or not at all: of two processes that start at once, both have the first one's.
    fn write_new(&self) -> io::Result<()> {
        let new = self.file.with_extension(format!("{:016x}", rand::random::<u64>()));
        let made = write_key(&new).and_then(|()| fs::hard_link(&new, &self.file));
        let gone = match fs::remove_file(&new) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return gone,
            other => other?,
        }
        // The name is on the disk only when its folder is.
        if let Some(folder) = self.file.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            fs::File::open(folder)?.sync_all()?;
        }
        gone
    }
}

fn write_key(file: &Path) -> io::Result<()> {
    let key: [u8; KEY_BYTES] = rand::random();
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(format!("{}\n", HEXLOWER.encode(&key)).as_bytes())?;
    file.sync_all()
}

/// What is sealed opens for the same person only.
fn about(person: PersonId) -> Aad<String> {
    Aad::from(format!("second_factor {}", person.0))
}

fn bytes(text: &str) -> Option<[u8; KEY_BYTES]> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_person_and_unchanged_only() {
        let folder = std::env::temp_dir().join(format!("aukio-vault-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(&folder).expect("a folder");
        let vault = Vault::at(folder.join("secret.key"));
        let (one, two) = (PersonId(1), PersonId(2));
        assert!(matches!(vault.seal(one, b"x"), Err(VaultError::Missing(_))), "no key is made in passing");
        let id = vault.make().expect("a key");
        assert_eq!(Vault::at(folder.join("secret.key")).make().expect("the same key"), id);
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1, "nothing else is left");
        let sealed = vault.seal(one, b"a secret of twenty b").expect("it seals");
        assert!(!sealed.bytes.windows(8).any(|part| part == b"a secret"));
        let again = Vault::at(folder.join("secret.key"));
        assert_eq!(again.open(one, &sealed).expect("it opens"), b"a secret of twenty b");
        assert!(matches!(again.open(two, &sealed), Err(VaultError::Damaged)));
        for place in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[place] ^= 1;
            assert!(again.open(one, &changed).is_err(), "byte {place}");
        }
        let other = Vault::at(folder.join("other.key"));
        assert!(matches!(other.open(one, &sealed), Err(VaultError::OtherKey(_))));
        assert!(!other.has_any());
        other.make().expect("another key");
        assert!(matches!(other.open(one, &sealed), Err(VaultError::OtherKey(_))));
        let plain = Sealed { bytes: b"plain".to_vec(), key_id: None };
        assert_eq!(again.open(one, &plain).expect("it was never sealed"), b"plain");
        fs::write(folder.join("bad.key"), "abc").expect("it can be written");
        assert!(matches!(Vault::at(folder.join("bad.key")).seal(one, b"x"), Err(VaultError::Digits(_))));
        fs::remove_dir_all(&folder).expect("the folder goes");
    }
}
