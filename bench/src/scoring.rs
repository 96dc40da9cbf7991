//! What answers are worth: the place of the service that was wanted, what is shown where nothing should be, and every breach of a hard rule.

use crate::hard_rules::{Areas, Breach, Patient};
use crate::sets::{Case, EvaluationSet};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services_directory::feed::Directory;
use services_directory::model::Category;
use std::collections::BTreeMap;

/// The kind of the queries that are words of crisis.
const CRISIS: &str = "crisis";

/// How many of some queries found a wanted service, first and among the first five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub queries: u32,
    pub first: u32,
    pub in_five: u32,
}

/// A whole set's worth of answers of one engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    pub answered: Tally,
    pub by_kind: BTreeMap<String, Tally>,
    /// Queries that no service answers, and how many of them showed something.
    pub unanswerable: u32,
    pub shown_for_nothing: u32,
    pub hits: u32,
    pub closed: u32,
    pub wrong_age: u32,
    pub wrong_area: u32,
    /// Queries with words of crisis, and how many had another kind of service first, or none.
    pub crisis: u32,
    pub crisis_wrong_first: u32,
}

impl Case {
    pub fn patient(&self) -> Patient {
        Patient {
            age: self.age,
            practice: self.practice.clone(),
        }
    }
}

/// `answers` has for each case the positions of the services in their order.
pub fn score(set: &EvaluationSet, answers: &[Vec<u32>], today: Date) -> Scores {
    let mut scores = Scores::default();
    let areas = Areas::of(&set.directory);
    for (case, answer) in set.cases.iter().zip(answers) {
        scores.add_breaches(&set.directory, &areas, case, answer, today);
        let services = || {
            let at = |position: &u32| set.directory.services.get(*position as usize);
            answer.iter().filter_map(at)
        };
        if case.kind == CRISIS {
            let first = services().next().map(|service| service.onward.category);
            scores.crisis += 1;
            scores.crisis_wrong_first += u32::from(first != Some(Category::Crisis));
        }
        if case.wanted.is_empty() {
            // Words of crisis show the crisis services, whether or not the set names one of them.
            if case.kind != CRISIS {
                scores.unanswerable += 1;
                scores.shown_for_nothing += u32::from(!answer.is_empty());
            }
            continue;
        }
        let place =
            services().position(|service| case.wanted.iter().any(|id| id == service.id.as_str()));
        let of_kind = scores.by_kind.entry(case.kind.clone()).or_default();
        for tally in [of_kind, &mut scores.answered] {
            tally.queries += 1;
            tally.first += u32::from(place == Some(0));
            tally.in_five += u32::from(place.is_some_and(|place| place < 5));
        }
    }
    scores
}

impl Scores {
    fn add_breaches(
        &mut self,
        directory: &Directory,
        areas: &Areas,
        case: &Case,
        answer: &[u32],
        today: Date,
    ) {
        let patient = case.patient();
        for position in answer {
            let Some(service) = directory.services.get(*position as usize) else {
                continue;
            };
            self.hits += 1;
            match areas.breach(service, &patient, today) {
                None => {}
                Some(Breach::Closed) => self.closed += 1,
                Some(Breach::Age) => self.wrong_age += 1,
                Some(Breach::Area) => self.wrong_area += 1,
            }
        }
    }
}

/// Parts of a whole, for a table.
pub fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}
