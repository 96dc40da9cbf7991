//! Erasing what is due, and holding back what somebody still needs.

use super::Desk;
use crate::{
    ReferralError, referral_table,
    retention::{HoldReason, Retention},
    retention_table::{self, Erased, LegalHold},
    status,
};
use jiff::Timestamp;
use rusqlite::Transaction;
use store::{Act, NewAct, audit_table, event_table, facts_table};

/// The day in England on which what was due was erased last.
const ERASED_ON: &str = "erased-on";

impl Desk {
    pub fn retention(&self) -> Result<Retention, ReferralError> {
        self.practice.read(retention_table::retention)
    }

    pub fn set_retention(&self, retention: Retention, actor: &str) -> Result<(), ReferralError> {
        let act = NewAct::new(Act::RetentionSet, "", actor, self.clock.now())
            .with(serde_json::json!({ "days": retention.days() }));
        self.practice.write(move |tx| {
            retention_table::set_retention(tx, retention)?;
            audit_table::append(tx, &act)?;
            Ok(())
        })
    }

    /// Nothing of this referral is erased until the hold is lifted.
    pub fn hold_from_erasure(
        &self,
        referral_id: &str,
        reason: HoldReason,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let now = self.clock.now();
        let hold = LegalHold {
            reason,
            set_by: actor.to_owned(),
            set_at: now,
        };
        let act = NewAct::new(Act::LegalHold, referral_id, actor, now)
            .with(serde_json::json!({ "reason": reason.code() }));
        let id = referral_id.to_owned();
        self.practice.write(move |tx| {
            if referral_table::read(tx, &id)?.is_none() {
                return Err(ReferralError::NoSuchReferral);
            }
            retention_table::hold(tx, &id, &hold)?;
            audit_table::append(tx, &act)?;
            Ok(())
        })
    }

    pub fn lift_hold(&self, referral_id: &str, actor: &str) -> Result<(), ReferralError> {
        let act = NewAct::new(Act::LegalHoldLifted, referral_id, actor, self.clock.now());
        let id = referral_id.to_owned();
        self.practice.write(move |tx| {
            if !retention_table::lift(tx, &id)? {
                return Err(ReferralError::NotPossibleNow);
            }
            audit_table::append(tx, &act)?;
            Ok(())
        })
    }

    /// Who must not be erased, and why; none when there is no hold.
    pub fn hold_of(&self, referral_id: &str) -> Result<Option<LegalHold>, ReferralError> {
        self.practice
            .read(|c| retention_table::hold_of(c, referral_id))
    }

    /// Erases what is due now, one referral at a time, so that nothing waits for it; each with an entry in the audit trail.
    pub fn erase_due(&self, actor: &str) -> Result<Erased, ReferralError> {
        let now = self.clock.now();
        let keep = self.retention()?;
        let mut erased = Erased::default();
        for id in self.practice.read(retention_table::not_erased)? {
            let actor = actor.to_owned();
            let of_one = self
                .practice
                .write(move |tx| erase_if_due(tx, &id, keep, &actor, now))?;
            erased.add(of_one);
        }
        let actor = actor.to_owned();
        erased.drafts += self.practice.write(move |tx| {
            let drafts = retention_table::erase_drafts(tx, keep.before(now))?;
            if drafts > 0 {
                let act = NewAct::new(Act::Erased, "", actor, now)
                    .with(serde_json::json!({ "drafts": drafts }));
                audit_table::append(tx, &act)?;
            }
            Ok::<_, ReferralError>(drafts)
        })?;
        if erased != Erased::default() {
            // What was erased still stands in the journal until that is emptied into the database.
            self.practice.empty_journal()?;
        }
        Ok(erased)
    }

    /// The same once a day, by the process that sends. None when today's was done.
    pub fn erase_due_today(&self) -> Result<Option<Erased>, ReferralError> {
        let today = self.clock.today().to_string();
        let done = self.practice.read(|c| facts_table::read(c, ERASED_ON))?;
        if done.as_deref() == Some(&today) {
            return Ok(None);
        }
        let erased = self.erase_due(audit_table::PROGRAM)?;
        self.practice
            .write(move |tx| facts_table::write(tx, ERASED_ON, &today))?;
        Ok(Some(erased))
    }
}

fn erase_if_due(
    tx: &Transaction<'_>,
    referral_id: &str,
    keep: Retention,
    actor: &str,
    now: Timestamp,
) -> Result<Erased, ReferralError> {
    let Some(folded) = status::fold(&event_table::about(tx, referral_id)?) else {
        return Ok(Erased::default());
    };
    let held = retention_table::hold_of(tx, referral_id)?.is_some();
    if !keep.is_due(folded.state, folded.changed_at, held, now) {
        return Ok(Erased::default());
    }
    let erased = retention_table::erase(tx, referral_id, keep.before(now), now)?;
    let detail = serde_json::to_value(erased).unwrap_or_default();
    let act = NewAct::new(Act::Erased, referral_id, actor, now).with(detail);
    audit_table::append(tx, &act)?;
    Ok(erased)
}
