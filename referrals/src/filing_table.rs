//! The table `filings`: what was ticked as filed in the patient's record.

use crate::{
    ReferralError,
    filing::Deed,
    instant::{from_millis, millis},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

/// What somebody filed, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    pub deed: Deed,
    pub by: String,
    pub at: Timestamp,
}

pub fn read(connection: &Connection, referral_id: &str) -> Result<Option<Filing>, ReferralError> {
    let row: Option<(String, String, i64)> = connection
        .query_row(
            "SELECT deed, filed_by, filed_at FROM filings WHERE referral_id = :id",
            named_params! { ":id": referral_id },
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(row.and_then(|(deed, by, at)| {
        Some(Filing {
            deed: Deed::parse(&deed)?,
            by,
            at: from_millis(at),
        })
    }))
}

pub fn tick(tx: &Transaction<'_>, referral_id: &str, filing: &Filing) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO filings (referral_id, deed, filed_by, filed_at) VALUES (:id, :deed, :by, :at)
         ON CONFLICT (referral_id) DO UPDATE SET deed = :deed, filed_by = :by, filed_at = :at",
        named_params! {
            ":id": referral_id, ":deed": filing.deed.code(), ":by": filing.by, ":at": millis(filing.at),
        },
    )?;
    Ok(())
}

/// The referrals that may have something to file: those that nobody ticked, those that were taken back at some time, and offers that may
/// have been taken up since they were filed.
pub fn candidates(connection: &Connection) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT referrals.id FROM referrals LEFT JOIN filings ON filings.referral_id = referrals.id
         WHERE referrals.id NOT IN (SELECT referral_id FROM erasures)
             AND (filings.deed IS NULL OR filings.deed = 'parked' OR EXISTS (SELECT 1 FROM events
                 WHERE events.subject = referrals.id AND events.type IN ('undone', 'withdrawn')))",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

/// Ticked by mistake.
pub fn untick(tx: &Transaction<'_>, referral_id: &str) -> Result<(), ReferralError> {
    tx.execute(
        "DELETE FROM filings WHERE referral_id = :id",
        named_params! { ":id": referral_id },
    )?;
    Ok(())
}
