//! The data folder: where the two databases, the key's file, the sender's lock and the backups lie, and what the folder is for.
//! Demonstration and real use are fixed when the folder is first used, and never mix.

use crate::{
    StoreError,
    place::{self, Surroundings},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a data folder is for, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseMode {
    Demonstration,
    Real,
}

impl UseMode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demonstration => "demonstration",
            Self::Real => "real use",
        }
    }
}

#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
    mode: UseMode,
}

const MODE_FILE: &str = "use.txt";

impl DataFolder {
    /// Makes the folder if need be, for its owner's eyes only, and notes what it is for.
    pub fn prepare(path: &Path, mode: UseMode) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(StoreError::file(path))?;
        let path = fs::canonicalize(path).map_err(StoreError::file(path))?;
        place::check(&path, &Surroundings::of_this_computer())?;
        owner_only(&path)?;
        match Self::mode_of(&path)? {
            Some(found) if found != mode => {
                return Err(StoreError::OtherUse {
                    path,
                    found: found.as_str(),
                    wanted: mode.as_str(),
                });
            }
            Some(_) => {}
            None => {
                let file = path.join(MODE_FILE);
                fs::write(&file, mode.as_str()).map_err(StoreError::file(file))?;
            }
        }
        Ok(Self { path, mode })
    }

    /// What the folder is for; none when it has not been used yet.
    pub fn mode_of(path: &Path) -> Result<Option<UseMode>, StoreError> {
        let file = path.join(MODE_FILE);
        match fs::read_to_string(&file) {
            Ok(text) if text.trim() == UseMode::Demonstration.as_str() => {
                Ok(Some(UseMode::Demonstration))
            }
            Ok(text) if text.trim() == UseMode::Real.as_str() => Ok(Some(UseMode::Real)),
            Ok(_) => Err(StoreError::NotOurs {
                path: file,
                why: "it names neither use".into(),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { path: file, source }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn mode(&self) -> UseMode {
        self.mode
    }

    /// Public, disposable, not keyed.
    pub fn directory_database(&self) -> PathBuf {
        self.path.join("directory.db")
    }

    /// Encrypted.
    pub fn practice_database(&self) -> PathBuf {
        self.path.join("practice.db")
    }

    /// The key's id and the key wrapped by the recovery key.
    pub fn key_header(&self) -> PathBuf {
        self.path.join("practice.key.json")
    }

    /// The same while the database is being made for the first time.
    pub fn key_header_being_made(&self) -> PathBuf {
        self.path.join("practice.key.being-made.json")
    }

    /// Stands from the restoring of a backup until what it left uncertain is held.
    pub fn restored_marker(&self) -> PathBuf {
        self.path.join("restored.txt")
    }

    /// A folder a backup, named by its day.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }

    /// The newest row of the audit trail, beside the database that holds it.
    pub fn audit_head(&self) -> PathBuf {
        self.path.join("practice.head")
    }

    /// A backup that is on its way into its place.
    pub fn being_restored(&self) -> PathBuf {
        self.path.join("practice.restoring")
    }

    /// Held exclusively by the one process that sends.
    pub fn sender_lock(&self) -> PathBuf {
        self.path.join("sender.lock")
    }
}

/// Nobody but the owner can list or open what is inside. On Windows a profile's folders are so already.
fn owner_only(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(StoreError::file(path))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
