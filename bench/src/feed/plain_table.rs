//! The plain way into SQLite that the apply is measured beside: a row for each record, in one transaction.

use rusqlite::{Connection, named_params};
use services_directory::model::DirectoryRecord;
use std::{error::Error, path::Path};

pub fn insert(path: &Path, records: &[DirectoryRecord]) -> Result<(), Box<dyn Error>> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let tx = connection.transaction()?;
    tx.execute_batch("CREATE TABLE records (position INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL) STRICT")?;
    {
        let mut insert = tx.prepare(
            "INSERT INTO records (position, kind, id, body) VALUES (:position, :kind, :id, :body)",
        )?;
        for (position, record) in (0_i64..).zip(records) {
            let (kind, id) = record.kind_and_id();
            let body = serde_json::to_string(record)?;
            insert.execute(
                named_params! { ":position": position, ":kind": kind, ":id": id, ":body": body },
            )?;
        }
    }
    tx.commit()?;
    Ok(())
}
