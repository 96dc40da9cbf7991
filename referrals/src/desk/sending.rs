//! From a draft to the outbox, and back while that is possible; and a person's decisions about what did not go well.

use super::{Desk, offers::open_offer_of};
use crate::{
    ReferralError, approval_table,
    draft::{ReadyReferral, ReferralDraft, ReferralForm, ServiceToRefer, draft_table},
    mailbox_table,
    outbox::{OutboxMessage, outbox_table, policy, sender::sha256_hex},
    people::StaffMember,
    practice_table::{self, PracticeDetails},
    referral_table::{self, Referral},
    render::{
        content::{LetterFacts, letter_content},
        email::{MailHeaders, mail},
    },
    status,
    transport::Mailbox,
    usual_table,
};
use jiff::{SignedDuration, Timestamp};
use letter::LetterContent;
use rusqlite::Transaction;
use store::{EventType, NewEvent, clock::local_date, event::new_id, event_table, fail_point};

/// A referral that was just queued.
#[derive(Debug, Clone)]
pub struct Queued {
    pub referral_id: String,
    pub reference: String,
    pub patient: String,
    pub service_name: String,
    pub not_before_at: Timestamp,
}

/// What a person decided of an uncertain send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownDecision {
    ItArrived,
    SendAgain,
}

/// Everything that is fixed when a referral is queued.
struct Frozen {
    referral: Referral,
    letter: LetterContent,
    message: OutboxMessage,
}

impl Desk {
    /// Checks, renders and queues. Bytes, Message-ID and address are fixed here for good; intent and job stand in one transaction.
    /// `chosen` is what was found for this very draft: one that has changed since queues nothing.
    pub fn queue(
        &self,
        draft: &ReferralDraft,
        on_screen: &ReferralForm,
        chosen: &ServiceToRefer,
        sent_by: &str,
    ) -> Result<Queued, ReferralError> {
        let now = self.clock.now();
        if draft.form != *on_screen {
            return Err(ReferralError::DraftChanged);
        }
        let ready = draft
            .check(chosen, self.demonstration, local_date(now))
            .map_err(ReferralError::Incomplete)?;
        let frozen = self.freeze(&ready, sent_by, now)?;
        let queued = Queued {
            referral_id: frozen.referral.id.clone(),
            reference: frozen.referral.reference.clone(),
            patient: ready.patient_label(),
            service_name: frozen.referral.service_name.clone(),
            not_before_at: frozen.message.not_before_at,
        };
        let (draft, actor) = (draft.clone(), sent_by.to_owned());
        self.practice.write(move |tx| {
            fail_point::reach("queue: begun")?;
            // What was rendered is what stood on the screen: an edit in between sends nothing.
            let stands = draft_table::read(tx, &draft.id)?.ok_or(ReferralError::NoSuchDraft)?;
            if stands != draft {
                return Err(ReferralError::DraftChanged);
            }
            let known = referral_table::read(tx, &frozen.referral.id)?.is_some();
            if known && !status::may_follow(EventType::Queued, Some(current_state(tx, &frozen.referral.id)?)) {
                return Err(ReferralError::DraftChanged);
            }
            referral_table::insert(tx, &frozen.referral, &ready.patient, &frozen.letter)?;
            usual_table::insert_reasons(tx, &frozen.referral.id, &ready.reasons)?;
            outbox_table::insert(tx, &frozen.message)?;
            draft_table::set_state(tx, &draft.id, "queued")?;
            let approved_by = approval_table::approved_by(tx, &frozen.message.endpoint_id, &frozen.message.endpoint_digest)?;
            let payload = serde_json::json!({
                "draft": draft.id, "service": frozen.referral.service_id, "endpoint": frozen.message.endpoint_id,
                "outbox": frozen.message.id, "directory_version": frozen.referral.directory_version,
                "referrer": frozen.referral.referrer, "sent_by": frozen.referral.sent_by,
                "approved_by": approved_by,
            });
            event_table::append(tx, &NewEvent::new(EventType::Queued, &frozen.referral.id, actor, now).with(payload))?;
            fail_point::reach("queue: written")?;
            Ok::<_, ReferralError>(())
        })?;
        fail_point::reach("queue: committed")?;
        self.wake.wake();
        Ok(queued)
    }

