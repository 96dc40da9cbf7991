//! One piece of work that every engine is given alike: services, what may be offered to whom, and texts to search; and what came of it.

use crate::hard_rules::{Areas, Patient};
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use services_directory::feed::Directory;
use std::collections::BTreeMap;
use std::time::Duration;

/// The day of all measurements: waits and closings count from it.
pub const TODAY: Date = date(2026, 11, 22);
/// As many hits as the window asks for.
pub const LIMIT: usize = 20;

/// What is searched, for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub text: String,
    pub patient: Patient,
}

pub struct Job<'a> {
    pub directory: &'a Directory,
    pub searches: Vec<Search>,
    /// Searching is ended after so long, wherever it is then.
    pub longest: Duration,
}

/// What an engine answered, and what it cost.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Positions of services, best first, for each search that was done.
    pub answers: Vec<Vec<u32>>,
    /// Milliseconds of CPU time of the whole process, for each search that was done.
    pub search_ms: Vec<f64>,
    pub build_cpu_ms: f64,
    /// How much more memory was resident after the index was built.
    pub grown_bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("Onward's index: {0}")]
    Onward(#[from] services_directory::search::SearchError),
    #[error("Onward's synonyms: {0}")]
    Synonyms(#[from] services_directory::search::SynonymError),
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Files(#[from] std::io::Error),
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0} did not answer all queries in the time given")]
    TooSlow(&'static str),
    #[error("{what} ended with {status}")]
    Program {
        what: String,
        status: std::process::ExitStatus,
    },
}

/// What off-the-shelf engines are given of a service: the same fields for all.
#[derive(Debug, Clone, Serialize)]
pub struct Texts {
    pub id: u32,
    pub name: String,
    pub aliases: String,
    pub helps_with: String,
    pub description: String,
    pub interventions: String,
}

pub fn texts(directory: &Directory) -> impl Iterator<Item = Texts> + '_ {
    let services = directory.services.iter().zip(0_u32..);
    services.map(|(service, id)| Texts {
        id,
        name: service.name.clone(),
        aliases: service.onward.aliases.join("; "),
        helps_with: service.onward.helps_with.join("; "),
        description: service.description.clone(),
        interventions: service.onward.interventions.join("; "),
    })
}

/// The hard rules for engines that know none: for each kind of patient the services that may be offered, and for each search which of these lists it is.
pub struct Filters {
    pub lists: Vec<Vec<u32>>,
    pub of_search: Vec<usize>,
}

impl Filters {
    pub fn of(job: &Job) -> Self {
        let areas = Areas::of(job.directory);
        let mut numbers: BTreeMap<&Patient, usize> = BTreeMap::new();
        let mut filters = Self {
            lists: Vec::new(),
            of_search: Vec::with_capacity(job.searches.len()),
        };
        for search in &job.searches {
            let number = *numbers.entry(&search.patient).or_insert_with(|| {
                let open = areas.open_to(job.directory, &search.patient, TODAY);
                filters.lists.push(open);
                filters.lists.len() - 1
            });
            filters.of_search.push(number);
        }
        filters
    }
}
