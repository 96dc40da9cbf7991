//! Drafts: fields with their sources, the banner, the form, and what still stands in the way.

use super::{hazards::would_wait, problem};
use crate::views::{
    Banner, Consent, CriterionAnswer, DraftSummary, DraftView, EarlierReferral, ExtraAnswer,
    PatientField, PatientFieldView, ReferralForm, SafetyAnswer,
};
use engine::{Engine, EngineError};
use jiff::{Timestamp, civil::Date};
use referrals::{
    desk,
    draft::{self as domain, ReferralDraft},
    status,
};

pub fn draft(engine: &Engine, draft: &ReferralDraft) -> Result<DraftView, EngineError> {
    let today = engine.store.clock.today();
    let chosen = engine.chosen(draft)?;
    let problems = draft
        .check(&chosen, engine.is_demonstration(), today)
        .err()
        .unwrap_or_default();
    let service_name = match &chosen {
        domain::ServiceToRefer::Found(facts) => Some(facts.name.clone()),
        _ => None,
    };
    Ok(DraftView {
        id: draft.id.clone(),
        banner: banner(draft, today),
        patient: domain::PatientField::ALL
            .iter()
            .map(|field| field_view(draft, *field, today))
            .collect(),
        deceased: draft.deceased,
        form: form_view(&draft.form),
        service_name,
        problems: problems.iter().map(problem).collect(),
        earlier: engine
            .desk
            .earlier(draft)?
            .into_iter()
            .map(earlier)
            .collect(),
        would_wait: engine.would_wait(draft, &chosen)?.map(would_wait),
    })
}

fn earlier(earlier: desk::EarlierReferral) -> EarlierReferral {
    EarlierReferral {
        referral_id: earlier.referral_id,
        reference: earlier.reference,
        service_id: earlier.service_id,
        service_name: earlier.service_name,
        state: earlier.state.as_str().to_owned(),
        days: earlier.days,
        open: earlier.open,
        recent: earlier.recent,
    }
}

fn banner(draft: &ReferralDraft, today: Date) -> Option<Banner> {
    let patient = &draft.patient;
    Some(Banner {
        name: patient.name()?.to_string(),
        born: patient.born(today).map(|born| born.with_age(today)),
        gender: patient
            .gender()
            .map_or_else(|| "Not Known".to_owned(), |gender| gender.to_string()),
        nhs_number: patient.nhs_number().map(|number| number.to_string()),
        pasted_at: draft.pasted_at.map(status::local_time),
    })
}

fn field_view(draft: &ReferralDraft, field: domain::PatientField, today: Date) -> PatientFieldView {
    let entry = draft.patient.entry(field);
    PatientFieldView {
        field: field_to_view(field),
        value: entry.map(|entry| entry.text.clone()).unwrap_or_default(),
        source: entry.and_then(|entry| entry.source.clone()),
        problem: draft.patient.problem(field, today).map(str::to_owned),
        choices: entry.map(|entry| entry.choices.clone()).unwrap_or_default(),
    }
}

pub fn draft_summaries(
    engine: &Engine,
    drafts: &[(ReferralDraft, Timestamp)],
) -> Vec<DraftSummary> {
    let today = engine.store.clock.today();
    let begun = drafts.iter().filter(|(draft, _)| !draft.is_empty());
    let summary = |(draft, changed_at): &(ReferralDraft, Timestamp)| DraftSummary {
        id: draft.id.clone(),
        patient: banner(draft, today).map(|banner| banner.name),
        service_name: match engine.chosen(draft) {
            Ok(domain::ServiceToRefer::Found(facts)) => Some(facts.name),
            _ => None,
        },
        changed_at: changed_at.to_string(),
    };
    begun.map(summary).collect()
}

macro_rules! same_fields {
    ($($name:ident),*) => {
        pub fn patient_field(field: PatientField) -> domain::PatientField {
            match field { $(PatientField::$name => domain::PatientField::$name,)* }
        }

        fn field_to_view(field: domain::PatientField) -> PatientField {
            match field { $(domain::PatientField::$name => PatientField::$name,)* }
        }
    };
}

