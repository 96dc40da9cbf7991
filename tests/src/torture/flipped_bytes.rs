//! One bit of `practice.db` changed at a time, anywhere: a damaged copy is refused, or reads exactly as before; never otherwise.

use super::chance::Chance;
use crate::patients::{DOE, SMITH};
use crate::practice::{PAIN_PLATFORM, Practice, START, Time};
use crate::records::{Dump, dump};
use referrals::desk;
use rusqlite::Connection;
use rusqlite::types::Value;
use services_directory::directory_table;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::open::Schemas;
use store::recovery::RecoveryKey;
use store::{Clock, DataFolder, Store, StoreError, UseMode};

/// SQLCipher keeps the salt of the file in its first bytes, which no checksum covers: the key of the checksums is made from it.
const SALT_BYTES: usize = 16;
pub(super) const RECORDS: [&str; 4] = [
    "use.txt",
    "demonstration.key",
    "practice.key.json",
    "practice.db",
];

#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub flipped: usize,
    pub in_the_salt: usize,
    pub refused: BTreeMap<&'static str, usize>,
    pub reads_the_same: usize,
    pub reads_otherwise: usize,
}

/// Records with everything in them that a practice has: drafts, referrals sent and waiting; with a backup and its recovery key.
pub(super) struct Records {
    pub(super) folder: tempfile::TempDir,
    pub(super) recovery_key: RecoveryKey,
    pub(super) whole: Dump,
}

impl Records {
    pub(super) fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, time) = (folder.path().join("data"), Time::at(START));
        let made = Store::open(demonstration(&data), &schemas(), time.clock()).expect("made");
        let recovery_key = made.recovery_key_to_print.expect("a new one");
        made.store.recovery_key_was_shown().expect("finished");
        drop(made.store);
        let practice = Practice::open_in(folder, time);
        for number in 0..6 {
            practice.refer_at_once(if number % 2 == 0 { SMITH } else { DOE }, PAIN_PLATFORM);
        }
        practice.send_due();
        practice.refer(SMITH, PAIN_PLATFORM);
        practice.draft(DOE, PAIN_PLATFORM);
        let store = &practice.engine.store;
        store.back_up(&practice.beside("backup")).expect("a backup");
        into_the_file(store);
        let whole = dump(store).expect("readable");
        let folder = practice.close();
        Self {
            folder,
            recovery_key,
            whole,
        }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// The records with these bytes as their database, opened as at a start.
    fn opened_with(&self, bytes: &[u8]) -> Result<Dump, StoreError> {
        let folder = tempfile::tempdir().expect("a folder");
        for name in RECORDS {
            std::fs::copy(self.file(name), folder.path().join(name)).expect("a copy");
        }
        std::fs::write(folder.path().join("practice.db"), bytes).expect("a copy");
        let opened = Store::open(demonstration(folder.path()), &schemas(), clock())?;
        dump(&opened.store)
    }

    fn restored(&self) -> Result<Dump, StoreError> {
        let elsewhere = demonstration(&self.folder.path().join("elsewhere"));
        Store::restore(&self.folder.path().join("backup"), &elsewhere)?;
        let store = Store::recover(elsewhere, &self.recovery_key, &schemas(), clock())?;
        dump(&store)
    }
}

/// Everything out of the log and into the database itself, as when the program is closed.
pub(super) fn into_the_file(store: &Store) {
    let empty_the_log = |c: &Connection| {
        c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(StoreError::from)
    };
    store.practice.read(empty_the_log).expect("checkpoint");
}

pub(super) fn clock() -> Clock {
    Time::at(START).clock()
}

pub(super) fn schemas() -> Schemas {
    Schemas {
        practice: desk::SCHEMA.to_vec(),
        directory: directory_table::SCHEMA.to_vec(),
    }
}

pub(super) fn demonstration(path: &Path) -> DataFolder {
    DataFolder::prepare(path, UseMode::Demonstration).expect("a data folder")
}

/// Flips, prints the figures, and fails where a change went unnoticed.
pub fn report(flips: usize, seed: u64) {
    let records = Records::make();
    let whole = std::fs::read(records.file("practice.db")).expect("the database");
    let same = records
        .opened_with(&whole)
        .expect("an unchanged copy opens");
    assert_eq!(
        same, records.whole,
        "the negative control: nothing flipped, nothing refused"
    );
    let mut chance = Chance::new(seed);
    let mut figures = Figures::default();
    for number in 0..flips {
        // The salt is so small that chance alone would pass it by.
        let end = if number % 50 == 0 {
            SALT_BYTES
        } else {
            whole.len()
        };
        let (at, bit) = (chance.below(end), chance.below(8));
        let mut bytes = whole.clone();
        *bytes.get_mut(at).expect("within") ^= 1 << bit;
        figures.flipped += 1;
        figures.in_the_salt += usize::from(at < SALT_BYTES);
        match records.opened_with(&bytes) {
            Err(error) => *figures.refused.entry(kind(&error)).or_default() += 1,
            Ok(read) if read == records.whole => figures.reads_the_same += 1,
            Ok(_) => figures.reads_otherwise += 1,
        }
    }
    println!("flipped bits, seed {seed}: {figures:?}");
    assert_eq!(figures.reads_otherwise, 0);
    let refused: usize = figures.refused.values().sum();
    assert_eq!(refused, flips, "a change in the file went unnoticed");
    let restored = records.restored().expect("the backup restores");
    let restored: Dump = restored
        .into_iter()
        .filter(|row| !is_about_the_restoring(row))
        .collect();
    assert_eq!(restored, records.whole);
    println!(
        "| flipped bits of practice.db | {flips} in {} bytes, {} of them in its salt | each refused at the next start: {:?}; the backup restores in another folder with the recovery key, {} rows, every one the same |",
        whole.len(),
        figures.in_the_salt,
        figures.refused,
        restored.len()
    );
}

/// The audit trail says that it happened.
fn is_about_the_restoring((table, row): &(String, Vec<Value>)) -> bool {
    let acts = ["restored", "recovered"].map(|act| Value::Text(act.to_owned()));
    table == "audit" && row.iter().any(|value| acts.contains(value))
}

pub(super) fn kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::WrongKey => "as not its key's",
        StoreError::Damaged { .. } => "as damaged",
        StoreError::Sqlite(_) => "by SQLite, in another way",
        _ => "otherwise",
    }
}
