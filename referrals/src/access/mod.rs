//! Everything that is held about one patient, as a copy for them (UK GDPR article 15): what it holds, and whose it is.

mod html;
mod words;

pub use html::html;
pub use words::{act_words, moment, state_words};

use crate::{
    draft::{PatientEntries, PatientField},
    patient::{DateOfBirth, NhsNumber, NhsNumberOrReason, Patient, redacted_debug},
};
use jiff::civil::Date;
use serde::Serialize;

/// Of whom everything is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum WhoIsAsked {
    Number(NhsNumber),
    /// For referrals that were made without a number.
    NameAndBirth {
        family: String,
        given: String,
        born: DateOfBirth,
    },
}

redacted_debug!(WhoIsAsked);

impl WhoIsAsked {
    pub fn is(&self, patient: &Patient) -> bool {
        match (self, &patient.nhs_number) {
            (Self::Number(asked), NhsNumberOrReason::Known(number)) => asked == number,
            (Self::Number(_), _) => false,
            (
                Self::NameAndBirth {
                    family,
                    given,
                    born,
                },
                _,
            ) => {
                born.date() == patient.born.date()
                    && folded(family) == folded(patient.name.family())
                    && folded(given) == folded(patient.name.given())
            }
        }
    }

    /// The same of a draft, as far as it was filled in.
    pub fn is_draft_of(&self, entries: &PatientEntries, today: Date) -> bool {
        match self {
            Self::Number(asked) => entries.nhs_number().as_ref() == Some(asked),
            Self::NameAndBirth {
                family,
                given,
                born,
            } => {
                entries.born(today).map(DateOfBirth::date) == Some(born.date())
                    && folded(family) == folded(entries.text(PatientField::Family))
                    && folded(given) == folded(entries.text(PatientField::Given))
            }
        }
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A name and what stands under it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

impl Fact {
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
        }
    }
}

/// Something that happened, or that somebody did: when, what, who.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    pub at: String,
    pub what: String,
    /// The code behind the words, for machines.
    pub code: String,
    pub by: String,
    pub words: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ReferralCopy {
    pub reference: String,
    pub about: Vec<Fact>,
    /// As it was sent; empty once it was erased.
    pub patient: Vec<Fact>,
    pub letter: String,
    pub timeline: Vec<Happened>,
    /// Who opened, copied or exported it, as far as this program wrote it down.
    pub seen: Vec<Happened>,
}

/// What was begun, and not sent, or not yet.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DraftCopy {
    pub changed_at: String,
    pub patient: Vec<Fact>,
    pub form: Vec<Fact>,
    pub seen: Vec<Happened>,
}

/// The whole copy.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Everything {
    pub demonstration: bool,
    pub practice: String,
    pub made_at: String,
    pub referrals: Vec<ReferralCopy>,
    pub drafts: Vec<DraftCopy>,
}

redacted_debug!(Everything, ReferralCopy, DraftCopy, Fact, Happened);

impl Everything {
    pub fn is_empty(&self) -> bool {
        self.referrals.is_empty() && self.drafts.is_empty()
    }
}