    fn freeze(
        &self,
        ready: &ReadyReferral,
        sent_by: &str,
        now: Timestamp,
    ) -> Result<Frozen, ReferralError> {
        let (practice, referrer, mailbox) = self.sender_details()?;
        let offer = self.practice.read(|c| open_offer_of(c, &ready.draft_id))?;
        let new = new_id(now);
        let (id, reference) = offer.map_or_else(
            || (new.to_string(), reference(new)),
            |offer| (offer.id, offer.reference),
        );
        let referrer_line = format!("{} ({})", referrer.name, referrer.job);
        let facts = LetterFacts {
            reference: &reference,
            today: local_date(now),
            demonstration: self.demonstration,
            practice_name: &practice.name,
            practice_ods_code: &practice.ods_code,
            practice_phone: &practice.phone,
            practice_address: &mailbox.from_address,
            referrer: &referrer_line,
        };
        let letter = letter_content(ready, &facts);
        let referral = Referral {
            id: id.clone(),
            reference: reference.clone(),
            draft_id: ready.draft_id.clone(),
            queued_at: now,
            service_id: ready.service.id.clone(),
            service_name: ready.service.name.clone(),
            service_category: Some(ready.service.category),
            service_phone: ready.service.phone.clone(),
            replies_within_working_days: ready.service.replies_within_working_days,
            directory_version: ready.service.directory_version,
            address: ready.service.address.clone(),
            referrer: referrer.id,
            sent_by: sent_by.to_owned(),
        };
        let message = OutboxMessage {
            id: new_id(now).to_string(),
            referral_id: referral.id.clone(),
            channel: ready.service.channel.clone(),
            endpoint_id: ready.service.endpoint_id.clone(),
            endpoint_digest: ready.service.endpoint_digest.clone(),
            address: referral.address.clone(),
            message_id: format!("<ref-{id}.1@{}>", mailbox.domain()),
            request_id: new_id(now).to_string(),
            bytes: Vec::new(),
            bytes_sha256: String::new(),
            queued_at: now,
            confirmed_at: now,
            not_before_at: now + SignedDuration::from_secs(policy::UNDO_SECONDS),
        };
        let message = with_bytes(message, &mailbox, &letter, self.demonstration, now)?;
        Ok(Frozen {
            referral,
            letter,
            message,
        })
    }

    fn sender_details(&self) -> Result<(PracticeDetails, StaffMember, Mailbox), ReferralError> {
        self.practice.read(|c| {
            let practice = practice_table::practice(c)?.ok_or(ReferralError::PracticeNotSet)?;
            let referrer = practice_table::referrer(c)?.ok_or(ReferralError::PracticeNotSet)?;
            let mailbox = mailbox_table::read(c)?.ok_or(ReferralError::MailboxNotSet)?;
            Ok((practice, referrer, mailbox))
        })
    }

