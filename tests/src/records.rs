//! What a practice's records hold, row by row, so that two moments or two copies can be compared.

use rusqlite::types::Value;
use store::{Store, StoreError};

/// Every row of every table.
pub type Dump = Vec<(String, Vec<Value>)>;

pub fn dump(store: &Store) -> Result<Dump, StoreError> {
    store.practice.read(|c| {
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut names = c.prepare(names)?;
        let names = names.query_map([], |row| row.get::<_, String>(0))?;
        let mut all = Dump::new();
        for name in names {
            let name = name?;
            let mut rows = c.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY rowid"))?;
            let columns = rows.column_count();
            let rows = rows.query_map([], |row| (0..columns).map(|at| row.get(at)).collect())?;
            for row in rows {
                all.push((name.clone(), row?));
            }
        }
        Ok(all)
    })
}

/// The rows of one table.
pub fn of_table<'a>(dump: &'a Dump, table: &'a str) -> impl Iterator<Item = &'a [Value]> {
    let of_it = dump.iter().filter(move |(name, _)| name == table);
    of_it.map(|(_, row)| row.as_slice())
}

/// A number that changes when somebody else commits anything (SQLite's `data_version`): far cheaper than a dump. Asked by one thread alone.
pub fn version(store: &Store) -> Result<i64, StoreError> {
    store.practice.read(|c| {
        let version = c.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(version)
    })
}
