//! What a referral says, once, for every form of it: safe contact and communication needs come first.

use crate::{
    draft::{CheckedCriterion, Consent, CriterionOutcome, ReadyReferral, SafetyAnswer},
    patient::{Gender, NhsNumberOrReason, Patient},
};
use jiff::civil::Date;
use letter::{LetterContent, LetterRow, LetterSection};

/// What the letter needs to know beside the referral itself.
#[derive(Debug, Clone)]
pub struct LetterFacts<'a> {
    pub reference: &'a str,
    pub today: Date,
    pub demonstration: bool,
    pub practice_name: &'a str,
    pub practice_ods_code: &'a str,
    pub practice_phone: &'a str,
    pub practice_address: &'a str,
    /// The member of staff in whose name it goes, with the role.
    pub referrer: &'a str,
}

const NOT_RECORDED: &str = "Not recorded";
/// Labels that what is filed in the patient's record is found by, too.
pub const REASON: &str = "Reason";
pub const IN_REFERRERS_WORDS: &str = "In the referrer's words";
pub const AGREEMENT: &str = "Agreement";

pub fn letter_content(referral: &ReadyReferral, facts: &LetterFacts<'_>) -> LetterContent {
    let mut sections = vec![
        contact_first(referral),
        patient_section(&referral.patient, facts.today),
        reason_section(referral),
        safety_section(referral),
    ];
    if !referral.criteria.is_empty() {
        sections.push(criteria_section(&referral.criteria));
    }
    if !referral.extra_answers.is_empty() {
        let rows = referral
            .extra_answers
            .iter()
            .map(|(question, answer)| row(question, answer))
            .collect();
        sections.push(section("What you ask for", rows));
    }
    sections.push(referrer_section(facts));
    LetterContent {
        demonstration: facts.demonstration,
        title: format!("Referral to {}", referral.service.name),
        reference: facts.reference.to_owned(),
        dated: crate::patient::cui_date(facts.today),
        sections,
        closing: closing(facts),
    }
}

fn section(heading: &str, rows: Vec<LetterRow>) -> LetterSection {
    LetterSection {
        heading: heading.to_owned(),
        rows,
    }
}

fn row(label: &str, value: &str) -> LetterRow {
    let value = if value.trim().is_empty() {
        NOT_RECORDED
    } else {
        value
    };
    LetterRow {
        label: label.to_owned(),
        value: value.to_owned(),
    }
}

/// Accessible Information Standard: needs are flagged before anything else; unsafe contact can harm.
fn contact_first(referral: &ReadyReferral) -> LetterSection {
    let patient = &referral.patient;
    let allowed = |allowed: bool| {
        if allowed {
            "Yes, the patient was asked and agrees"
        } else {
            "No, not agreed"
        }
    };
    let interpreter = match patient.interpreter_needed {
        Some(true) => "Yes",
        Some(false) => "No",
        None => NOT_RECORDED,
    };
    section(
        "How to reach this person safely",
        vec![
            row(
                "Safe contact",
                patient.safe_contact_note.as_deref().unwrap_or(""),
            ),
            row("Leave a voicemail", allowed(referral.may_leave_voicemail)),
            row("Send a text message", allowed(referral.may_text)),
            row("Best times", &referral.best_times),
            row(
                "Communication needs",
                patient.communication_needs.as_deref().unwrap_or(""),
            ),
            row("Language", patient.language.as_deref().unwrap_or("")),
            row("Interpreter needed", interpreter),
        ],
    )
}

