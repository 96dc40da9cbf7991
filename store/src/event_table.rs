//! The table of events: appended to, read, never changed; each is a link of the audit trail.

use crate::event::new_id;
use crate::{Event, EventType, NewEvent, StoreError, audit_table};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

const COLUMNS: &str = "id, origin, origin_seq, clock, actor, at, type, version, subject, payload";

const LAST_SEQ: &str = "SELECT COALESCE(MAX(origin_seq), 0) FROM events WHERE origin = :origin";
const LAST_CLOCK: &str = "SELECT COALESCE(MAX(clock), 0) FROM events";

/// Writes an event and its link in the audit trail in the caller's transaction, so that the intent and its record stand or fall together.
pub fn append(transaction: &Transaction<'_>, new: &NewEvent) -> Result<Event, StoreError> {
    let before = audit_table::begun(transaction, new.at)?;
    let origin = origin(transaction)?;
    // Two looks at the end of an index each: one statement for both would read every event there is.
    let last_seq: i64 = transaction
        .prepare_cached(LAST_SEQ)?
        .query_row(named_params! { ":origin": origin }, |row| row.get(0))?;
    let last_clock: i64 = transaction
        .prepare_cached(LAST_CLOCK)?
        .query_row([], |row| row.get(0))?;
    let event = Event {
        id: new_id(new.at),
        origin,
        origin_seq: last_seq.saturating_add(1),
        clock: last_clock.saturating_add(1),
        actor: new.actor.clone(),
        at: new.at,
        event_type: new.event_type,
        version: 1,
        subject: new.subject.clone(),
        payload: new.payload.clone(),
    };
    transaction.execute(
        "INSERT INTO events (id, origin, origin_seq, clock, actor, at, type, version, subject, payload)
         VALUES (:id, :origin, :origin_seq, :clock, :actor, :at, :type, :version, :subject, :payload)",
        named_params! {
            ":id": event.id.to_string(),
            ":origin": event.origin,
            ":origin_seq": event.origin_seq,
            ":clock": event.clock,
            ":actor": event.actor,
            ":at": event.at.to_string(),
            ":type": event.event_type.as_str(),
            ":version": event.version,
            ":subject": event.subject,
            ":payload": event.payload.to_string(),
        },
    )?;
    audit_table::append_event(transaction, &before, &event)?;
    Ok(event)
}

/// The events about one subject, in the order of folding: by clock, then id.
pub fn about(connection: &Connection, subject: &str) -> Result<Vec<Event>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM events WHERE subject = :subject ORDER BY clock, id"
    ))?;
    let rows = statement.query_map(named_params! { ":subject": subject }, |row| Ok(read(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// This installation's id, made with the database.
pub fn origin(connection: &Connection) -> Result<String, StoreError> {
    let found: Option<String> = connection
        .query_row("SELECT value FROM facts WHERE name = 'origin'", [], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(origin) = found {
        return Ok(origin);
    }
    let origin = new_id(Timestamp::UNIX_EPOCH).to_string();
    connection.execute(
        "INSERT INTO facts (name, value) VALUES ('origin', :origin)",
        named_params! { ":origin": origin },
    )?;
    Ok(origin)
}

fn read(row: &Row<'_>) -> Result<Event, StoreError> {
    let text = |column: &str| row.get::<_, String>(column).map_err(StoreError::from);
    let unreadable = |what: &str| StoreError::Value(format!("events.{what}"));
    Ok(Event {
        id: text("id")?.parse().map_err(|_| unreadable("id"))?,
        origin: text("origin")?,
        origin_seq: row.get("origin_seq")?,
        clock: row.get("clock")?,
        actor: text("actor")?,
        at: text("at")?.parse().map_err(|_| unreadable("at"))?,
        event_type: EventType::parse(&text("type")?)?,
        version: row.get("version")?,
        subject: text("subject")?,
        payload: serde_json::from_str(&text("payload")?).map_err(|_| unreadable("payload"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{migrations::migrate, open::SCHEMA};

    #[test]
    fn a_new_event_asks_the_end_of_an_index_and_never_reads_them_all() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, &SCHEMA).unwrap();
        let plan = |sql: &str| -> String {
            let mut explained = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let named = [(":origin", "here")];
            let given = &named[..explained.parameter_count()];
            let steps = explained.query_map(given, |row| row.get::<_, String>("detail"));
            steps.unwrap().map(Result::unwrap).collect()
        };
        for sql in [LAST_SEQ, LAST_CLOCK] {
            let plan = plan(sql);
            assert!(
                plan.starts_with("SEARCH events USING COVERING INDEX") && !plan.contains("SCAN"),
                "{sql}: {plan}"
            );
        }
        let both =
            "SELECT MAX(CASE WHEN origin = :origin THEN origin_seq END), MAX(clock) FROM events";
        assert!(plan(both).contains("SCAN"), "the negative control");
    }
}
