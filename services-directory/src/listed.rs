//! What stands in memory of each service: what every search and every list compares. All else of it stands in the database.

use crate::criteria::{AgeLimits, HardRules};
use crate::ids::{OdsCode, ServiceId};
use crate::model::{
    Category, CriterionRule, HealthcareService, ServiceArea, ServiceStatus, Step, Tier,
};
use jiff::civil::Date;
use std::collections::HashSet;
use std::sync::Arc;

/// A service of the directory, without its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub id: ServiceId,
    pub name: Box<str>,
    pub category: Category,
    pub tier: Tier,
    status: ServiceStatus,
    ages: AgeLimits,
    areas: Arc<[ServiceArea]>,
    practices: Box<[ForPractices]>,
    closing: Option<Box<Closing>>,
    /// The lowest.
    pub step: Option<Step>,
    /// As it was stated: weeks, and on which day.
    pub wait: Option<(u16, Date)>,
    pub single_point_of_access: bool,
    pub child_services: Box<[ServiceId]>,
    /// The day on which a person checked it with the service.
    pub verified_on: Option<Date>,
}

/// Registered with one of these practices, in the service's own sentence.
#[derive(Debug, Clone, PartialEq)]
struct ForPractices {
    practices: Vec<OdsCode>,
    sentence: String,
}

/// What few services have.
#[derive(Debug, Clone, PartialEq)]
struct Closing {
    closed_on: Option<Date>,
    paused_until: Option<Date>,
    reason: Option<String>,
    replaced_by: Option<ServiceId>,
}

/// The areas of the services so far: many serve the same ones, and they are kept once.
#[derive(Default)]
pub struct SharedAreas(HashSet<Arc<[ServiceArea]>>);

impl SharedAreas {
    fn of(&mut self, areas: &[ServiceArea]) -> Arc<[ServiceArea]> {
        if let Some(known) = self.0.get(areas) {
            return Arc::clone(known);
        }
        let shared: Arc<[ServiceArea]> = areas.into();
        self.0.insert(Arc::clone(&shared));
        shared
    }
}

impl Listed {
    pub fn of(service: &HealthcareService, areas: &mut SharedAreas) -> Self {
        let more = &service.onward;
        let for_practices = more.criteria.iter().filter_map(|criterion| {
            let CriterionRule::RegisteredWith { practices } = &criterion.rule else {
                return None;
            };
            Some(ForPractices {
                practices: practices.clone(),
                sentence: criterion.sentence.clone(),
            })
        });
        let closing = Closing {
            closed_on: more.closed_on,
            paused_until: more.paused_until,
            reason: more.status_reason.clone(),
            replaced_by: more.replaced_by.clone(),
        };
        let says_nothing = Closing {
            closed_on: None,
            paused_until: None,
            reason: None,
            replaced_by: None,
        };
        Self {
            id: service.id.clone(),
            name: service.name.as_str().into(),
            category: more.category,
            tier: more.tier,
            status: service.status,
            ages: (service.minimum_age, service.maximum_age),
            areas: areas.of(&service.service_areas),
            practices: for_practices.collect(),
            closing: (closing != says_nothing).then(|| Box::new(closing)),
            step: more.steps.iter().min().copied(),
            wait: more.wait.as_ref().map(|wait| (wait.weeks, wait.stated_on)),
            single_point_of_access: more.single_point_of_access,
            child_services: more.child_services.as_slice().into(),
            verified_on: more.verified.as_ref().map(|verified| verified.on),
        }
    }
}

impl HardRules for Listed {
    fn status(&self) -> ServiceStatus {
        self.status
    }

    fn closed_on(&self) -> Option<Date> {
        self.closing.as_ref()?.closed_on
    }

    fn paused_until(&self) -> Option<Date> {
        self.closing.as_ref()?.paused_until
    }

    fn status_reason(&self) -> Option<&String> {
        self.closing.as_ref()?.reason.as_ref()
    }

    fn replaced_by(&self) -> Option<&ServiceId> {
        self.closing.as_ref()?.replaced_by.as_ref()
    }

    fn ages(&self) -> AgeLimits {
        self.ages
    }

    fn areas(&self) -> &[ServiceArea] {
        &self.areas
    }

    fn practices(&self) -> impl Iterator<Item = (&[OdsCode], &String)> {
        let rules = self.practices.iter();
        rules.map(|rule| (rule.practices.as_slice(), &rule.sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        criteria::{self, KnownFacts},
        feed::{Directory, FeedLimits},
    };
    use jiff::ToSpan;

    const STARTER: &str = include_str!("../data/starter.jsonl");

    #[test]
    fn the_hard_rules_say_the_same_of_what_is_kept_as_of_the_whole_record() {
        let directory = Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap();
        let mut areas = SharedAreas::default();
        let (mut open, mut not_open) = (0, 0);
        for service in &directory.services {
            let listed = Listed::of(service, &mut areas);
            for practice in &directory.practices {
                for (age, months) in [(None, 0), (Some(15), 3), (Some(45), 6), (Some(90), 24)] {
                    let facts = KnownFacts {
                        age,
                        areas: directory.areas_of(&practice.ods_code),
                        practice: Some(practice.ods_code.clone()),
                        ..KnownFacts::default()
                    };
                    let day = directory.header.published_on + months.months();
                    let whole = criteria::open_to(service.as_ref(), &facts, day);
                    assert_eq!(criteria::open_to(&listed, &facts, day), whole);
                    *(if whole.is_ok() {
                        &mut open
                    } else {
                        &mut not_open
                    }) += 1;
                }
            }
        }
        assert!(open > 100 && not_open > 100, "{open} open, {not_open} not");
        assert!(areas.0.len() < directory.services.len() / 2);
    }
}
