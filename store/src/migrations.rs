//! Ordered, numbered migrations, each belonging to a component; a schema newer than this program knows is refused.

use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, named_params};

/// One step of one component's schema. Released steps never change.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub component: &'static str,
    /// 1, 2, 3, … without gaps within a component.
    pub version: u32,
    pub sql: &'static str,
}

const VERSION_TABLE: &str = "
    CREATE TABLE IF NOT EXISTS schema_versions (
        component TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (component, version)
    ) STRICT";

/// Brings every component up to the newest version given, in one transaction.
pub fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(VERSION_TABLE)?;
    for migration in migrations {
        let known = migrations
            .iter()
            .filter(|other| other.component == migration.component)
            .map(|other| other.version)
            .max();
        let found: Option<u32> = transaction
            .query_row(
                "SELECT MAX(version) FROM schema_versions WHERE component = :component",
                named_params! { ":component": migration.component },
                |row| row.get(0),
            )
            .optional()?
            .flatten();
        let (found, known) = (found.unwrap_or(0), known.unwrap_or(0));
        if found > known {
            return Err(StoreError::NewerSchema {
                component: migration.component.to_owned(),
                found,
                known,
            });
        }
        if migration.version > found {
            transaction.execute_batch(migration.sql)?;
            transaction.execute(
                "INSERT INTO schema_versions (component, version) VALUES (:component, :version)",
                named_params! { ":component": migration.component, ":version": migration.version },
            )?;
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration {
        component: "a",
        version: 1,
        sql: "CREATE TABLE t (x INTEGER NOT NULL) STRICT; INSERT INTO t (x) VALUES (7)",
    };
    const TWO: Migration = Migration {
        component: "a",
        version: 2,
        sql: "ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 1",
    };

    #[test]
    fn an_old_schema_is_brought_up_and_keeps_its_rows() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, &[ONE]).unwrap();
        migrate(&mut db, &[ONE, TWO]).unwrap();
        migrate(&mut db, &[ONE, TWO]).unwrap();
        assert_eq!(
            db.query_row("SELECT x, y FROM t", [], |row| Ok((
                row.get(0)?,
                row.get(1)?
            ))),
            Ok((7, 1))
        );
    }

    #[test]
    fn a_schema_from_a_newer_program_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, &[ONE, TWO]).unwrap();
        let refused = migrate(&mut db, &[ONE]).unwrap_err();
        assert!(matches!(
            refused,
            StoreError::NewerSchema {
                found: 2,
                known: 1,
                ..
            }
        ));
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let mut db = Connection::open_in_memory().unwrap();
        let broken = Migration {
            component: "a",
            version: 2,
            sql: "CREATE TABLE u (z INTEGER) STRICT; nonsense",
        };
        assert!(migrate(&mut db, &[ONE, broken]).is_err());
        assert!(db.query_row("SELECT x FROM t", [], |_| Ok(())).is_err());
    }
}
