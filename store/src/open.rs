//! Opening a data folder: the key from its holder, then the two databases. Never a new, empty database where a file exists.

use crate::{
    Act, Clock, DataFolder, Database, Migration, NewAct, StoreError,
    audit::Verdict,
    audit_head::HeadFile,
    audit_table::{self, KeptHead, PROGRAM},
    backup, daily_backup,
    database::Durability,
    event::new_id,
    key::{DataKey, KeyHolder},
    recovery::{KeyHeader, RecoveryKey},
};
use jiff::Timestamp;
use std::{fs, io::Write, path::Path};

/// The component of `practice.db` that is the store's own.
pub const SCHEMA: [Migration; 2] = [
    Migration {
        component: "store",
        version: 1,
        sql: include_str!("../migrations/001_events.sql"),
    },
    Migration {
        component: "store",
        version: 2,
        sql: include_str!("../migrations/002_audit.sql"),
    },
];

/// The opened data folder.
#[derive(Clone)]
pub struct Store {
    pub folder: DataFolder,
    pub practice: Database,
    pub directory: Database,
    pub clock: Clock,
    pub audit_head: HeadFile,
    /// The records lack something that was committed once: an end of the journal was damaged, or an older file was put back.
    /// What they say of messages that wait may be no longer true.
    pub is_behind: bool,
}

/// What each component brings to the two databases.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    pub practice: Vec<Migration>,
    pub directory: Vec<Migration>,
}

/// A store that was just made has a recovery key to print. Until `Store::recovery_key_was_shown` is called, the making counts as unfinished,
/// and the next opening gives a new one: a key that nobody has seen must not be the only one.
pub struct Opened {
    pub store: Store,
    pub recovery_key_to_print: Option<RecoveryKey>,
}

impl Store {
    /// Opens what is there, or makes it when the folder holds neither records nor a key's file.
    pub fn open(folder: DataFolder, schemas: &Schemas, clock: Clock) -> Result<Opened, StoreError> {
        let _alone = OpeningLock::wait(&folder)?;
        let being_made = read_header(&folder.key_header_being_made())?;
        let database = folder.practice_database();
        match (exists(&database)?, being_made) {
            (true, Some(begun)) if !exists(&folder.key_header())? => {
                let key = KeyHolder::of(&folder, &begun.key_id)
                    .load()?
                    .ok_or(StoreError::KeyMissing)?;
                Self::make(folder, &begun.key_id, &key, schemas, clock)
            }
            (true, _) => Ok(Opened {
                store: Self::open_there(folder, schemas, clock)?,
                recovery_key_to_print: None,
            }),
            (false, _) if held_records(&folder)? => {
                Err(StoreError::DatabaseMissing { path: database })
            }
            (false, _) => {
                let (key_id, key) = (new_id(clock.now()).to_string(), DataKey::random()?);
                KeyHolder::of(&folder, &key_id).keep(&key)?;
                Self::make(folder, &key_id, &key, schemas, clock)
            }
        }
    }

    /// Opens records that are there, with the key that this computer keeps. A key's file that is gone or damaged is made good from a backup.
    fn open_there(folder: DataFolder, schemas: &Schemas, clock: Clock) -> Result<Self, StoreError> {
        refuse_emptied(&folder.practice_database())?;
        let found = read_header(&folder.key_header());
        let (header, is_mended) = match found {
            Ok(Some(header)) => (header, false),
            lost => match headers_in_backups(&folder).into_iter().next() {
                Some(header) => (header, true),
                None => return Err(lost.err().unwrap_or(StoreError::KeyMissing)),
            },
        };
        let of_keychain = |error| match error {
            StoreError::WrongKey => StoreError::OtherKey,
            other => other,
        };
        let key = KeyHolder::of(&folder, &header.key_id)
            .load()
            .map_err(of_keychain)?
            .ok_or(StoreError::KeyMissing)?;
        let head = HeadFile::new(&folder, &key);
        let path = folder.key_header();
        let opened = Self::with_key(folder, &key, schemas, clock);
        let store = opened.map_err(|error| match error {
            // The head was written with this key, so it is not the key that is wrong.
            StoreError::WrongKey if matches!(head.read(), Ok(KeptHead::At(_))) => damaged_begin(),
            other => of_keychain(other),
        })?;
        if is_mended {
            mend_header(&path, &header)?;
        }
        Ok(store)
    }

