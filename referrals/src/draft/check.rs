//! From a draft to a referral that can be sent: every problem is named at once, and nothing is sent with one left.

use super::{
    PatientField, Problem, Reason, ReferralDraft, ReferralForm, SafetyAnswer, form::Consent,
};
use crate::patient::{NhsNumberOrReason, Patient};
use jiff::civil::Date;
use services_directory::model::Category;

/// What the directory says of the chosen service, as plain values: this crate sees of the directory only its model and ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryFacts {
    pub id: String,
    pub name: String,
    pub directory_version: u64,
    pub category: Category,
    /// How else to reach it.
    pub phone: Option<String>,
    /// It was checked so long ago, or never, that whoever refers there says that they phone first.
    pub phone_first: bool,
    /// "age", "area", "closed", "paused": why this patient cannot be referred there.
    pub not_open: Option<&'static str>,
    /// Somebody of this practice said not to refer there: who, when and why, in one line.
    pub do_not_refer: Option<String>,
    /// Where it is sent, if it is sent from here at all.
    pub service: Option<ReferredService>,
    /// This practice has approved that address, as its record stands now.
    pub approved: bool,
    /// The service's own questions: id and whether it must be answered, with its words.
    pub questions: Vec<(String, bool, String)>,
    /// The service's criteria beside what is known and answered in the draft.
    pub criteria: Vec<CheckedCriterion>,
}

/// A criterion of the service as the letter tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckedCriterion {
    pub key: String,
    /// The service's own sentence.
    pub sentence: String,
    /// What is known: the fact that settles it, or what an exclusion's answer says ("in crisis: no").
    pub known: Option<String>,
    /// No fact settles it: the outcome is the referrer's answer.
    pub answered: bool,
    pub outcome: CriterionOutcome,
    /// Why this person is referred although it is not met; empty when no reason was given.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CriterionOutcome {
    Met,
    NotMet,
    NotKnown,
}

impl std::fmt::Debug for CheckedCriterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckedCriterion(‹redacted›)")
    }
}

/// The chosen service as the caller found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceToRefer {
    NoneChosen,
    NotInDirectory,
    Found(Box<DirectoryFacts>),
}

/// The referral's own copy of the service that the GP saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferredService {
    pub id: String,
    pub name: String,
    pub category: Category,
    pub directory_version: u64,
    pub channel: String,
    pub endpoint_id: String,
    pub endpoint_digest: String,
    pub address: String,
    pub phone: Option<String>,
    pub replies_within_working_days: Option<u8>,
}

/// A referral with nothing missing: the only thing that can be queued.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadyReferral {
    pub draft_id: String,
    pub patient: Patient,
    pub service: ReferredService,
    pub reasons: Vec<Reason>,
    pub reason_text: String,
    pub consent: Consent,
    pub consent_note: String,
    pub crisis: SafetyAnswer,
    pub crisis_note: String,
    pub red_flags: SafetyAnswer,
    pub red_flags_note: String,
    pub may_leave_voicemail: bool,
    pub may_text: bool,
    pub best_times: String,
    /// As entered; nothing is worked out from either.
    pub phq9_total: Option<u8>,
    pub phq9_item9: Option<u8>,
    /// The service's question and the answer.
    pub extra_answers: Vec<(String, String)>,
    pub criteria: Vec<CheckedCriterion>,
}

impl std::fmt::Debug for ReadyReferral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadyReferral")
            .field("draft_id", &self.draft_id)
            .finish_non_exhaustive()
    }
}

/// Free text of a referral: long enough for a letter, short enough for a mailbox.
const LONGEST_TEXT: usize = 50_000;

/// The PHQ-9 has nine items of 0 to 3 (nhs-rules of the project, 4).
const PHQ9_MOST: u8 = 27;
const PHQ9_ITEM_MOST: u8 = 3;

fn entered(text: &str, most: u8) -> Option<u8> {
    text.trim().parse().ok().filter(|number| *number <= most)
}

