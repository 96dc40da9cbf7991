//! Keys and files as they must not be: each fault is refused or made good, says which it is, and nothing is ever lost or begun anew by it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by its failure what was missing"
)]

use std::path::Path;
use store::{
    Clock, DataFolder, EventType, NewEvent, Store, StoreError, UseMode,
    audit::{Tampering, Verdict},
    event_table,
    open::Schemas,
    recovery::RecoveryKey,
};

fn clock() -> Clock {
    Clock::from_fn(|| "2026-11-22T09:00:00Z".parse().unwrap())
}

fn folder(path: &Path) -> DataFolder {
    DataFolder::prepare(path, UseMode::Demonstration).unwrap()
}

fn open(path: &Path) -> Result<Store, StoreError> {
    let opened = Store::open(folder(path), &Schemas::default(), clock())?;
    assert!(
        opened.recovery_key_to_print.is_none(),
        "new records were begun"
    );
    Ok(opened.store)
}

fn add_event(store: &Store) {
    let new = NewEvent::new(EventType::Queued, "r", "amy", store.clock.now());
    let write = store
        .practice
        .write(move |tx| event_table::append(tx, &new));
    write.unwrap();
}

fn events(store: &Store) -> Result<usize, StoreError> {
    let about = store.practice.read(|c| event_table::about(c, "r"));
    about.map(|events| events.len())
}

/// Records with three events, a backup of them if asked for, and their recovery key.
fn made(path: &Path, backed_up: bool) -> RecoveryKey {
    let opened = Store::open(folder(path), &Schemas::default(), clock()).unwrap();
    opened.store.recovery_key_was_shown().unwrap();
    for _ in 0..3 {
        add_event(&opened.store);
    }
    if backed_up {
        opened.store.back_up_when_due(&|| false).unwrap().unwrap();
    }
    opened.recovery_key_to_print.unwrap()
}

fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1 << bit;
    std::fs::write(path, bytes).unwrap();
}

fn recover(path: &Path, key: &RecoveryKey) -> Result<Store, StoreError> {
    Store::recover(folder(path), key, &Schemas::default(), clock())
}

#[test]
fn a_damaged_key_file_opens_with_the_keychain_or_a_backup_and_is_never_taken_for_a_fresh_folder() {
    let dir = tempfile::tempdir().unwrap();
    let key = made(dir.path(), false);
    let header = dir.path().join("practice.key.json");
    let whole = std::fs::read(&header).unwrap();
    let records = std::fs::read(dir.path().join("practice.db")).unwrap();
    let (mut refused, mut opened) = (0, 0);
    for at in (0..whole.len()).step_by(5) {
        flip(&header, at, 0);
        match open(dir.path()) {
            Ok(store) => {
                opened += 1;
                assert_eq!(events(&store).unwrap(), 3, "byte {at}");
            }
            Err(error) => {
                refused += 1;
                assert!(
                    matches!(
                        error,
                        StoreError::NotOurs { .. } | StoreError::KeyMissing | StoreError::OtherKey
                    ),
                    "byte {at}: {error:?}"
                );
            }
        }
        std::fs::write(&header, &whole).unwrap();
    }
    assert!(refused > 10 && opened > 10, "{refused} {opened}");
    assert!(std::fs::read(dir.path().join("practice.db")).unwrap() == records);

    // Without a backup there is no other copy: what is wrong is said.
    std::fs::write(&header, "{").unwrap();
    assert!(matches!(open(dir.path()), Err(StoreError::NotOurs { .. })));
    assert!(matches!(
        recover(dir.path(), &key),
        Err(StoreError::NotOurs { .. })
    ));
    std::fs::write(&header, &whole).unwrap();
    let store = open(dir.path()).unwrap();
    store.back_up_when_due(&|| false).unwrap().unwrap();
    drop(store);
    // With one, the file is made good from it, and what was there is kept.
    for damage in [Some("{"), Some(""), None] {
        match damage {
            Some(text) => std::fs::write(&header, text).unwrap(),
            None => std::fs::remove_file(&header).unwrap(),
        }
        assert_eq!(events(&open(dir.path()).unwrap()).unwrap(), 3);
        assert!(std::fs::read(&header).unwrap() == whole);
    }
    // So too when only the part for the recovery key was damaged, which shows when that is needed.
    let text = String::from_utf8(whole.clone()).unwrap();
    let wrapped = text.find("\"wrapped\"").unwrap() + 14;
    flip(&header, wrapped, 0);
    std::fs::remove_file(dir.path().join("demonstration.key")).unwrap();
    assert!(matches!(open(dir.path()), Err(StoreError::KeyMissing)));
    let stranger = RecoveryKey::random().unwrap();
    assert!(recover(dir.path(), &stranger).is_err());
    assert_eq!(events(&recover(dir.path(), &key).unwrap()).unwrap(), 3);
    assert!(std::fs::read(&header).unwrap() == whole);
    assert!(open(dir.path()).is_ok(), "the key is back in its place");
}

