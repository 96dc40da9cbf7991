//! The tables `legal_holds` and `erasures`, and the erasing itself: what identifies a patient goes, events and the referral's own row stay.

use crate::{
    ReferralError,
    instant::{from_millis, millis},
    retention::{HoldReason, Retention},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use store::facts_table;

const DAYS: &str = "retention-days";

/// A referral that must not be erased: why, by whom, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    pub reason: HoldReason,
    pub set_by: String,
    pub set_at: Timestamp,
}

/// How much was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    pub referrals: usize,
    pub patients: usize,
    pub letters: usize,
    pub notes: usize,
    pub messages: usize,
    pub drafts: usize,
}

impl Erased {
    pub fn add(&mut self, other: Self) {
        self.referrals += other.referrals;
        self.patients += other.patients;
        self.letters += other.letters;
        self.notes += other.notes;
        self.messages += other.messages;
        self.drafts += other.drafts;
    }
}

/// What a practice has not set, or what cannot be read, is the default.
pub fn retention(connection: &Connection) -> Result<Retention, ReferralError> {
    let days = facts_table::read(connection, DAYS)?;
    let set = days.and_then(|days| Retention::of_days(days.parse().ok()?));
    Ok(set.unwrap_or_default())
}

pub fn set_retention(tx: &Transaction<'_>, retention: Retention) -> Result<(), ReferralError> {
    Ok(facts_table::write(tx, DAYS, &retention.days().to_string())?)
}

pub fn hold(
    tx: &Transaction<'_>,
    referral_id: &str,
    hold: &LegalHold,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO legal_holds (referral_id, reason, set_by, set_at) VALUES (:id, :reason, :by, :at)
         ON CONFLICT (referral_id) DO UPDATE SET reason = :reason, set_by = :by, set_at = :at",
        named_params! {
            ":id": referral_id, ":reason": hold.reason.code(), ":by": hold.set_by, ":at": millis(hold.set_at),
        },
    )?;
    Ok(())
}

/// False when there was none.
pub fn lift(tx: &Transaction<'_>, referral_id: &str) -> Result<bool, ReferralError> {
    let lifted = tx.execute(
        "DELETE FROM legal_holds WHERE referral_id = :id",
        named_params! { ":id": referral_id },
    )?;
    Ok(lifted > 0)
}

/// A hold whose reason this program does not know holds all the same.
pub fn hold_of(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<LegalHold>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT reason, set_by, set_at FROM legal_holds WHERE referral_id = :id",
            named_params! { ":id": referral_id },
            |row| {
                let reason: String = row.get(0)?;
                Ok(LegalHold {
                    reason: HoldReason::parse(&reason).unwrap_or(HoldReason::Other),
                    set_by: row.get(1)?,
                    set_at: from_millis(row.get(2)?),
                })
            },
        )
        .optional()?)
}

pub fn erased_at(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<Timestamp>, ReferralError> {
    let at: Option<i64> = connection
        .query_row(
            "SELECT erased_at FROM erasures WHERE referral_id = :id",
            named_params! { ":id": referral_id },
            |row| row.get(0),
        )
        .optional()?;
    Ok(at.map(from_millis))
}

/// The referrals of which nothing was erased yet, the oldest first.
pub fn not_erased(connection: &Connection) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM referrals WHERE id NOT IN (SELECT referral_id FROM erasures) ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

/// Everything that identifies the patient of one referral. Its draft goes too, unless it lives on: opened since, or in another referral.
pub fn erase(
    tx: &Transaction<'_>,
    referral_id: &str,
    untouched_since: Timestamp,
    now: Timestamp,
) -> Result<Erased, ReferralError> {
    let id = named_params! { ":id": referral_id };
    tx.execute(
        "INSERT INTO erasures (referral_id, erased_at) VALUES (:id, :now)",
        named_params! { ":id": referral_id, ":now": millis(now) },
    )?;
    Ok(Erased {
        referrals: 1,
        patients: tx.execute("DELETE FROM referral_patients WHERE referral_id = :id", id)?,
        letters: tx.execute("DELETE FROM letters WHERE referral_id = :id", id)?,
        notes: tx.execute(
            "DELETE FROM event_notes WHERE event_id IN (SELECT id FROM events WHERE subject = :id)",
            id,
        )?,
        messages: tx.execute(
            "UPDATE outbox SET bytes = x'' WHERE referral_id = :id AND length(bytes) > 0",
            id,
        )?,
        drafts: tx.execute(
            "DELETE FROM drafts WHERE id = (SELECT draft_id FROM referrals WHERE id = :id)
                 AND (state = 'queued' OR changed_at <= :since)
                 AND NOT EXISTS (SELECT 1 FROM referrals WHERE draft_id = drafts.id
                     AND id NOT IN (SELECT referral_id FROM erasures))",
            named_params! { ":id": referral_id, ":since": millis(untouched_since) },
        )?,
    })
}

/// Drafts that were put aside and never sent. One whose referral is still kept stays with it.
pub fn erase_drafts(
    tx: &Transaction<'_>,
    untouched_since: Timestamp,
) -> Result<usize, ReferralError> {
    Ok(tx.execute(
        "DELETE FROM drafts WHERE state = 'open' AND changed_at <= :since
             AND NOT EXISTS (SELECT 1 FROM referrals WHERE draft_id = drafts.id
                 AND id NOT IN (SELECT referral_id FROM erasures))",
        named_params! { ":since": millis(untouched_since) },
    )?)
}
