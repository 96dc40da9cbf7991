//! The table of events: appended to, read, never changed.

use crate::event::new_id;
use crate::{Event, EventType, NewEvent, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

const COLUMNS: &str = "id, origin, origin_seq, clock, actor, at, type, version, subject, payload";

/// Writes an event in the caller's transaction, so that the intent and its record stand or fall together.
pub fn append(transaction: &Transaction<'_>, new: &NewEvent) -> Result<Event, StoreError> {
    let origin = origin(transaction)?;
    let (last_seq, last_clock): (i64, i64) = transaction.query_row(
        "SELECT COALESCE(MAX(CASE WHEN origin = :origin THEN origin_seq END), 0), COALESCE(MAX(clock), 0) FROM events",
        named_params! { ":origin": origin },
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
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
