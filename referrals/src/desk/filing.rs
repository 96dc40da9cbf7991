//! Into the patient's record: the text to file, and the tick that says it was.

use super::{Desk, ReferralRow};
use crate::{
    ReferralError,
    filing::{self, Deed, RecordFacts},
    filing_table::{self, Filing},
    patient::Patient,
    referral_table::Referral,
    staff_table, status,
};
use letter::LetterContent;
use rusqlite::Connection;
use store::event_table;

/// What was read of a referral, to make its text from.
pub(super) struct RecordSource<'a> {
    pub referral: &'a Referral,
    pub row: &'a ReferralRow,
    pub patient: Option<&'a Patient>,
    pub letter: Option<&'a LetterContent>,
    pub demonstration: bool,
}

impl RecordSource<'_> {
    pub(super) fn text(&self, connection: &Connection) -> Result<String, ReferralError> {
        let Some(deed) = Deed::of(self.row.state) else {
            return Ok(String::new());
        };
        let staff = staff_table::all(connection)?;
        let referrer = staff
            .iter()
            .find(|person| person.id == self.referral.referrer);
        Ok(filing::record_text(&RecordFacts {
            deed,
            state: self.row.state,
            at: self.row.changed_at,
            queued_at: self.referral.queued_at,
            service_name: &self.referral.service_name,
            category: self.referral.service_category,
            reference: &self.referral.reference,
            referrer: referrer.map_or(self.referral.referrer.as_str(), |person| &person.name),
            patient: self.patient,
            letter: self.letter,
            demonstration: self.demonstration,
        }))
    }
}

impl Desk {
    /// A person says that it stands in the patient's record now, or that it does not after all.
    pub fn set_filed(
        &self,
        referral_id: &str,
        filed: bool,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            if !filed {
                return filing_table::untick(tx, &id);
            }
            let folded = status::fold(&event_table::about(tx, &id)?);
            let state = folded.ok_or(ReferralError::NoSuchReferral)?.state;
            let deed = Deed::of(state).ok_or(ReferralError::NotPossibleNow)?;
            let filing = Filing {
                deed,
                by: actor,
                at: now,
            };
            filing_table::tick(tx, &id, &filing)
        })
    }

    /// How many are not filed yet, on this computer: the foot line says it until they are.
    pub fn to_file_count(&self) -> Result<u32, ReferralError> {
        self.practice.read(|connection| {
            let mut waiting = 0_u32;
            for id in filing_table::candidates(connection)? {
                let filed = filing_table::read(connection, &id)?.map(|filing| filing.deed);
                let folded = status::fold(&event_table::about(connection, &id)?);
                if folded.is_some_and(|folded| filing::is_to_file(folded.state, filed)) {
                    waiting = waiting.saturating_add(1);
                }
            }
            Ok(waiting)
        })
    }
}
