//! What this computer knows of referrals of the same person: pointed out, never in the way.

use super::Desk;
use crate::{
    ReferralError,
    draft::{PatientEntries, ReferralDraft},
    earlier_table,
    patient::{NhsNumberOrReason, Patient},
    referral_table, status,
};
use jiff::civil::Date;
use store::{EventType, clock::local_date, event_table};

/// A second referral to the same service within so many days is pointed out (hazard H5 of the NHS rules).
const REPEAT_WITHIN_DAYS: i32 = 90;

/// An earlier referral of the person in a draft, without anything that identifies them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierReferral {
    pub referral_id: String,
    pub reference: String,
    pub service_id: String,
    pub service_name: String,
    pub state: EventType,
    /// Days since it was queued; 0 is today.
    pub days: u32,
    /// Something is still expected of somebody.
    pub open: bool,
    /// So young that a second one to the same service is pointed out.
    pub recent: bool,
}

impl Desk {
    /// The newest first; only what stands in this computer's own records. Nothing that was undone or taken back.
    pub fn earlier(&self, draft: &ReferralDraft) -> Result<Vec<EarlierReferral>, ReferralError> {
        let today = self.clock.today();
        let (number, born) = (draft.patient.nhs_number(), draft.patient.born(today));
        if number.is_none() && born.is_none() {
            return Ok(Vec::new());
        }
        self.practice.read(|connection| {
            let mut earlier = Vec::new();
            for id in earlier_table::candidates(connection, number.as_ref(), born)? {
                let patient = referral_table::patient(connection, &id)?;
                if !patient.is_some_and(|patient| is_same(&draft.patient, &patient, today)) {
                    continue;
                }
                let Some(referral) = referral_table::read(connection, &id)? else {
                    continue;
                };
                // Its own offer, which was put off and is taken up in it again.
                if referral.draft_id == draft.id {
                    continue;
                }
                let Some(folded) = status::fold(&event_table::about(connection, &id)?) else {
                    continue;
                };
                let days = days_between(local_date(referral.queued_at), today);
                let open = !status::is_over(folded.state);
                let recent = days <= REPEAT_WITHIN_DAYS;
                let taken_back = matches!(folded.state, EventType::Undone | EventType::Withdrawn);
                if taken_back || !(open || recent) {
                    continue;
                }
                earlier.push(EarlierReferral {
                    referral_id: referral.id,
                    reference: referral.reference,
                    service_id: referral.service_id,
                    service_name: referral.service_name,
                    state: folded.state,
                    days: u32::try_from(days).unwrap_or(0),
                    open,
                    recent,
                });
            }
            Ok(earlier)
        })
    }
}

/// By the NHS number where both have one; else by name and date of birth. Two different numbers are two people.
fn is_same(entries: &PatientEntries, other: &Patient, today: Date) -> bool {
    if let (Some(number), NhsNumberOrReason::Known(theirs)) =
        (entries.nhs_number(), &other.nhs_number)
    {
        return number == *theirs;
    }
    let (Some(name), Some(born)) = (entries.name(), entries.born(today)) else {
        return false;
    };
    let folded = |text: &str| text.trim().to_lowercase();
    born.date() == other.born.date()
        && folded(name.family()) == folded(other.name.family())
        && folded(name.given()) == folded(other.name.given())
}

/// A clock that was set back gives no day below zero.
fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days().max(0))
}