same_fields!(
    NhsNumber,
    NoNhsNumberReason,
    Title,
    Given,
    Family,
    BirthDate,
    Gender,
    Address,
    Postcode,
    Phones,
    Email,
    Language,
    InterpreterNeeded,
    CommunicationNeeds,
    SafeContactNote
);

pub fn form(form: ReferralForm) -> domain::ReferralForm {
    domain::ReferralForm {
        service_id: form.service_id,
        reasons: form
            .reasons
            .iter()
            .filter_map(|code| domain::Reason::parse(code))
            .collect(),
        reason_text: form.reason_text,
        consent: form.consent.map(|consent| match consent {
            Consent::PatientInPerson => domain::Consent::PatientInPerson,
            Consent::PatientByPhone => domain::Consent::PatientByPhone,
            Consent::PatientByVideo => domain::Consent::PatientByVideo,
            Consent::OnTheirBehalf => domain::Consent::OnTheirBehalf,
        }),
        consent_note: form.consent_note,
        crisis: form.crisis.as_ref().map(safety),
        crisis_note: form.crisis_note,
        red_flags: form.red_flags.as_ref().map(safety),
        red_flags_note: form.red_flags_note,
        may_leave_voicemail: form.may_leave_voicemail,
        may_text: form.may_text,
        best_times: form.best_times,
        phq9_total: form.phq9_total,
        phq9_item9: form.phq9_item9,
        will_phone: form.will_phone,
        extra_answers: form
            .extra_answers
            .into_iter()
            .map(|answer| domain::ExtraAnswer {
                question_id: answer.question_id,
                answer: answer.answer,
            })
            .collect(),
        criteria: form
            .criteria
            .into_iter()
            .map(|answer| domain::CriterionAnswer {
                key: answer.key,
                met: answer.met,
                reason: answer.reason,
            })
            .collect(),
    }
}

fn form_view(form: &domain::ReferralForm) -> ReferralForm {
    ReferralForm {
        service_id: form.service_id.clone(),
        reasons: form
            .reasons
            .iter()
            .map(|reason| reason.code().to_owned())
            .collect(),
        reason_text: form.reason_text.clone(),
        consent: form.consent.map(|consent| match consent {
            domain::Consent::PatientInPerson => Consent::PatientInPerson,
            domain::Consent::PatientByPhone => Consent::PatientByPhone,
            domain::Consent::PatientByVideo => Consent::PatientByVideo,
            domain::Consent::OnTheirBehalf => Consent::OnTheirBehalf,
        }),
        consent_note: form.consent_note.clone(),
        crisis: form.crisis.map(safety_view),
        crisis_note: form.crisis_note.clone(),
        red_flags: form.red_flags.map(safety_view),
        red_flags_note: form.red_flags_note.clone(),
        may_leave_voicemail: form.may_leave_voicemail,
        may_text: form.may_text,
        best_times: form.best_times.clone(),
        phq9_total: form.phq9_total.clone(),
        phq9_item9: form.phq9_item9.clone(),
        will_phone: form.will_phone.clone(),
        extra_answers: form
            .extra_answers
            .iter()
            .map(|answer| ExtraAnswer {
                question_id: answer.question_id.clone(),
                answer: answer.answer.clone(),
            })
            .collect(),
        criteria: form
            .criteria
            .iter()
            .map(|answer| CriterionAnswer {
                key: answer.key.clone(),
                met: answer.met,
                reason: answer.reason.clone(),
            })
            .collect(),
    }
}

fn safety(answer: &SafetyAnswer) -> domain::SafetyAnswer {
    match answer {
        SafetyAnswer::AskedNone => domain::SafetyAnswer::AskedNone,
        SafetyAnswer::PresentDealtWith => domain::SafetyAnswer::PresentDealtWith,
        SafetyAnswer::NotAsked => domain::SafetyAnswer::NotAsked,
    }
}

fn safety_view(answer: domain::SafetyAnswer) -> SafetyAnswer {
    match answer {
        domain::SafetyAnswer::AskedNone => SafetyAnswer::AskedNone,
        domain::SafetyAnswer::PresentDealtWith => SafetyAnswer::PresentDealtWith,
        domain::SafetyAnswer::NotAsked => SafetyAnswer::NotAsked,
    }
}
