//! The table `staff`: who works here, what each may do, and what is kept of their PINs.

use crate::{
    ReferralError,
    instant::{from_millis, millis},
    people::{Role, StaffMember},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use store::StoreError;

/// What is kept of a person's PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptPin {
    pub hash: String,
    pub failure_count: u32,
    pub wait_until: Timestamp,
}

const COLUMNS: &str = "id, name, job, role, pin <> '' AS has_pin, left_at";

/// Adds somebody, or changes name, job and role of somebody who is there; PIN and leaving stay as they are.
pub fn put(tx: &Transaction<'_>, member: &StaffMember) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO staff (id, name, job, role) VALUES (:id, :name, :job, :role)
         ON CONFLICT (id) DO UPDATE SET name = :name, job = :job, role = :role",
        named_params! { ":id": member.id, ":name": member.name, ":job": member.job, ":role": member.role.as_str() },
    )?;
    Ok(())
}

/// Everybody, leavers too: for the names of what was done.
pub fn all(connection: &Connection) -> Result<Vec<StaffMember>, ReferralError> {
    let sql = format!("SELECT {COLUMNS} FROM staff ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

/// Who works here now.
pub fn here(connection: &Connection) -> Result<Vec<StaffMember>, ReferralError> {
    let mut staff = all(connection)?;
    staff.retain(|member| !member.left);
    Ok(staff)
}

/// None for a leaver, as for somebody who never was.
pub fn member(connection: &Connection, id: &str) -> Result<Option<StaffMember>, ReferralError> {
    let staff = here(connection)?;
    Ok(staff.into_iter().find(|member| member.id == id))
}

/// Whether anybody has a PIN: before that nobody can be asked for one.
pub fn anybody_has_a_pin(connection: &Connection) -> Result<bool, ReferralError> {
    Ok(here(connection)?.iter().any(|member| member.has_pin))
}

pub fn pin(connection: &Connection, id: &str) -> Result<Option<KeptPin>, ReferralError> {
    let read = |row: &Row<'_>| {
        Ok(KeptPin {
            hash: row.get(0)?,
            failure_count: row.get(1)?,
            wait_until: from_millis(row.get(2)?),
        })
    };
    Ok(connection
        .query_row(
            "SELECT pin, pin_failure_count, pin_wait_until_at FROM staff WHERE id = :id AND left_at = 0 AND pin <> ''",
            named_params! { ":id": id },
            read,
        )
        .optional()?)
}

/// `set_by` is whoever chose it, who knows it too.
pub fn set_pin(
    tx: &Transaction<'_>,
    id: &str,
    hash: &str,
    set_by: &str,
) -> Result<bool, ReferralError> {
    let changed = tx.execute(
        "UPDATE staff SET pin = :hash, pin_set_by = :set_by, pin_failure_count = 0, pin_wait_until_at = 0
         WHERE id = :id AND left_at = 0",
        named_params! { ":id": id, ":hash": hash, ":set_by": set_by },
    )?;
    Ok(changed > 0)
}

/// Whether the one chose the PIN that the other has now.
pub fn set_the_pin_of(
    connection: &Connection,
    one: &str,
    other: &str,
) -> Result<bool, ReferralError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM staff WHERE id = :other AND pin_set_by = :one)",
        named_params! { ":one": one, ":other": other },
        |row| row.get(0),
    )?)
}

pub fn count_failure(
    tx: &Transaction<'_>,
    id: &str,
    failure_count: u32,
    wait_until: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "UPDATE staff SET pin_failure_count = :count, pin_wait_until_at = :until WHERE id = :id",
        named_params! { ":id": id, ":count": failure_count, ":until": millis(wait_until) },
    )?;
    Ok(())
}

/// The PIN goes with them. False when nobody of that id is here.
pub fn leave(tx: &Transaction<'_>, id: &str, at: Timestamp) -> Result<bool, ReferralError> {
    let changed = tx.execute(
        "UPDATE staff SET pin = '', left_at = :at WHERE id = :id AND left_at = 0",
        named_params! { ":id": id, ":at": millis(at).max(1) },
    )?;
    Ok(changed > 0)
}

fn read(row: &Row<'_>) -> Result<StaffMember, ReferralError> {
    let role: String = row.get("role")?;
    Ok(StaffMember {
        id: row.get("id")?,
        name: row.get("name")?,
        job: row.get("job")?,
        role: Role::parse(&role).ok_or_else(|| StoreError::Value("staff.role".into()))?,
        has_pin: row.get("has_pin")?,
        left: row.get::<_, i64>("left_at")? != 0,
    })
}
