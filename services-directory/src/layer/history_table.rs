//! The tables `published_changes` and `seen_services`: what each version changed here, and what was last seen of the services that matter.

use super::{
    LayerError,
    fields::{FieldValues, ServiceField},
    from_millis,
    history::{Change, Seen, ServiceChange},
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, named_params};
use std::collections::BTreeMap;
use store::StoreError;

/// One change of a service, as it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedChange {
    pub service_id: String,
    pub version: u64,
    pub applied_at: Timestamp,
    pub change: Change,
}

pub fn insert(
    tx: &Transaction<'_>,
    changes: &[ServiceChange],
    version: u64,
    applied_at: Timestamp,
) -> Result<(), LayerError> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO published_changes (service_id, number, version, applied_at, field, before, after)
         VALUES (:service_id, (SELECT COALESCE(MAX(number), 0) + 1 FROM published_changes WHERE service_id = :service_id),
             :version, :at, :field, :before, :after)",
    )?;
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    for service in changes {
        for change in &service.what {
            let (field, before, after) = match change {
                Change::Added => ("added", "", ""),
                Change::Gone => ("gone", "", ""),
                Change::Field {
                    field,
                    before,
                    after,
                } => (field.as_str(), before.as_str(), after.as_str()),
            };
            statement.execute(named_params! {
                ":service_id": service.service_id, ":version": version, ":at": applied_at.as_millisecond(),
                ":field": field, ":before": before, ":after": after,
            })?;
        }
    }
    Ok(())
}

/// All of one service, the oldest first.
pub fn of_service(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<PublishedChange>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM published_changes WHERE service_id = :service_id ORDER BY number",
    )?;
    let rows = statement.query_map(named_params! { ":service_id": service_id }, read)?;
    rows.map(|row| Ok(row?)).collect()
}

/// When each service last changed.
pub fn newest(connection: &Connection) -> Result<BTreeMap<String, Timestamp>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT service_id, MAX(applied_at) FROM published_changes WHERE field <> 'added' GROUP BY service_id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, from_millis(row.get(1)?)))
    })?;
    rows.map(|row| Ok(row?)).collect()
}

pub fn see(tx: &Transaction<'_>, seen: &Seen) -> Result<(), LayerError> {
    let values: BTreeMap<&str, &String> = seen
        .values
        .iter()
        .map(|(field, value)| (field.as_str(), value))
        .collect();
    let values =
        serde_json::to_string(&values).map_err(|error| StoreError::Value(error.to_string()))?;
    tx.prepare_cached(
        "INSERT INTO seen_services (service_id, name, digest, field_values) VALUES (:id, :name, :digest, :values)
         ON CONFLICT (service_id) DO UPDATE SET name = :name, digest = :digest, field_values = :values",
    )?
    .execute(named_params! { ":id": seen.service_id, ":name": seen.name, ":digest": seen.digest, ":values": values })?;
    Ok(())
}

/// It has left the directory; its name stays.
pub fn left(tx: &Transaction<'_>, service_id: &str) -> Result<(), LayerError> {
    tx.execute(
        "UPDATE seen_services SET digest = '' WHERE service_id = :id",
        named_params! { ":id": service_id },
    )?;
    Ok(())
}

pub fn seen(connection: &Connection) -> Result<BTreeMap<String, Seen>, LayerError> {
    let mut statement = connection
        .prepare_cached("SELECT service_id, name, digest, field_values FROM seen_services")?;
    let rows = statement.query_map([], |row| {
        let values: String = row.get("field_values")?;
        Ok(Seen {
            service_id: row.get("service_id")?,
            name: row.get("name")?,
            digest: row.get("digest")?,
            values: read_values(&values),
        })
    })?;
    rows.map(|row| Ok(row.map(|seen| (seen.service_id.clone(), seen))?))
        .collect()
}

/// What is not known any more is left out.
fn read_values(json: &str) -> FieldValues {
    let values: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
    values
        .into_iter()
        .filter_map(|(field, value)| Some((ServiceField::parse(&field)?, value)))
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<PublishedChange> {
    let field: String = row.get("field")?;
    let version: i64 = row.get("version")?;
    Ok(PublishedChange {
        service_id: row.get("service_id")?,
        version: u64::try_from(version).unwrap_or(0),
        applied_at: from_millis(row.get("applied_at")?),
        change: match field.as_str() {
            "added" => Change::Added,
            "gone" => Change::Gone,
            name => Change::Field {
                field: ServiceField::parse(name).unwrap_or(ServiceField::Other),
                before: row.get("before")?,
                after: row.get("after")?,
            },
        },
    })
}
