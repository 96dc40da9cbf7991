//! A service's own rules beside what is known of the patient: which are met, which are not, which nobody has asked.
//!
//! Three rules are hard, and such a service is not offered: age, area (with "registered with", which is an area drawn by
//! practices), and closed or paused. All others are shown and decide nothing. What is not known hides nothing.
//! What no fact settles, a person may answer; `answers` knows where one answer holds for another rule too. Such an answer stands
//! when a fact that comes later says otherwise: nobody's own words are changed behind their back.

mod answers;
mod outcomes;

pub use answers::KnownAnswer;
pub use outcomes::{AgeLimits, is_of_age};

use crate::ids::{AreaId, OdsCode, ServiceId};
use crate::model::{Criterion, CriterionRule, HealthcareService, ServiceArea, ServiceStatus};
use answers::{Told, key};
use jiff::civil::Date;
use outcomes::{
    age_outcome, area_outcome, condition_outcome, duration_outcome, exclusion_outcome, outcome_of,
    registered_outcome, same, yes_or_no,
};
use std::collections::BTreeSet;

/// What the practice knows of the patient. Everything may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownFacts {
    /// Years, whole.
    pub age: Option<u8>,
    /// The practice with which the patient is registered.
    pub practice: Option<OdsCode>,
    /// The practice's areas and all that they are part of (`Directory::areas_of`).
    pub areas: Option<BTreeSet<AreaId>>,
    /// The pain has lasted at least so many whole months.
    pub pain_at_least_months: Option<u16>,
    /// What the patient has or is: "fibromyalgia", "in crisis".
    pub conditions: Vec<String>,
    /// What was asked and is not so.
    pub ruled_out: Vec<String>,
    /// Totals of questionnaires that the practice already has.
    pub measures: Vec<KnownMeasure>,
    /// What a person answered to criteria, the newest last. The answer to a soft rule itself stands before any fact above.
    pub answers: Vec<KnownAnswer>,
}

/// The total of a questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMeasure {
    pub name: String,
    pub total: i32,
}

/// One rule of the service beside what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionCheck {
    /// Names the rule, and not the service where another can ask the same.
    pub key: String,
    /// The service's own sentence.
    pub sentence: String,
    /// What is known, for the screen; none when nothing is.
    pub known: Option<String>,
    pub outcome: CriterionOutcome,
    /// A hard rule that is not met keeps the service from being offered.
    pub hard: bool,
    /// Soft, and answered by a person or not settled by a fact: a person may answer.
    pub answerable: bool,
    /// What a person answered to this very rule: true is met.
    pub answered: Option<bool>,
    /// What must not be so. The service's sentence often names it as if it were asked for, and "met" then says the opposite.
    pub excludes: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CriterionOutcome {
    Met,
    NotMet,
    NotKnown,
}

/// Why a service is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOpen {
    /// The patient's age is outside these limits, which are inclusive.
    Age { min: Option<u8>, max: Option<u8> },
    /// The practice is outside the areas (or the practices) that it serves.
    Area { names: Vec<String> },
    Closed {
        on: Option<Date>,
        replaced_by: Option<ServiceId>,
        reason: Option<String>,
    },
    /// Closed for a time, up to and including that day.
    Paused {
        until: Option<Date>,
        reason: Option<String>,
    },
}

/// What the hard rules look at: of a whole record, or of what is kept of it in memory.
pub trait HardRules {
    fn status(&self) -> ServiceStatus;
    fn closed_on(&self) -> Option<Date>;
    fn paused_until(&self) -> Option<Date>;
    fn status_reason(&self) -> Option<&String>;
    fn replaced_by(&self) -> Option<&ServiceId>;
    fn ages(&self) -> AgeLimits;
    fn areas(&self) -> &[ServiceArea];
    /// The practices with one of which a patient must be registered, and the service's sentence for it.
    fn practices(&self) -> impl Iterator<Item = (&[OdsCode], &String)>;
}

