//! The table `corrections`: what people say that entries should say, until the curator has taken it up or somebody has taken it back.

use super::{
    Correction, CorrectionState, LayerError, fields::ServiceField, from_millis, history_table,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, named_params};

pub fn insert(tx: &Transaction<'_>, correction: &Correction) -> Result<(), LayerError> {
    tx.execute(
        "INSERT INTO corrections (id, service_id, service_name, field, base, proposed, words, author, at, base_digest, state,
             published, settled_by, settled_at)
         VALUES (:id, :service_id, :service_name, :field, :base, :proposed, :words, :author, :at, :base_digest, :state, NULL, '', 0)",
        named_params! {
            ":id": correction.id, ":service_id": correction.service_id, ":service_name": correction.service_name,
            ":field": correction.field.as_str(), ":base": correction.base, ":proposed": correction.proposed,
            ":words": correction.words, ":author": correction.author, ":at": correction.at.as_millisecond(),
            ":base_digest": correction.base_digest, ":state": correction.state.as_str(),
        },
    )?;
    Ok(())
}

pub fn one(connection: &Connection, id: &str) -> Result<Option<Correction>, LayerError> {
    let mut statement = connection.prepare_cached("SELECT * FROM corrections WHERE id = :id")?;
    let mut rows = statement.query_map(named_params! { ":id": id }, read)?;
    Ok(rows.next().transpose()?)
}

/// Those that are still to be told or decided: conflicts first, then the oldest.
pub fn live(connection: &Connection) -> Result<Vec<Correction>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM corrections WHERE state IN ('open', 'conflict', 'gone')
         ORDER BY CASE state WHEN 'conflict' THEN 0 WHEN 'gone' THEN 1 ELSE 2 END, at, id",
    )?;
    let rows = statement.query_map([], read)?;
    rows.map(|row| Ok(row?)).collect()
}

/// Those that the curator took up, the newest first.
pub fn taken_up(connection: &Connection, since: Timestamp) -> Result<Vec<Correction>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM corrections WHERE state = 'taken-up' AND settled_at >= :since ORDER BY settled_at DESC, id",
    )?;
    let rows = statement.query_map(named_params! { ":since": since.as_millisecond() }, read)?;
    rows.map(|row| Ok(row?)).collect()
}

/// All of one service, the oldest first.
pub fn of_service(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<Correction>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM corrections WHERE service_id = :service_id ORDER BY at, rowid",
    )?;
    let rows = statement.query_map(named_params! { ":service_id": service_id }, read)?;
    rows.map(|row| Ok(row?)).collect()
}

/// Where it stands since a new version was compared.
pub fn set_state(
    tx: &Transaction<'_>,
    id: &str,
    state: CorrectionState,
    published: Option<&str>,
    settled: Option<(&str, Timestamp)>,
) -> Result<(), LayerError> {
    let (by, at) = settled.map_or(("", 0), |(by, at)| (by, at.as_millisecond()));
    tx.execute(
        "UPDATE corrections SET state = :state, published = :published, settled_by = :by, settled_at = :at WHERE id = :id",
        named_params! { ":id": id, ":state": state.as_str(), ":published": published, ":by": by, ":at": at },
    )?;
    Ok(())
}

/// "Still ours": what is published now becomes what it is compared with, and the record that says so the one that it is based on.
/// Refused where another version was compared since somebody read it.
pub fn rebase(tx: &Transaction<'_>, correction: &Correction, base: &str) -> Result<(), LayerError> {
    let rebased = tx.execute(
        "UPDATE corrections SET base = :base, base_digest = :base_digest, state = 'open', published = NULL
         WHERE id = :id AND state = 'conflict' AND published = :base",
        named_params! {
            ":id": correction.id, ":base": base, ":base_digest": digest_of_what_says(tx, correction, base)?,
        },
    )?;
    if rebased == 0 {
        return Err(LayerError::NotThere);
    }
    Ok(())
}

/// The digest of the record that was last seen, if it says this; "" where it does not: it is not known then which one did.
fn digest_of_what_says(
    connection: &Connection,
    correction: &Correction,
    value: &str,
) -> Result<String, LayerError> {
    let seen = history_table::seen(connection)?.remove(&correction.service_id);
    let seen = seen.filter(|seen| {
        let says = seen.values.get(&correction.field);
        says.map_or("", String::as_str) == value
    });
    Ok(seen.map(|seen| seen.digest).unwrap_or_default())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Correction> {
    let (state, field): (String, String) = (row.get("state")?, row.get("field")?);
    let (settled_by, settled_at): (String, i64) = (row.get("settled_by")?, row.get("settled_at")?);
    Ok(Correction {
        id: row.get("id")?,
        service_id: row.get("service_id")?,
        service_name: row.get("service_name")?,
        field: ServiceField::parse(&field).unwrap_or(ServiceField::Other),
        base: row.get("base")?,
        proposed: row.get("proposed")?,
        words: row.get("words")?,
        author: row.get("author")?,
        at: from_millis(row.get("at")?),
        base_digest: row.get("base_digest")?,
        state: CorrectionState::parse(&state).unwrap_or(CorrectionState::Conflict),
        published: row.get("published")?,
        settled: (settled_at != 0).then(|| (settled_by, from_millis(settled_at))),
    })
}
