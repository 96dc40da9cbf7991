//! Search results and service cards.

use crate::views::{
    CriterionOutcome, CriterionView, ExtraQuestionView, HitView, NotOpenView, SearchView,
    ServiceCard,
};
use engine::{Card, Catalogue, Engine, EngineError, PatientFacts, not_open_code};
use jiff::civil::Date;
use referrals::{
    draft::{ReferralDraft, ServiceToRefer},
    patient::cui_date,
};
use services_directory::{
    criteria::{self, CriterionCheck, NotOpen},
    ids::OdsCode,
    model::{HealthcareService, ReferralMethod, StatedWait},
    search::{NotOpenHit, SearchHit},
};

/// A wait that was said longer ago is never counted as short.
const WAIT_IS_OLD_AFTER_DAYS: i64 = 90;

/// What the directory may know of the patient in the draft: an age and a practice.
fn facts(engine: &Engine, draft: &ReferralDraft, today: Date) -> Result<PatientFacts, EngineError> {
    let age = draft
        .patient
        .born(today)
        .map(|born| u8::try_from(born.age_years(today)).unwrap_or(u8::MAX));
    let practice = engine
        .practice_ods_code()?
        .and_then(|code| OdsCode::parse(&code).ok());
    Ok(PatientFacts { age, practice })
}

pub fn chosen_service(
    engine: &Engine,
    draft: &ReferralDraft,
) -> Result<ServiceToRefer, EngineError> {
    let today = engine.store.clock.today();
    engine.to_refer(
        draft.form.service_id.as_deref(),
        &facts(engine, draft, today)?,
    )
}

/// The digest of the address that stands on the card of this service now.
pub fn address_on_card(
    engine: &Engine,
    service_id: Option<&str>,
) -> Result<Option<String>, EngineError> {
    let chosen = engine.to_refer(service_id, &PatientFacts::default())?;
    Ok(match chosen {
        ServiceToRefer::Found(found) => found.service.map(|service| service.endpoint_digest),
        _ => None,
    })
}

pub fn search(
    engine: &Engine,
    draft: &ReferralDraft,
    text: &str,
) -> Result<SearchView, EngineError> {
    let today = engine.store.clock.today();
    let catalogue = engine.catalogue()?;
    let found = catalogue.search(text, &facts(engine, draft, today)?, today);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(SearchView {
        hits: found.hits.iter().map(|hit| hit_view(hit, today)).collect(),
        hidden_by_age: count(found.hidden.age),
        hidden_by_area: count(found.hidden.area),
        hidden_closed: count(found.hidden.closed),
        not_open: found
            .not_open
            .iter()
            .map(|hit| not_open_view(&catalogue, hit))
            .collect(),
        crisis: found.crisis,
    })
}

fn hit_view(hit: &SearchHit, today: Date) -> HitView {
    let more = &hit.service.onward;
    HitView {
        id: hit.service_id.to_string(),
        name: hit.name.clone(),
        category: code(&hit.category),
        step: more.steps.iter().min().map(|step| u8::from(*step)),
        wait_weeks: more.wait.as_ref().map(|wait| wait.weeks),
        wait_is_old: more.wait.as_ref().is_some_and(|wait| is_old(wait, today)),
        why: hit.why.clone(),
    }
}

fn not_open_view(catalogue: &Catalogue, hit: &NotOpenHit) -> NotOpenView {
    let successor = match &hit.reason {
        NotOpen::Closed { replaced_by, .. } => replaced_by.clone(),
        _ => None,
    };
    NotOpenView {
        id: hit.service_id.to_string(),
        name: hit.name.clone(),
        reason: not_open_code(&hit.reason).to_owned(),
        detail: engine::not_open_detail(&hit.reason),
        replaced_by_name: successor.as_ref().and_then(|id| catalogue.name_of(id)),
        replaced_by_id: successor.map(|id| id.to_string()),
    }
}

pub fn service_card(
    engine: &Engine,
    draft: &ReferralDraft,
    id: &str,
) -> Result<ServiceCard, EngineError> {
    let today = engine.store.clock.today();
    let catalogue = engine.catalogue()?;
    let card = catalogue.card(id, &facts(engine, draft, today)?, today)?;
    Ok(card_view(&card, today))
}

