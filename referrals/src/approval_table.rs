//! The tables `approvals` and `approval_proposals`: which addresses this practice sends to, by the digest of their records, and who said so.

use crate::{
    ReferralError,
    instant::{from_millis, millis},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use std::collections::HashMap;

/// That this practice sends to this address, as this record states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub endpoint_id: String,
    pub digest: String,
    pub address: String,
    pub approved_by: String,
    /// Somebody else, who looked at it first; '' where a phone check or a demonstration stands in for them.
    pub proposed_by: String,
    /// "two-people", "phone", "demonstration".
    pub how: String,
    /// Of a phone check: the number, and who answered.
    pub note: String,
    /// The endpoints that this one takes the place of: nothing goes there any more.
    pub supersedes: Vec<String>,
    /// The service's name, as it was shown beside the address.
    pub service_name: String,
}

/// What one person has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub endpoint_id: String,
    pub digest: String,
    pub service_name: String,
    pub proposed_by: String,
}

/// Ends what was approved for this endpoint before, and for those that it takes the place of: an address that was left is not gone back to
/// without being approved anew. One that holds already stays as it is.
pub fn approve(
    tx: &Transaction<'_>,
    approval: &Approval,
    at: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO approvals (endpoint_id, digest, address, approved_by, approved_at, how, proposed_by, note, service_name)
         VALUES (:endpoint_id, :digest, :address, :approved_by, :at, :how, :proposed_by, :note, :service_name)
         ON CONFLICT (endpoint_id, digest) DO UPDATE SET address = :address, approved_by = :approved_by, approved_at = :at, how = :how,
             proposed_by = :proposed_by, note = :note, service_name = :service_name, ended_at = 0
             WHERE ended_at <> 0 OR service_name <> :service_name",
        named_params! {
            ":endpoint_id": approval.endpoint_id, ":digest": approval.digest, ":address": approval.address, ":approved_by": approval.approved_by,
            ":at": millis(at), ":how": approval.how, ":proposed_by": approval.proposed_by, ":note": approval.note,
            ":service_name": approval.service_name,
        },
    )?;
    tx.execute(
        "UPDATE approvals SET ended_at = :at WHERE endpoint_id = :endpoint_id AND digest <> :digest AND ended_at = 0",
        named_params! { ":endpoint_id": approval.endpoint_id, ":digest": approval.digest, ":at": ending(at) },
    )?;
    for former in &approval.supersedes {
        tx.execute(
            "UPDATE approvals SET ended_at = :at WHERE endpoint_id = :former AND ended_at = 0",
            named_params! { ":former": former, ":at": ending(at) },
        )?;
    }
    forget_proposal(tx, &approval.endpoint_id)
}

/// Never 0, which says that it holds.
fn ending(at: Timestamp) -> i64 {
    millis(at).max(1)
}

/// As its record stands, and for the service under this name.
pub fn is_approved(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
    service_name: &str,
) -> Result<bool, ReferralError> {
    let approved = approved_name(connection, endpoint_id, digest)?;
    Ok(approved.is_some_and(|name| fits(&name, service_name)))
}

/// The service's name in the approval that holds for this record.
pub fn approved_name(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<Option<String>, ReferralError> {
    Ok(holding(connection, endpoint_id, digest)?.map(|(_, service_name)| service_name))
}

/// Whether an approval under the one name holds for a service of the other; '' is one from before names were kept.
pub fn fits(approved: &str, service_name: &str) -> bool {
    approved.is_empty() || approved == service_name
}

/// Who approved this address, as this record states it.
pub fn approved_by(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<Option<String>, ReferralError> {
    Ok(holding(connection, endpoint_id, digest)?.map(|(approved_by, _)| approved_by))
}

/// Who approved it, and under which name of the service.
fn holding(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<Option<(String, String)>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT approved_by, service_name FROM approvals WHERE endpoint_id = :endpoint_id AND digest = :digest AND ended_at = 0",
            named_params! { ":endpoint_id": endpoint_id, ":digest": digest },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?)
}

/// An address that was approved, as one record of its endpoint stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedAddress {
    pub digest: String,
    pub address: String,
    /// '' in one from before names were kept.
    pub service_name: String,
    /// False once another was approved in its place.
    pub holds: bool,
    pub approved_at: Timestamp,
    /// Of a phone check: the number, and who answered.
    pub note: String,
}

