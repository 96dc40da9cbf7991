//! One database: a single writer thread, readers of their own, and the settings that make a commit last through a power cut.

use crate::{StoreError, key::DataKey, migrations, migrations::Migration};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

/// How durable a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Survives a power cut (`synchronous = FULL`): everything with patients in it.
    Full,
    /// Whole after a power cut, but the last commits may be gone: what can be fetched again.
    Normal,
}

/// SQLite before 3.51.3 can damage a database in WAL mode that two connections write to (the WAL-reset fault).
const OLDEST_SQLITE: i32 = 3_051_003;
const BUSY_SECONDS: u64 = 30;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;
/// Is told, on the writer's thread, that something may have been committed; many commits in a row are told once.
pub(crate) type AfterCommits = Box<dyn FnMut(&Connection) + Send>;

/// A handle that any thread may clone; the writer stops when the last one is dropped.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    key: Option<DataKey>,
    durability: Durability,
    work: Option<mpsc::Sender<Work>>,
    writer: Option<std::thread::JoinHandle<()>>,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Drop for Shared {
    /// Waits for the writer to finish and close the file, so that whoever opens it next finds it whole.
    fn drop(&mut self) {
        self.work = None;
        if let Some(writer) = self.writer.take()
            && writer.thread().id() != std::thread::current().id()
        {
            let _ = writer.join();
        }
    }
}

impl Database {
    /// Opens or makes the file, brings its schema up to date, and starts its writer.
    pub fn open(
        path: &Path,
        key: Option<&DataKey>,
        durability: Durability,
        migrations: &[Migration],
    ) -> Result<Self, StoreError> {
        Self::open_and_tell(path, key, durability, migrations, Box::new(|_| ()))
    }

    pub(crate) fn open_and_tell(
        path: &Path,
        key: Option<&DataKey>,
        durability: Durability,
        migrations: &[Migration],
        mut after_commits: AfterCommits,
    ) -> Result<Self, StoreError> {
        refuse_old_sqlite(rusqlite::version_number(), rusqlite::version())?;
        let mut connection = connect(path, key, durability)?;
        migrations::migrate(&mut connection, migrations)?;
        let (work, jobs) = mpsc::channel::<Work>();
        let writer = std::thread::Builder::new()
            .name("database-writer".into())
            .spawn(move || {
                while let Ok(job) = jobs.recv() {
                    job(&mut connection);
                    while let Ok(next) = jobs.try_recv() {
                        next(&mut connection);
                    }
                    after_commits(&connection);
                }
            })
            .map_err(StoreError::file(path))?;
        let shared = Shared {
            path: path.into(),
            key: key.cloned(),
            durability,
            work: Some(work),
            writer: Some(writer),
            idle_readers: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs `job` in one IMMEDIATE transaction on the writer thread and waits; an error rolls everything back.
    pub fn write<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answers) = mpsc::sync_channel(1);
        self.submit(job, move |result| {
            let _ = answer.send(result);
        })?;
        answers
            .recv()
            .unwrap_or_else(|_| Err(StoreError::WriterGone.into()))
    }

    /// As `write`, for asynchronous callers.
    pub async fn write_async<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answers) = tokio::sync::oneshot::channel();
        self.submit(job, move |result| {
            let _ = answer.send(result);
        })?;
        answers
            .await
            .unwrap_or_else(|_| Err(StoreError::WriterGone.into()))
    }

    fn submit<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let work: Work = Box::new(move |connection| answer(in_transaction(connection, job)));
        let gone = || E::from(StoreError::WriterGone);
        let writer = self.shared.work.as_ref().ok_or_else(gone)?;
        writer.send(work).map_err(|_| gone())
    }

    /// Reads on a connection of its own, beside the writer.
    pub fn read<T, E: From<StoreError>>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self
            .shared
            .idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = match idle {
            Some(reader) => reader,
            None => connect(
                &self.shared.path,
                self.shared.key.as_ref(),
                self.shared.durability,
            )?,
        };
        let result = query(&reader);
        self.shared
            .idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        result
    }

    /// Writes what still stands in the write-ahead log into the file and empties the log; what somebody reads just now stays until the next time.
    pub fn empty_journal(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .map_err(StoreError::from)
        })
    }

    pub(crate) fn key(&self) -> Option<&DataKey> {
        self.shared.key.as_ref()
    }

    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// SQLite's own check of every page; the encrypted database fails it on any changed byte.
    pub fn check(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            let verdict: String = connection
                .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
                .map_err(damaged)?;
            if verdict == "ok" {
                Ok(())
            } else {
                Err(StoreError::Damaged { what: verdict })
            }
        })
    }
}