impl ReferralDraft {
    /// The referral, or everything that stands in its way.
    pub fn check(
        &self,
        chosen: &ServiceToRefer,
        demonstration: bool,
        today: Date,
    ) -> Result<ReadyReferral, Vec<Problem>> {
        let mut problems = self.patient_problems(demonstration, today);
        problems.extend(self.service_problems(chosen));
        problems.extend(self.form_problems());
        let ready = self.ready(chosen, today);
        match ready {
            Some(ready) if problems.is_empty() => Ok(ready),
            _ => Err(problems),
        }
    }

    pub(super) fn patient_problems(&self, demonstration: bool, today: Date) -> Vec<Problem> {
        if self.deceased {
            return vec![Problem::new("patient", "deceased")];
        }
        if self.patient.is_empty() {
            return vec![Problem::new("patient", "missing")];
        }
        let wrong = |field: &PatientField| {
            self.patient
                .problem(*field, today)
                .map(|code| Problem::new(field.code(), code))
        };
        let mut problems: Vec<Problem> = PatientField::ALL.iter().filter_map(wrong).collect();
        let outside = self
            .patient
            .nhs_number()
            .is_some_and(|number| !number.is_test_range());
        if demonstration && outside {
            problems.push(Problem::new(
                PatientField::NhsNumber.code(),
                "not-demonstration",
            ));
        }
        problems
    }

    fn service_problems(&self, chosen: &ServiceToRefer) -> Vec<Problem> {
        let of_service = |code| vec![Problem::new("serviceId", code)];
        let facts = match chosen {
            ServiceToRefer::NoneChosen => return of_service("missing"),
            ServiceToRefer::NotInDirectory => return of_service("unknown"),
            ServiceToRefer::Found(facts) => facts,
        };
        if let Some(reason) = facts.not_open {
            return of_service(reason);
        }
        if let Some(said) = &facts.do_not_refer {
            let mut problem = Problem::new("serviceId", "do-not-refer");
            problem.detail = Some(said.clone());
            return vec![problem];
        }
        if facts.service.is_none() {
            return of_service("not-sent-from-here");
        }
        let digest_now = facts
            .service
            .as_ref()
            .map(|service| &service.endpoint_digest);
        if digest_now != self.seen_endpoint_digest.as_ref() {
            return of_service("address-changed");
        }
        if !facts.approved {
            return of_service("not-approved");
        }
        let unanswered = facts
            .questions
            .iter()
            .filter(|(id, required, _)| *required && self.answer(id).is_empty());
        let mut problems: Vec<Problem> = unanswered
            .map(|(id, _, _)| Problem::new(&format!("extra:{id}"), "missing"))
            .collect();
        if facts.phone_first && self.form.will_phone.as_ref() != Some(&facts.id) {
            problems.push(Problem::new("willPhone", "missing"));
        }
        problems
    }

    fn answer(&self, question_id: &str) -> &str {
        let answer = self
            .form
            .extra_answers
            .iter()
            .find(|answer| answer.question_id == question_id);
        answer.map_or("", |answer| answer.answer.trim())
    }

