//! What of a service's record is searched, and in which field.

use super::index::FIELDS;
use super::words::{self, Token};
use crate::model::{Category, CriterionRule, HealthcareService, Mode};

/// Beginnings of what a service says it is not for; such a sentence must not make it be found.
const NEGATIONS: &[&str] = &[
    "not for",
    "not a ",
    "not an ",
    "not able",
    "cannot help",
    "cannot offer",
    "cannot provide",
    "cannot see",
    "cannot take",
    "cannot accept",
    "can not",
    "do not",
    "does not offer",
    "does not provide",
    "does not treat",
    "does not take",
    "does not see",
    "does not accept",
    "does not include",
    "not offer",
    "not provide",
    "unable to",
    "rather than",
    "instead of",
    "no longer",
    "excluding",
    "except",
];

/// The words of a service by field, in the order of `FIELDS`. The fields of the category get their words from the synonyms, and `Often` from counting.
pub fn texts_of(
    service: &HealthcareService,
    organization: Option<&str>,
) -> [Vec<Vec<Token>>; FIELDS.len()] {
    let more = &service.onward;
    let each = |texts: &[String]| {
        texts
            .iter()
            .map(|text| words::tokens(text))
            .collect::<Vec<_>>()
    };
    let mut helps = each(&more.helps_with);
    helps.extend(each(&more.interventions));
    for criterion in &more.criteria {
        if let CriterionRule::Condition { any_of } = &criterion.rule {
            helps.extend(each(any_of));
        }
    }
    let mut lead: Vec<Vec<Token>> = sentences(&service.description).map(words::tokens).collect();
    let text = lead.split_off(lead.len().min(1));
    lead.extend(each(&more.practitioner_types));
    lead.extend(
        more.modes
            .iter()
            .map(|mode| words::tokens(mode_words(*mode))),
    );
    lead.extend(
        service
            .languages
            .iter()
            .map(|language| words::tokens(&language.name)),
    );
    lead.extend(
        service
            .service_areas
            .iter()
            .map(|area| words::tokens(&area.name)),
    );
    lead.extend(organization.map(words::tokens));
    let home = vec![words::tokens(category_words(more.category))];
    [
        vec![words::tokens(&service.name)],
        each(&more.aliases),
        helps,
        home,
        Vec::new(),
        text,
        lead,
        Vec::new(),
    ]
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', ';', '\n', '!', '?']).filter(|sentence| {
        let lower = sentence.to_lowercase();
        !NEGATIONS.iter().any(|negation| lower.contains(negation))
    })
}

fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Phone => "by telephone",
        Mode::Video => "video call",
        Mode::FaceToFace => "face to face",
        Mode::Online => "online",
        Mode::Group => "group",
        Mode::Home => "home visit",
    }
}

/// The category as a person would name it.
pub fn category_words(category: Category) -> &'static str {
    match category {
        Category::TalkingTherapies => "talking therapies",
        Category::PainPlatform => "pain platform",
        Category::OccupationalTherapy => "occupational therapy",
        Category::SocialPrescribing => "social prescribing",
        Category::Physiotherapy => "physiotherapy",
        Category::PainClinic => "pain clinic",
        Category::PainManagementProgramme => "pain management programme",
        Category::SelfManagement => "self management",
        Category::Exercise => "exercise",
        Category::PeerSupport => "peer support",
        Category::Carers => "carers",
        Category::MoneyAdvice => "money advice",
        Category::Housing => "housing",
        Category::Sleep => "sleep",
        Category::WorkSupport => "work support",
        Category::Dietetics => "dietetics",
        Category::SocialCare => "social care",
        Category::Crisis => "mental health crisis",
        Category::Bereavement => "bereavement",
        Category::DrugAndAlcohol => "drug and alcohol",
        Category::MentalHealth => "mental health",
        Category::Other => "",
    }
}
