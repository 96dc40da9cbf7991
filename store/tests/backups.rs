//! The backup of each day: whole or not there, kept for seven days and four weeks, copied elsewhere, and put in the place of damaged records.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by its failure what was missing"
)]

use jiff::{SignedDuration, Timestamp};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use store::{
    Clock, DataFolder, EventType, NewEvent, Store, StoreError, UseMode, backup,
    daily_backup::{BackupState, newest_good},
    event_table,
    open::Schemas,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn start() -> Self {
        let at: Timestamp = "2026-10-01T09:00:00Z".parse().unwrap();
        Self(Arc::new(AtomicI64::new(at.as_second())))
    }

    fn pass(&self, span: SignedDuration) {
        self.0.fetch_add(span.as_secs(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let time = self.0.clone();
        Clock::from_fn(move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap())
    }
}

fn folder(path: &Path) -> DataFolder {
    DataFolder::prepare(path, UseMode::Demonstration).unwrap()
}

fn open(path: &Path, time: &Time) -> Result<Store, StoreError> {
    let opened = Store::open(folder(path), &Schemas::default(), time.clock())?;
    if opened.recovery_key_to_print.is_some() {
        opened.store.recovery_key_was_shown()?;
    }
    Ok(opened.store)
}

fn add_event(store: &Store) {
    let new = NewEvent::new(EventType::Queued, "r", "amy", store.clock.now());
    let write = store
        .practice
        .write(move |tx| event_table::append(tx, &new));
    write.unwrap();
}

fn events(store: &Store) -> usize {
    let about = store.practice.read(|c| event_table::about(c, "r"));
    about.unwrap().len()
}

fn back_up(store: &Store) -> Option<BackupState> {
    store.back_up_when_due(&|| false).unwrap()
}

/// The names of what lies in a folder of backups, with what is hidden there.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".lock")
        .collect();
    names.sort();
    names
}

#[test]
fn one_a_day_and_forty_days_leave_seven_days_and_four_weeks() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    for _ in 0..40 {
        add_event(&store);
        let state = back_up(&store).unwrap();
        assert_eq!(state.shown().last_good_at, Some(store.clock.now()));
        assert_eq!(state.problem(), None);
        assert_eq!(back_up(&store), None, "no second one on the same day");
        time.pass(DAY);
    }
    // Thursday 1 October to Monday 9 November.
    assert_eq!(
        names(&dir.path().join("backups")),
        [
            "2026-10-18",
            "2026-10-25",
            "2026-11-01",
            "2026-11-02",
            "2026-11-03",
            "2026-11-04",
            "2026-11-05",
            "2026-11-06",
            "2026-11-07",
            "2026-11-08",
            "2026-11-09"
        ]
    );
    let found = backup::in_folder(&dir.path().join("backups"));
    assert!(found.iter().all(backup::FoundBackup::is_whole));
    assert!(store.verify_audit().unwrap().is_whole());
}

#[test]
fn a_backup_that_was_changed_is_not_taken_for_a_good_one_and_is_not_restored() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    add_event(&store);
    back_up(&store).unwrap();
    time.pass(DAY);
    back_up(&store).unwrap();
    let backups = dir.path().join("backups");
    assert_eq!(
        newest_good(dir.path()).unwrap().path,
        backups.join("2026-10-02"),
        "the control"
    );
    let database = backups.join("2026-10-02/practice.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    assert_eq!(
        newest_good(dir.path()).unwrap().path,
        backups.join("2026-10-01")
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = Store::restore(&backups.join("2026-10-02"), &folder(elsewhere.path()));
    assert!(matches!(refused, Err(StoreError::Damaged { .. })));
    assert!(!elsewhere.path().join("practice.db").exists());
    // The key's file of another practice beside it is none either.
    std::fs::remove_file(backups.join("2026-10-01/practice.key.json")).unwrap();
    assert_eq!(newest_good(dir.path()), None);
}

#[test]
fn a_copy_goes_to_the_named_folder_and_one_that_is_not_there_is_said_and_stops_nothing() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let disk = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &time).unwrap();
    let typo = store.set_backup_folder(Some(&disk.path().join("no-such-folder")), "amy");
    assert!(matches!(typo, Err(StoreError::File { .. })));
    let named = disk.path().join("practice backups");
    std::fs::create_dir(&named).unwrap();
    store.set_backup_folder(Some(&named), "amy").unwrap();
    // Another computer's backup of the same day lies there already, and stays.
    let other = tempfile::tempdir().unwrap();
    let other_store = open(other.path(), &time).unwrap();
    other_store.back_up(&named.join("2026-10-01")).unwrap();
    back_up(&store).unwrap();
    assert_eq!(names(&named), ["2026-10-01", "2026-10-01-2"]);
    assert!(
        backup::in_folder(&named)
            .iter()
            .all(backup::FoundBackup::is_whole)
    );

    // The disk is taken out.
    let away = disk.path().join("away");
    std::fs::rename(&named, &away).unwrap();
    time.pass(DAY);
    let state = back_up(&store).unwrap();
    assert_eq!(state.problem(), Some("folder-missing"));
    assert_eq!(state.own.last_good_at, Some(store.clock.now()));
    assert_eq!(state.shown().last_good.as_deref(), Some("2026-10-01-2"));
    assert_eq!(back_up(&store), None, "it is not tried at each look");
    assert_eq!(
        store.backup_state().unwrap(),
        state,
        "it is kept to be shown"
    );
    // And put in again.
    std::fs::rename(&away, &named).unwrap();
    time.pass(SignedDuration::from_mins(16));
    let state = back_up(&store).unwrap();
    assert_eq!(state.problem(), None);
    assert_eq!(names(&named), ["2026-10-01", "2026-10-01-2", "2026-10-02"]);
    drop(store);
    // The records are gone, and the folder is still known.
    std::fs::remove_dir_all(dir.path().join("backups")).unwrap();
    std::fs::remove_file(dir.path().join("practice.db")).unwrap();
    let newest = newest_good(dir.path()).unwrap();
    assert_eq!(
        newest.path,
        named.canonicalize().unwrap().join("2026-10-02")
    );
}