fn card_view(card: &Card<'_>, today: Date) -> ServiceCard {
    let (service, more) = (card.service, &card.service.onward);
    let wait = more.wait.as_ref();
    let (method, method_words) = method(card);
    let contact = more.named_contact.as_ref().map(|contact| {
        let parts = [
            contact.name.clone(),
            Some(contact.role.clone()),
            contact.phone.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    ServiceCard {
        id: service.id.to_string(),
        name: service.name.clone(),
        organisation: card.organisation.clone(),
        category: code(&more.category),
        description: service.description.clone(),
        steps: more.steps.iter().map(|step| u8::from(*step)).collect(),
        modes: more.modes.iter().map(code).collect(),
        sessions: more.sessions.clone(),
        single_point_of_access: more.single_point_of_access,
        child_services: card.child_services.clone(),
        interventions: more.interventions.clone(),
        practitioner_types: more.practitioner_types.clone(),
        criteria: card.checks.iter().map(criterion_view).collect(),
        wait_weeks: wait.map(|wait| wait.weeks),
        wait_stated_by: wait.map(|wait| wait.stated_by.clone()),
        wait_stated_on: wait.map(|wait| cui_date(wait.stated_on)),
        wait_is_old: wait.is_some_and(|wait| is_old(wait, today)),
        checked_days_ago: more
            .verified
            .as_ref()
            .map(|checked| days_since(checked.on, today)),
        checked_by: more.verified.as_ref().map(|checked| checked.by.clone()),
        checked_how: more.verified.as_ref().map(|checked| checked.how.clone()),
        method,
        address: card.endpoint.map(|endpoint| endpoint.address.clone()),
        method_words,
        contact,
        duty_line: more.duty_line.clone(),
        replies_within_working_days: more
            .promise
            .as_ref()
            .and_then(|promise| promise.replies_within_working_days),
        feeds_back: more
            .promise
            .as_ref()
            .and_then(|promise| promise.feeds_back.clone()),
        cost: service.cost_options.iter().map(cost).collect(),
        travel: travel(service),
        evidence: more.evidence.clone(),
        say: more.words.as_ref().map(|words| words.say.clone()),
        if_in_my_head: more
            .words
            .as_ref()
            .and_then(|words| words.if_in_my_head.clone()),
        patient_sheet: more.patient_sheet.clone(),
        extra_questions: more.extra_questions.iter().map(question).collect(),
        not_open: card
            .not_open
            .as_ref()
            .map(|reason| not_open_code(reason).to_owned()),
    }
}

/// The way by which it goes from here; else the service's first way, in its own words.
fn method(card: &Card<'_>) -> (String, Option<String>) {
    if card.endpoint.is_some() {
        return ("secure-email".to_owned(), None);
    }
    let words = |words: &String| Some(words.clone());
    let elsewhere = card
        .service
        .onward
        .referral_methods
        .iter()
        .find_map(|method| match method {
            ReferralMethod::SecureEmail { .. }
            | ReferralMethod::Fhir { .. }
            | ReferralMethod::Webhook { .. } => None,
            ReferralMethod::WebForm { url, words } => {
                Some(("web-form", Some(format!("{words} {url}"))))
            }
            ReferralMethod::SelfReferral { words: said } => Some(("self-referral", words(said))),
            ReferralMethod::InHouse { words: said } => Some(("in-house", words(said))),
            ReferralMethod::Elsewhere { words: said } => Some(("elsewhere", words(said))),
            ReferralMethod::Phone { words: said } => Some(("phone", words(said))),
            ReferralMethod::Print { words: said } => Some(("print", words(said))),
        });
    elsewhere.map_or(("elsewhere".to_owned(), None), |(method, words)| {
        (method.to_owned(), words)
    })
}

fn criterion_view(check: &CriterionCheck) -> CriterionView {
    CriterionView {
        sentence: check.sentence.clone(),
        known: check.known.clone(),
        outcome: match check.outcome {
            criteria::CriterionOutcome::Met => CriterionOutcome::Met,
            criteria::CriterionOutcome::NotMet => CriterionOutcome::NotMet,
            criteria::CriterionOutcome::NotKnown => CriterionOutcome::NotKnown,
        },
    }
}

fn question(question: &services_directory::model::ExtraQuestion) -> ExtraQuestionView {
    ExtraQuestionView {
        id: question.id.clone(),
        question: question.question.clone(),
        required: question.required,
        choices: question.choices.clone(),
    }
}

fn cost(cost: &services_directory::model::CostOption) -> String {
    let amount = cost
        .amount
        .filter(|amount| *amount > 0.0)
        .map(|amount| format!("£{amount:.2}"));
    let parts = [
        Some(cost.option.clone()),
        amount,
        cost.amount_description.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn travel(service: &HealthcareService) -> Option<String> {
    let parts = [
        service.onward.travel.clone(),
        service.onward.time_to_patient.clone(),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn is_old(wait: &StatedWait, today: Date) -> bool {
    i64::from(days_since(wait.stated_on, today)) > WAIT_IS_OLD_AFTER_DAYS
}

fn days_since(day: Date, today: Date) -> u32 {
    u32::try_from(today.duration_since(day).as_hours() / 24).unwrap_or(0)
}

/// The kebab-case code of an enum of the model, as it stands on the wire.
fn code(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|code| code.as_str().map(str::to_owned))
        .unwrap_or_default()
}