    /// Opens with the printed recovery key, and gives the key back to this computer's keychain.
    pub fn recover(
        folder: DataFolder,
        recovery: &RecoveryKey,
        schemas: &Schemas,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let _alone = OpeningLock::wait(&folder)?;
        let found = read_header(&folder.key_header());
        if !exists(&folder.practice_database())? {
            return Err(StoreError::DatabaseMissing {
                path: folder.practice_database(),
            });
        }
        refuse_emptied(&folder.practice_database())?;
        let (header, key, is_mended) = unwrapped(&folder, found, recovery)?;
        let (holder, path) = (KeyHolder::of(&folder, &header.key_id), folder.key_header());
        let opened = Self::with_key(folder, &key, schemas, clock);
        // The recovery key gave the key of this very file, so it is not the key that is wrong.
        let store = opened.map_err(|error| match error {
            StoreError::WrongKey => damaged_begin(),
            other => other,
        })?;
        holder.keep(&key)?;
        if is_mended {
            mend_header(&path, &header)?;
        }
        let recovered = NewAct::new(Act::Recovered, "", PROGRAM, store.clock.now());
        store
            .practice
            .write(move |tx| audit_table::append(tx, &recovered))?;
        Ok(store)
    }

    /// The key's file is named as finished only after the database stands, so that an interrupted making is taken up again
    /// (with a new recovery key, since nobody has seen the first) and records are never without their key's file.
    fn make(
        folder: DataFolder,
        key_id: &str,
        key: &DataKey,
        schemas: &Schemas,
        clock: Clock,
    ) -> Result<Opened, StoreError> {
        let recovery = RecoveryKey::random()?;
        let being_made = folder.key_header_being_made();
        write_header(&being_made, &KeyHeader::wrap(key_id, key, &recovery)?)?;
        let store = Self::with_key(folder, key, schemas, clock)?;
        Ok(Opened {
            store,
            recovery_key_to_print: Some(recovery),
        })
    }

    /// The recovery key was printed, or is of no use to anybody (a demonstration's).
    pub fn recovery_key_was_shown(&self) -> Result<(), StoreError> {
        let finished = self.folder.key_header();
        fs::rename(self.folder.key_header_being_made(), &finished)
            .map_err(StoreError::file(finished))
    }

    fn with_key(
        folder: DataFolder,
        key: &DataKey,
        schemas: &Schemas,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let mut migrations = SCHEMA.to_vec();
        migrations.extend(&schemas.practice);
        let audit_head = HeadFile::new(&folder, key);
        let keeper = audit_head.clone();
        let practice = Database::open_and_tell(
            &folder.practice_database(),
            Some(key),
            Durability::Full,
            &migrations,
            // A head that cannot be written stays behind, which says nothing false; the next commit tries again.
            Box::new(move |connection| drop(keeper.keep(connection))),
        )?;
        practice.check()?;
        begin_audit(&practice, &audit_head, clock.now())?;
        if exists(&folder.restored_marker())? {
            go_on_from_backup(&practice, &audit_head, clock.now())?;
        }
        let is_behind = match audit_head.read()? {
            KeptHead::At(head) => !practice.read(|c| audit_table::has_had(c, &head))?,
            KeptHead::Missing | KeptHead::Changed => false,
        };
        let directory = Database::open(
            &folder.directory_database(),
            None,
            Durability::Normal,
            &schemas.directory,
        )?;
        Ok(Self {
            folder,
            practice,
            directory,
            clock,
            audit_head,
            is_behind,
        })
    }

    /// Reads the whole audit trail and every event, and compares them with the head that is kept beside the database.
    pub fn verify_audit(&self) -> Result<Verdict, StoreError> {
        // The head first: what is committed in between makes the database newer, never older.
        let kept = self.audit_head.read()?;
        self.practice
            .read(|connection| audit_table::verify(connection, Some(&kept)))
    }

    /// Somebody has seen what was found wrong: the finding is written down, and the chain goes on from what is there.
    pub fn accept_audit(&self, actor: &str) -> Result<(), StoreError> {
        let Verdict::Tampered { at_seq, what, .. } = self.verify_audit()? else {
            return Ok(());
        };
        let accepted = NewAct::new(Act::ChainAccepted, "", actor, self.clock.now())
            .with(serde_json::json!({ "found": what.as_str(), "at_seq": at_seq }));
        let head = self
            .practice
            .write(move |tx| audit_table::append(tx, &accepted))?;
        self.audit_head.begin_anew(&head)
    }
}

/// The chain begins when a database is first opened that has none, with the events that it brings. The file of its head comes first,
/// so that a chain without one is never the doing of a program that was stopped.
fn begin_audit(practice: &Database, head: &HeadFile, now: Timestamp) -> Result<(), StoreError> {
    if practice.read(audit_table::head)?.seq == 0 {
        head.begin()?;
        practice.write(move |tx| audit_table::begun(tx, now))?;
    }
    Ok(())
}

