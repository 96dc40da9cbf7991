//! What of a service's record is searched, and in which field.

use super::index::FieldKind;
use crate::model::{Category, CriterionRule, HealthcareService, Mode};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

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

static NEGATED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut searcher = AhoCorasick::builder();
    searcher.ascii_case_insensitive(true).build(NEGATIONS).ok()
});

/// The texts of a service, each with its field, in the order of `FIELDS`. The fields of the category get their words from the synonyms, and `Often` from counting.
pub fn each_text<'a>(
    service: &'a HealthcareService,
    organization: Option<&'a str>,
    mut take: impl FnMut(FieldKind, &'a str),
) {
    let more = &service.onward;
    take(FieldKind::Name, &service.name);
    for alias in &more.aliases {
        take(FieldKind::Alias, alias);
    }
    for need in more.helps_with.iter().chain(&more.interventions) {
        take(FieldKind::Helps, need);
    }
    for criterion in &more.criteria {
        if let CriterionRule::Condition { any_of } = &criterion.rule {
            for condition in any_of {
                take(FieldKind::Helps, condition);
            }
        }
    }
    take(FieldKind::Home, category_words(more.category));
    let mut sentences = sentences(&service.description);
    let first = sentences.next();
    for sentence in sentences {
        take(FieldKind::Text, sentence);
    }
    let types = more.practitioner_types.iter().map(String::as_str);
    let modes = more.modes.iter().map(|mode| mode_words(*mode));
    let languages = service.languages.iter().map(|it| it.name.as_str());
    let areas = service.service_areas.iter().map(|it| it.name.as_str());
    let lead = first.into_iter().chain(types).chain(modes);
    for text in lead.chain(languages).chain(areas).chain(organization) {
        take(FieldKind::Lead, text);
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', ';', '\n', '!', '?']).filter(|sentence| {
        let negated = NEGATED.as_ref();
        !negated.is_some_and(|negated| negated.is_match(*sentence))
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