impl ApprovedAddress {
    /// For the record with this digest, of the service under this name.
    pub fn holds_for(&self, digest: &str, service_name: &str) -> bool {
        self.holds && self.digest == digest && fits(&self.service_name, service_name)
    }
}

/// All that was ever approved, by endpoint: what holds last, and before it what ended last.
pub fn approved(
    connection: &Connection,
) -> Result<HashMap<String, Vec<ApprovedAddress>>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT endpoint_id, digest, address, ended_at = 0, service_name, approved_at, note FROM approvals ORDER BY ended_at = 0, ended_at, approved_at, rowid",
    )?;
    let rows = statement.query_map([], |row: &Row<'_>| {
        let approved = ApprovedAddress {
            digest: row.get(1)?,
            address: row.get(2)?,
            holds: row.get(3)?,
            service_name: row.get(4)?,
            approved_at: from_millis(row.get(5)?),
            note: row.get(6)?,
        };
        Ok((row.get::<_, String>(0)?, approved))
    })?;
    let mut by_endpoint: HashMap<String, Vec<ApprovedAddress>> = HashMap::new();
    for row in rows {
        let (endpoint, approved) = row?;
        by_endpoint.entry(endpoint).or_default().push(approved);
    }
    Ok(by_endpoint)
}

/// Nothing is sent to this address any more until it is approved anew.
pub fn refuse(tx: &Transaction<'_>, endpoint_id: &str) -> Result<(), ReferralError> {
    tx.execute(
        "DELETE FROM approvals WHERE endpoint_id = :endpoint_id",
        named_params! { ":endpoint_id": endpoint_id },
    )?;
    forget_proposal(tx, endpoint_id)
}

/// As `refuse`, for each of which an address that is approved now is one of those, given by endpoint and address.
pub fn refuse_those(
    tx: &Transaction<'_>,
    is_one: impl Fn(&str, &str) -> bool,
) -> Result<(), ReferralError> {
    for (endpoint, approved) in approved(tx)? {
        let mut holding = approved.iter().filter(|it| it.holds);
        if holding.any(|it| is_one(&endpoint, &it.address)) {
            refuse(tx, &endpoint)?;
        }
    }
    Ok(())
}

/// A newer look at an endpoint takes the place of an older one.
pub fn propose(
    tx: &Transaction<'_>,
    proposal: &Proposal,
    at: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO approval_proposals (endpoint_id, digest, service_name, proposed_by, proposed_at) VALUES (:endpoint_id, :digest, :name, :by, :at)
         ON CONFLICT (endpoint_id) DO UPDATE SET digest = :digest, service_name = :name, proposed_by = :by, proposed_at = :at",
        named_params! {
            ":endpoint_id": proposal.endpoint_id, ":digest": proposal.digest, ":name": proposal.service_name, ":by": proposal.proposed_by, ":at": millis(at),
        },
    )?;
    Ok(())
}

pub fn proposals(connection: &Connection) -> Result<Vec<Proposal>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT endpoint_id, digest, service_name, proposed_by FROM approval_proposals ORDER BY endpoint_id",
    )?;
    let rows = statement.query_map([], |row: &Row<'_>| {
        Ok(Proposal {
            endpoint_id: row.get(0)?,
            digest: row.get(1)?,
            service_name: row.get(2)?,
            proposed_by: row.get(3)?,
        })
    })?;
    rows.map(|row| Ok(row?)).collect()
}

/// Somebody who left vouches for nothing any more.
pub fn forget_proposals_of(tx: &Transaction<'_>, staff_id: &str) -> Result<(), ReferralError> {
    tx.execute(
        "DELETE FROM approval_proposals WHERE proposed_by = :staff_id",
        named_params! { ":staff_id": staff_id },
    )?;
    Ok(())
}

fn forget_proposal(tx: &Transaction<'_>, endpoint_id: &str) -> Result<(), ReferralError> {
    tx.execute(
        "DELETE FROM approval_proposals WHERE endpoint_id = :endpoint_id",
        named_params! { ":endpoint_id": endpoint_id },
    )?;
    Ok(())
}