impl HardRules for HealthcareService {
    fn status(&self) -> ServiceStatus {
        self.status
    }

    fn closed_on(&self) -> Option<Date> {
        self.onward.closed_on
    }

    fn paused_until(&self) -> Option<Date> {
        self.onward.paused_until
    }

    fn status_reason(&self) -> Option<&String> {
        self.onward.status_reason.as_ref()
    }

    fn replaced_by(&self) -> Option<&ServiceId> {
        self.onward.replaced_by.as_ref()
    }

    fn ages(&self) -> AgeLimits {
        (self.minimum_age, self.maximum_age)
    }

    fn areas(&self) -> &[ServiceArea] {
        &self.service_areas
    }

    fn practices(&self) -> impl Iterator<Item = (&[OdsCode], &String)> {
        self.onward
            .criteria
            .iter()
            .filter_map(|criterion| match &criterion.rule {
                CriterionRule::RegisteredWith { practices } => {
                    Some((practices.as_slice(), &criterion.sentence))
                }
                _ => None,
            })
    }
}

/// Whether the hard rules let this service be offered. The first that does not is told.
pub fn open_to(service: &impl HardRules, facts: &KnownFacts, today: Date) -> Result<(), NotOpen> {
    open_today(service, today)?;
    let (min, max) = service.ages();
    if age_outcome((min, max), facts) == CriterionOutcome::NotMet {
        return Err(NotOpen::Age { min, max });
    }
    serves(service, facts)
}

/// Whether it serves the practice's areas, and the practice where it serves some only.
pub fn serves(service: &impl HardRules, facts: &KnownFacts) -> Result<(), NotOpen> {
    let areas = service.areas();
    if area_outcome(areas, facts) == CriterionOutcome::NotMet {
        let names = areas.iter().map(|area| area.name.clone()).collect();
        return Err(NotOpen::Area { names });
    }
    let elsewhere = service
        .practices()
        .find(|(practices, _)| registered_outcome(practices, facts) == CriterionOutcome::NotMet);
    match elsewhere {
        Some((_, sentence)) => Err(NotOpen::Area {
            names: vec![sentence.clone()],
        }),
        None => Ok(()),
    }
}

/// `closed_on` holds from that day whatever `status` says; a pause without an end holds until the directory says otherwise.
pub fn open_today(service: &impl HardRules, today: Date) -> Result<(), NotOpen> {
    let (status, closed_on) = (service.status(), service.closed_on());
    let gone = matches!(status, ServiceStatus::Inactive | ServiceStatus::Defunct);
    if gone || closed_on.is_some_and(|on| on <= today) {
        return Err(NotOpen::Closed {
            on: closed_on,
            replaced_by: service.replaced_by().cloned(),
            reason: service.status_reason().cloned(),
        });
    }
    let until = service.paused_until();
    if status == ServiceStatus::TemporarilyClosed && until.is_none_or(|until| today <= until) {
        return Err(NotOpen::Paused {
            until,
            reason: service.status_reason().cloned(),
        });
    }
    Ok(())
}

/// Every rule of the service, in its order, with the hard ones that it states without a sentence put first.
pub fn check(service: &HealthcareService, facts: &KnownFacts, today: Date) -> Vec<CriterionCheck> {
    let criteria = &service.onward.criteria;
    let mut checks = Vec::with_capacity(criteria.len() + 3);
    if let Err(closed) = open_today(service, today) {
        let sentence = match closed {
            NotOpen::Paused {
                until: Some(until), ..
            } => format!("The service is paused until {until}"),
            NotOpen::Paused { .. } => "The service is paused".to_owned(),
            _ => "The service is closed".to_owned(),
        };
        checks.push(CriterionCheck {
            key: "open".to_owned(),
            sentence,
            known: None,
            outcome: CriterionOutcome::NotMet,
            hard: true,
            answerable: false,
            answered: None,
            excludes: None,
        });
    }
    let states = |rule: &CriterionRule| criteria.iter().any(|criterion| criterion.rule == *rule);
    if !states(&CriterionRule::Age {})
        && let Some(sentence) = age_sentence(service)
    {
        checks.push(one(
            service,
            &Criterion {
                sentence,
                rule: CriterionRule::Age {},
            },
            facts,
        ));
    }
    if !states(&CriterionRule::Area {}) && !service.service_areas.is_empty() {
        let names: Vec<&str> = service
            .service_areas
            .iter()
            .map(|area| area.name.as_str())
            .collect();
        let sentence = format!("Serves {}", names.join(", "));
        checks.push(one(
            service,
            &Criterion {
                sentence,
                rule: CriterionRule::Area {},
            },
            facts,
        ));
    }
    checks.extend(
        criteria
            .iter()
            .map(|criterion| one(service, criterion, facts)),
    );
    checks
}

