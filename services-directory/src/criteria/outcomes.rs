//! What each rule comes to beside the facts: met, not met, or not known, with the words for what is known.

use super::{CriterionOutcome, KnownFacts};
use crate::ids::OdsCode;
use crate::model::ServiceArea;

pub(super) fn outcome_of(met: Option<bool>) -> CriterionOutcome {
    match met {
        Some(true) => CriterionOutcome::Met,
        Some(false) => CriterionOutcome::NotMet,
        None => CriterionOutcome::NotKnown,
    }
}

/// In years, inclusive; none is no limit.
pub type AgeLimits = (Option<u8>, Option<u8>);

pub fn is_of_age((min, max): AgeLimits, age: u8) -> bool {
    min.is_none_or(|min| age >= min) && max.is_none_or(|max| age <= max)
}

pub(super) fn age_outcome((min, max): AgeLimits, facts: &KnownFacts) -> CriterionOutcome {
    if min.is_none() && max.is_none() {
        return CriterionOutcome::Met;
    }
    outcome_of(facts.age.map(|age| is_of_age((min, max), age)))
}

pub(super) fn area_outcome(served: &[ServiceArea], facts: &KnownFacts) -> CriterionOutcome {
    if served.is_empty() {
        return CriterionOutcome::Met;
    }
    let areas = facts.areas.as_ref();
    outcome_of(areas.map(|areas| served.iter().any(|served| areas.contains(&served.id))))
}

pub(super) fn registered_outcome(practices: &[OdsCode], facts: &KnownFacts) -> CriterionOutcome {
    outcome_of(
        facts
            .practice
            .as_ref()
            .map(|practice| practices.contains(practice)),
    )
}

/// A duration known as "at least" says that a rule is met, and never that one is not.
pub(super) fn duration_outcome(
    months: u8,
    facts: &KnownFacts,
) -> (Option<String>, CriterionOutcome) {
    let long_enough = |known: &u16| *known >= u16::from(months);
    match facts.pain_at_least_months.filter(long_enough) {
        Some(known) => (
            Some(format!("{} or more", duration(known))),
            CriterionOutcome::Met,
        ),
        None => (None, CriterionOutcome::NotKnown),
    }
}

/// A condition that nobody mentioned is not known; it is not met only when every one was asked about and is not so.
pub(super) fn condition_outcome(
    any_of: &[String],
    facts: &KnownFacts,
) -> (Option<String>, CriterionOutcome) {
    if let Some(known) = facts
        .conditions
        .iter()
        .find(|known| any_of.iter().any(|asked| same(asked, known)))
    {
        return (Some(known.clone()), CriterionOutcome::Met);
    }
    let all_out = !any_of.is_empty()
        && any_of
            .iter()
            .all(|asked| facts.ruled_out.iter().any(|out| same(out, asked)));
    if all_out {
        (Some("none of these".to_owned()), CriterionOutcome::NotMet)
    } else {
        (None, CriterionOutcome::NotKnown)
    }
}

pub(super) fn exclusion_outcome(
    of: &str,
    facts: &KnownFacts,
) -> (Option<String>, CriterionOutcome) {
    if facts.conditions.iter().any(|known| same(known, of)) {
        return (Some(yes_or_no(of, true)), CriterionOutcome::NotMet);
    }
    if facts.ruled_out.iter().any(|out| same(out, of)) {
        return (Some(yes_or_no(of, false)), CriterionOutcome::Met);
    }
    (None, CriterionOutcome::NotKnown)
}

/// "in crisis: no". Said of an exclusion, so that nobody takes "met" for a yes.
pub(super) fn yes_or_no(of: &str, so: bool) -> String {
    let answer = if so { "yes" } else { "no" };
    format!("{of}: {answer}")
}

/// Equal but for case and spaces. Nothing looser: a rule must not be met by a word that merely stands in another.
pub(super) fn same(a: &str, b: &str) -> bool {
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    words(a) == words(b)
}

fn duration(months: u16) -> String {
    match (months / 12, months % 12) {
        (0, 1) => "1 month".to_owned(),
        (0, months) => format!("{months} months"),
        (1, 0) => "1 year".to_owned(),
        (years, 0) => format!("{years} years"),
        (years, months) => format!("{years} y {months} m"),
    }
}
