//! The chain of what people did: every way of changing it past the program shows, at its place; and an old database is taken into it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by its failure what was missing"
)]

use base64::{Engine, prelude::BASE64_STANDARD};
use rusqlite::Connection;
use std::path::Path;
use store::{
    Act, Clock, DataFolder, EventType, NewAct, NewEvent, Store, StoreError, UseMode,
    audit::{Tampering, Verdict},
    audit_table, event_table,
    open::{SCHEMA, Schemas},
};

fn clock() -> Clock {
    Clock::from_fn(|| "2026-11-22T09:00:00Z".parse().unwrap())
}

fn open(path: &Path) -> Store {
    let folder = DataFolder::prepare(path, UseMode::Demonstration).unwrap();
    let opened = Store::open(folder, &Schemas::default(), clock()).unwrap();
    if opened.recovery_key_to_print.is_some() {
        opened.store.recovery_key_was_shown().unwrap();
    }
    opened.store
}

fn event(store: &Store, event_type: EventType) -> store::Event {
    let new = NewEvent::new(event_type, "referral-1", "amy", store.clock.now())
        .with(serde_json::json!({ "problem": "none" }));
    store
        .practice
        .write(move |tx| event_table::append(tx, &new))
        .unwrap()
}

fn act(store: &Store, act: Act, detail: serde_json::Value) {
    let new = NewAct::new(act, "dr-hale", "amy", store.clock.now()).with(detail);
    store
        .practice
        .write(move |tx| audit_table::append(tx, &new))
        .unwrap();
}

/// Rows: 1 begun, 2 signed in, 3 queued, 4 sending, 5 PIN set, 6 sent, 7 signed out.
fn filled(path: &Path) -> Vec<store::Event> {
    let store = open(path);
    act(&store, Act::SignedIn, serde_json::json!({}));
    let mut events = vec![
        event(&store, EventType::Queued),
        event(&store, EventType::Sending),
    ];
    act(&store, Act::PinSet, serde_json::json!({ "by": "self" }));
    events.push(event(&store, EventType::Sent));
    act(&store, Act::SignedOut, serde_json::json!({}));
    events
}

/// Past the program, with the key, and without the triggers.
fn with_the_key(path: &Path) -> Connection {
    let text = std::fs::read_to_string(path.join("demonstration.key")).unwrap();
    let key = BASE64_STANDARD.decode(text.trim()).unwrap();
    let db = Connection::open(path.join("practice.db")).unwrap();
    db.pragma_update(None, "key", format!("x'{}'", store::hex(&key)))
        .unwrap();
    for trigger in [
        "audit_never_changes",
        "audit_never_leaves",
        "events_never_change",
        "events_never_leave",
    ] {
        db.execute_batch(&format!("DROP TRIGGER {trigger}"))
            .unwrap();
    }
    db
}

/// What the check finds after somebody wrote this past the program.
fn found_after(sql: &str) -> Verdict {
    let dir = tempfile::tempdir().unwrap();
    let events = filled(dir.path());
    let before = open(dir.path()).verify_audit().unwrap();
    assert!(before.is_whole(), "the control: {before:?}");
    let sql = sql
        .replace("QUEUED", &events[0].id.to_string())
        .replace("SENDING", &events[1].id.to_string());
    with_the_key(dir.path()).execute_batch(&sql).unwrap();
    let store = open(dir.path());
    let found = store.verify_audit().unwrap();
    // Work goes on, and what was found does not go away by it.
    for _ in 0..9 {
        event(&store, EventType::Received);
    }
    drop(store);
    let still = open(dir.path()).verify_audit().unwrap();
    assert!(!still.is_whole(), "{sql}: forgotten after more work");
    found
}

fn found(at_seq: i64, what: Tampering) -> (i64, Tampering) {
    (at_seq, what)
}

#[test]
fn an_untouched_chain_is_whole_and_counts_its_events() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let store = open(dir.path());
    let Verdict::Whole { head, events } = store.verify_audit().unwrap() else {
        panic!("not whole")
    };
    assert_eq!((head.seq, events), (7, 3));
    let acts = store
        .practice
        .read(|c| audit_table::read(c, 1, 100))
        .unwrap();
    let names: Vec<&str> = acts.iter().map(|entry| entry.act.as_str()).collect();
    assert_eq!(
        names,
        [
            "chain-begun",
            "signed-in",
            "event",
            "event",
            "pin-set",
            "event",
            "signed-out"
        ]
    );
    let newest = store
        .practice
        .read(|c| audit_table::newest_acts(c, Some(7), 2))
        .unwrap();
    assert_eq!(
        newest.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        [5, 2]
    );
}

