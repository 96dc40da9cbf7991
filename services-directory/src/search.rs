//! Search by words, as one types: an index in memory of one directory, and the hard rules that keep a service from being offered.
//!
//! A text goes through `crisis`, `words` (folded), `query` (understood, with `expand` for each word and `phrases` for the synonyms),
//! `evidence` and `rank` (fit), and `offering` (the hard rules of `criteria`, and the order). The index never changes: whoever holds it
//! swaps a new one in behind an `Arc`.

mod build;
mod closeness;
mod crisis;
mod entries;
mod evidence;
mod expand;
mod fields;
mod for_whom;
mod index;
mod offering;
mod openness;
mod part;
mod phrases;
mod postings;
mod query;
mod rank;
mod synonyms;
mod why;
mod words;

pub use build::IndexBuilder;
pub use synonyms::{SynonymError, Synonyms};
pub use why::TakenFor;

use crate::criteria::{AgeLimits, KnownFacts, NotOpen};
use crate::feed::Directory;
use crate::ids::{AreaId, OdsCode, ServiceId};
use crate::listed::Listed;
use crate::model::{Category, Tier};
use crisis::Crisis;
use index::WordIndex;
use jiff::civil::Date;
use offering::best;
use openness::{Openings, OpennessTable};
use query::Understood;
use rank::Fit;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// More are not worth showing greyed.
const MOST_NOT_OPEN: usize = 5;
/// Of so many, those that hold most of the words, the names are compared with what was typed; the list shows far fewer.
const MOST_COMPARED: usize = 300;
/// The same of those that are not offered.
const MOST_NAMED: usize = 100;

/// What a text about somebody who died by suicide is taken for.
const BEREAVED: &str = "bereaved by suicide";

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
    pub tier: Tier,
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
    /// The directory is a country's: services of other areas are not looked at, and not in `area`.
    pub elsewhere_not_counted: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search index could not be made: {0}")]
    Words(#[from] fst::Error),
}

/// One directory, ready to be searched from any thread.
pub struct SearchIndex {
    words: WordIndex,
    crisis: crisis::CrisisWords,
    /// Each practice's areas and all that they are part of.
    areas: HashMap<OdsCode, BTreeSet<AreaId>>,
    openness: OpennessTable,
    /// By service, for it is asked of each with every key press.
    ages: Vec<AgeLimits>,
    /// The services' places in the order of their ids.
    by_id: Vec<u32>,
    /// Shown with words of crisis, whatever else is.
    crisis_services: Vec<usize>,
    /// Each name's words, where services of other areas are not looked at: a whole name is found all the same.
    names: HashMap<String, Vec<usize>>,
    most_looked_at_whole: usize,
}

impl SearchIndex {
    /// Of a directory that stands in memory.
    pub fn build(directory: &Directory, synonyms: &Synonyms) -> Result<Self, SearchError> {
        IndexBuilder::of(directory).build(synonyms)
    }

    /// What is kept of every service, the services of the same areas side by side.
    pub fn services(&self) -> &[Listed] {
        &self.words.services
    }

    /// What is kept of one.
    pub fn service(&self, id: &ServiceId) -> Option<&Listed> {
        let found = self
            .by_id
            .binary_search_by(|at| self.listed(*at).map(|it| &it.id).cmp(&Some(id)));
        self.listed(*self.by_id.get(found.ok()?)?)
    }

    fn listed(&self, at: u32) -> Option<&Listed> {
        self.words.services.get(at as usize)
    }

    /// The areas that a practice lies in, and all that those are part of. None: the directory does not know the practice.
    pub fn areas_of(&self, practice: &OdsCode) -> Option<BTreeSet<AreaId>> {
        self.areas.get(practice).cloned()
    }

    /// Never fails: whatever is typed, the answer is a list, perhaps an empty one.
    pub fn search(&self, query: &Query) -> SearchResults {
        let mut tokens = words::tokens(&query.text);
        let crisis = self.crisis.seen_in(&query.text, &tokens);
        let bereaved = crisis == Crisis::Bereaved;
        if bereaved {
            tokens = words::tokens(BEREAVED);
        }
        let understood = Understood::of(&tokens, &self.words);
        let mut results = SearchResults {
            crisis: crisis != Crisis::None,
            understood_as: why::taken_for(&understood, &self.words),
            ..SearchResults::default()
        };
        if bereaved && query.text.trim() != BEREAVED {
            let (typed, taken_for) = (query.text.trim().to_owned(), vec![BEREAVED.to_owned()]);
            results.understood_as = vec![TakenFor { typed, taken_for }];
        }
        let place = self.place(query.practice.as_ref());
        let openings = self.openings(&place, query.today);
        results.hidden.elsewhere_not_counted = !openings.part.is_whole();
        let facts = KnownFacts {
            age: query.age,
            ..place
        };
        self.words.in_workspace(|workspace| {
            let (holding, question) =
                rank::holding(&understood, (&self.words, &openings.part), workspace);
            let (open, not_open) = self.divided(
                holding,
                &openings.by_service,
                query.age,
                &mut results.hidden,
            );
            let mut fits: Vec<Fit> = best(open, MOST_COMPARED)
                .map(|holding| question.fit(holding))
                .collect();
            if results.crisis {
                let hidden = &mut results.hidden;
                self.add_crisis_services(&mut fits, &not_open, hidden, (&facts, query.today));
            }
            let mut named: Vec<Fit> = best(not_open, MOST_NAMED)
                .map(|holding| question.fit(holding))
                .collect();
            if !openings.part.is_whole() {
                named.extend(self.named_elsewhere(&tokens));
            }
            named.sort_by(|a, b| b.value.total_cmp(&a.value));
            self.add_hits(
                &mut results,
                fits,
                &understood,
                query,
                crisis == Crisis::Sure,
            );
            self.add_not_open(&mut results, &named, &facts, query.today);
        });
        results
    }

    /// Works out the hard rules for a practice and a day, so that the first key press need not.
    pub fn make_ready(&self, practice: Option<&OdsCode>, today: Date) {
        self.openings(&self.place(practice), today);
    }

    fn place(&self, practice: Option<&OdsCode>) -> KnownFacts {
        KnownFacts {
            practice: practice.cloned(),
            areas: practice.and_then(|practice| self.areas.get(practice).cloned()),
            ..KnownFacts::default()
        }
    }

    fn openings(&self, place: &KnownFacts, today: Date) -> Arc<Openings> {
        self.openness.of(
            &self.words.services,
            place,
            today,
            self.most_looked_at_whole,
        )
    }
}

#[cfg(test)]
mod tests;
