//! What was offered and not sent: put off until a date, declined, and taken up again with everything asked anew.

use super::{
    Desk,
    sending::{current_state, reference},
};
use crate::{
    ReferralError,
    draft::{ReferralDraft, ReferralForm, ServiceToRefer, draft_table},
    patient::Patient,
    practice_table,
    referral_table::{self, Referral},
    status,
};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, Transaction};
use serde_json::{Value, json};
use store::{EventType, NewEvent, clock::local_date, event::new_id, event_table};

/// An offer is put off no further than this: a note for years ahead is nobody's plan.
const LONGEST_DAYS_PUT_OFF: i32 = 731;

/// What the patient said to an offer, as the form has it.
pub struct Offer<'a> {
    pub draft: &'a ReferralDraft,
    pub on_screen: &'a ReferralForm,
    /// What was found for this very draft.
    pub chosen: &'a ServiceToRefer,
    /// Why, in words; may be empty.
    pub words: &'a str,
}

impl Desk {
    /// Not now: to be offered again on a day from tomorrow on. Answers the offer's id in the list of referrals.
    pub fn park(
        &self,
        offer: &Offer<'_>,
        recall_on: Date,
        actor: &str,
    ) -> Result<String, ReferralError> {
        let days = self
            .clock
            .today()
            .until(recall_on)
            .map_or(0, |span| span.get_days());
        if !(1..=LONGEST_DAYS_PUT_OFF).contains(&days) {
            return Err(ReferralError::NotADayAhead);
        }
        self.record_offer(
            offer,
            EventType::Parked,
            &json!({ "next_on": recall_on.to_string() }),
            actor,
        )
    }

    /// The patient said no: a refusal stands in the list and can be filed.
    pub fn decline(&self, offer: &Offer<'_>, actor: &str) -> Result<String, ReferralError> {
        self.record_offer(offer, EventType::Declined, &json!({}), actor)
    }

    fn record_offer(
        &self,
        offer: &Offer<'_>,
        event_type: EventType,
        more: &Value,
        actor: &str,
    ) -> Result<String, ReferralError> {
        let now = self.clock.now();
        if offer.draft.form != *offer.on_screen {
            return Err(ReferralError::DraftChanged);
        }
        let (patient, _) = offer
            .draft
            .offered(offer.chosen, self.demonstration, local_date(now))
            .map_err(ReferralError::Incomplete)?;
        let record = self.practice.read(|c| offered(c, offer, now, actor))?;
        let (draft, words) = (offer.draft.clone(), offer.words.trim().to_owned());
        let payload = payload(&record, more);
        let event = NewEvent::new(event_type, &record.id, actor, now).with(payload);
        self.practice.write(move |tx| {
            let stands = draft_table::read(tx, &draft.id)?.ok_or(ReferralError::NoSuchDraft)?;
            if stands != draft {
                return Err(ReferralError::DraftChanged);
            }
            write(tx, &record, &patient, &event, &words)?;
            // Put away with its offer: it comes back when the offer is taken up again.
            draft_table::set_state(tx, &draft.id, "queued")?;
            Ok(record.id)
        })
    }

    /// Takes up what was put off: the draft opens with consent, crisis, red flags and safe contact to be asked anew. Answers its id.
    pub fn recall(&self, referral_id: &str, actor: &str) -> Result<String, ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            let offer = referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            match current_state(tx, &id)? {
                EventType::Parked => {}
                // Taken up already: the draft is in somebody's hands, as it stands.
                EventType::Draft => return Ok(offer.draft_id),
                _ => return Err(ReferralError::NotPossibleNow),
            }
            draft_table::set_state(tx, &offer.draft_id, "open")?;
            draft_table::update(tx, &offer.draft_id, now, ReferralDraft::ask_anew)?;
            event_table::append(tx, &NewEvent::new(EventType::Draft, &id, actor, now))?;
            Ok(offer.draft_id)
        })
    }

    /// Offered again, and declined: without opening the draft.
    pub fn decline_parked(
        &self,
        referral_id: &str,
        words: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        let words = words.trim().to_owned();
        self.practice.write(move |tx| {
            let offer = referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            if !status::may_follow(EventType::Declined, Some(current_state(tx, &id)?)) {
                return Err(ReferralError::NotPossibleNow);
            }
            draft_table::set_state(tx, &offer.draft_id, "queued")?;
            append_with_words(
                tx,
                &NewEvent::new(EventType::Declined, &id, actor, now),
                &words,
            )
        })
    }
}

/// The offer that a draft came from, while it may still become a referral: it keeps its id, its reference and its timeline.
pub(super) fn open_offer_of(
    connection: &Connection,
    draft_id: &str,
) -> Result<Option<Referral>, ReferralError> {
    let Some(found) = referral_table::of_draft(connection, draft_id)? else {
        return Ok(None);
    };
    let folded = status::fold(&event_table::about(connection, &found.id)?);
    let open = folded.is_some_and(|folded| folded.state == EventType::Draft);
    Ok(open.then_some(found))
}

/// The service's copy as it was offered; one that is put off again stays the same offer.
fn offered(
    connection: &Connection,
    offer: &Offer<'_>,
    now: Timestamp,
    actor: &str,
) -> Result<Referral, ReferralError> {
    let ServiceToRefer::Found(facts) = offer.chosen else {
        return Err(ReferralError::NoSuchDraft);
    };
    let before = open_offer_of(connection, &offer.draft.id)?;
    let referrer = practice_table::referrer(connection)?.ok_or(ReferralError::PracticeNotSet)?;
    let new = new_id(now);
    let (id, quoted) = before.map_or_else(
        || (new.to_string(), reference(new)),
        |before| (before.id, before.reference),
    );
    Ok(Referral {
        id,
        reference: quoted,
        draft_id: offer.draft.id.clone(),
        queued_at: now,
        service_id: facts.id.clone(),
        service_name: facts.name.clone(),
        service_category: Some(facts.category),
        service_phone: facts.phone.clone(),
        replies_within_working_days: None,
        directory_version: facts.directory_version,
        address: String::new(),
        referrer: referrer.id,
        sent_by: actor.to_owned(),
    })
}

/// References and codes; nothing that identifies anybody.
fn payload(record: &Referral, more: &Value) -> Value {
    let mut payload = json!({
        "draft": record.draft_id, "service": record.service_id, "directory_version": record.directory_version,
        "referrer": record.referrer,
    });
    if let (Some(all), Some(more)) = (payload.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    payload
}

fn write(
    tx: &Transaction<'_>,
    record: &Referral,
    patient: &Patient,
    event: &NewEvent,
    words: &str,
) -> Result<(), ReferralError> {
    referral_table::insert_offer(tx, record, patient)?;
    append_with_words(tx, event, words)
}

/// A person's own words stand beside the event, apart, so that they can be erased.
pub(super) fn append_with_words(
    tx: &Transaction<'_>,
    event: &NewEvent,
    words: &str,
) -> Result<(), ReferralError> {
    let written = event_table::append(tx, event)?;
    if words.is_empty() {
        Ok(())
    } else {
        referral_table::note(tx, &written.id.to_string(), words)
    }
}
