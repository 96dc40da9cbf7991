//! The tables `approvals` and `approval_proposals`: which addresses this practice sends to, by the digest of their records, and who said so.

use crate::{ReferralError, instant::millis};
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
}

/// What one person has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub endpoint_id: String,
    pub digest: String,
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
        "INSERT INTO approvals (endpoint_id, digest, address, approved_by, approved_at, how, proposed_by, note)
         VALUES (:endpoint_id, :digest, :address, :approved_by, :at, :how, :proposed_by, :note)
         ON CONFLICT (endpoint_id, digest) DO UPDATE SET address = :address, approved_by = :approved_by, approved_at = :at, how = :how,
             proposed_by = :proposed_by, note = :note, ended_at = 0 WHERE ended_at <> 0",
        named_params! {
            ":endpoint_id": approval.endpoint_id, ":digest": approval.digest, ":address": approval.address, ":approved_by": approval.approved_by,
            ":at": millis(at), ":how": approval.how, ":proposed_by": approval.proposed_by, ":note": approval.note,
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

pub fn is_approved(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<bool, ReferralError> {
    Ok(approved_by(connection, endpoint_id, digest)?.is_some())
}

/// Who approved this address, as this record states it.
pub fn approved_by(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<Option<String>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT approved_by FROM approvals WHERE endpoint_id = :endpoint_id AND digest = :digest AND ended_at = 0",
            named_params! { ":endpoint_id": endpoint_id, ":digest": digest },
            |row| row.get(0),
        )
        .optional()?)
}

/// An address that was approved, as one record of its endpoint stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedAddress {
    pub digest: String,
    pub address: String,
    /// False once another was approved in its place.
    pub holds: bool,
}

/// All that was ever approved, by endpoint, the newest last.
pub fn approved(
    connection: &Connection,
) -> Result<HashMap<String, Vec<ApprovedAddress>>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT endpoint_id, digest, address, ended_at = 0 FROM approvals ORDER BY approved_at, rowid",
    )?;
    let rows = statement.query_map([], |row: &Row<'_>| {
        let approved = ApprovedAddress {
            digest: row.get(1)?,
            address: row.get(2)?,
            holds: row.get(3)?,
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

/// A newer look at an endpoint takes the place of an older one.
pub fn propose(
    tx: &Transaction<'_>,
    proposal: &Proposal,
    at: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO approval_proposals (endpoint_id, digest, proposed_by, proposed_at) VALUES (:endpoint_id, :digest, :by, :at)
         ON CONFLICT (endpoint_id) DO UPDATE SET digest = :digest, proposed_by = :by, proposed_at = :at",
        named_params! {
            ":endpoint_id": proposal.endpoint_id, ":digest": proposal.digest, ":by": proposal.proposed_by, ":at": millis(at),
        },
    )?;
    Ok(())
}

pub fn proposals(connection: &Connection) -> Result<Vec<Proposal>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT endpoint_id, digest, proposed_by FROM approval_proposals ORDER BY endpoint_id",
    )?;
    let rows = statement.query_map([], |row: &Row<'_>| {
        Ok(Proposal {
            endpoint_id: row.get(0)?,
            digest: row.get(1)?,
            proposed_by: row.get(2)?,
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
