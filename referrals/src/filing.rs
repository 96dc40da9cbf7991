//! What goes into the patient's record at the practice: a short text of what was done, with the SNOMED CT concept of it where one is given.

use crate::{
    patient::{NhsNumberOrReason, Patient, cui_date, redacted_debug},
    render::content::{AGREEMENT, IN_REFERRERS_WORDS, REASON},
    status,
};
use jiff::Timestamp;
use letter::{DEMONSTRATION, LetterContent, one_line};
use services_directory::model::Category;
use store::{EventType, clock::local_date};

/// What was done, as the record is to say it. It is filed once for each: a referral that was filed and then taken back is filed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Referred,
    TakenBack,
    /// Offered, and put off by the patient.
    Parked,
    Declined,
}

impl Deed {
    pub const ALL: [Self; 4] = [
        Self::Referred,
        Self::TakenBack,
        Self::Parked,
        Self::Declined,
    ];

    /// None where there is nothing to file: a draft, or a need that nothing met.
    pub fn of(state: EventType) -> Option<Self> {
        use EventType as E;
        match state {
            E::Draft | E::NoGoodLocalService => None,
            E::Undone | E::Withdrawn => Some(Self::TakenBack),
            E::Parked => Some(Self::Parked),
            E::Declined => Some(Self::Declined),
            _ => Some(Self::Referred),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Referred => "referred",
            Self::TakenBack => "taken-back",
            Self::Parked => "parked",
            Self::Declined => "declined",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.code() == code)
    }
}

/// Social prescribing has two concepts (nhs-rules of the project, 3.13: "referral", "declined").
const SOCIAL_PRESCRIBING_REFERRAL: Option<&str> = Some("871731000000106");
const SOCIAL_PRESCRIBING_DECLINED: Option<&str> = Some("871711000000103");
/// Not given to us, and never guessed: whoever answers for clinical coding at the practice or for the product says which they are.
const REFERRAL: Option<&str> = None;
const DECLINED: Option<&str> = None;
const PARKED: Option<&str> = None;
const TAKEN_BACK: Option<&str> = None;

/// The SNOMED CT concept of what was done. None is worded without a code.
pub fn concept(deed: Deed, category: Option<Category>) -> Option<&'static str> {
    let social = category == Some(Category::SocialPrescribing);
    match deed {
        Deed::Referred if social => SOCIAL_PRESCRIBING_REFERRAL,
        Deed::Declined if social => SOCIAL_PRESCRIBING_DECLINED,
        Deed::Referred => REFERRAL,
        Deed::Declined => DECLINED,
        Deed::Parked => PARKED,
        Deed::TakenBack => TAKEN_BACK,
    }
}

/// Whether a person still has to file what was done. Taking back needs filing only where the referral was filed before.
pub fn is_to_file(state: EventType, filed: Option<Deed>) -> bool {
    match Deed::of(state) {
        None => false,
        Some(Deed::TakenBack) => filed.is_some_and(|deed| deed != Deed::TakenBack),
        deed => filed != deed,
    }
}

/// What the text is made from.
#[derive(Clone)]
pub struct RecordFacts<'a> {
    pub deed: Deed,
    pub state: EventType,
    /// When it came to stand where it does.
    pub at: Timestamp,
    pub queued_at: Timestamp,
    pub service_name: &'a str,
    pub category: Option<Category>,
    pub reference: &'a str,
    pub referrer: &'a str,
    /// Both are None once they were erased.
    pub patient: Option<&'a Patient>,
    pub letter: Option<&'a LetterContent>,
    pub demonstration: bool,
}

redacted_debug!(RecordFacts<'_>);

/// A few labelled lines, ready to be pasted. The patient stands in the second, so that a paste into another person's record is seen.
pub fn record_text(facts: &RecordFacts<'_>) -> String {
    let mut lines = Vec::new();
    if facts.demonstration {
        lines.push(DEMONSTRATION.to_owned());
    }
    lines.push(headline(facts));
    lines.extend(
        facts
            .patient
            .map(|patient| format!("Patient: {}", who(patient))),
    );
    if let Some(concept) = concept(facts.deed, facts.category) {
        lines.push(format!("SNOMED CT: {concept}"));
    }
    lines.push(format!("When: {}", when(facts)));
    for label in [REASON, IN_REFERRERS_WORDS, AGREEMENT] {
        lines.extend(said(facts.letter, label).map(|value| format!("{label}: {value}")));
    }
    lines.push(format!("Referrer: {}", facts.referrer));
    lines.push(format!("Reference: {}", facts.reference));
    lines.extend(responsibility(facts).map(str::to_owned));
    lines.join("\n")
}

fn headline(facts: &RecordFacts<'_>) -> String {
    use EventType as E;
    let service = facts.service_name;
    match (facts.deed, facts.state) {
        (Deed::Parked, _) => format!("Offered, and put off for now: {service}"),
        (Deed::Declined, _) => format!("Offered, and declined by the patient: {service}"),
        (Deed::TakenBack, E::Undone) => format!("Referral NOT SENT, undone: {service}"),
        (Deed::TakenBack, _) => format!("Referral withdrawn: {service}"),
        (Deed::Referred, E::Queued | E::Sending) => {
            format!("Referral to {service}, on its way, not yet sent")
        }
        (Deed::Referred, E::Held) => format!("Referral to {service}, held, NOT SENT"),
        (Deed::Referred, E::Failed) => {
            format!("Referral to {service}, could not be sent, NOT SENT")
        }
        (Deed::Referred, E::Unknown) => {
            format!("Referral to {service}, not known whether it arrived")
        }
        (Deed::Referred, E::Accepted) => format!("Referral to {service}, accepted by the service"),
        (Deed::Referred, E::Rejected) => {
            format!("Referral to {service}, not accepted by the service")
        }
        (Deed::Referred, _) => format!("Referral sent to {service}"),
    }
}

/// The moment of what the headline says.
fn when(facts: &RecordFacts<'_>) -> String {
    use EventType as E;
    let stamp = |at| format!("{} {}", cui_date(local_date(at)), status::local_time(at));
    match (facts.deed, facts.state) {
        (Deed::Referred, E::Accepted | E::Rejected) => {
            format!(
                "referred {}, answered {}",
                stamp(facts.queued_at),
                stamp(facts.at)
            )
        }
        (Deed::Referred, E::Sent | E::Held | E::Failed | E::Unknown) => stamp(facts.at),
        (Deed::Referred, _) => stamp(facts.queued_at),
        _ => stamp(facts.at),
    }
}

fn who(patient: &Patient) -> String {
    let number = match &patient.nhs_number {
        NhsNumberOrReason::Known(number) => format!("NHS No. {number}"),
        NhsNumberOrReason::Missing(_) => "no NHS number".to_owned(),
    };
    format!("{}, born {}, {number}", patient.name, patient.born)
}

/// What the letter says under a label, on one line: a clinical system files lines, not paragraphs.
fn said(letter: Option<&LetterContent>, label: &str) -> Option<String> {
    let mut rows = letter?.sections.iter().flat_map(|section| &section.rows);
    let row = rows.find(|row| row.label == label)?;
    Some(one_line(&row.value))
}

/// Nobody who reads the record takes a referral that was sent for one that was accepted.
fn responsibility(facts: &RecordFacts<'_>) -> Option<&'static str> {
    let ours = facts.deed == Deed::Referred && status::responsibility(facts.state) == "practice";
    ours.then_some("The practice holds clinical responsibility until the service accepts.")
}

#[cfg(test)]
mod tests;