#[test]
fn another_key_in_the_keychain_and_a_damaged_first_page_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let key = made(dir.path(), false);
    let key_file = dir.path().join("demonstration.key");
    let right = std::fs::read(&key_file).unwrap();
    for wrong in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAA", "?"] {
        std::fs::write(&key_file, wrong).unwrap();
        let refused = open(dir.path()).err().unwrap();
        assert!(
            matches!(refused, StoreError::OtherKey),
            "{wrong}: {refused:?}"
        );
        assert!(refused.to_string().contains("printed recovery key"));
    }
    assert_eq!(events(&recover(dir.path(), &key).unwrap()).unwrap(), 3);
    assert!(std::fs::read(&key_file).unwrap() == right, "given back");
    let database = dir.path().join("practice.db");
    let whole = std::fs::read(&database).unwrap();
    for at in [0, 15, 16, 1000, 4095] {
        flip(&database, at, 3);
        for refused in [open(dir.path()), recover(dir.path(), &key)] {
            let refused = refused.err().unwrap();
            assert!(
                matches!(refused, StoreError::Damaged { .. }),
                "byte {at}: {refused:?}"
            );
        }
        std::fs::write(&database, &whole).unwrap();
    }
    assert!(open(dir.path()).is_ok(), "the control");
}

#[test]
fn a_file_that_was_cut_short_or_is_gone_is_refused_and_nothing_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    made(dir.path(), true);
    let database = dir.path().join("practice.db");
    let whole = std::fs::read(&database).unwrap();
    for length in [0, 1, 100, 4096, 4097, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&database, &whole[..length]).unwrap();
        let refused = open(dir.path()).err();
        assert!(
            matches!(refused, Some(StoreError::Damaged { .. })),
            "{length} bytes: {refused:?}"
        );
        assert_eq!(std::fs::read(&database).unwrap().len(), length);
    }
    std::fs::write(&database, &whole).unwrap();
    assert!(open(dir.path()).is_ok(), "the control");
    // All three gone, with only the backups left: these are records still.
    for name in ["practice.db", "practice.key.json", "practice.head"] {
        std::fs::remove_file(dir.path().join(name)).unwrap();
        let refused = open(dir.path()).err().unwrap();
        assert!(matches!(refused, StoreError::DatabaseMissing { .. }));
        assert!(!database.exists());
    }
}

#[test]
fn bits_that_flip_in_the_journal_are_seen_whatever_sqlite_makes_of_them() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    made(dir.path(), false);
    let store = open(dir.path()).unwrap();
    for _ in 0..5 {
        add_event(&store);
    }
    // As the files lie after a power cut: the journal not yet written into the database, the head behind by nothing.
    let take = |to: &Path| {
        for name in [
            "use.txt",
            "demonstration.key",
            "practice.key.json",
            "practice.db",
            "practice.db-wal",
            "practice.head",
        ] {
            std::fs::copy(dir.path().join(name), to.join(name)).unwrap();
        }
    };
    // The writer keeps the head after it has answered.
    let newest = || store.practice.read(store::audit_table::head).unwrap();
    let (_nobody, heard) = std::sync::mpsc::channel::<()>();
    while store.audit_head.read().unwrap() != store::audit_table::KeptHead::At(newest()) {
        let _ = heard.recv_timeout(std::time::Duration::from_millis(5));
    }
    take(copy.path());
    let untouched = open(copy.path()).unwrap();
    assert!(!untouched.is_behind);
    assert_eq!(events(&untouched).unwrap(), 8, "the control");
    drop(untouched);
    let length = std::fs::metadata(dir.path().join("practice.db-wal"))
        .unwrap()
        .len();
    let length = usize::try_from(length).unwrap();
    let (mut refused, mut behind, mut same) = (0, 0, 0);
    for number in 0..60 {
        let copy = tempfile::tempdir().unwrap();
        take(copy.path());
        flip(
            &copy.path().join("practice.db-wal"),
            (number * 7919) % length,
            u8::try_from(number % 8).unwrap(),
        );
        match open(copy.path()) {
            Err(_) => refused += 1,
            Ok(opened) if opened.is_behind => {
                behind += 1;
                assert!(events(&opened).unwrap() < 8);
                let found = opened.verify_audit().unwrap();
                let cut_off = matches!(
                    found,
                    Verdict::Tampered {
                        what: Tampering::CutOff,
                        ..
                    }
                );
                assert!(cut_off, "{found:?}");
            }
            Ok(opened) => {
                same += 1;
                assert_eq!(events(&opened).unwrap(), 8, "{number}");
                assert!(opened.verify_audit().unwrap().is_whole());
            }
        }
    }
    println!("journal: {refused} refused, {behind} seen to be behind, {same} read the same");
    assert!(behind > 0 && refused + behind + same == 60);
}