#[test]
fn the_database_itself_refuses_to_change_or_remove_a_row_of_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let store = open(dir.path());
    for sql in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"] {
        let refused = store
            .practice
            .write(move |tx| tx.execute(sql, []).map_err(StoreError::from));
        assert!(refused.unwrap_err().to_string().contains("is never"));
    }
}

#[test]
fn every_way_of_changing_it_past_the_program_shows_at_its_place() {
    let ways = [
        (
            "UPDATE audit SET actor = 'zoe' WHERE seq = 2",
            found(2, Tampering::RowChanged),
        ),
        (
            "UPDATE audit SET detail = '{}' WHERE seq = 5",
            found(5, Tampering::RowChanged),
        ),
        (
            "UPDATE audit SET at = '2026-11-22T08:00:00Z' WHERE seq = 7",
            found(7, Tampering::RowChanged),
        ),
        (
            "DELETE FROM audit WHERE seq = 5",
            found(5, Tampering::RowMissing),
        ),
        (
            "DELETE FROM audit WHERE seq = 1",
            found(1, Tampering::RowMissing),
        ),
        (
            "DELETE FROM audit WHERE seq = 7",
            found(7, Tampering::CutOff),
        ),
        (
            "DELETE FROM audit WHERE seq >= 6; DELETE FROM events WHERE type = 'sent'",
            found(6, Tampering::CutOff),
        ),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 99",
            found(2, Tampering::RowChanged),
        ),
        (
            "UPDATE events SET payload = '{\"problem\":\"other\"}' WHERE id = 'SENDING'",
            found(4, Tampering::EventChanged),
        ),
        (
            "UPDATE events SET actor = 'zoe' WHERE id = 'QUEUED'",
            found(3, Tampering::EventChanged),
        ),
        (
            "DELETE FROM events WHERE id = 'SENDING'",
            found(4, Tampering::EventMissing),
        ),
        (
            "INSERT INTO events SELECT 'new', origin, 9, 9, actor, at, type, version, subject, payload FROM events WHERE id = 'QUEUED'",
            found(0, Tampering::EventNotInChain),
        ),
        (
            "INSERT INTO audit SELECT 8, at, actor, act, subject, detail, previous_hash, hash FROM audit WHERE seq = 7",
            found(8, Tampering::RowChanged),
        ),
        (
            "DELETE FROM events; DELETE FROM audit",
            found(2, Tampering::CutOff),
        ),
    ];
    for (sql, expected) in ways {
        let Verdict::Tampered { at_seq, what, .. } = found_after(sql) else {
            panic!("{sql}: not seen")
        };
        assert_eq!((at_seq, what), expected, "{sql}");
    }
}

#[test]
fn a_row_with_a_hash_of_its_own_does_not_fit_between_the_others() {
    use sha2::Digest;
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let db = with_the_key(dir.path());
    // As somebody would who has read the program: the row is changed and its own hash made anew.
    let row = db.query_row(
        "SELECT at, act, subject, detail, previous_hash FROM audit WHERE seq = 5",
        [],
        |row| {
            let texts: Vec<String> = (0..5).map(|at| row.get(at).unwrap()).collect();
            Ok(texts)
        },
    );
    let row = row.unwrap();
    let form = serde_json::json!([
        "onward audit row 1",
        5,
        row[0],
        "zoe",
        row[1],
        row[2],
        row[3],
        row[4]
    ]);
    let hash = store::hex(&sha2::Sha256::digest(form.to_string()));
    db.execute(
        "UPDATE audit SET actor = 'zoe', hash = ?1 WHERE seq = 5",
        [hash],
    )
    .unwrap();
    drop(db);
    let found = open(dir.path()).verify_audit().unwrap();
    assert!(
        matches!(
            found,
            Verdict::Tampered {
                at_seq: 6,
                what: Tampering::NotNext,
                ..
            }
        ),
        "{found:?}"
    );
}