#[test]
fn one_that_is_broken_off_leaves_nothing_and_is_made_at_the_next_look() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    assert_eq!(store.back_up_when_due(&|| true).unwrap(), None);
    assert_eq!(names(&dir.path().join("backups")), [""; 0]);
    // As a program leaves it that is killed in the midst.
    let half = dir.path().join("backups/.being-made");
    std::fs::create_dir(&half).unwrap();
    std::fs::write(half.join("practice.db"), "half").unwrap();
    back_up(&store).unwrap();
    assert_eq!(names(&dir.path().join("backups")), ["2026-10-01"]);
}

#[test]
fn a_clock_that_was_wrong_for_a_day_does_not_stop_backups() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    time.pass(DAY * 4000);
    back_up(&store).unwrap();
    time.pass(-DAY * 4000);
    let state = back_up(&store).unwrap();
    assert_eq!(state.own.last_good_at, Some(store.clock.now()));
}

#[test]
fn writing_goes_on_while_a_backup_is_made_and_the_backup_is_of_one_moment() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                add_event(&store);
            }
        });
        for number in 0..5 {
            let target = dir.path().join(format!("by-hand-{number}"));
            // Counted, opened and its chain read within: an error if it were of two moments.
            store.back_up(&target).unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    let elsewhere = tempfile::tempdir().unwrap();
    let newest = dir.path().join("by-hand-4");
    std::fs::copy(
        dir.path().join("demonstration.key"),
        elsewhere.path().join("demonstration.key"),
    )
    .unwrap();
    Store::restore(&newest, &folder(elsewhere.path())).unwrap();
    let restored = open(elsewhere.path(), &time).unwrap();
    assert!(restored.verify_audit().unwrap().is_whole());
    assert!(events(&restored) <= events(&store));
}

#[test]
fn damaged_records_are_set_aside_whole_and_the_backup_takes_their_place() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    for _ in 0..3 {
        add_event(&store);
    }
    back_up(&store).unwrap();
    add_event(&store);
    drop(store);
    let database = dir.path().join("practice.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[5000..9000].fill(0);
    std::fs::write(&database, &bytes).unwrap();
    let refused = open(dir.path(), &time).err().unwrap();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    let newest = newest_good(dir.path()).unwrap();
    assert!(matches!(
        Store::restore(&newest.path, &folder(dir.path())),
        Err(StoreError::RecordsInTheWay { .. })
    ));
    let now = time.clock().now();
    // A backup that is none takes nobody's place.
    let none = tempfile::tempdir().unwrap();
    assert!(Store::restore_over(none.path(), &folder(dir.path()), now).is_err());
    assert!(std::fs::read(&database).unwrap() == bytes);

    let aside = Store::restore_over(&newest.path, &folder(dir.path()), now).unwrap();
    assert!(std::fs::read(aside.join("practice.db")).unwrap() == bytes);
    assert!(aside.join("practice.key.json").exists());
    let restored = open(dir.path(), &time).unwrap();
    assert_eq!(events(&restored), 3);
    assert!(restored.verify_audit().unwrap().is_whole());
    assert!(
        back_up(&restored).is_some(),
        "the restored records are backed up at once"
    );
}

#[test]
fn a_restoring_that_was_cut_short_never_ends_in_empty_records() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::start());
    let store = open(dir.path(), &time).unwrap();
    add_event(&store);
    back_up(&store).unwrap();
    drop(store);
    let newest = newest_good(dir.path()).unwrap().path;
    // The power went when the old records had been set aside and the new ones were not in place yet.
    std::fs::copy(
        newest.join("practice.db"),
        dir.path().join("practice.restoring"),
    )
    .unwrap();
    Store::set_aside(&folder(dir.path()), time.clock().now()).unwrap();
    for _ in 0..2 {
        let refused = open(dir.path(), &time).err().unwrap();
        assert!(matches!(refused, StoreError::DatabaseMissing { .. }));
        assert!(!dir.path().join("practice.db").exists());
    }
    Store::restore(&newest, &folder(dir.path())).unwrap();
    assert_eq!(events(&open(dir.path(), &time).unwrap()), 1);
}
