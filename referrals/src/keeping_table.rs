//! What the referrals tell about services: how often each is used, and when something went wrong there. No patient is read.

use crate::{ReferralError, instant::from_millis, instant::millis};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::BTreeMap;
use store::EventType;

/// How often referrals went to a service, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceUse {
    pub count: u32,
    pub last_at: Timestamp,
}

/// By service, since then: of one referrer, or of the whole practice. One that was undone, or taken back before it left, is none.
pub fn uses(
    connection: &Connection,
    referrer: Option<&str>,
    since: Timestamp,
) -> Result<BTreeMap<String, ServiceUse>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT service_id, COUNT(*), MAX(queued_at) FROM referrals
         WHERE (:referrer IS NULL OR referrer = :referrer) AND queued_at >= :since
             AND EXISTS (SELECT 1 FROM outbox WHERE outbox.referral_id = referrals.id AND outbox.state <> 'withdrawn')
         GROUP BY service_id",
    )?;
    let rows = statement.query_map(
        named_params! { ":referrer": referrer, ":since": millis(since) },
        |row| {
            let used = ServiceUse {
                count: row.get(1)?,
                last_at: from_millis(row.get(2)?),
            };
            Ok((row.get(0)?, used))
        },
    )?;
    rows.map(|row| Ok(row?)).collect()
}

/// When an event of this type last happened to a referral to each service.
pub fn last_events(
    connection: &Connection,
    event: EventType,
) -> Result<BTreeMap<String, Timestamp>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT referrals.service_id, MAX(events.at) FROM events JOIN referrals ON referrals.id = events.subject
         WHERE events.type = :type GROUP BY referrals.service_id",
    )?;
    let rows = statement.query_map(named_params! { ":type": event.as_str() }, |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut last = BTreeMap::new();
    for row in rows {
        let (service, at) = row?;
        if let Ok(at) = at.parse() {
            last.insert(service, at);
        }
    }
    Ok(last)
}

/// To which service a referral goes.
pub fn service_of(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<String>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT service_id FROM referrals WHERE id = :id",
            named_params! { ":id": referral_id },
            |row| row.get(0),
        )
        .optional()?)
}