fn age_sentence(service: &HealthcareService) -> Option<String> {
    age_range(service.minimum_age, service.maximum_age).map(|range| format!("Aged {range}"))
}

/// "16 or over", "12 to 17"; none without a limit.
pub fn age_range(min: Option<u8>, max: Option<u8>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("{min} or over")),
        (None, Some(max)) => Some(format!("{max} or under")),
        (None, None) => None,
    }
}

fn one(service: &HealthcareService, criterion: &Criterion, facts: &KnownFacts) -> CriterionCheck {
    let practice = || facts.practice.as_ref().map(ToString::to_string);
    let (known, outcome, hard) = match &criterion.rule {
        CriterionRule::Age {} => (
            facts.age.map(|age| age.to_string()),
            age_outcome(service.ages(), facts),
            true,
        ),
        CriterionRule::Area {} => (
            practice(),
            area_outcome(&service.service_areas, facts),
            true,
        ),
        CriterionRule::RegisteredWith { practices } => {
            (practice(), registered_outcome(practices, facts), true)
        }
        CriterionRule::PainDuration { months } => {
            let (known, outcome) = duration_outcome(*months, facts);
            (known, outcome, false)
        }
        CriterionRule::Condition { any_of } => {
            let (known, outcome) = condition_outcome(any_of, facts);
            (known, outcome, false)
        }
        CriterionRule::Measure {
            name,
            minimum,
            maximum,
        } => {
            let total = facts
                .measures
                .iter()
                .find(|measure| same(&measure.name, name))
                .map(|measure| measure.total);
            let within = |total: i32| {
                minimum.is_none_or(|min| total >= min) && maximum.is_none_or(|max| total <= max)
            };
            (
                total.map(|total| total.to_string()),
                outcome_of(total.map(within)),
                false,
            )
        }
        CriterionRule::Exclusion { of } => {
            let (known, outcome) = exclusion_outcome(of, facts);
            (known, outcome, false)
        }
        CriterionRule::Question {} => (None, CriterionOutcome::NotKnown, false),
    };
    let answerable = !hard && outcome == CriterionOutcome::NotKnown;
    let excludes = match &criterion.rule {
        CriterionRule::Exclusion { of } => Some(of.clone()),
        _ => None,
    };
    let said = |met: bool| excludes.as_ref().map(|of| yes_or_no(of, !met));
    let check = CriterionCheck {
        key: key(criterion),
        sentence: criterion.sentence.clone(),
        known,
        outcome,
        hard,
        answerable,
        answered: None,
        excludes: excludes.clone(),
    };
    match Told::about(criterion, facts) {
        Told::Directly(met) if !hard => CriterionCheck {
            known: said(met),
            outcome: outcome_of(Some(met)),
            answerable: true,
            answered: Some(met),
            ..check
        },
        Told::Elsewhere(met) if answerable => CriterionCheck {
            known: said(met).or_else(|| Some("from another answer".to_owned())),
            outcome: outcome_of(Some(met)),
            ..check
        },
        _ => check,
    }
}

#[cfg(test)]
mod tests;
