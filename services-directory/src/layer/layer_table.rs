//! The tables `layer_entries` and `own_checks`: what a practice put beside a service, and when it asked the service itself.

use super::{CheckedHow, LayerEntry, LayerError, LayerKind, OwnCheck, from_millis};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, named_params};
use std::collections::BTreeMap;

impl From<rusqlite::Error> for LayerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes an entry. Of each kind but notes one holds: a newer one ends the one before.
pub fn add(tx: &Transaction<'_>, entry: &LayerEntry) -> Result<(), LayerError> {
    if entry.kind != LayerKind::Note {
        tx.execute(
            "UPDATE layer_entries SET ended_by = :by, ended_at = :at WHERE service_id = :service_id AND kind = :kind AND ended_at = 0",
            named_params! {
                ":service_id": entry.service_id, ":kind": entry.kind.as_str(), ":by": entry.author, ":at": entry.at.as_millisecond(),
            },
        )?;
    }
    tx.execute(
        "INSERT INTO layer_entries (id, service_id, kind, words, author, at, base_digest, ended_by, ended_at)
         VALUES (:id, :service_id, :kind, :words, :author, :at, :base_digest, '', 0)",
        named_params! {
            ":id": entry.id, ":service_id": entry.service_id, ":kind": entry.kind.as_str(), ":words": entry.words,
            ":author": entry.author, ":at": entry.at.as_millisecond(), ":base_digest": entry.base_digest,
        },
    )?;
    Ok(())
}

/// Takes away what holds; it stays in the timeline.
pub fn end(tx: &Transaction<'_>, id: &str, by: &str, at: Timestamp) -> Result<(), LayerError> {
    let ended = tx.execute(
        "UPDATE layer_entries SET ended_by = :by, ended_at = :at WHERE id = :id AND ended_at = 0",
        named_params! { ":id": id, ":by": by, ":at": at.as_millisecond() },
    )?;
    if ended == 1 {
        Ok(())
    } else {
        Err(LayerError::NotThere)
    }
}

pub fn entry(connection: &Connection, id: &str) -> Result<Option<LayerEntry>, LayerError> {
    let mut statement = connection.prepare_cached("SELECT * FROM layer_entries WHERE id = :id")?;
    let mut rows = statement.query_map(named_params! { ":id": id }, read_entry)?;
    Ok(rows.next().transpose()?)
}

/// All of one service that ever was, the oldest first.
pub fn of_service(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<LayerEntry>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM layer_entries WHERE service_id = :service_id ORDER BY at, rowid",
    )?;
    let rows = statement.query_map(named_params! { ":service_id": service_id }, read_entry)?;
    rows.map(|row| Ok(row?)).collect()
}

/// What holds of one kind, by service.
pub fn holding(
    connection: &Connection,
    kind: LayerKind,
) -> Result<BTreeMap<String, LayerEntry>, LayerError> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM layer_entries WHERE kind = :kind AND ended_at = 0")?;
    let rows = statement.query_map(named_params! { ":kind": kind.as_str() }, read_entry)?;
    rows.map(|row| Ok(row.map(|entry| (entry.service_id.clone(), entry))?))
        .collect()
}

/// The services about which something holds.
pub fn services(connection: &Connection) -> Result<Vec<String>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT service_id FROM layer_entries WHERE ended_at = 0
         UNION SELECT service_id FROM own_checks
         UNION SELECT service_id FROM corrections WHERE state IN ('open', 'conflict', 'gone')",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

pub fn add_check(tx: &Transaction<'_>, check: &OwnCheck) -> Result<(), LayerError> {
    tx.execute(
        "INSERT INTO own_checks (id, service_id, record_digest, author, at, how, who_answered)
         VALUES (:id, :service_id, :record_digest, :author, :at, :how, :who_answered)",
        named_params! {
            ":id": check.id, ":service_id": check.service_id, ":record_digest": check.record_digest, ":author": check.author,
            ":at": check.at.as_millisecond(), ":how": check.how.as_str(), ":who_answered": check.who_answered,
        },
    )?;
    Ok(())
}

/// All of one service, the oldest first.
pub fn checks_of(connection: &Connection, service_id: &str) -> Result<Vec<OwnCheck>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM own_checks WHERE service_id = :service_id ORDER BY at, rowid",
    )?;
    let rows = statement.query_map(named_params! { ":service_id": service_id }, read_check)?;
    rows.map(|row| Ok(row?)).collect()
}

/// The newest of each service.
pub fn newest_checks(connection: &Connection) -> Result<BTreeMap<String, OwnCheck>, LayerError> {
    let mut statement = connection.prepare_cached("SELECT * FROM own_checks ORDER BY at, rowid")?;
    let rows = statement.query_map([], read_check)?;
    rows.map(|row| Ok(row.map(|check| (check.service_id.clone(), check))?))
        .collect()
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<LayerEntry> {
    let (kind, ended_at): (String, i64) = (row.get("kind")?, row.get("ended_at")?);
    let ended_by: String = row.get("ended_by")?;
    Ok(LayerEntry {
        id: row.get("id")?,
        service_id: row.get("service_id")?,
        // The table itself allows no other kind; one that were not known would be read as the one that keeps most away.
        kind: LayerKind::parse(&kind).unwrap_or(LayerKind::DoNotRefer),
        words: row.get("words")?,
        author: row.get("author")?,
        at: from_millis(row.get("at")?),
        base_digest: row.get("base_digest")?,
        ended: (ended_at != 0).then(|| (ended_by, from_millis(ended_at))),
    })
}

fn read_check(row: &Row<'_>) -> rusqlite::Result<OwnCheck> {
    let how: String = row.get("how")?;
    Ok(OwnCheck {
        id: row.get("id")?,
        service_id: row.get("service_id")?,
        record_digest: row.get("record_digest")?,
        author: row.get("author")?,
        at: from_millis(row.get("at")?),
        how: CheckedHow::parse(&how).unwrap_or(CheckedHow::Email),
        who_answered: row.get("who_answered")?,
    })
}
