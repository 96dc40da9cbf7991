//! Search by words, as one types: an index in memory of one directory, and the hard rules that keep a service from being offered.
//!
//! A text goes through `words` (folded), `query` (understood, with `expand` for each word and `phrases` for the synonyms), `rank` (fit and
//! order) and then the hard rules of `criteria`. The index never changes: whoever holds it swaps a new one in behind an `Arc`.

mod closeness;
mod crisis;
mod expand;
mod fields;
mod index;
mod phrases;
mod query;
mod rank;
mod synonyms;
mod why;
mod words;

pub use synonyms::{SynonymError, Synonyms};
pub use why::TakenFor;

use crate::criteria::{self, KnownFacts, NotOpen};
use crate::feed::{self, Directory};
use crate::ids::{AreaId, OdsCode, ServiceId};
use crate::model::{Category, HealthcareService};
use closeness::Named;
use index::WordIndex;
use jiff::civil::Date;
use query::Understood;
use rank::Fit;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// More are not worth showing greyed.
const MOST_NOT_OPEN: usize = 5;

/// What is typed, and what is known of the patient. What is not known hides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    /// Years.
    pub age: Option<u8>,
    pub practice: Option<OdsCode>,
    pub today: Date,
    /// At most so many hits.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchResults {
    pub hits: Vec<SearchHit>,
    /// Services searched by name that are not offered.
    pub not_open: Vec<NotOpenHit>,
    pub hidden: HiddenCounts,
    /// Words of crisis were typed: the fixed crisis text is shown whatever else is found.
    pub crisis: bool,
    /// What words were taken for, where that is not what was typed.
    pub understood_as: Vec<TakenFor>,
}

/// A service that is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHit {
    pub service_id: ServiceId,
    pub name: String,
    pub category: Category,
    /// The words by which it was found: "fibro → fibromyalgia".
    pub why: Vec<String>,
    pub service: Arc<HealthcareService>,
}

/// A service that was searched by its name and is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOpenHit {
    pub service_id: ServiceId,
    pub name: String,
    pub category: Category,
    pub reason: NotOpen,
}

/// How many services would have been found but for a hard rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HiddenCounts {
    pub age: usize,
    pub area: usize,
    /// Closed or paused.
    pub closed: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search index could not be made: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("the search index could not be made: {0}")]
    Words(#[from] fst::Error),
    #[error("the search index could not be read: {0}")]
    Read(#[from] std::io::Error),
}

/// One directory, ready to be searched from any thread.
pub struct SearchIndex {
    words: WordIndex,
    crisis: crisis::CrisisWords,
    /// Each practice's areas and all that they are part of.
    areas: HashMap<OdsCode, BTreeSet<AreaId>>,
}

impl SearchIndex {
    pub fn build(directory: &Directory, synonyms: &Synonyms) -> Result<Self, SearchError> {
        let parents: BTreeMap<&AreaId, &AreaId> = directory
            .areas
            .iter()
            .filter_map(|area| Some((&area.id, area.part_of.as_ref()?)))
            .collect();
        let practices = directory.practices.iter();
        Ok(Self {
            words: WordIndex::build(directory, synonyms)?,
            crisis: crisis::CrisisWords::new(),
            areas: practices
                .map(|practice| {
                    (
                        practice.ods_code.clone(),
                        feed::upward(&practice.areas, &parents),
                    )
                })
                .collect(),
        })
    }

    /// Never fails: whatever is typed, the answer is a list, perhaps an empty one.
    pub fn search(&self, query: &Query) -> SearchResults {
        let tokens = words::tokens(&query.text);
        let understood = Understood::of(&tokens, &self.words);
        let mut results = SearchResults {
            crisis: self.crisis.are_in(&tokens),
            understood_as: why::taken_for(&understood, &self.words),
            ..SearchResults::default()
        };
        let (mut fits, reasons) = rank::fits(&understood, &self.words);
        if results.crisis {
            self.add_crisis_services(&mut fits);
        }
        let facts = KnownFacts {
            age: query.age,
            practice: query.practice.clone(),
            areas: query
                .practice
                .as_ref()
                .and_then(|practice| self.areas.get(practice).cloned()),
            ..KnownFacts::default()
        };
        let mut open = Vec::new();
        for fit in fits {
            let Some(document) = self.words.documents.get(fit.document) else {
                continue;
            };
            match criteria::open_to(&document.service, &facts, query.today) {
                Ok(()) => open.push((fit, &document.service)),
                Err(reason) => results.hide(&fit, &document.service, reason),
            }
        }
        results.not_open.truncate(MOST_NOT_OPEN);
        order(&mut open, results.crisis, query.today);
        for (fit, service) in open.into_iter().take(query.limit) {
            results.hits.push(SearchHit {
                service_id: service.id.clone(),
                name: service.name.clone(),
                category: service.onward.category,
                why: why::of(&understood, &self.words, &reasons, fit.document),
                service: Arc::clone(service),
            });
        }
        results
    }

    /// With words of crisis, every crisis service is shown, whatever its words.
    fn add_crisis_services(&self, fits: &mut Vec<Fit>) {
        for (document, entry) in self.words.documents.iter().enumerate() {
            let missing = fits.iter().all(|fit| fit.document != document);
            if missing && entry.service.onward.category == Category::Crisis {
                fits.push(Fit {
                    document,
                    value: 0.0,
                    named: Named::No,
                });
            }
        }
    }
}

/// The order that `rank` tells, behind the crisis services where there are words of crisis.
fn order(open: &mut [(Fit, &Arc<HealthcareService>)], crisis: bool, today: Date) {
    let best = open.iter().map(|(fit, _)| fit.value).fold(0.0, f32::max);
    open.sort_by_cached_key(|(fit, service)| {
        let after_crisis = crisis && service.onward.category != Category::Crisis;
        let (step, wait) = rank::step_and_wait(service, today);
        (
            after_crisis,
            rank::band(fit.value, best),
            step,
            wait,
            service.name.to_lowercase(),
            service.id.clone(),
        )
    });
}

impl SearchResults {
    fn hide(&mut self, fit: &Fit, service: &HealthcareService, reason: NotOpen) {
        // A closed service has a successor or a day to come back to: half its name will do.
        let enough = match reason {
            NotOpen::Age { .. } => {
                self.hidden.age += 1;
                Named::Whole
            }
            NotOpen::Area { .. } => {
                self.hidden.area += 1;
                Named::Whole
            }
            NotOpen::Closed { .. } | NotOpen::Paused { .. } => {
                self.hidden.closed += 1;
                Named::Begun
            }
        };
        if fit.named >= enough {
            let (service_id, name) = (service.id.clone(), service.name.clone());
            self.not_open.push(NotOpenHit {
                service_id,
                name,
                category: service.onward.category,
                reason,
            });
        }
    }
}

#[cfg(test)]
mod tests;
