//! Who works here: added, changed, gone; and the PIN by which each is known.

use super::Desk;
use crate::{
    ReferralError, approval_table,
    people::{
        Pin, Right, StaffMember,
        pin::{self, SALT_BYTES},
    },
    practice_table, referral_table, staff_table,
};
use rusqlite::Transaction;
use store::Act;

impl Desk {
    /// Who works here now.
    pub fn staff(&self) -> Result<Vec<StaffMember>, ReferralError> {
        self.practice.read(staff_table::here)
    }

    /// The person, when the PIN is theirs. A try counts before it is looked at, so that many at once are no more than one after another.
    pub fn person_of_pin(&self, staff_id: &str, typed: &Pin) -> Result<StaffMember, ReferralError> {
        let (now, id) = (self.clock.now(), staff_id.to_owned());
        let (member, kept) = self.practice.write(move |tx| {
            let member = staff_table::member(tx, &id)?.ok_or(ReferralError::NoSuchPerson)?;
            let kept = staff_table::pin(tx, &id)?.ok_or(ReferralError::NoSuchPerson)?;
            let seconds = pin::wait_left(kept.wait_until, now).as_secs();
            if seconds > 0 {
                return Err(ReferralError::PinWait { seconds });
            }
            let failures = kept.failure_count.saturating_add(1);
            staff_table::count_failure(tx, &id, failures, now + pin::wait_after(failures))?;
            Ok((member, kept))
        })?;
        let right = typed.is(&kept.hash);
        let id = member.id.clone();
        self.practice.write(move |tx| {
            if right {
                staff_table::count_failure(tx, &id, 0, now)
            } else {
                record(tx, Act::WrongPin, &id, &id, now)
            }
        })?;
        if right {
            Ok(member)
        } else {
            Err(ReferralError::WrongPin {
                tries_left: pin::tries_left(kept.failure_count.saturating_add(1)),
            })
        }
    }

    /// Somebody sits down at this computer, comes back to it, or leaves it.
    pub fn record_sitting(&self, act: Act, staff_id: &str) -> Result<(), ReferralError> {
        let (now, id) = (self.clock.now(), staff_id.to_owned());
        self.practice
            .write(move |tx| record(tx, act, &id, &id, now))
    }

    /// Somebody new, with a PIN of their own choosing.
    pub fn add_staff(
        &self,
        member: &StaffMember,
        chosen: &Pin,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let hash = chosen.hash(&salt()?)?;
        let (now, member, actor) = (self.clock.now(), member.clone(), actor.to_owned());
        self.practice.write(move |tx| {
            staff_table::put(tx, &member)?;
            staff_table::set_pin(tx, &member.id, &hash, &member.id)?;
            record(tx, Act::StaffAdded, &actor, &member.id, now)
        })
    }

    /// Somebody who gets their PIN later.
    pub fn add_staff_without_pin(
        &self,
        member: &StaffMember,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, member, actor) = (self.clock.now(), member.clone(), actor.to_owned());
        self.practice.write(move |tx| {
            staff_table::put(tx, &member)?;
            record(tx, Act::StaffAdded, &actor, &member.id, now)
        })
    }

    /// Another name, job or role.
    pub fn change_staff(&self, member: &StaffMember, actor: &str) -> Result<(), ReferralError> {
        let (now, member, actor) = (self.clock.now(), member.clone(), actor.to_owned());
        self.practice.write(move |tx| {
            staff_table::member(tx, &member.id)?.ok_or(ReferralError::NoSuchPerson)?;
            staff_table::put(tx, &member)?;
            somebody_keeps(tx)?;
            record(tx, Act::StaffChanged, &actor, &member.id, now)
        })
    }

    pub fn set_pin(&self, staff_id: &str, chosen: &Pin, actor: &str) -> Result<(), ReferralError> {
        let hash = chosen.hash(&salt()?)?;
        let (now, id, actor) = (self.clock.now(), staff_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            if !staff_table::set_pin(tx, &id, &hash, &actor)? {
                return Err(ReferralError::NoSuchPerson);
            }
            record(tx, Act::PinSet, &actor, &id, now)
        })
    }

    /// Somebody left: no PIN, no rights and no say from this moment; what they did keeps their name.
    pub fn staff_left(&self, staff_id: &str, actor: &str) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), staff_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            if !staff_table::leave(tx, &id, now)? {
                return Err(ReferralError::NoSuchPerson);
            }
            somebody_keeps(tx)?;
            approval_table::forget_proposals_of(tx, &id)?;
            record(tx, Act::StaffLeft, &actor, &id, now)
        })
    }

    /// Somebody saw a referral with its letter.
    pub fn opened_letter(&self, referral_id: &str, actor: &str) -> Result<(), ReferralError> {
        self.act_on_referral(Act::LetterOpened, referral_id, actor)
    }

    /// Somebody took its text for the patient's record.
    pub fn copied_for_record(&self, referral_id: &str, actor: &str) -> Result<(), ReferralError> {
        self.act_on_referral(Act::CopiedForRecord, referral_id, actor)
    }

    fn act_on_referral(&self, act: Act, id: &str, actor: &str) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            record(tx, act, &actor, &id, now)
        })
    }

    /// In whose name referrals are made from now on.
    pub fn choose_referrer(&self, staff_id: &str, actor: &str) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), staff_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            if !practice_table::choose_referrer(tx, &id)? {
                return Err(ReferralError::NotPossibleNow);
            }
            record(tx, Act::ReferrerChosen, &actor, &id, now)
        })
    }
}

/// A practice never ends with nobody who could sign in and change its people; one whose set-up has just begun may.
fn somebody_keeps(tx: &Transaction<'_>) -> Result<(), ReferralError> {
    let staff = staff_table::here(tx)?;
    let keeps = |member: &StaffMember| member.has_pin && member.may(Right::SetUp);
    if staff.iter().any(keeps) {
        Ok(())
    } else {
        Err(ReferralError::LastKeeper)
    }
}

pub(super) fn record(
    tx: &Transaction<'_>,
    act: Act,
    actor: &str,
    subject: &str,
    at: jiff::Timestamp,
) -> Result<(), ReferralError> {
    store::audit_table::append(tx, &store::NewAct::new(act, subject, actor, at))?;
    Ok(())
}

fn salt() -> Result<[u8; SALT_BYTES], ReferralError> {
    let mut salt = [0; SALT_BYTES];
    store::key::fill_random(&mut salt)?;
    Ok(salt)
}
