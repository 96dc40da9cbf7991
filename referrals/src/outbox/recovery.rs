//! What the sender does first, once it holds the lock: rows whose sender died are queued again if their body had not begun, else Unknown.

use super::outbox_table;
use crate::{ReferralError, transport::Phase};
use jiff::Timestamp;
use store::{Database, fail_point};

/// The ids of the referrals that were settled.
pub async fn settle_interrupted(
    practice: &Database,
    now: Timestamp,
) -> Result<Vec<String>, ReferralError> {
    let settled = practice
        .write_async(move |tx| {
            fail_point::reach("recover: begun")?;
            let mut settled = Vec::new();
            for (id, referral_id, phase) in outbox_table::interrupted(tx)? {
                outbox_table::settle_interrupted(tx, &id, &referral_id, phase >= Phase::Body, now)?;
                settled.push(referral_id);
            }
            fail_point::reach("recover: written")?;
            Ok::<_, ReferralError>(settled)
        })
        .await?;
    fail_point::reach("recover: committed")?;
    Ok(settled)
}
