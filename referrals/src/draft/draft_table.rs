//! The table `drafts`.

use super::ReferralDraft;
use crate::{
    ReferralError,
    instant::{from_millis, millis},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use store::StoreError;

/// Saves what stands on the screen. A draft whose referral is queued is not touched: false.
pub fn save(
    tx: &Transaction<'_>,
    draft: &ReferralDraft,
    now: Timestamp,
) -> Result<bool, ReferralError> {
    let content =
        serde_json::to_string(draft).map_err(|error| StoreError::Value(error.to_string()))?;
    let changed = tx.execute(
        "INSERT INTO drafts (id, changed_at, state, content) VALUES (:id, :now, 'open', :content)
         ON CONFLICT (id) DO UPDATE SET changed_at = :now, content = :content WHERE state = 'open'",
        named_params! { ":id": draft.id, ":now": millis(now), ":content": content },
    )?;
    Ok(changed > 0)
}

/// An open draft.
pub fn read(connection: &Connection, id: &str) -> Result<Option<ReferralDraft>, ReferralError> {
    let content: Option<String> = connection
        .query_row(
            "SELECT content FROM drafts WHERE id = :id AND state = 'open'",
            named_params! { ":id": id },
            |row| row.get(0),
        )
        .optional()?;
    content.map(|content| parse(&content)).transpose()
}

/// Reads, changes and saves an open draft in the caller's transaction, so that two changes at once never undo each other.
pub fn update(
    tx: &Transaction<'_>,
    id: &str,
    now: Timestamp,
    change: impl FnOnce(&mut ReferralDraft),
) -> Result<ReferralDraft, ReferralError> {
    let mut draft = read(tx, id)?.ok_or(ReferralError::NoSuchDraft)?;
    change(&mut draft);
    save(tx, &draft, now)?;
    Ok(draft)
}

/// The open drafts, newest first, with the time of their last change.
pub fn open(connection: &Connection) -> Result<Vec<(ReferralDraft, Timestamp)>, ReferralError> {
    let mut statement =
        connection.prepare_cached("SELECT content, changed_at FROM drafts WHERE state = 'open' ORDER BY changed_at DESC, id DESC")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    rows.map(|row| {
        let (content, changed_at) = row?;
        Ok((parse(&content)?, from_millis(changed_at)))
    })
    .collect()
}

/// Every draft, also those whose referral lives, with the time of its last change.
pub fn all(connection: &Connection) -> Result<Vec<(ReferralDraft, Timestamp)>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT content, changed_at FROM drafts ORDER BY changed_at DESC, id DESC",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    rows.map(|row| {
        let (content, changed_at) = row?;
        Ok((parse(&content)?, from_millis(changed_at)))
    })
    .collect()
}

pub fn set_state(tx: &Transaction<'_>, id: &str, state: &str) -> Result<(), ReferralError> {
    tx.execute(
        "UPDATE drafts SET state = :state WHERE id = :id",
        named_params! { ":id": id, ":state": state },
    )?;
    Ok(())
}

fn parse(content: &str) -> Result<ReferralDraft, ReferralError> {
    serde_json::from_str(content).map_err(|_| StoreError::Value("drafts.content".into()).into())
}
