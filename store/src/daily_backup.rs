//! The backup of each day: into the data folder's own place, and from there into a folder that the practice names, a network drive or a USB disk.
//! What goes wrong is kept to be shown, is tried again, and never stands in the way of anything else.

use crate::{
    Act, DataFolder, NewAct, Store, StoreError,
    audit_table::{self, PROGRAM},
    backup::{self, FoundBackup},
    clock::local_date,
    facts_table, generations, open,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const FACT: &str = "backups";
/// After a backup that failed, the next is tried no sooner.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// How one place for backups stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceState {
    pub last_good_at: Option<Timestamp>,
    /// Its folder's name.
    pub last_good: Option<String>,
    /// Why the newest try came to nothing: a code; none when it was good.
    pub problem: Option<String>,
    pub problem_at: Option<Timestamp>,
}

/// What the window shows of backups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupState {
    /// Beside the data folder's own place.
    pub named_folder: Option<PathBuf>,
    pub own: PlaceState,
    pub named: PlaceState,
}

impl BackupState {
    /// The one that counts: elsewhere, where a folder was named; a backup on the same disk is lost with it.
    pub fn shown(&self) -> &PlaceState {
        if self.named_folder.is_some() {
            &self.named
        } else {
            &self.own
        }
    }

    pub fn problem(&self) -> Option<&str> {
        let problems = [&self.named, &self.own].map(|place| place.problem.as_deref());
        problems.into_iter().flatten().next()
    }
}

impl PlaceState {
    fn is_due(&self, now: Timestamp) -> bool {
        let of_today = |at: Timestamp| local_date(at) == local_date(now);
        let just_tried = |at: Timestamp| {
            let since = now.duration_since(at);
            // A clock that was set back must not stop backups until it has caught up.
            SignedDuration::ZERO <= since && since < TRY_AGAIN_AFTER
        };
        !self.last_good_at.is_some_and(of_today) && !self.problem_at.is_some_and(just_tried)
    }

    fn settle(&mut self, now: Timestamp, done: &Result<String, StoreError>) {
        match done {
            Ok(name) => {
                *self = Self {
                    last_good_at: Some(now),
                    last_good: Some(name.clone()),
                    problem: None,
                    problem_at: None,
                }
            }
            Err(error) => {
                self.problem = Some(problem(error).to_owned());
                self.problem_at = Some(now);
            }
        }
    }
}

