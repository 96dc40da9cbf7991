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
    /// Hits that must never be shown.
    pub fn breaches(&self) -> u32 {
        self.closed + self.wrong_age + self.wrong_area
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::TODAY;
    use services_directory::feed::FeedLimits;

    /// Two open services, and one each that is paused, for children, of another area and of another practice.
    fn set() -> EvaluationSet {
        let service = |id: &str, category: &str, more: &str, onward: &str| {
            format!(
                r#"{{"kind":"service","id":"{id}","organization_id":"o","name":"{id}","description":"It helps.","status":"active","last_modified":"2026-10-01"{more},"onward":{{"category":"{category}","referral_methods":[{{"method":"phone","words":"Ring them"}}]{onward}}}}}"#
            )
        };
        let lines = [
            r#"{"kind":"directory","id":"d","name":"D","version":1,"published_on":"2026-11-01","demonstration":true}"#.to_owned(),
            r#"{"kind":"area","id":"board","name":"Board","level":"icb"}"#.to_owned(),
            r#"{"kind":"area","id":"here","name":"Here","level":"pcn","part_of":"board"}"#.to_owned(),
            r#"{"kind":"area","id":"there","name":"There","level":"pcn","part_of":"board"}"#.to_owned(),
            r#"{"kind":"practice","ods_code":"Y99001","name":"Surgery","areas":["here"]}"#.to_owned(),
            r#"{"kind":"practice","ods_code":"Y99002","name":"Other surgery","areas":["there"]}"#.to_owned(),
            r#"{"kind":"organization","id":"o","name":"O","organisation_kind":"charity"}"#.to_owned(),
            service("gym", "exercise", r#","service_areas":[{"id":"board","name":"Board"}],"minimum_age":16"#, ""),
            service("crisis", "crisis", "", ""),
            service("shut", "exercise", "", r#","closed_on":"2026-11-22""#),
            service("children", "exercise", r#","maximum_age":15"#, ""),
            service("far", "exercise", r#","service_areas":[{"id":"there","name":"There"}]"#, ""),
            service("theirs", "exercise", "", r#","criteria":[{"sentence":"Theirs only","rule":{"type":"registered-with","practices":["Y99002"]}}]"#),
        ];
        let directory =
            Directory::read(lines.join("\n").as_bytes(), FeedLimits::default()).unwrap();
        let case = |kind: &str, wanted: &str| Case {
            kind: kind.to_owned(),
            text: "move more".to_owned(),
            age: Some(45),
            practice: Some("Y99001".to_owned()),
            wanted: wanted.split_whitespace().map(ToOwned::to_owned).collect(),
        };
        EvaluationSet {
            name: "made up",
            directory,
            cases: vec![
                case("synonym", "gym"),
                case("out-of-scope", ""),
                case("crisis", "crisis"),
            ],
        }
    }

    const GYM: u32 = 0;
    const CRISIS_LINE: u32 = 1;

    fn scored(first: &[u32], second: &[u32], third: &[u32]) -> Scores {
        score(
            &set(),
            &[first.to_vec(), second.to_vec(), third.to_vec()],
            TODAY,
        )
    }

    #[test]
    fn right_answers_have_full_marks() {
        let scores = scored(&[GYM, CRISIS_LINE], &[], &[CRISIS_LINE]);
        assert_eq!(
            scores.answered,
            Tally {
                queries: 2,
                first: 2,
                in_five: 2
            }
        );
        assert_eq!((scores.unanswerable, scores.shown_for_nothing), (1, 0));
        assert_eq!(
            (scores.crisis, scores.crisis_wrong_first, scores.breaches()),
            (1, 0, 0)
        );
        assert_eq!(scores.hits, 3);
    }

    #[test]
    fn a_planted_wrong_order_costs_the_first_place_only() {
        let scores = scored(&[CRISIS_LINE, GYM], &[], &[CRISIS_LINE]);
        assert_eq!(
            scores.answered,
            Tally {
                queries: 2,
                first: 1,
                in_five: 2
            }
        );
        assert_eq!(
            scores.by_kind["synonym"],
            Tally {
                queries: 1,
                first: 0,
                in_five: 1
            }
        );
        let late = scored(&[1, 1, 1, 1, 1, GYM], &[], &[CRISIS_LINE]);
        assert_eq!(late.by_kind["synonym"].in_five, 0, "sixth is too late");
    }

    #[test]
    fn planted_hits_that_must_not_be_are_counted_each_by_its_rule() {
        let scores = scored(&[GYM, 2, 3, 4, 5], &[2], &[CRISIS_LINE]);
        assert_eq!(
            (scores.closed, scores.wrong_age, scores.wrong_area),
            (2, 1, 2)
        );
        assert_eq!(scores.shown_for_nothing, 1);
    }

    #[test]
    fn words_of_crisis_with_another_kind_first_or_with_nothing_are_wrong() {
        assert_eq!(scored(&[], &[], &[GYM, CRISIS_LINE]).crisis_wrong_first, 1);
        assert_eq!(scored(&[], &[], &[]).crisis_wrong_first, 1);
    }

    #[test]
    fn what_is_not_known_of_the_patient_breaks_no_rule() {
        let mut set = set();
        for case in &mut set.cases {
            (case.age, case.practice) = (None, None);
        }
        let scores = score(&set, &[vec![2, 3, 4, 5], vec![], vec![]], TODAY);
        assert_eq!(
            (scores.closed, scores.wrong_age, scores.wrong_area),
            (1, 0, 0)
        );
    }
}
