//! What the referrals tell about services: how often each is used, and when something went wrong there. No patient is read.

use crate::{ReferralError, instant::from_millis, instant::millis, transport::SendProblem};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::BTreeMap;
use store::{EventType, StoreError};

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

/// A referral that did not arrive, or that the service turned away. What was written down of it beside its codes stays with the referral:
/// such words are about a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralTrouble {
    pub at: Timestamp,
    pub actor: String,
    /// Failed or rejected.
    pub event: EventType,
    pub reference: String,
    /// Why it failed, as a code of `SendProblem`.
    pub problem: Option<SendProblem>,
}

/// Of one service, the oldest first. What was done about one afterwards is none.
pub fn troubles(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<ReferralTrouble>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT events.at, events.actor, events.type, events.payload, referrals.reference
         FROM events JOIN referrals ON referrals.id = events.subject
         WHERE referrals.service_id = :service AND events.type IN (:failed, :rejected) ORDER BY events.clock",
    )?;
    let rows = statement.query_map(
        named_params! {
            ":service": service_id, ":failed": EventType::Failed.as_str(), ":rejected": EventType::Rejected.as_str(),
        },
        |row| {
            let text = |at: usize| row.get::<_, String>(at);
            Ok(([text(0)?, text(1)?, text(2)?, text(3)?], text(4)?))
        },
    )?;
    let mut troubles = Vec::new();
    for row in rows {
        let ([at, actor, event, payload], reference) = row?;
        let unreadable = |what: &str| StoreError::Value(format!("events.{what}"));
        let payload: serde_json::Value =
            serde_json::from_str(&payload).map_err(|_| unreadable("payload"))?;
        // An event of the same type that changes no state: somebody acted upon it.
        if payload.get("follow_up").is_some() {
            continue;
        }
        let problem = payload.get("problem").and_then(|code| code.as_str());
        troubles.push(ReferralTrouble {
            at: at.parse().map_err(|_| unreadable("at"))?,
            actor,
            event: EventType::parse(&event)?,
            reference,
            problem: problem.and_then(SendProblem::parse),
        });
    }
    Ok(troubles)
}

/// Every endpoint to which a referral to this service was addressed.
pub fn endpoints_of(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT outbox.endpoint_id FROM outbox JOIN referrals ON referrals.id = outbox.referral_id
         WHERE referrals.service_id = :service ORDER BY outbox.endpoint_id",
    )?;
    let rows = statement.query_map(named_params! { ":service": service_id }, |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
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
