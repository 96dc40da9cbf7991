//! The key of `practice.db`: 32 random bytes, kept in the computer's keychain; in a demonstration, in a file of the data folder.

use crate::{DataFolder, StoreError, UseMode};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{fmt, fs, path::PathBuf};
use zeroize::Zeroizing;

pub const KEY_BYTES: usize = 32;

/// The raw key of the encrypted database. It is wiped from memory when dropped and never printed.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// From the operating system's source of randomness.
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        fill_random(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let bytes = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| StoreError::WrongKey)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// SQLCipher's form of a raw key, which skips its key derivation: `x'…'` of 64 hexadecimal digits.
    pub(crate) fn pragma_value(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("x'{}'", crate::hex(self.as_bytes())))
    }
}

impl PartialEq for DataKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(‹redacted›)")
    }
}

/// From the operating system.
pub fn fill_random(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| StoreError::Keychain {
        why: format!("no randomness from the system: {error}"),
    })
}

/// Where the key of a data folder is kept.
pub enum KeyHolder {
    /// The operating system's keychain: Credential Manager, Keychain, Secret Service.
    Keychain { account: String },
    /// Only in a demonstration, which holds nothing real.
    DemonstrationFile(PathBuf),
}

/// The name under which the keychain lists Onward's keys.
const KEYCHAIN_SERVICE: &str = "Onward referrals";

impl KeyHolder {
    pub fn of(folder: &DataFolder, key_id: &str) -> Self {
        match folder.mode() {
            UseMode::Real => Self::Keychain {
                account: format!("practice-database-{key_id}"),
            },
            UseMode::Demonstration => {
                Self::DemonstrationFile(folder.path().join("demonstration.key"))
            }
        }
    }

    /// None when the keychain works but has no such key.
    pub fn load(&self) -> Result<Option<DataKey>, StoreError> {
        match self {
            Self::Keychain { account } => match entry(account)?.get_secret() {
                Ok(secret) => DataKey::from_bytes(&secret).map(Some),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(keychain_error(&error)),
            },
            Self::DemonstrationFile(path) => match fs::read_to_string(path) {
                Ok(text) => {
                    let bytes = BASE64_STANDARD
                        .decode(text.trim())
                        .map_err(|_| StoreError::WrongKey)?;
                    DataKey::from_bytes(&bytes).map(Some)
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(StoreError::File {
                    path: path.clone(),
                    source,
                }),
            },
        }
    }

    /// Saves the key, reads it back and compares, before anything is encrypted with it.
    pub fn keep(&self, key: &DataKey) -> Result<(), StoreError> {
        match self {
            Self::Keychain { account } => entry(account)?
                .set_secret(key.as_bytes())
                .map_err(|error| keychain_error(&error))?,
            Self::DemonstrationFile(path) => {
                fs::write(path, BASE64_STANDARD.encode(key.as_bytes()))
                    .map_err(StoreError::file(path))?;
            }
        }
        if self.load()?.as_ref() == Some(key) {
            Ok(())
        } else {
            Err(StoreError::KeyNotKept)
        }
    }
}

/// The system's own keychain, unless the process was given another one before.
fn entry(account: &str) -> Result<keyring_core::Entry, StoreError> {
    if keyring_core::get_default_store().is_none()
        && let Err(reason) = keyring::Entry::store_status()
    {
        return Err(keychain_error(reason));
    }
    keyring_core::Entry::new(KEYCHAIN_SERVICE, account).map_err(|error| keychain_error(&error))
}

fn keychain_error(error: &keyring::Error) -> StoreError {
    let why = match error {
        keyring::Error::NoStorageAccess(_) => {
            "it is locked, or no keychain service is running".to_owned()
        }
        keyring::Error::PlatformFailure(_) => {
            "the desktop session has no keychain service, or it is full".to_owned()
        }
        keyring::Error::TooLong(..) => "it refuses a key of this length".to_owned(),
        other => other.to_string(),
    };
    StoreError::Keychain { why }
}
