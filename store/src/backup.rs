//! A backup: the encrypted database copied page by page while it is in use, with the key's file and a note of what it is beside it.
//! It opens on another computer with the printed recovery key. It is made under another name, checked, and only then given its own.

use crate::{
    DataFolder, Store, StoreError,
    audit::{Head, Verdict},
    audit_table, database, facts_table, fail_point, hex,
    key::DataKey,
    open,
    recovery::KeyHeader,
};
use jiff::Timestamp;
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

const PAGES_AT_A_TIME: i32 = 256;
const DATABASE: &str = "practice.db";
const KEY_FILE: &str = "practice.key.json";
const NOTE: &str = "backup.json";
/// Of a backup that is just being made; whoever finds one while holding the lock finds what a stopped program left.
pub(crate) const BEING_MADE: &str = ".being-made";

/// What a backup says of itself, readable without any key; nothing of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupNote {
    pub version: u32,
    pub made_at: Timestamp,
    /// Of the records that it is a backup of: a folder may hold those of several computers.
    pub key_id: String,
    /// Of `practice.db`, encrypted as it lies there.
    pub sha256: String,
    pub bytes: u64,
    pub rows: i64,
    pub head: Head,
}

/// A backup that was found, with where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBackup {
    pub path: PathBuf,
    pub note: BackupNote,
}

impl FoundBackup {
    /// Reads every byte of it. A backup that has changed since it was made is none.
    pub fn is_whole(&self) -> bool {
        let digest = sha256_of(&self.path.join(DATABASE));
        let key_file = open::read_header(&self.path.join(KEY_FILE));
        let key_id = key_file.ok().flatten().map(|header| header.key_id);
        digest.is_ok_and(|digest| digest == self.note.sha256)
            && key_id.is_some_and(|id| id == self.note.key_id)
    }
}

/// The backups in a folder, the newest first; what is no finished backup is passed over.
pub fn in_folder(folder: &Path) -> Vec<FoundBackup> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<FoundBackup> = entries
        .flatten()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(|entry| {
            let path = entry.path();
            let note = fs::read(path.join(NOTE)).ok()?;
            let note = serde_json::from_slice(&note).ok()?;
            Some(FoundBackup { path, note })
        })
        .collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.note.made_at));
    found
}

impl Store {
    /// Copies the records of this practice into `target`, a folder that must not exist yet. What is there in the end is whole and was checked.
    pub fn back_up(&self, target: &Path) -> Result<BackupNote, StoreError> {
        if target.exists() {
            return Err(StoreError::BackupExists {
                path: target.into(),
            });
        }
        let _alone = self.backing_up_alone()?;
        let made = self.make_backup(&|| false)?;
        let placed = place(&made.path, target);
        clear(&made.path);
        placed.map(|()| made.note)
    }

    /// One backup at a time, whichever process makes it.
    pub(crate) fn backing_up_alone(&self) -> Result<BackupLock, StoreError> {
        let folder = self.folder.backups();
        fs::create_dir_all(&folder).map_err(StoreError::file(&folder))?;
        let path = folder.join(".lock");
        let file = File::create(&path).map_err(StoreError::file(&path))?;
        file.lock().map_err(StoreError::file(&path))?;
        Ok(BackupLock(file))
    }

    /// Makes a backup in this folder's own place for those that are being made. Where anything is wrong with it, nothing is left.
    pub(crate) fn make_backup(&self, stop: &dyn Fn() -> bool) -> Result<FoundBackup, StoreError> {
        let path = self.folder.backups().join(BEING_MADE);
        clear(&path);
        let made = self.make_backup_in(&path, stop);
        if made.is_err() {
            clear(&path);
        }
        made
    }