/// The header that this recovery key opens: the one that lies there, else one of the same records in a backup. And whether it must be put back.
fn unwrapped(
    folder: &DataFolder,
    found: Result<Option<KeyHeader>, StoreError>,
    recovery: &RecoveryKey,
) -> Result<(KeyHeader, DataKey, bool), StoreError> {
    let first = match found {
        Ok(Some(header)) => match header.unwrap_key(recovery) {
            Ok(key) => return Ok((header, key, false)),
            Err(error) => error,
        },
        Ok(None) => StoreError::KeyMissing,
        Err(error) => error,
    };
    let others = headers_in_backups(folder).into_iter();
    let opened = others.filter_map(|header| {
        let key = header.unwrap_key(recovery).ok()?;
        Some((header, key, true))
    });
    opened.into_iter().next().ok_or(first)
}

/// The key's files that lie in backups here, each once, the newest first: the file is short, and the same in all of them.
fn headers_in_backups(folder: &DataFolder) -> Vec<KeyHeader> {
    let mut headers = Vec::new();
    for found in backup::in_folder(&folder.backups()) {
        if let Ok(Some(header)) = read_header(&found.path.join("practice.key.json"))
            && !headers.contains(&header)
        {
            headers.push(header);
        }
    }
    headers
}

/// What was there is kept beside it.
fn mend_header(path: &Path, header: &KeyHeader) -> Result<(), StoreError> {
    if exists(path)? {
        let aside = path.with_extension("damaged");
        fs::rename(path, &aside).map_err(StoreError::file(aside))?;
    }
    write_header(path, header)
}

fn damaged_begin() -> StoreError {
    StoreError::Damaged {
        what: "their first page does not read back as it was written".into(),
    }
}

/// Records were here before: a new, empty database would take their place.
fn held_records(folder: &DataFolder) -> Result<bool, StoreError> {
    for path in [
        folder.key_header(),
        folder.being_restored(),
        folder.audit_head(),
    ] {
        if exists(&path)? {
            return Ok(true);
        }
    }
    Ok(!backup::in_folder(&folder.backups()).is_empty())
}

/// A backup is an older chain, put in place on purpose: that is written into it, and its head is the one to go on from.
fn go_on_from_backup(
    practice: &Database,
    kept: &HeadFile,
    now: Timestamp,
) -> Result<(), StoreError> {
    let head = practice.write(move |tx| {
        let rows = audit_table::head(tx)?.seq;
        daily_backup::forget(tx)?;
        let restored =
            NewAct::new(Act::Restored, "", PROGRAM, now).with(serde_json::json!({ "rows": rows }));
        audit_table::append(tx, &restored)
    })?;
    kept.begin_anew(&head)
}

/// The window and the command line may be started together on a fresh folder: one makes it, the other waits.
struct OpeningLock(fs::File);

impl OpeningLock {
    fn wait(folder: &DataFolder) -> Result<Self, StoreError> {
        let path = folder.path().join("opening.lock");
        let file = fs::File::create(&path).map_err(StoreError::file(&path))?;
        file.lock().map_err(StoreError::file(&path))?;
        Ok(Self(file))
    }
}

impl Drop for OpeningLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// A file of less than one page would open as a new database under any key, and SQLite would then throw its journal away.
fn refuse_emptied(database: &Path) -> Result<(), StoreError> {
    match fs::metadata(database) {
        Ok(file) if file.len() < PAGE_BYTES => Err(StoreError::Damaged {
            what: format!("{} has become empty", database.display()),
        }),
        _ => Ok(()),
    }
}

/// Of SQLCipher 4.
const PAGE_BYTES: u64 = 4096;

fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(StoreError::file(path))
}

pub(crate) fn read_header(path: &Path) -> Result<Option<KeyHeader>, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let not_ours = |error: serde_json::Error| StoreError::NotOurs {
                path: path.into(),
                why: error.to_string(),
            };
            serde_json::from_str(&text).map(Some).map_err(not_ours)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File {
            path: path.into(),
            source,
        }),
    }
}

/// Whole or not at all: written beside, flushed to the disk, then renamed.
pub(crate) fn write_header(path: &Path, header: &KeyHeader) -> Result<(), StoreError> {
    let text = serde_json::to_string_pretty(header)
        .map_err(|error| StoreError::Value(error.to_string()))?;
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside).map_err(StoreError::file(&beside))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(StoreError::file(&beside))?;
    fs::rename(&beside, path).map_err(StoreError::file(path))
}
