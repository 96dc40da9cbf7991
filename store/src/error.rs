//! What can go wrong with the data folder, the key and the databases; each says what to do.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "{path} is on a network drive ({kind}). Choose a folder on this computer's own disk: a database on a network drive can be damaged."
    )]
    NetworkPlace { path: PathBuf, kind: String },
    #[error(
        "{path} is inside a folder that {product} copies to other computers. Choose a folder that is not synchronised."
    )]
    SynchronisedPlace {
        path: PathBuf,
        product: &'static str,
    },
    #[error(
        "{path} was set up for {found} and cannot be used for {wanted}. Choose another folder."
    )]
    OtherUse {
        path: PathBuf,
        found: &'static str,
        wanted: &'static str,
    },
    #[error(
        "{path} could not be read or written: {source}. Check that the disk is not full and that the folder belongs to you."
    )]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not a file that Onward wrote: {why}. Restore it from a backup.")]
    NotOurs { path: PathBuf, why: String },

    #[error(
        "The computer's keychain could not be used: {why}. Sign in to the desktop and unlock the keychain, then start Onward again."
    )]
    Keychain { why: String },
    #[error(
        "The records are here, but the keychain of this computer no longer has their key. Open them with the printed recovery key; nothing has been lost or overwritten."
    )]
    KeyMissing,
    #[error(
        "The keychain gave back a different key from the one just saved. Nothing was created. Restart the computer and try again."
    )]
    KeyNotKept,
    #[error(
        "The key in this computer's keychain does not open the records: it is another one, or the beginning of the records is damaged. Open them with the printed recovery key; nothing has been lost or overwritten."
    )]
    OtherKey,
    #[error("This key does not open the records. Check the recovery key, letter by letter.")]
    WrongKey,
    #[error(
        "A recovery key is 32 letters and digits in eight groups of four; this one has {found}."
    )]
    RecoveryKeyForm { found: usize },
    #[error(
        "The key's file is here, but the records are not: {path} is missing. Restore it from a backup; Onward will not start an empty one in its place."
    )]
    DatabaseMissing { path: PathBuf },

    #[error(
        "This build has SQLite {found}; Onward needs 3.51.3 or later, because earlier ones can damage a database that two programs write to."
    )]
    OldSqlite { found: String },
    #[error(
        "These records were written by a newer Onward (part {component}, version {found}; this one knows {known}). Install the newer version."
    )]
    NewerSchema {
        component: String,
        found: u32,
        known: u32,
    },
    #[error("The records are damaged: {what}. Do not delete anything; restore the newest backup.")]
    Damaged { what: String },
    #[error("A backup is already there: {path}. Choose another name.")]
    BackupExists { path: PathBuf },
    #[error(
        "There are records here already: {path}. Restore into an empty folder, or have what is here set aside first."
    )]
    RecordsInTheWay { path: PathBuf },
    #[error(
        "There is no backup of Onward's in {path}. Choose the folder that was named by its date."
    )]
    NotABackup { path: PathBuf },
    #[error("The backup was broken off, because the program is closing.")]
    BackupStopped,
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
    #[error("The database's writer has stopped. Start Onward again.")]
    WriterGone,
    #[error("a stored value could not be read: {0}")]
    Value(String),
}

/// A page that does not read back is damage, wherever it is met.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged {
                    what: "a page does not read back as it was written".into(),
                }
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
