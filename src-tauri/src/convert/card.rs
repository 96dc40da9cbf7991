//! The card of a service: everything that a GP uses of it, with its criteria beside the facts.

use super::directory::{code, is_old};
use crate::views::{
    CriterionOutcome, CriterionView, ExtraQuestionView, MeasuredView, ServiceCard, ServiceLayer,
    ServiceLink,
};
use engine::{Card, Engine, EngineError, LinkedService, not_open_code, not_open_detail};
use jiff::civil::Date;
use referrals::{
    draft::{ReferralDraft, ReferralForm},
    patient::cui_date,
};
use services_directory::{
    criteria::{self, CriterionCheck},
    model::{CostOption, ExtraQuestion, HealthcareService, MeasuredLoop, NamedContact},
};

pub fn service_card(
    engine: &Engine,
    draft: &ReferralDraft,
    id: &str,
) -> Result<ServiceCard, EngineError> {
    let today = engine.store.clock.today();
    let catalogue = engine.catalogue()?;
    let card = catalogue.card(id, &engine.facts(draft)?, today);
    let card = card.map_err(|error| engine.why_gone(error))?;
    let (method, method_words) = catalogue.method(&card.service, today);
    let criteria = card.checks.iter();
    let checked = catalogue.checked(&card.service, today);
    Ok(ServiceCard {
        method: method.to_owned(),
        method_words,
        criteria: criteria
            .map(|check| criterion(check, &draft.form))
            .collect(),
        favourite: engine.favourites()?.contains(id),
        checked_days_ago: checked.days_ago(),
        checked_age: engine.checked_here(id, checked)?.code().to_owned(),
        layer: super::layer::service_layer(engine, id)?,
        ..card_view(&card, today)
    })
}

fn card_view(card: &Card, today: Date) -> ServiceCard {
    let (service, more) = (&card.service, &card.service.onward);
    let (wait, checked) = (more.wait.as_ref(), more.verified.as_ref());
    let promise = more.promise.as_ref();
    let links =
        |linked: &[LinkedService]| linked.iter().map(|linked| link(linked, today)).collect();
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
        child_services: links(&card.links.child_services),
        step_up: links(&card.links.step_up),
        step_down: links(&card.links.step_down),
        also_offered: links(&card.links.also_offered),
        interventions: more.interventions.clone(),
        practitioner_types: more.practitioner_types.clone(),
        supervised_by: more.supervised_by.clone(),
        criteria: Vec::new(),
        wait_weeks: wait.map(|wait| wait.weeks),
        wait_stated_by: wait.map(|wait| wait.stated_by.clone()),
        wait_stated_on: wait.map(|wait| cui_date(wait.stated_on)),
        wait_is_old: is_old(wait, today),
        measured: card.measured().map(measured),
        capacity: more.capacity.clone(),
        checked_days_ago: None,
        checked_age: String::new(),
        checked_by: checked.map(|checked| checked.by.clone()),
        checked_how: checked.map(|checked| checked.how.clone()),
        method: String::new(),
        address: card
            .endpoint
            .as_ref()
            .map(|endpoint| endpoint.address.clone()),
        method_words: None,
        contact: more.named_contact.as_ref().map(contact),
        duty_line: more.duty_line.clone(),
        replies_within_working_days: promise
            .and_then(|promise| promise.replies_within_working_days),
        feeds_back: promise.and_then(|promise| promise.feeds_back.clone()),
        cost: service.cost_options.iter().map(cost).collect(),
        travel: travel(service),
        accessibility: more.accessibility.clone(),
        languages: service
            .languages
            .iter()
            .map(|language| language.name.clone())
            .collect(),
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
        not_open_detail: card.not_open.as_ref().and_then(not_open_detail),
        status_reason: more.status_reason.clone(),
        replaced_by: card
            .links
            .replaced_by
            .as_ref()
            .map(|linked| link(linked, today)),
        favourite: false,
        layer: ServiceLayer::default(),
    }
}

fn link(linked: &LinkedService, today: Date) -> ServiceLink {
    ServiceLink {
        id: linked.id.to_string(),
        name: linked.name.clone(),
        step: linked.step.map(u8::from),
        wait_weeks: linked.wait.as_ref().map(|wait| wait.weeks),
        wait_is_old: is_old(linked.wait.as_ref(), today),
        not_open: linked
            .not_open
            .as_ref()
            .map(|reason| not_open_code(reason).to_owned()),
    }
}

fn measured(measured: &MeasuredLoop) -> MeasuredView {
    MeasuredView {
        n: measured.n,
        median_days: measured.median_days,
        accepted_percent: measured.accepted_percent,
        days_to_reply: measured.days_to_reply,
    }
}

fn contact(contact: &NamedContact) -> String {
    let parts = [
        contact.name.clone(),
        Some(contact.role.clone()),
        contact.phone.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn criterion(check: &CriterionCheck, form: &ReferralForm) -> CriterionView {
    CriterionView {
        key: check.key.clone(),
        sentence: check.sentence.clone(),
        known: check.known.clone(),
        outcome: match check.outcome {
            criteria::CriterionOutcome::Met => CriterionOutcome::Met,
            criteria::CriterionOutcome::NotMet => CriterionOutcome::NotMet,
            criteria::CriterionOutcome::NotKnown => CriterionOutcome::NotKnown,
        },
        hard: check.hard,
        answerable: check.answerable,
        answered: check.answered,
        reason: form.reason_for(&check.key).to_owned(),
        excludes: check.excludes.clone(),
    }
}

fn question(question: &ExtraQuestion) -> ExtraQuestionView {
    ExtraQuestionView {
        id: question.id.clone(),
        question: question.question.clone(),
        required: question.required,
        choices: question.choices.clone(),
    }
}

fn cost(cost: &CostOption) -> String {
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