#[test]
fn an_older_database_put_back_shows_and_so_does_a_head_that_is_gone_or_forged() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let older = std::fs::read(dir.path().join("practice.db")).unwrap();
    let head_then = std::fs::read(dir.path().join("practice.head")).unwrap();
    let store = open(dir.path());
    event(&store, EventType::Received);
    drop(store);
    let newer = std::fs::read(dir.path().join("practice.db")).unwrap();
    let head_now = std::fs::read(dir.path().join("practice.head")).unwrap();
    let what = |database: &[u8], head: Option<&[u8]>| {
        std::fs::write(dir.path().join("practice.db"), database).unwrap();
        match head {
            Some(head) => std::fs::write(dir.path().join("practice.head"), head).unwrap(),
            None => std::fs::remove_file(dir.path().join("practice.head")).unwrap(),
        }
        match open(dir.path()).verify_audit().unwrap() {
            Verdict::Whole { .. } => None,
            Verdict::Tampered { what, .. } => Some(what),
        }
    };
    assert_eq!(what(&newer, Some(&head_now)), None, "the control");
    // As after a power cut between the commit and the head: behind, and true.
    assert_eq!(what(&newer, Some(&head_then)), None);
    assert_eq!(what(&older, Some(&head_now)), Some(Tampering::CutOff));
    assert_eq!(what(&newer, None), Some(Tampering::HeadMissing));
    let forged = String::from_utf8(head_now.clone())
        .unwrap()
        .replace("\"seq\":8", "\"seq\":7");
    assert_ne!(forged.as_bytes(), head_now);
    let forged = forged.replace("\"seq\":7", "\"seq\":6");
    assert_eq!(
        what(&newer, Some(forged.as_bytes())),
        Some(Tampering::HeadChanged)
    );
    // A torn slot leaves the other one.
    let mut torn = head_now.clone();
    torn[..100].fill(0);
    assert_eq!(what(&newer, Some(&torn)), None);

    // Somebody has seen it: it is written down, and the chain goes on.
    assert_eq!(what(&older, Some(&head_now)), Some(Tampering::CutOff));
    let store = open(dir.path());
    store.accept_audit("amy").unwrap();
    assert!(store.verify_audit().unwrap().is_whole());
    let newest = store
        .practice
        .read(|c| audit_table::newest_acts(c, None, 1))
        .unwrap();
    assert_eq!(newest[0].act, Act::ChainAccepted);
    assert_eq!(newest[0].detail["found"], "cut-off");
}

#[test]
fn a_database_from_before_the_chain_is_taken_into_it_with_its_events() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    // As the first released form left it: version 1, with events.
    let db = with_the_key(dir.path());
    db.execute_batch(
        "DROP TABLE audit; DELETE FROM schema_versions WHERE component = 'store' AND version = 2;
         CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
         CREATE TRIGGER events_never_leave BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;",
    )
    .unwrap();
    db.execute_batch(include_str!("fixtures/events_version_1.sql"))
        .unwrap();
    drop(db);
    std::fs::remove_file(dir.path().join("practice.head")).unwrap();

    let store = open(dir.path());
    let events = store
        .practice
        .read(|c| event_table::about(c, "referral-of-old"))
        .unwrap();
    assert_eq!(events.len(), 3, "nothing was lost");
    let Verdict::Whole { head, events } = store.verify_audit().unwrap() else {
        panic!("not whole")
    };
    assert_eq!((head.seq, events), (4, 3));
    let rows = store
        .practice
        .read(|c| audit_table::read(c, 1, 10))
        .unwrap();
    assert_eq!(rows[0].detail, serde_json::json!({ "earlier_events": 3 }));
    assert!(rows[1..].iter().all(|row| row.act == Act::EarlierEvent));
    event(&store, EventType::Queued);
    drop(store);
    let store = open(dir.path());
    assert!(store.verify_audit().unwrap().is_whole());
    drop(store);
    with_the_key(dir.path())
        .execute_batch(
            "UPDATE events SET actor = 'zoe' WHERE origin_seq = 2 AND subject = 'referral-of-old'",
        )
        .unwrap();
    assert!(!open(dir.path()).verify_audit().unwrap().is_whole());
}

#[test]
fn the_first_form_of_the_database_is_what_the_fixture_was_made_with() {
    let mut db = Connection::open_in_memory().unwrap();
    store::migrations::migrate(&mut db, &SCHEMA[..1]).unwrap();
    db.execute_batch(include_str!("fixtures/events_version_1.sql"))
        .unwrap();
    store::migrations::migrate(&mut db, &SCHEMA).unwrap();
    let count: i64 = db
        .query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 3);
}
