//! Named points on the way of a referral through the database, at which a test can make a write fail or the program die.
//! A release has none of them: there, reaching one does nothing and names nothing.

use crate::StoreError;

/// Every point, in the order in which a referral comes by: before anything of a transaction is written, after all of it is, and after its commit.
pub const ALL: [&str; 16] = [
    "queue: begun",
    "queue: written",
    "queue: committed",
    "lock: taken",
    "recover: begun",
    "recover: written",
    "recover: committed",
    "claim: begun",
    "claim: written",
    "claim: committed",
    "reach: begun",
    "reach: written",
    "reach: committed",
    "settle: begun",
    "settle: written",
    "settle: committed",
];

/// The points of a refresh: the practice's trust is written down first, then the directory is applied.
pub const OF_A_REFRESH: [&str; 6] = [
    "trust: begun",
    "trust: written",
    "trust: committed",
    "apply: begun",
    "apply: written",
    "apply: committed",
];

/// Does nothing, unless a test of a debug build has set the point (crate `fail`) to `return(kill)`, `return(EIO)` or `return(ENOSPC)`.
/// After a commit, an error means that it reported a failure and was done all the same.
#[cfg(debug_assertions)]
pub fn reach(name: &str) -> Result<(), StoreError> {
    use rusqlite::ffi;
    fail::fail_point!(name, |how: Option<String>| {
        let code = match how.as_deref() {
            Some("kill") => std::process::abort(),
            Some("ENOSPC") => ffi::SQLITE_FULL,
            _ => ffi::SQLITE_IOERR,
        };
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        Err(StoreError::Sqlite(error))
    });
    Ok(())
}

#[cfg(not(debug_assertions))]
#[inline]
#[allow(clippy::unnecessary_wraps, reason = "in a debug build it can fail")]
pub fn reach(_name: &str) -> Result<(), StoreError> {
    Ok(())
}