    /// Ends in NOT SENT and gives the draft back, as long as no attempt has begun. Answers the draft's id.
    pub fn undo(&self, referral_id: &str, actor: &str) -> Result<String, ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            let referral = referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            let newest = outbox_table::newest_of(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
            let may_have_gone = newest.attempt_count > 0 || outbox_table::ever_left(tx, &id)?;
            if may_have_gone || newest.state != "queued" || !outbox_table::withdraw(tx, &id)? {
                return Err(ReferralError::TooLate);
            }
            draft_table::set_state(tx, &referral.draft_id, "open")?;
            event_table::append(tx, &NewEvent::new(EventType::Undone, &id, actor, now))?;
            Ok(referral.draft_id)
        })
    }

    /// Without waiting for the time to undo to pass.
    pub fn send_now(&self, referral_id: &str) -> Result<(), ReferralError> {
        let (now, id) = (self.clock.now(), referral_id.to_owned());
        self.practice.write(move |tx| {
            let state = outbox_table::newest_of(tx, &id)?
                .ok_or(ReferralError::NoSuchReferral)?
                .state;
            if state == "queued" && outbox_table::release(tx, &id, now)? {
                Ok(())
            } else {
                Err(ReferralError::TooLate)
            }
        })?;
        self.wake.wake();
        Ok(())
    }

    /// A failed or held referral goes again, as it is; the person confirms that it still shall.
    pub fn try_again(&self, referral_id: &str, actor: &str) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            let state = outbox_table::newest_of(tx, &id)?
                .ok_or(ReferralError::NoSuchReferral)?
                .state;
            if !matches!(state.as_str(), "rejected" | "held")
                || !outbox_table::release(tx, &id, now)?
            {
                return Err(ReferralError::NotPossibleNow);
            }
            let event = NewEvent::new(EventType::Queued, &id, actor, now);
            event_table::append(tx, &event.with(serde_json::json!({ "confirmed": true })))?;
            Ok(())
        })?;
        self.wake.wake();
        Ok(())
    }

    /// What a person found out about an uncertain send: the only way in which it ever leaves that state.
    pub fn decide_unknown(
        &self,
        referral_id: &str,
        decision: UnknownDecision,
        actor: &str,
    ) -> Result<(), ReferralError> {
        match decision {
            UnknownDecision::ItArrived => {
                let (now, id, actor) = (self.clock.now(), referral_id.to_owned(), actor.to_owned());
                self.practice.write(move |tx| {
                    if !outbox_table::resolve_unknown(tx, &id, "accepted")? {
                        return Err(ReferralError::NotPossibleNow);
                    }
                    let event = NewEvent::new(EventType::Sent, &id, actor, now);
                    event_table::append(
                        tx,
                        &event.with(serde_json::json!({ "decided": "it-arrived" })),
                    )?;
                    Ok(())
                })
            }
            UnknownDecision::SendAgain => self.send_again(referral_id, actor),
        }
    }

    /// A second message, which says that it may be the second: a new Message-ID, the same reference.
    fn send_again(&self, referral_id: &str, actor: &str) -> Result<(), ReferralError> {
        let now = self.clock.now();
        let (_, _, mailbox) = self.sender_details()?;
        let (mut letter, old) = self.practice.read(|c| {
            let letter =
                referral_table::letter(c, referral_id)?.ok_or(ReferralError::NoSuchReferral)?;
            let old = outbox_table::newest_message_of(c, referral_id)?
                .ok_or(ReferralError::NoSuchReferral)?;
            Ok::<_, ReferralError>((letter, old))
        })?;
        letter
            .closing
            .push(crate::render::content::possible_duplicate(
                &letter.reference,
            ));
        let message = OutboxMessage {
            id: new_id(now).to_string(),
            message_id: format!("<ref-{}.again@{}>", new_id(now), mailbox.domain()),
            request_id: new_id(now).to_string(),
            confirmed_at: now,
            queued_at: now,
            not_before_at: now,
            ..old
        };
        let message = with_bytes(message, &mailbox, &letter, self.demonstration, now)?;
        let (id, actor) = (referral_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            if !outbox_table::resolve_unknown(tx, &id, "withdrawn")? {
                return Err(ReferralError::NotPossibleNow);
            }
            outbox_table::insert(tx, &message)?;
            let payload = serde_json::json!({ "decided": "send-again", "outbox": message.id });
            event_table::append(
                tx,
                &NewEvent::new(EventType::Queued, &id, actor, now).with(payload),
            )?;
            Ok(())
        })?;
        self.wake.wake();
        Ok(())
    }

    /// Taken back for good, with a reason in the person's own words.
    pub fn withdraw(
        &self,
        referral_id: &str,
        reason: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, id, actor, reason) = (
            self.clock.now(),
            referral_id.to_owned(),
            actor.to_owned(),
            reason.to_owned(),
        );
        self.practice.write(move |tx| {
            let state = current_state(tx, &id)?;
            if !status::may_follow(EventType::Withdrawn, Some(state)) {
                return Err(ReferralError::NotPossibleNow);
            }
            outbox_table::withdraw(tx, &id)?;
            outbox_table::resolve_unknown(tx, &id, "withdrawn")?;
            // Nothing reached the service, so the draft is given back to be corrected rather than typed again. Not that of an offer:
            // it would come back with old answers.
            let offered = matches!(state, EventType::Parked | EventType::Draft);
            if !offered && !outbox_table::ever_left(tx, &id)? {
                let referral =
                    referral_table::read(tx, &id)?.ok_or(ReferralError::NoSuchReferral)?;
                draft_table::set_state(tx, &referral.draft_id, "open")?;
            }
            let event =
                event_table::append(tx, &NewEvent::new(EventType::Withdrawn, &id, actor, now))?;
            if reason.trim().is_empty() {
                Ok(())
            } else {
                referral_table::note(tx, &event.id.to_string(), reason.trim())
            }
        })
    }

    /// The referrals that can still be undone: quitting asks about them.
    pub fn still_undoable(&self) -> Result<Vec<String>, ReferralError> {
        let now = self.clock.now();
        self.practice.read(|c| outbox_table::still_undoable(c, now))
    }
}

pub(super) fn current_state(
    tx: &Transaction<'_>,
    referral_id: &str,
) -> Result<EventType, ReferralError> {
    let events = event_table::about(tx, referral_id)?;
    status::fold(&events)
        .map(|folded| folded.state)
        .ok_or(ReferralError::NoSuchReferral)
}

fn with_bytes(
    message: OutboxMessage,
    mailbox: &Mailbox,
    letter: &LetterContent,
    demonstration: bool,
    now: Timestamp,
) -> Result<OutboxMessage, ReferralError> {
    let headers = MailHeaders {
        from: mailbox.from_address.clone(),
        from_name: mailbox.from_name.clone(),
        to: message.address.clone(),
        subject: subject(letter, demonstration),
        message_id: message.message_id.clone(),
        date: now,
    };
    let bytes = mail(&headers, letter, &letter::pdf(letter)?)?;
    Ok(OutboxMessage {
        bytes_sha256: sha256_hex(&bytes),
        bytes,
        ..message
    })
}

/// The reference and the service, and nothing that identifies the patient: a subject is never encrypted.
fn subject(letter: &LetterContent, demonstration: bool) -> String {
    let mark = if demonstration { "DEMONSTRATION: " } else { "" };
    format!("{mark}{} ({})", letter.title, letter.reference)
}

/// Forty random bits of the referral's id, in Crockford's base 32: "ONW-7K3F-92QD".
pub(super) fn reference(id: uuid::Uuid) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = id.as_u128();
    let mut letters = String::from("ONW-");
    for place in 0..8 {
        if place == 4 {
            letters.push('-');
        }
        let index = usize::try_from(bits & 31).unwrap_or(0);
        letters.push(
            ALPHABET
                .get(index)
                .map_or('0', |letter| char::from(*letter)),
        );
        bits >>= 5;
    }
    letters
}