    fn make_backup_in(
        &self,
        path: &Path,
        stop: &dyn Fn() -> bool,
    ) -> Result<FoundBackup, StoreError> {
        fs::create_dir_all(path).map_err(StoreError::file(path))?;
        let header = open::read_header(&self.folder.key_header())?.ok_or(StoreError::KeyMissing)?;
        let key = self.practice.key().ok_or(StoreError::KeyMissing)?;
        let database = path.join(DATABASE);
        let counted = self.copy_pages(&database, key, stop)?;
        fail_point::reach("backup: copied")?;
        let copy = database::open_to_read(&database, key)?;
        let head = checked(&copy, &counted)?;
        drop(copy);
        open::write_header(&path.join(KEY_FILE), &header)?;
        let file = File::open(&database).map_err(StoreError::file(&database))?;
        file.sync_all().map_err(StoreError::file(&database))?;
        let note = BackupNote {
            version: 1,
            made_at: self.clock.now(),
            key_id: header.key_id,
            sha256: sha256_of(&database)?,
            bytes: file.metadata().map_err(StoreError::file(&database))?.len(),
            rows: counted.values().sum(),
            head,
        };
        let text = serde_json::to_vec_pretty(&note)
            .map_err(|error| StoreError::Value(error.to_string()))?;
        write_whole(&path.join(NOTE), &text)?;
        fail_point::reach("backup: written")?;
        Ok(FoundBackup {
            path: path.into(),
            note,
        })
    }

    /// All pages of one moment, and how many rows each table had in it.
    fn copy_pages(
        &self,
        target: &Path,
        key: &DataKey,
        stop: &dyn Fn() -> bool,
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        let mut copied = database::connect(target, Some(key), database::Durability::Full)?;
        let counted = self.practice.read(|source| {
            let moment = source.unchecked_transaction()?;
            let counted = facts_table::row_counts(&moment)?;
            let backup = Backup::new(&moment, &mut copied)?;
            loop {
                if stop() {
                    return Err(StoreError::BackupStopped);
                }
                match backup.step(PAGES_AT_A_TIME)? {
                    StepResult::Done => break,
                    StepResult::More => {}
                    // Somebody holds the source for a moment.
                    _ => std::thread::sleep(Duration::from_millis(20)),
                }
            }
            drop(backup);
            moment.finish()?;
            Ok::<_, StoreError>(counted)
        })?;
        // One file that needs no other beside it, wherever it is carried.
        copied.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
        Ok(counted)
    }

    /// Puts a backup into a data folder without records, where `Store::recover` or, with the key still in the keychain, `Store::open` opens it.
    /// What waited in its outbox may have gone since the backup was made: a marker makes the next opening hold it for a person.
    pub fn restore(backup: &Path, folder: &DataFolder) -> Result<(), StoreError> {
        for ending in ["", "-wal", "-shm"] {
            let path = folder.path().join(format!("{DATABASE}{ending}"));
            if path.exists() {
                return Err(StoreError::RecordsInTheWay { path });
            }
        }
        let header = key_file_of(backup)?;
        let old = folder.key_header();
        if open::read_header(&old)?.is_some_and(|old| old != header) {
            return Err(StoreError::RecordsInTheWay { path: old });
        }
        bring(backup, folder)?;
        put_in_place(folder, &header)
    }

    /// The same where records lie that cannot be opened: they are set aside once the backup is there, whole. Answers where they lie now.
    pub fn restore_over(
        backup: &Path,
        folder: &DataFolder,
        now: Timestamp,
    ) -> Result<PathBuf, StoreError> {
        let header = key_file_of(backup)?;
        bring(backup, folder)?;
        let aside = Self::set_aside(folder, now)?;
        put_in_place(folder, &header)?;
        Ok(aside)
    }

    /// Moves records that cannot be opened out of the way, whole, so that a backup can take their place. Nothing is deleted. Answers where they lie now.
    pub fn set_aside(folder: &DataFolder, now: Timestamp) -> Result<PathBuf, StoreError> {
        let name = format!("set-aside-{}", now.as_millisecond());
        let aside = folder.path().join(name);
        fs::create_dir(&aside).map_err(StoreError::file(&aside))?;
        // The journal first: it must never lie beside another database than its own.
        for name in [
            "practice.db-wal",
            "practice.db-shm",
            DATABASE,
            KEY_FILE,
            "practice.head",
        ] {
            let from = folder.path().join(name);
            if from.exists() {
                fs::rename(&from, aside.join(name)).map_err(StoreError::file(from))?;
            }
        }
        Ok(aside)
    }
}

fn key_file_of(backup: &Path) -> Result<KeyHeader, StoreError> {
    open::read_header(&backup.join(KEY_FILE))?.ok_or_else(|| StoreError::NotABackup {
        path: backup.into(),
    })
}

