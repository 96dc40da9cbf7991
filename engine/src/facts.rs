//! What is known of a patient from a draft, as the directory may know it: no name, no number.

use crate::Catalogue;
use jiff::civil::Date;
use referrals::draft::{Reason, ReferralDraft, ReferralForm, SafetyAnswer};
use services_directory::{
    criteria::{KnownAnswer, KnownFacts},
    ids::OdsCode,
};

/// What is known of the patient, and what a person answered to criteria.
#[derive(Debug, Clone, Default)]
pub struct PatientFacts {
    pub age: Option<u8>,
    pub practice: Option<OdsCode>,
    pub pain_at_least_months: Option<u16>,
    pub conditions: Vec<String>,
    pub ruled_out: Vec<String>,
    pub answers: Vec<KnownAnswer>,
}

/// How services write "in crisis" in their exclusions.
const IN_CRISIS: [&str; 6] = [
    "in crisis",
    "in a crisis",
    "crisis",
    "in mental health crisis",
    "in a mental health crisis",
    "mental health crisis",
];

impl PatientFacts {
    pub fn of(draft: &ReferralDraft, practice: Option<OdsCode>, today: Date) -> Self {
        let born = draft.patient.born(today);
        Self {
            age: born.map(|born| u8::try_from(born.age_years(today)).unwrap_or(u8::MAX)),
            practice,
            ..Self::told_by(&draft.form)
        }
    }

    /// What the form says already is not asked again.
    fn told_by(form: &ReferralForm) -> Self {
        let mut facts = Self::default();
        for reason in &form.reasons {
            if *reason == Reason::PainOver3Months {
                facts.pain_at_least_months = Some(3);
            }
            let words = conditions(*reason).iter().map(ToString::to_string);
            facts.conditions.extend(words);
        }
        // "Present, dealt with" does not tell whether the person is in crisis now: a person answers that.
        if form.crisis == Some(SafetyAnswer::AskedNone) {
            facts.ruled_out = IN_CRISIS.map(str::to_owned).to_vec();
        }
        if form.red_flags == Some(SafetyAnswer::AskedNone) {
            facts.ruled_out.push("red flags".to_owned());
        }
        let answers = form.criteria.iter().filter_map(|answer| {
            Some(KnownAnswer {
                key: answer.key.clone(),
                met: answer.met?,
            })
        });
        facts.answers = answers.collect();
        facts
    }

    pub(crate) fn known(&self, catalogue: &Catalogue) -> KnownFacts {
        let areas = |practice| catalogue.areas_of(practice);
        KnownFacts {
            age: self.age,
            practice: self.practice.clone(),
            areas: self.practice.as_ref().and_then(areas),
            pain_at_least_months: self.pain_at_least_months,
            conditions: self.conditions.clone(),
            ruled_out: self.ruled_out.clone(),
            measures: Vec::new(),
            answers: self.answers.clone(),
        }
    }
}

/// A ticked reason in the words of services' criteria; never more than the reason says (fibromyalgia is one of two in its own).
fn conditions(reason: Reason) -> &'static [&'static str] {
    match reason {
        Reason::PainOver3Months => &["pain"],
        Reason::WidespreadPain => &["widespread pain", "pain"],
        Reason::BackPain => &["back pain", "pain"],
        Reason::LowMood => &["low mood"],
        Reason::Anxiety => &["anxiety"],
        Reason::PainDistress => &["distress related to pain", "pain"],
        Reason::PoorSleep => &["poor sleep"],
        Reason::Fatigue => &["fatigue"],
        Reason::DailyActivities => &["difficulty with daily activities"],
        Reason::Work => &["work"],
        Reason::Bereavement => &["bereavement"],
        Reason::Money => &["money worries"],
        Reason::Housing => &["housing"],
        Reason::Relationships => &["relationships"],
    }
}
