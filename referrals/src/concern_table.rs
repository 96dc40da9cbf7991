//! The table `safety_concerns`: what people reported of the program itself.

use crate::{
    ReferralError,
    desk::SafetyConcern,
    instant::{from_millis, millis},
};
use rusqlite::{Connection, Transaction, named_params};

pub fn insert(tx: &Transaction<'_>, concern: &SafetyConcern) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO safety_concerns (id, at, who, words, program_version, directory_name, directory_version, place)
         VALUES (:id, :at, :who, :words, :program_version, :directory_name, :directory_version, :place)",
        named_params! {
            ":id": concern.id, ":at": millis(concern.at), ":who": concern.who, ":words": concern.words,
            ":program_version": concern.program_version, ":directory_name": concern.directory_name,
            ":directory_version": i64::try_from(concern.directory_version).unwrap_or(i64::MAX), ":place": concern.place,
        },
    )?;
    Ok(())
}

/// Newest first.
pub fn all(connection: &Connection) -> Result<Vec<SafetyConcern>, ReferralError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM safety_concerns ORDER BY at DESC, id DESC")?;
    let rows = statement.query_map([], |row| {
        let version: i64 = row.get("directory_version")?;
        Ok(SafetyConcern {
            id: row.get("id")?,
            at: from_millis(row.get("at")?),
            who: row.get("who")?,
            words: row.get("words")?,
            program_version: row.get("program_version")?,
            directory_name: row.get("directory_name")?,
            directory_version: u64::try_from(version).unwrap_or(0),
            place: row.get("place")?,
        })
    })?;
    rows.map(|row| Ok(row?)).collect()
}
