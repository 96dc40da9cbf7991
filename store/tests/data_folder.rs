//! A data folder as a practice meets it: made, opened again, its key lost, backed up and restored on another computer.
#![allow(
    clippy::unwrap_used,
    reason = "a test says by its failure what was missing"
)]

use store::{
    Clock, DataFolder, EventType, NewEvent, Store, StoreError, UseMode, event_table, open::Schemas,
    recovery::RecoveryKey,
};

fn clock() -> Clock {
    Clock::from_fn(|| "2026-11-21T09:00:00Z".parse().unwrap())
}

fn folder(path: &std::path::Path) -> DataFolder {
    DataFolder::prepare(path, UseMode::Demonstration).unwrap()
}

/// A store whose making is finished: somebody has seen its recovery key.
fn made(path: &std::path::Path) -> Store {
    let store = Store::open(folder(path), &Schemas::default(), clock())
        .unwrap()
        .store;
    store.recovery_key_was_shown().unwrap();
    store
}

fn add_event(store: &Store, subject: &'static str) -> store::Event {
    let at = store.clock.now();
    store
        .practice
        .write(move |tx| {
            event_table::append(tx, &NewEvent::new(EventType::Queued, subject, "amy", at))
        })
        .unwrap()
}

fn events(store: &Store, subject: &str) -> usize {
    store
        .practice
        .read(|c| event_table::about(c, subject))
        .unwrap()
        .len()
}

#[test]
fn a_backup_opens_on_another_computer_with_the_printed_key() {
    let here = tempfile::tempdir().unwrap();
    let opened = Store::open(folder(here.path()), &Schemas::default(), clock()).unwrap();
    let printed = opened.recovery_key_to_print.unwrap().printed();
    opened.store.recovery_key_was_shown().unwrap();
    for _ in 0..3 {
        add_event(&opened.store, "referral-1");
    }
    let backup = here.path().join("backups/1");
    opened.store.back_up(&backup).unwrap();
    add_event(&opened.store, "referral-1");

    let elsewhere = tempfile::tempdir().unwrap();
    let there = folder(elsewhere.path());
    Store::restore(&backup, &there).unwrap();
    assert!(matches!(
        Store::open(there.clone(), &Schemas::default(), clock()),
        Err(StoreError::KeyMissing)
    ));
    let wrong = RecoveryKey::random().unwrap();
    assert!(matches!(
        Store::recover(there.clone(), &wrong, &Schemas::default(), clock()),
        Err(StoreError::WrongKey)
    ));
    let restored = Store::recover(
        there.clone(),
        &RecoveryKey::parse(&printed).unwrap(),
        &Schemas::default(),
        clock(),
    )
    .unwrap();
    assert_eq!(events(&restored, "referral-1"), 3);
    drop(restored);
    let reopened = Store::open(there, &Schemas::default(), clock()).unwrap();
    assert!(
        reopened.recovery_key_to_print.is_none(),
        "the key is back in this computer's keeping"
    );
    assert_eq!(events(&reopened.store, "referral-1"), 3);
}

#[test]
fn no_empty_database_takes_the_place_of_records_that_cannot_be_opened() {
    let dir = tempfile::tempdir().unwrap();
    add_event(&made(dir.path()), "r");
    std::fs::rename(
        dir.path().join("demonstration.key"),
        dir.path().join("moved"),
    )
    .unwrap();
    let refused = Store::open(folder(dir.path()), &Schemas::default(), clock())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::KeyMissing));
    assert!(refused.to_string().contains("recovery key"));
    std::fs::write(
        dir.path().join("demonstration.key"),
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    )
    .unwrap();
    assert!(matches!(
        Store::open(folder(dir.path()), &Schemas::default(), clock()).err(),
        Some(StoreError::OtherKey)
    ));
    std::fs::rename(
        dir.path().join("practice.key.json"),
        dir.path().join("header"),
    )
    .unwrap();
    assert!(matches!(
        Store::open(folder(dir.path()), &Schemas::default(), clock()).err(),
        Some(StoreError::KeyMissing)
    ));
    std::fs::rename(
        dir.path().join("header"),
        dir.path().join("practice.key.json"),
    )
    .unwrap();
    std::fs::rename(
        dir.path().join("moved"),
        dir.path().join("demonstration.key"),
    )
    .unwrap();
    let opened = Store::open(folder(dir.path()), &Schemas::default(), clock()).unwrap();
    assert_eq!(events(&opened.store, "r"), 1, "nothing was overwritten");
}

#[test]
fn a_missing_database_is_not_replaced_when_its_key_is_here() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path()));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.path().join(format!("practice.db{end}")));
    }
    let refused = Store::open(folder(dir.path()), &Schemas::default(), clock())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::DatabaseMissing { .. }));
    assert!(!dir.path().join("practice.db").exists());
}

#[test]
fn demonstration_and_real_use_never_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    DataFolder::prepare(dir.path(), UseMode::Demonstration).unwrap();
    let refused = DataFolder::prepare(dir.path(), UseMode::Real).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("set up for demonstration and cannot be used for real use")
    );
}

#[test]
fn events_are_numbered_without_gaps_by_two_writers_and_never_change() {
    let dir = tempfile::tempdir().unwrap();
    let one = made(dir.path());
    let two = Store::open(folder(dir.path()), &Schemas::default(), clock())
        .unwrap()
        .store;
    std::thread::scope(|scope| {
        for store in [&one, &two] {
            scope.spawn(move || (0..25).for_each(|_| drop(add_event(store, "r"))));
        }
    });
    let all = one.practice.read(|c| event_table::about(c, "r")).unwrap();
    let numbers = |get: fn(&store::Event) -> i64| all.iter().map(get).collect::<Vec<_>>();
    assert_eq!(numbers(|e| e.origin_seq), (1..=50).collect::<Vec<_>>());
    assert_eq!(numbers(|e| e.clock), (1..=50).collect::<Vec<_>>());
    for sql in ["UPDATE events SET actor = 'x'", "DELETE FROM events"] {
        let refused = one
            .practice
            .write(move |tx| tx.execute(sql, []).map_err(StoreError::from));
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("an event is never")
        );
    }
}

#[test]
fn a_making_whose_recovery_key_nobody_saw_is_taken_up_again_with_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let first = Store::open(folder(dir.path()), &Schemas::default(), clock()).unwrap();
    let unseen = first.recovery_key_to_print.unwrap();
    add_event(&first.store, "r");
    drop(first.store);
    let taken_up = Store::open(folder(dir.path()), &Schemas::default(), clock()).unwrap();
    let printed = taken_up.recovery_key_to_print.unwrap();
    assert_eq!(events(&taken_up.store, "r"), 1, "the records are the same");
    taken_up.store.recovery_key_was_shown().unwrap();
    drop(taken_up.store);
    let recover = |key| Store::recover(folder(dir.path()), key, &Schemas::default(), clock());
    assert!(matches!(recover(&unseen), Err(StoreError::WrongKey)));
    assert!(recover(&printed).is_ok());
}

#[test]
fn a_database_that_has_become_empty_is_damage_and_no_new_beginning() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path()));
    std::fs::write(dir.path().join("practice.db"), "").unwrap();
    let refused = Store::open(folder(dir.path()), &Schemas::default(), clock()).err();
    assert!(matches!(refused, Some(StoreError::Damaged { .. })));
    assert_eq!(
        std::fs::metadata(dir.path().join("practice.db"))
            .unwrap()
            .len(),
        0,
        "it is left as it is"
    );
}