/// Copies a backup that is whole beside the records. From here until it is in its place, no empty database is ever made (`open.rs`).
fn bring(backup: &Path, folder: &DataFolder) -> Result<(), StoreError> {
    let not_one = || StoreError::NotABackup {
        path: backup.into(),
    };
    // A backup from before there were notes is taken as it is; its database says at the opening whether it is whole.
    if let Ok(note) = fs::read(backup.join(NOTE)) {
        let note = serde_json::from_slice(&note).map_err(|_| not_one())?;
        let path = backup.into();
        if !(FoundBackup { path, note }).is_whole() {
            let what = format!(
                "the backup {} has changed since it was made",
                backup.display()
            );
            return Err(StoreError::Damaged { what });
        }
    }
    let database = backup.join(DATABASE);
    if !database.is_file() {
        return Err(not_one());
    }
    let beside = folder.being_restored();
    let copied = copy_whole(&database, &beside);
    if copied.is_err() {
        let _ = fs::remove_file(&beside);
    }
    copied
}

/// The database last, by its name at once: a restoring that was cut short can be begun again.
fn put_in_place(folder: &DataFolder, header: &KeyHeader) -> Result<(), StoreError> {
    write_whole(&folder.restored_marker(), b"restored")?;
    open::write_header(&folder.key_header(), header)?;
    let database = folder.practice_database();
    fs::rename(folder.being_restored(), &database).map_err(StoreError::file(database))
}

pub(crate) struct BackupLock(File);

impl Drop for BackupLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Opens, reads back, has as many rows, and its chain is whole: what a backup must be before it is called one.
fn checked(copy: &Connection, counted: &BTreeMap<String, i64>) -> Result<Head, StoreError> {
    let damaged = |what: String| StoreError::Damaged {
        what: format!("the backup just made: {what}"),
    };
    let verdict: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(damaged(verdict));
    }
    if facts_table::row_counts(copy)? != *counted {
        return Err(damaged("it has not as many rows as the records".into()));
    }
    match audit_table::verify(copy, None)? {
        Verdict::Whole { head, .. } => Ok(head),
        // A chain that was tampered with is still the records: they are kept as they are, and the window says what is wrong with them.
        Verdict::Tampered { .. } => audit_table::head(copy),
    }
}

/// Gives a finished backup its place: by its name at once on the same disk, else copied, read back and then named.
pub(crate) fn place(made: &Path, target: &Path) -> Result<(), StoreError> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(StoreError::file(parent))?;
    }
    if fs::rename(made, target).is_ok() {
        return Ok(());
    }
    copy_to(made, target)
}

/// Copies a finished backup to another disk or a network drive. A disk that is full leaves nothing that could be taken for a backup.
pub(crate) fn copy_to(made: &Path, target: &Path) -> Result<(), StoreError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}{BEING_MADE}"));
    clear(&beside);
    let copied = copy_files(made, &beside)
        .and_then(|()| fs::rename(&beside, target).map_err(StoreError::file(target)));
    if copied.is_err() {
        clear(&beside);
    }
    copied
}

fn copy_files(made: &Path, beside: &Path) -> Result<(), StoreError> {
    fs::create_dir(beside).map_err(StoreError::file(beside))?;
    for name in [DATABASE, KEY_FILE, NOTE] {
        let (from, to) = (made.join(name), beside.join(name));
        fail_point::reach("backup: copied elsewhere")?;
        copy_whole(&from, &to)?;
        if sha256_of(&from)? != sha256_of(&to)? {
            return Err(StoreError::Damaged {
                what: format!("{} does not read back as it was written", to.display()),
            });
        }
    }
    Ok(())
}

/// Removes a backup: the files that one has, and its folder when nothing else lies in it.
pub(crate) fn clear(path: &Path) {
    for name in [
        DATABASE,
        "practice.db-wal",
        "practice.db-shm",
        "practice.db-journal",
        KEY_FILE,
        "practice.key.new",
        NOTE,
    ] {
        let _ = fs::remove_file(path.join(name));
    }
    let _ = fs::remove_dir(path);
}

fn copy_whole(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::copy(from, to).map_err(StoreError::file(from))?;
    let file = File::options().write(true).open(to);
    file.and_then(|file| file.sync_all())
        .map_err(StoreError::file(to))
}

pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(StoreError::file(path))
}

fn sha256_of(path: &Path) -> Result<String, StoreError> {
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let (mut digest, mut some) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            let count = file.read(&mut some)?;
            if count == 0 {
                return Ok(hex(&digest.finalize()));
            }
            digest.update(some.get(..count).unwrap_or_default());
        }
    };
    read().map_err(StoreError::file(path))
}
