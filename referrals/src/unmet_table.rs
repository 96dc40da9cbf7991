//! The events of one type in the table `events`: "no good local service", with the needs that nothing met.

use crate::ReferralError;
use jiff::Timestamp;
use rusqlite::{Connection, named_params};
use store::{EventType, StoreError};

/// When nothing local was found, and for which needs, by their codes; the oldest first.
pub fn since(
    connection: &Connection,
    since: Timestamp,
) -> Result<Vec<(Timestamp, Vec<String>)>, ReferralError> {
    let mut statement = connection
        .prepare_cached("SELECT at, payload FROM events WHERE type = :type ORDER BY clock, id")?;
    let rows = statement.query_map(
        named_params! { ":type": EventType::NoGoodLocalService.as_str() },
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
    )?;
    let mut found = Vec::new();
    for row in rows {
        let (at, payload) = row?;
        let unreadable = || ReferralError::Store(StoreError::Value("events".to_owned()));
        let at: Timestamp = at.parse().map_err(|_| unreadable())?;
        if at < since {
            continue;
        }
        let payload: serde_json::Value =
            serde_json::from_str(&payload).map_err(|_| unreadable())?;
        let needs = payload.get("needs").cloned().unwrap_or_default();
        let needs = serde_json::from_value(needs).map_err(|_| unreadable())?;
        found.push((at, needs));
    }
    Ok(found)
}
