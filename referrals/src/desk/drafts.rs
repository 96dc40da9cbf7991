//! The drafts of a practice: begun by a paste or by typing, saved at each change, never mixed.

use super::Desk;
use crate::{
    ReferralError,
    draft::{PatientField, ReferralDraft, ReferralForm, draft_table},
    intake::{self, ReadPatient},
};
use jiff::Timestamp;
use rusqlite::Transaction;
use store::event::new_id;

/// Far more than any letter; a whole record pasted by mistake is refused, and what stood there stays.
const LONGEST_PASTE_BYTES: usize = 1_000_000;

impl Desk {
    /// The newest open draft, or a new empty one.
    pub fn current_draft(&self) -> Result<ReferralDraft, ReferralError> {
        match self.drafts()?.into_iter().next() {
            Some((draft, _)) => Ok(draft),
            None => self.new_draft(),
        }
    }

    /// The open drafts, newest first.
    pub fn drafts(&self) -> Result<Vec<(ReferralDraft, Timestamp)>, ReferralError> {
        self.practice.read(draft_table::open)
    }

    pub fn draft(&self, id: &str) -> Result<ReferralDraft, ReferralError> {
        self.practice
            .read(|c| draft_table::read(c, id))?
            .ok_or(ReferralError::NoSuchDraft)
    }

    /// Makes this draft the one that the window opens with.
    pub fn open_draft(&self, id: &str) -> Result<ReferralDraft, ReferralError> {
        let draft = self.draft(id)?;
        self.save(&draft)?;
        Ok(draft)
    }

    pub fn new_draft(&self) -> Result<ReferralDraft, ReferralError> {
        let draft = ReferralDraft::new(new_id(self.clock.now()).to_string());
        self.save(&draft)?;
        Ok(draft)
    }

    /// Puts the patient away: what was begun stays as its own draft, and a new, empty one takes its place.
    pub fn put_away(&self, id: &str) -> Result<ReferralDraft, ReferralError> {
        let old = self.draft(id)?;
        if old.is_empty() {
            return Ok(old);
        }
        self.new_draft()
    }

    /// A paste replaces the whole context and is never merged with what stood there: a draft that has a patient is left
    /// as it is, and the new patient gets a draft of its own. A search begun before the paste keeps its chosen service, and
    /// nothing else: what was answered with no patient on the screen was answered of somebody else, as far as anybody knows.
    pub fn paste(&self, id: &str, text: &str) -> Result<ReferralDraft, ReferralError> {
        let read = self.read_paste(text)?;
        let (now, id) = (self.clock.now(), id.to_owned());
        self.practice.write(move |tx| {
            let begun = draft_table::read(tx, &id)?.ok_or(ReferralError::NoSuchDraft)?;
            let has_patient = !begun.patient.is_empty() || begun.deceased;
            let draft = if has_patient {
                ReferralDraft::new(new_id(now).to_string())
            } else {
                with_service_only(begun)
            };
            fill_and_save(tx, draft, &read, now)
        })
    }

    /// A draft of its own from one paste; a text that is refused leaves nothing behind.
    pub fn begin_with(&self, text: &str) -> Result<ReferralDraft, ReferralError> {
        let read = self.read_paste(text)?;
        let now = self.clock.now();
        let draft = ReferralDraft::new(new_id(now).to_string());
        self.practice
            .write(move |tx| fill_and_save(tx, draft, &read, now))
    }

    fn read_paste(&self, text: &str) -> Result<ReadPatient, ReferralError> {
        if text.len() > LONGEST_PASTE_BYTES {
            return Err(ReferralError::PasteTooLarge);
        }
        if text.trim().is_empty() {
            return Err(ReferralError::PasteEmpty);
        }
        let read = intake::read(text, self.clock.today());
        if read.holds_nothing() {
            return Err(ReferralError::PasteUnreadable);
        }
        if self.demonstration && read.names_a_real_number() {
            return Err(ReferralError::NotATestPatient);
        }
        Ok(read)
    }

    /// One field of the patient, as a person typed or chose it.
    pub fn edit_patient(
        &self,
        id: &str,
        field: PatientField,
        text: &str,
    ) -> Result<ReferralDraft, ReferralError> {
        let (now, id, text) = (self.clock.now(), id.to_owned(), text.to_owned());
        self.practice.write(move |tx| {
            draft_table::update(tx, &id, now, |draft| draft.patient.set(field, &text))
        })
    }

    /// The form as it stands on the screen. `endpoint_digest` is that of the address on the card of the service chosen in it:
    /// it is kept when the choice is new, so that a send to another address than the one that was seen is refused.
    pub fn save_form(
        &self,
        id: &str,
        form: ReferralForm,
        endpoint_digest: Option<String>,
    ) -> Result<ReferralDraft, ReferralError> {
        let (now, id) = (self.clock.now(), id.to_owned());
        self.practice.write(move |tx| {
            draft_table::update(tx, &id, now, |draft| {
                if draft.form.service_id != form.service_id {
                    draft.seen_endpoint_digest = endpoint_digest;
                }
                draft.form = form;
            })
        })
    }

    fn save(&self, draft: &ReferralDraft) -> Result<(), ReferralError> {
        let (draft, now) = (draft.clone(), self.clock.now());
        let saved = self
            .practice
            .write(move |tx| draft_table::save(tx, &draft, now))?;
        if saved {
            Ok(())
        } else {
            Err(ReferralError::NoSuchDraft)
        }
    }
}

/// The search that was begun, without any answer.
fn with_service_only(begun: ReferralDraft) -> ReferralDraft {
    ReferralDraft {
        form: ReferralForm {
            service_id: begun.form.service_id,
            ..ReferralForm::default()
        },
        seen_endpoint_digest: begun.seen_endpoint_digest,
        ..ReferralDraft::new(begun.id)
    }
}

fn fill_and_save(
    tx: &Transaction<'_>,
    mut draft: ReferralDraft,
    read: &ReadPatient,
    now: Timestamp,
) -> Result<ReferralDraft, ReferralError> {
    draft.fill(read);
    draft.pasted_at = Some(now);
    draft_table::save(tx, &draft, now)?;
    Ok(draft)
}
