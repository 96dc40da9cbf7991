//! The table `facts`: single values of this installation, by their names.

use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

pub fn read(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .query_row(
            "SELECT value FROM facts WHERE name = :name",
            named_params! { ":name": name },
            |row| row.get(0),
        )
        .optional()?)
}

pub fn write(tx: &Transaction<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value",
        named_params! { ":name": name, ":value": value },
    )?;
    Ok(())
}

/// How many rows each table has, by its name: whether a copy is whole.
pub(crate) fn row_counts(
    connection: &Connection,
) -> Result<std::collections::BTreeMap<String, i64>, StoreError> {
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?;
    names
        .map(|name| {
            let name = name?;
            let quoted = name.replace('"', "\"\"");
            let count = format!("SELECT COUNT(*) FROM \"{quoted}\"");
            let rows = connection.query_row(&count, [], |row| row.get(0))?;
            Ok((name, rows))
        })
        .collect()
}
