//! A backup: the encrypted database copied page by page while it is in use, with the key's file beside it.
//! It opens on another computer with the printed recovery key.

use crate::{DataFolder, Store, StoreError, database, key::KeyHolder, open};
use rusqlite::backup::Backup;
use std::{fs, path::Path, time::Duration};

const PAGES_AT_A_TIME: i32 = 256;

impl Store {
    /// Copies the records of this practice into `target`, a folder that must not exist yet, and checks the copy.
    pub fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        if target.exists() {
            return Err(StoreError::BackupExists {
                path: target.into(),
            });
        }
        fs::create_dir_all(target).map_err(StoreError::file(target))?;
        let header = open::read_header(&self.folder.key_header())?.ok_or(StoreError::KeyMissing)?;
        let key = KeyHolder::of(&self.folder, &header.key_id)
            .load()?
            .ok_or(StoreError::KeyMissing)?;
        let copy = target.join("practice.db");
        let mut copied = database::connect(&copy, Some(&key), database::Durability::Full)?;
        self.practice.read(|source| {
            Backup::new(source, &mut copied)?.run_to_completion(
                PAGES_AT_A_TIME,
                Duration::ZERO,
                None,
            )?;
            Ok::<_, StoreError>(())
        })?;
        let verdict: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged {
                what: format!("the backup just made: {verdict}"),
            });
        }
        open::write_header(&target.join("practice.key.json"), &header)
    }

    /// Puts a backup into an empty data folder, where `Store::recover` opens it. A folder with records in it is refused.
    /// What waited in its outbox may have gone since the backup was made: a marker makes the next opening hold it for a person.
    pub fn restore(backup: &Path, folder: &DataFolder) -> Result<(), StoreError> {
        for (name, target) in [
            ("practice.db", folder.practice_database()),
            ("practice.key.json", folder.key_header()),
        ] {
            if target.exists() {
                return Err(StoreError::BackupExists { path: target });
            }
            let source = backup.join(name);
            fs::copy(&source, &target).map_err(StoreError::file(source))?;
        }
        let marker = folder.restored_marker();
        fs::write(&marker, "restored").map_err(StoreError::file(marker))
    }
}
