//! The tables `practice`, `staff` and `approvals`: who refers, for which practice, and which addresses it has approved.

use crate::{ReferralError, instant::millis};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeDetails {
    pub ods_code: String,
    pub name: String,
    pub phone: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: String,
    pub name: String,
    pub role: String,
}

pub fn set_practice(tx: &Transaction<'_>, practice: &PracticeDetails) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO practice (only_row, ods_code, name, phone) VALUES (1, :ods_code, :name, :phone)
         ON CONFLICT (only_row) DO UPDATE SET ods_code = :ods_code, name = :name, phone = :phone",
        named_params! { ":ods_code": practice.ods_code, ":name": practice.name, ":phone": practice.phone },
    )?;
    Ok(())
}

pub fn practice(connection: &Connection) -> Result<Option<PracticeDetails>, ReferralError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(PracticeDetails {
            ods_code: row.get(0)?,
            name: row.get(1)?,
            phone: row.get(2)?,
        })
    };
    Ok(connection
        .query_row("SELECT ods_code, name, phone FROM practice", [], read)
        .optional()?)
}

pub fn add_staff(tx: &Transaction<'_>, member: &StaffMember) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO staff (id, name, role) VALUES (:id, :name, :role)
         ON CONFLICT (id) DO UPDATE SET name = :name, role = :role",
        named_params! { ":id": member.id, ":name": member.name, ":role": member.role },
    )?;
    Ok(())
}

pub fn staff(connection: &Connection) -> Result<Vec<StaffMember>, ReferralError> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, role FROM staff ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(StaffMember {
            id: row.get(0)?,
            name: row.get(1)?,
            role: row.get(2)?,
        })
    })?;
    rows.map(|row| Ok(row?)).collect()
}

/// In whose name referrals are made now: the one chosen last, else the first of the list.
pub fn referrer(connection: &Connection) -> Result<Option<StaffMember>, ReferralError> {
    let chosen: Option<String> = connection
        .query_row(
            "SELECT value FROM facts WHERE name = 'referrer'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let staff = staff(connection)?;
    Ok(staff
        .iter()
        .find(|member| Some(&member.id) == chosen.as_ref())
        .or(staff.first())
        .cloned())
}

/// False when nobody of that id is on the list.
pub fn choose_referrer(tx: &Transaction<'_>, id: &str) -> Result<bool, ReferralError> {
    let known = staff(tx)?.iter().any(|member| member.id == id);
    if known {
        tx.execute(
            "INSERT INTO facts (name, value) VALUES ('referrer', :id) ON CONFLICT (name) DO UPDATE SET value = :id",
            named_params! { ":id": id },
        )?;
    }
    Ok(known)
}

/// This practice has approved this address, as this record states it.
pub fn approve(
    tx: &Transaction<'_>,
    endpoint_id: &str,
    digest: &str,
    by: &str,
    how: &str,
    at: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT OR IGNORE INTO approvals (endpoint_id, digest, approved_by, approved_at, how)
         VALUES (:endpoint_id, :digest, :by, :at, :how)",
        named_params! { ":endpoint_id": endpoint_id, ":digest": digest, ":by": by, ":at": millis(at), ":how": how },
    )?;
    Ok(())
}

pub fn is_approved(
    connection: &Connection,
    endpoint_id: &str,
    digest: &str,
) -> Result<bool, ReferralError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM approvals WHERE endpoint_id = :endpoint_id AND digest = :digest)",
        named_params! { ":endpoint_id": endpoint_id, ":digest": digest },
        |row| row.get(0),
    )?)
}