fn in_transaction<T, E: From<StoreError>>(
    connection: &mut Connection,
    job: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let value = job(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}

pub(crate) fn refuse_old_sqlite(number: i32, name: &str) -> Result<(), StoreError> {
    if number < OLDEST_SQLITE {
        Err(StoreError::OldSqlite {
            found: name.to_owned(),
        })
    } else {
        Ok(())
    }
}

/// A copy that nobody writes to, opened with its key and left as it is.
pub(crate) fn open_to_read(path: &Path, key: &DataKey) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let _ = connection.pragma_update(None, "cipher_log_level", "NONE");
    connection.pragma_update(None, "key", key.pragma_value().as_str())?;
    connection
        .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))
        .map_err(damaged)?;
    Ok(connection)
}

/// A connection with its key and its settings. A wrong key shows at the first read.
pub(crate) fn connect(
    path: &Path,
    key: Option<&DataKey>,
    durability: Durability,
) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    if let Some(key) = key {
        // SQLCipher would otherwise write its complaints, page numbers included, to standard error.
        let _ = connection.pragma_update(None, "cipher_log_level", "NONE");
        connection.pragma_update(None, "key", key.pragma_value().as_str())?;
        // Wiping each freed page costs three to six times the speed; pages in memory are this process's own.
        connection.pragma_update(None, "cipher_memory_security", false)?;
    }
    connection
        .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))
        .map_err(damaged)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(
        None,
        "synchronous",
        if durability == Durability::Full {
            "FULL"
        } else {
            "NORMAL"
        },
    )?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Sorting must leave nothing of a patient in a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// At the first read, what is no database to this key is the fault of the key.
fn damaged(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::WrongKey,
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Migration = Migration {
        component: "t",
        version: 1,
        sql: "CREATE TABLE t (x TEXT NOT NULL) STRICT",
    };

    fn count(db: &Database) -> i64 {
        db.read(|c| {
            c.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0))
                .map_err(StoreError::from)
        })
        .unwrap()
    }

    fn insert(db: &Database, text: &'static str) -> Result<(), StoreError> {
        db.write(move |tx| {
            tx.execute("INSERT INTO t (x) VALUES (:x)", &[(":x", text)])
                .map(|_| ())
                .map_err(StoreError::from)
        })
    }

    #[test]
    fn the_bytes_of_an_encrypted_database_hold_nothing_readable_and_another_key_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.db");
        let key = DataKey::random().unwrap();
        let keyed = Database::open(&path, Some(&key), Durability::Full, &[TABLE]).unwrap();
        let plain =
            Database::open(&dir.path().join("d.db"), None, Durability::Full, &[TABLE]).unwrap();
        for db in [&keyed, &plain] {
            insert(db, "canary words").unwrap();
        }
        let found = |name: &str| {
            let bytes = ["", "-wal"].iter().flat_map(|end| {
                std::fs::read(dir.path().join(format!("{name}{end}"))).unwrap_or_default()
            });
            bytes
                .collect::<Vec<u8>>()
                .windows(12)
                .any(|window| window == b"canary words")
        };
        assert!(
            found("d.db"),
            "the negative control: an unkeyed database shows the words"
        );
        assert!(!found("p.db"));
        let other = DataKey::random().unwrap();
        assert!(matches!(
            Database::open(&path, Some(&other), Durability::Full, &[TABLE]),
            Err(StoreError::WrongKey)
        ));
        assert!(matches!(
            Database::open(&path, None, Durability::Full, &[TABLE]),
            Err(StoreError::WrongKey)
        ));
        assert_eq!(count(&keyed), 1);
    }

    #[test]
    fn a_failing_job_rolls_back_and_the_writer_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let db =
            Database::open(&dir.path().join("d.db"), None, Durability::Full, &[TABLE]).unwrap();
        let failed: Result<(), StoreError> = db.write(|tx| {
            tx.execute("INSERT INTO t (x) VALUES ('lost')", [])?;
            Err(StoreError::Value("planted".into()))
        });
        assert!(failed.is_err());
        assert_eq!(count(&db), 0);
        insert(&db, "kept").unwrap();
        assert_eq!(count(&db), 1);
    }

    #[test]
    fn a_changed_page_of_the_encrypted_database_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.db");
        let key = DataKey::random().unwrap();
        let db = Database::open(&path, Some(&key), Durability::Full, &[TABLE]).unwrap();
        insert(&db, "x").unwrap();
        db.read(|c| {
            c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .map_err(StoreError::from)
        })
        .unwrap();
        assert!(db.check().is_ok());
        drop(db);
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 100;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let reopened = Database::open(&path, Some(&key), Durability::Full, &[TABLE]);
        let noticed = match reopened {
            Ok(db) => db.check().is_err(),
            Err(_) => true,
        };
        assert!(noticed);
    }

    #[test]
    fn an_sqlite_with_the_wal_reset_fault_is_refused() {
        assert!(
            refuse_old_sqlite(3_051_002, "3.51.2")
                .is_err_and(|error| error.to_string().contains("3.51.2"))
        );
        assert!(refuse_old_sqlite(rusqlite::version_number(), rusqlite::version()).is_ok());
    }
}