    fn form_problems(&self) -> Vec<Problem> {
        let form = &self.form;
        let mut problems = Vec::new();
        let mut must = |holds: bool, field: &str, code: &'static str| {
            if !holds {
                problems.push(Problem::new(field, code));
            }
        };
        must(
            !form.reasons.is_empty() || !form.reason_text.trim().is_empty(),
            "reasons",
            "missing",
        );
        must(form.consent.is_some(), "consent", "missing");
        let on_behalf = form.consent == Some(Consent::OnTheirBehalf);
        must(
            !on_behalf || !form.consent_note.trim().is_empty(),
            "consentNote",
            "missing",
        );
        for (answer, note, field, note_field) in [
            (form.crisis, &form.crisis_note, "crisis", "crisisNote"),
            (
                form.red_flags,
                &form.red_flags_note,
                "redFlags",
                "redFlagsNote",
            ),
        ] {
            must(answer.is_some(), field, "missing");
            let dealt_with = answer == Some(SafetyAnswer::PresentDealtWith);
            must(
                !dealt_with || !note.trim().is_empty(),
                note_field,
                "missing",
            );
        }
        for (text, most, field) in [
            (&form.phq9_total, PHQ9_MOST, "phq9Total"),
            (&form.phq9_item9, PHQ9_ITEM_MOST, "phq9Item9"),
        ] {
            must(
                text.trim().is_empty() || entered(text, most).is_some(),
                field,
                "not-valid",
            );
        }
        let texts = [
            (&form.reason_text, "reasonText"),
            (&form.consent_note, "consentNote"),
            (&form.crisis_note, "crisisNote"),
            (&form.red_flags_note, "redFlagsNote"),
            (&form.best_times, "bestTimes"),
        ];
        for (text, field) in texts {
            must(text.len() <= LONGEST_TEXT, field, "too-long");
        }
        for answer in &form.extra_answers {
            must(
                answer.answer.len() <= LONGEST_TEXT,
                &format!("extra:{}", answer.question_id),
                "too-long",
            );
        }
        let reasons = form.criteria.iter().map(|answer| answer.reason.len());
        must(
            reasons.sum::<usize>() <= LONGEST_TEXT,
            "criteria",
            "too-long",
        );
        problems
    }

    fn ready(&self, chosen: &ServiceToRefer, today: Date) -> Option<ReadyReferral> {
        let ServiceToRefer::Found(facts) = chosen else {
            return None;
        };
        let form = &self.form;
        let answered = facts
            .questions
            .iter()
            .map(|(id, _, words)| (words.clone(), self.answer(id).to_owned()));
        Some(ReadyReferral {
            draft_id: self.id.clone(),
            patient: self.patient.to_patient(today)?,
            service: facts.service.clone()?,
            reasons: form.reasons.clone(),
            reason_text: form.reason_text.trim().to_owned(),
            consent: form.consent?,
            consent_note: form.consent_note.trim().to_owned(),
            crisis: form.crisis?,
            crisis_note: form.crisis_note.trim().to_owned(),
            red_flags: form.red_flags?,
            red_flags_note: form.red_flags_note.trim().to_owned(),
            may_leave_voicemail: form.may_leave_voicemail,
            may_text: form.may_text,
            best_times: form.best_times.trim().to_owned(),
            phq9_total: entered(&form.phq9_total, PHQ9_MOST),
            phq9_item9: entered(&form.phq9_item9, PHQ9_ITEM_MOST),
            criteria: with_reasons(&facts.criteria, form),
            extra_answers: answered.filter(|(_, answer)| !answer.is_empty()).collect(),
        })
    }
}

/// A reason belongs to a criterion that is not met; one that was typed before an answer changed is left out.
fn with_reasons(criteria: &[CheckedCriterion], form: &ReferralForm) -> Vec<CheckedCriterion> {
    let line = |criterion: &CheckedCriterion| match criterion.outcome {
        CriterionOutcome::NotMet => form.reason_for(&criterion.key).to_owned(),
        _ => String::new(),
    };
    criteria
        .iter()
        .map(|criterion| CheckedCriterion {
            reason: line(criterion),
            ..criterion.clone()
        })
        .collect()
}

impl ReadyReferral {
    /// "SMITH, born 14-Jul-1945": how the window and the list name the patient.
    pub fn patient_label(&self) -> String {
        format!(
            "{}, born {}",
            self.patient.name.family().to_uppercase(),
            self.patient.born
        )
    }

    pub fn nhs_number(&self) -> Option<String> {
        match &self.patient.nhs_number {
            NhsNumberOrReason::Known(number) => Some(number.to_string()),
            NhsNumberOrReason::Missing(_) => None,
        }
    }
}
