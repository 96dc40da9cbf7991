//! The table `local_services`: the services that only this practice knows.

use super::{LayerError, from_millis};
use crate::model::HealthcareService;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use store::StoreError;

/// Writes a service down, or changes what is written.
pub fn put(
    tx: &Transaction<'_>,
    service: &HealthcareService,
    author: &str,
    at: Timestamp,
) -> Result<(), LayerError> {
    let body = serde_json::to_string(service).map_err(|e| StoreError::Value(e.to_string()))?;
    tx.execute(
        "INSERT INTO local_services (id, body, author, at, removed_by, removed_at) VALUES (:id, :body, :author, :at, '', 0)
         ON CONFLICT (id) DO UPDATE SET body = :body, author = :author, at = :at",
        named_params! { ":id": service.id.as_str(), ":body": body, ":author": author, ":at": at.as_millisecond() },
    )?;
    Ok(())
}

/// It is offered no more; what was written about it stays.
pub fn remove(tx: &Transaction<'_>, id: &str, by: &str, at: Timestamp) -> Result<(), LayerError> {
    let removed = tx.execute(
        "UPDATE local_services SET removed_by = :by, removed_at = :at WHERE id = :id AND removed_at = 0",
        named_params! { ":id": id, ":by": by, ":at": at.as_millisecond() },
    )?;
    if removed == 1 {
        Ok(())
    } else {
        Err(LayerError::NotThere)
    }
}

/// Those that are there now, the oldest first. A row that does not read as a service is passed over: it must not take the directory away.
pub fn all(connection: &Connection) -> Result<Vec<HealthcareService>, LayerError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, body FROM local_services WHERE removed_at = 0 ORDER BY at, id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut services = Vec::new();
    for row in rows {
        let (id, body) = row?;
        if let Ok(service) = serde_json::from_str::<HealthcareService>(&body)
            && service.id.as_str() == id
        {
            services.push(service);
        }
    }
    Ok(services)
}

/// Who wrote it down last, and when.
pub fn author(
    connection: &Connection,
    id: &str,
) -> Result<Option<(String, Timestamp)>, LayerError> {
    Ok(connection
        .query_row(
            "SELECT author, at FROM local_services WHERE id = :id AND removed_at = 0",
            named_params! { ":id": id },
            |row| Ok((row.get(0)?, from_millis(row.get(1)?))),
        )
        .optional()?)
}
