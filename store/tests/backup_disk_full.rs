//! A disk that is full while a backup is made, at each place where it can be: nothing is left that could be taken for a backup.
//! One test alone, because the fail points are those of the whole process.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by its failure what was missing"
)]

use store::{
    Clock, DataFolder, Store, StoreError, UseMode, backup, daily_backup::newest_good, open::Schemas,
};

#[test]
fn a_full_disk_is_said_and_leaves_the_last_good_backup_the_newest() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let day = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let days = day.clone();
    let clock = Clock::from_fn(move || {
        let seconds = days.load(std::sync::atomic::Ordering::SeqCst) * 86_400;
        jiff::Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    });
    let folder = DataFolder::prepare(dir.path(), UseMode::Demonstration).unwrap();
    let opened = Store::open(folder, &Schemas::default(), clock).unwrap();
    let store = opened.store;
    store.recovery_key_was_shown().unwrap();
    store.set_backup_folder(Some(disk.path()), "amy").unwrap();
    store.back_up_when_due(&|| false).unwrap().unwrap();
    let first = newest_good(dir.path()).unwrap();

    for point in [
        "backup: copied",
        "backup: written",
        "backup: copied elsewhere",
    ] {
        day.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let here = backup::in_folder(&dir.path().join("backups")).len();
        let there = backup::in_folder(disk.path()).len();
        fail::cfg(point, "return(ENOSPC)").unwrap();
        let state = store.back_up_when_due(&|| false).unwrap().unwrap();
        assert_eq!(state.problem(), Some("disk-full"), "{point}");
        if point.ends_with("elsewhere") {
            assert_eq!(backup::in_folder(disk.path()).len(), there);
            let left: Vec<_> = std::fs::read_dir(disk.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name())
                .filter(|name| name.to_string_lossy().starts_with('.'))
                .collect();
            assert!(left.is_empty(), "{left:?}");
        } else {
            assert_eq!(backup::in_folder(&dir.path().join("backups")).len(), here);
            let by_hand = store.back_up(&dir.path().join("by-hand"));
            assert!(matches!(by_hand, Err(StoreError::Sqlite(_))), "{point}");
            assert!(!dir.path().join("by-hand").exists());
            assert!(!dir.path().join("backups/.being-made").exists());
        }
        fail::remove(point);
        assert!(newest_good(dir.path()).unwrap().is_whole());
        assert!(newest_good(dir.path()).unwrap().note.made_at >= first.note.made_at);
    }
    day.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let state = store.back_up_when_due(&|| false).unwrap().unwrap();
    assert_eq!(state.problem(), None, "room again, and all is well");
}