impl Store {
    pub fn backup_state(&self) -> Result<BackupState, StoreError> {
        let fact = self.practice.read(|c| facts_table::read(c, FACT))?;
        Ok(fact
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Names the folder that each day's backup is copied into, or none. It must be there, so that a slip of the pen shows at once.
    pub fn set_backup_folder(
        &self,
        folder: Option<&Path>,
        actor: &str,
    ) -> Result<BackupState, StoreError> {
        let folder = folder.map(|path| {
            let found = fs::canonicalize(path).map_err(StoreError::file(path))?;
            let trial = found.join(".onward-trial");
            backup::write_whole(&trial, b"")?;
            fs::remove_file(&trial).map_err(StoreError::file(&trial))?;
            Ok::<_, StoreError>(found)
        });
        let mut state = self.backup_state()?;
        state.named_folder = folder.transpose()?;
        state.named = PlaceState::default();
        let (kept, now, actor) = (state.clone(), self.clock.now(), actor.to_owned());
        self.practice.write(move |tx| {
            keep(tx, &kept)?;
            let act = NewAct::new(Act::BackupFolderSet, "", actor, now);
            let named = kept.named_folder.is_some();
            audit_table::append(tx, &act.with(serde_json::json!({ "named": named })))
        })?;
        note_for_recovery(&self.folder, state.named_folder.as_deref());
        Ok(state)
    }

    /// Makes what is due now: at most one backup a day and place. Only the process that sends calls it. None when nothing was due.
    pub fn back_up_when_due(
        &self,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<BackupState>, StoreError> {
        let (before, now) = (self.backup_state()?, self.clock.now());
        let mut state = before.clone();
        if state.own.is_due(now) {
            let done = self.back_up_here(now, stop);
            if matches!(done, Err(StoreError::BackupStopped)) {
                return Ok(None);
            }
            state.own.settle(now, &done);
        }
        if let Some(folder) = state.named_folder.clone()
            && state.named.is_due(now)
        {
            let done = self.copy_newest_to(&folder, now);
            state.named.settle(now, &done);
        }
        if state == before {
            return Ok(None);
        }
        let kept = state.clone();
        let good = |place: &PlaceState| place.last_good_at == Some(now);
        let made = (good(&kept.own), good(&kept.named));
        self.practice.write(move |tx| {
            keep(tx, &kept)?;
            if made.0 || made.1 {
                let act = NewAct::new(Act::BackedUp, "", PROGRAM, now)
                    .with(serde_json::json!({ "here": made.0, "elsewhere": made.1 }));
                audit_table::append(tx, &act)?;
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(Some(state))
    }

    fn back_up_here(&self, now: Timestamp, stop: &dyn Fn() -> bool) -> Result<String, StoreError> {
        let _alone = self.backing_up_alone()?;
        let made = self.make_backup(stop)?;
        let folder = self.folder.backups();
        let target = free_name(&folder, now);
        let placed = backup::place(&made.path, &target);
        backup::clear(&made.path);
        placed?;
        remove_superfluous(&folder, &made.note.key_id);
        Ok(name_of(&target))
    }

    fn copy_newest_to(&self, folder: &Path, now: Timestamp) -> Result<String, StoreError> {
        if !folder.is_dir() {
            return Err(StoreError::File {
                path: folder.into(),
                source: io::ErrorKind::NotFound.into(),
            });
        }
        let newest = backup::in_folder(&self.folder.backups()).into_iter().next();
        let newest = newest.ok_or_else(|| StoreError::NotABackup {
            path: self.folder.backups(),
        })?;
        let target = free_name(folder, now);
        backup::copy_to(&newest.path, &target)?;
        remove_superfluous(folder, &newest.note.key_id);
        Ok(name_of(&target))
    }
}

/// The newest backup of this data folder that is whole, in its own place or in the folder that was named: also when the records cannot be opened.
pub fn newest_good(data: &Path) -> Option<FoundBackup> {
    let key_id = open::read_header(&data.join("practice.key.json"))
        .ok()
        .flatten()
        .map(|header| header.key_id);
    let mut places = vec![data.join("backups")];
    places.extend(noted_for_recovery(data));
    let mut found: Vec<FoundBackup> = places
        .iter()
        .flat_map(|place| backup::in_folder(place))
        .filter(|found| key_id.as_ref().is_none_or(|id| *id == found.note.key_id))
        .collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.note.made_at));
    found.into_iter().find(FoundBackup::is_whole)
}

/// What was made before belongs to the records that were replaced: the first of the restored ones is due at once.
pub(crate) fn forget(tx: &rusqlite::Transaction<'_>) -> Result<(), StoreError> {
    let Some(text) = facts_table::read(tx, FACT)? else {
        return Ok(());
    };
    let before: BackupState = serde_json::from_str(&text).unwrap_or_default();
    keep(
        tx,
        &BackupState {
            named_folder: before.named_folder,
            ..BackupState::default()
        },
    )
}

fn keep(tx: &rusqlite::Transaction<'_>, state: &BackupState) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(state).map_err(|error| StoreError::Value(error.to_string()))?;
    facts_table::write(tx, FACT, &text)
}

/// The named folder, readable when the records are not.
const NOTED: &str = "backups.txt";

/// A note that cannot be written leaves the own place to be looked into.
fn note_for_recovery(folder: &DataFolder, named: Option<&Path>) {
    let path = folder.path().join(NOTED);
    let _ = match named.and_then(Path::to_str) {
        Some(named) => backup::write_whole(&path, named.as_bytes()).is_ok(),
        None => fs::remove_file(&path).is_ok(),
    };
}

fn noted_for_recovery(data: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(data.join(NOTED)).ok()?;
    Some(PathBuf::from(text.trim()))
}

/// "2026-11-22", and "2026-11-22-2" where that is taken.
fn free_name(folder: &Path, now: Timestamp) -> PathBuf {
    let day = local_date(now);
    let first = folder.join(day.to_string());
    let others = (2..).map(|number| folder.join(format!("{day}-{number}")));
    std::iter::once(first)
        .chain(others)
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join("backup"))
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Only backups of the same records: the folder may be that of other computers too.
fn remove_superfluous(folder: &Path, key_id: &str) {
    let mut ours = backup::in_folder(folder);
    ours.retain(|found| found.note.key_id == key_id);
    let made_at: Vec<Timestamp> = ours.iter().map(|found| found.note.made_at).collect();
    let superfluous = generations::superfluous(&made_at);
    for found in ours {
        if superfluous.contains(&found.note.made_at) {
            backup::clear(&found.path);
        }
    }
}

/// What the window has words for.
fn problem(error: &StoreError) -> &'static str {
    use rusqlite::ErrorCode;
    match error {
        StoreError::File { source, .. } => match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
            io::ErrorKind::NotFound => "folder-missing",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "folder-refused",
            _ => "not-written",
        },
        StoreError::Sqlite(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "disk-full",
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "damaged",
            _ => "not-written",
        },
        StoreError::Damaged { .. } => "damaged",
        StoreError::KeyMissing | StoreError::NotOurs { .. } => "key-file",
        _ => "not-written",
    }
}
