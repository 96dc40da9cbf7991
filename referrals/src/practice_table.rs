//! The table `practice`, and the facts of this practice: who refers now, and whether the set-up was finished.

use crate::{
    ReferralError,
    people::{Right, Role, StaffMember},
    staff_table,
};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeDetails {
    pub ods_code: String,
    pub name: String,
    pub phone: String,
}

const REFERRER: &str = "referrer";
const SET_UP_FINISHED: &str = "set-up-finished";

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

/// In whose name referrals are made now: the one chosen last, else the first clinician, else the first who may refer.
pub fn referrer(connection: &Connection) -> Result<Option<StaffMember>, ReferralError> {
    let chosen = fact(connection, REFERRER)?;
    let mut staff = staff_table::here(connection)?;
    staff.retain(|member| member.may(Right::Refer));
    let is_chosen = |member: &&StaffMember| Some(&member.id) == chosen.as_ref();
    let clinician = |member: &&StaffMember| member.role == Role::Clinician;
    Ok(staff
        .iter()
        .find(is_chosen)
        .or_else(|| staff.iter().find(clinician))
        .or(staff.first())
        .cloned())
}

/// False when nobody of that id is here and may refer.
pub fn choose_referrer(tx: &Transaction<'_>, id: &str) -> Result<bool, ReferralError> {
    let known = staff_table::here(tx)?
        .iter()
        .any(|member| member.id == id && member.may(Right::Refer));
    if known {
        set_fact(tx, REFERRER, id)?;
    }
    Ok(known)
}

pub fn set_up_is_finished(connection: &Connection) -> Result<bool, ReferralError> {
    Ok(fact(connection, SET_UP_FINISHED)?.is_some())
}

pub fn finish_set_up(tx: &Transaction<'_>) -> Result<(), ReferralError> {
    set_fact(tx, SET_UP_FINISHED, "yes")
}

fn fact(connection: &Connection, name: &str) -> Result<Option<String>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT value FROM facts WHERE name = :name",
            named_params! { ":name": name },
            |row| row.get(0),
        )
        .optional()?)
}

fn set_fact(tx: &Transaction<'_>, name: &str, value: &str) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value",
        named_params! { ":name": name, ":value": value },
    )?;
    Ok(())
}
