//! A draft: what was pasted and typed, exactly as it stands on the screen, so that nothing typed is ever lost, however wrong;
//! and the check that turns it into a `ReadyReferral`, which cannot be wrong.

mod check;
pub mod draft_table;
mod entries;
mod form;
mod from_paste;
mod offer;

pub use check::{
    CheckedCriterion, CriterionOutcome, DirectoryFacts, ReadyReferral, ReferredService,
    ServiceToRefer,
};
pub use entries::{Entry, PatientEntries, PatientField};
pub use form::{Consent, CriterionAnswer, ExtraAnswer, Reason, ReferralForm, SafetyAnswer};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything that a GP has put in so far.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferralDraft {
    pub id: String,
    pub patient: PatientEntries,
    pub pasted_at: Option<Timestamp>,
    /// The pasted text says that the patient has died.
    pub deceased: bool,
    pub form: ReferralForm,
    /// The digest of the address that stood on the card when the service was chosen.
    #[serde(default)]
    pub seen_endpoint_digest: Option<String>,
}

impl ReferralDraft {
    pub fn new(id: String) -> Self {
        Self {
            id,
            patient: PatientEntries::default(),
            pasted_at: None,
            deceased: false,
            form: ReferralForm::default(),
            seen_endpoint_digest: None,
        }
    }

    /// Nothing of a patient and nothing of a referral stands in it.
    pub fn is_empty(&self) -> bool {
        self.patient.is_empty() && !self.deceased && self.form == ReferralForm::default()
    }
}

impl std::fmt::Debug for ReferralDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReferralDraft")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Something that stands in the way of sending. The window has the words for each field and code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A `PatientField`, a field of the form, or "extra:<question id>".
    pub field: String,
    pub code: &'static str,
    pub detail: Option<String>,
}

impl Problem {
    pub fn new(field: &str, code: &'static str) -> Self {
        Self {
            field: field.to_owned(),
            code,
            detail: None,
        }
    }
}
