//! The table `mailbox`: the one from which this practice sends.

use crate::{ReferralError, transport::Mailbox};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use store::StoreError;

pub fn read(connection: &Connection) -> Result<Option<Mailbox>, ReferralError> {
    let settings: Option<String> = connection
        .query_row("SELECT settings FROM mailbox", [], |row| row.get(0))
        .optional()?;
    let unreadable = |_| ReferralError::Store(StoreError::Value("mailbox.settings".into()));
    settings
        .map(|text| serde_json::from_str(&text).map_err(unreadable))
        .transpose()
}

/// Who set it: "demonstration", or a person.
pub fn set_by(connection: &Connection) -> Result<Option<String>, ReferralError> {
    Ok(connection
        .query_row("SELECT set_by FROM mailbox", [], |row| row.get(0))
        .optional()?)
}

pub fn write(tx: &Transaction<'_>, mailbox: &Mailbox, set_by: &str) -> Result<(), ReferralError> {
    let settings =
        serde_json::to_string(mailbox).map_err(|error| StoreError::Value(error.to_string()))?;
    tx.execute(
        "INSERT INTO mailbox (only_row, settings, set_by) VALUES (1, :settings, :set_by)
         ON CONFLICT (only_row) DO UPDATE SET settings = :settings, set_by = :set_by",
        named_params! { ":settings": settings, ":set_by": set_by },
    )?;
    // A new mailbox is tried at once.
    tx.execute("DELETE FROM channels", [])?;
    Ok(())
}