fn patient_section(patient: &Patient, today: Date) -> LetterSection {
    let number = match &patient.nhs_number {
        NhsNumberOrReason::Known(number) => number.to_string(),
        NhsNumberOrReason::Missing(reason) => format!("Not given: {reason}"),
    };
    let phones: Vec<String> = patient.phones.iter().map(ToString::to_string).collect();
    let gender = match patient.gender {
        Gender::NotKnown => "Not Known".to_owned(),
        known => known.to_string(),
    };
    section(
        "Patient",
        vec![
            row("Name", &patient.name.to_string()),
            row("Born", &patient.born.with_age(today)),
            row("Gender", &gender),
            row("NHS number", &number),
            row(
                "Address",
                &patient
                    .address
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
            row("Phone", &phones.join("\n")),
            row(
                "Email",
                patient.email.as_ref().map_or("", |email| email.as_str()),
            ),
        ],
    )
}

fn reason_section(referral: &ReadyReferral) -> LetterSection {
    let reasons: Vec<&str> = referral
        .reasons
        .iter()
        .map(|reason| reason.words())
        .collect();
    let mut rows = Vec::new();
    if !reasons.is_empty() {
        rows.push(row(REASON, &capitalised(&reasons.join(", "))));
    }
    if !referral.reason_text.is_empty() {
        rows.push(row(IN_REFERRERS_WORDS, &referral.reason_text));
    }
    rows.push(row(AGREEMENT, &agreement(referral)));
    section("Why this person is referred", rows)
}

/// Agreement to the referral and to sharing, which is not a consent under data protection law.
fn agreement(referral: &ReadyReferral) -> String {
    let how = match referral.consent {
        Consent::PatientInPerson => "The patient agrees, in person",
        Consent::PatientByPhone => "The patient agrees, by phone",
        Consent::PatientByVideo => "The patient agrees, by video",
        Consent::OnTheirBehalf => "Agreed on the patient's behalf",
    };
    let what = format!("{how}, to this referral and to sharing this information");
    if referral.consent_note.is_empty() {
        what
    } else {
        format!("{what}: {}", referral.consent_note)
    }
}

fn safety_section(referral: &ReadyReferral) -> LetterSection {
    let line = |answer: SafetyAnswer, note: &str| match answer {
        SafetyAnswer::AskedNone => "Asked, none present".to_owned(),
        SafetyAnswer::PresentDealtWith => format!("Present, and dealt with: {note}"),
        SafetyAnswer::NotAsked => "NOT ASKED by the referrer".to_owned(),
    };
    let mut rows = vec![
        row("Crisis", &line(referral.crisis, &referral.crisis_note)),
        row(
            "Red flags",
            &line(referral.red_flags, &referral.red_flags_note),
        ),
    ];
    rows.extend(phq9(referral).map(|value| row("PHQ-9, as entered", &value)));
    section("Safety", rows)
}

/// The numbers as they were entered, with the range of each, and nothing that is worked out from them.
fn phq9(referral: &ReadyReferral) -> Option<String> {
    let total = referral
        .phq9_total
        .map(|total| format!("total {total} (of 0 to 27)"));
    let item = referral.phq9_item9.map(|item| {
        format!("item 9, thoughts of being better off dead or of self-harm: {item} (of 0 to 3)")
    });
    let said: Vec<String> = [total, item].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The service's own sentences, each with what is known, so that its triage need not ask again.
fn criteria_section(criteria: &[CheckedCriterion]) -> LetterSection {
    let line = |criterion: &CheckedCriterion| {
        let known = criterion.known.as_ref();
        let known = known.map_or(String::new(), |known| format!(" ({known})"));
        let value = match criterion.outcome {
            CriterionOutcome::NotKnown => "Not known".to_owned(),
            CriterionOutcome::Met if criterion.answered => format!("Met, the referrer says{known}"),
            CriterionOutcome::Met => format!("Met{known}"),
            CriterionOutcome::NotMet => {
                let reason = match criterion.reason.as_str() {
                    "" => "no reason given",
                    reason => reason,
                };
                format!("NOT MET{known}: {reason}")
            }
        };
        row(criterion.sentence.trim_end_matches('.'), &value)
    };
    section("Your criteria", criteria.iter().map(line).collect())
}

fn referrer_section(facts: &LetterFacts<'_>) -> LetterSection {
    section(
        "Referred by",
        vec![
            row("Referrer", facts.referrer),
            row(
                "GP practice",
                &format!("{} ({})", facts.practice_name, facts.practice_ods_code),
            ),
            row("Phone", facts.practice_phone),
            row("Reply to", facts.practice_address),
        ],
    )
}

fn closing(facts: &LetterFacts<'_>) -> Vec<String> {
    vec![format!(
        "Please answer to {} and quote {}. Until you say that you accept this person, the practice holds clinical responsibility.",
        facts.practice_address, facts.reference
    )]
}

/// The line of a second copy, which a person decided to send: the reference is the same, and the receiver must know.
pub fn possible_duplicate(reference: &str) -> String {
    format!(
        "POSSIBLE DUPLICATE: you may already have had this referral, with the same reference {reference}."
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
