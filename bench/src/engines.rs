//! The engines that are compared: Onward's own search, SQLite's full-text search in two forms, and three of JavaScript.

use crate::fts_table::{Fts, Tokenizer};
use crate::job::{EngineError, Filters, Job, LIMIT, Outcome, TODAY, texts};
use crate::machine::resident_bytes;
use cpu_time::ProcessTime;
use serde_json::json;
use services_directory::ids::OdsCode;
use services_directory::search::{Query, SearchIndex, Synonyms};
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Onward,
    Fts5Porter,
    Fts5Trigram,
    MiniSearch,
    FlexSearch,
    Fuse,
}

pub const ENGINES: [Engine; 6] = [
    Engine::Onward,
    Engine::Fts5Porter,
    Engine::Fts5Trigram,
    Engine::MiniSearch,
    Engine::FlexSearch,
    Engine::Fuse,
];

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Onward => "Onward",
            Self::Fts5Porter => "FTS5 porter",
            Self::Fts5Trigram => "FTS5 trigram",
            Self::MiniSearch => "minisearch",
            Self::FlexSearch => "flexsearch",
            Self::Fuse => "fuse.js",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        ENGINES.into_iter().find(|engine| engine.name() == name)
    }

    /// Above this its index or a single key press takes minutes.
    pub fn most_services(self) -> usize {
        match self {
            Self::Onward | Self::Fts5Porter | Self::Fts5Trigram => usize::MAX,
            Self::MiniSearch | Self::FlexSearch => 20_000,
            Self::Fuse => 1_000,
        }
    }

    /// `scratch` is a folder for what a JavaScript engine is given.
    pub fn run(self, job: &Job, node: &Path, scratch: &Path) -> Result<Outcome, EngineError> {
        match self {
            Self::Onward => onward(job),
            Self::Fts5Porter => fts5(job, Tokenizer::Porter),
            Self::Fts5Trigram => fts5(job, Tokenizer::Trigram),
            Self::MiniSearch | Self::FlexSearch | Self::Fuse => in_node(self, job, node, scratch),
        }
    }
}

fn onward(job: &Job) -> Result<Outcome, EngineError> {
    let (before, began) = (resident_bytes(), ProcessTime::now());
    let index = SearchIndex::build(job.directory, &Synonyms::shipped()?)?;
    let mut outcome = built(before, began);
    let positions: HashMap<_, _> = job
        .directory
        .services
        .iter()
        .zip(0_u32..)
        .map(|(service, at)| (&service.id, at))
        .collect();
    let practice = |code: &Option<String>| OdsCode::parse(code.as_deref()?).ok();
    let queries = job.searches.iter().map(|search| Query {
        text: search.text.clone(),
        age: search.patient.age,
        practice: practice(&search.patient.practice),
        today: TODAY,
        limit: LIMIT,
    });
    let end = Instant::now() + job.longest;
    for query in queries {
        if Instant::now() > end {
            break;
        }
        let began = ProcessTime::now();
        let found = index.search(&query);
        outcome.search_ms.push(milliseconds(began.elapsed()));
        let hits = found
            .hits
            .iter()
            .filter_map(|hit| positions.get(&hit.service_id).copied());
        outcome.answers.push(hits.collect());
    }
    Ok(outcome)
}

fn fts5(job: &Job, tokenizer: Tokenizer) -> Result<Outcome, EngineError> {
    let filters = Filters::of(job);
    let (before, began) = (resident_bytes(), ProcessTime::now());
    let mut index = Fts::build(tokenizer, texts(job.directory))?;
    let mut outcome = built(before, began);
    index.add_filters(&filters.lists)?;
    let end = Instant::now() + job.longest;
    for (search, filter) in job.searches.iter().zip(&filters.of_search) {
        if Instant::now() > end {
            break;
        }
        let began = ProcessTime::now();
        let found = index.search(&search.text, *filter)?;
        outcome.search_ms.push(milliseconds(began.elapsed()));
        outcome.answers.push(found);
    }
    Ok(outcome)
}

/// Through files: a pipe would fill while the other side still reads.
fn in_node(engine: Engine, job: &Job, node: &Path, scratch: &Path) -> Result<Outcome, EngineError> {
    let filters = Filters::of(job);
    let searches = job.searches.iter().zip(&filters.of_search);
    let queries: Vec<_> = searches
        .map(|(search, filter)| json!({ "text": search.text, "filter": filter }))
        .collect();
    let given = json!({
        "engine": engine.name(),
        "documents": texts(job.directory).collect::<Vec<_>>(),
        "filters": filters.lists,
        "queries": queries,
        "limit": LIMIT,
        "longest_ms": job.longest.as_millis(),
    });
    std::fs::create_dir_all(scratch)?;
    let name = format!("{}-{}", engine.name(), job.directory.services.len());
    let (task, answer) = (
        scratch.join(format!("{name}-task.json")),
        scratch.join(format!("{name}-answer.json")),
    );
    std::fs::write(&task, serde_json::to_vec(&given)?)?;
    drop(given);
    let status = Command::new("node")
        .arg("--expose-gc")
        .arg("--max-old-space-size=6144")
        .arg(node.join("search.mjs"))
        .args([&task, &answer])
        .status()?;
    if !status.success() {
        let what = format!("node search.mjs for {}", engine.name());
        return Err(EngineError::Program { what, status });
    }
    let outcome = serde_json::from_slice(&std::fs::read(&answer)?)?;
    std::fs::remove_file(task)?;
    std::fs::remove_file(answer)?;
    Ok(outcome)
}

fn built(resident_before: u64, began: ProcessTime) -> Outcome {
    Outcome {
        build_cpu_ms: milliseconds(began.elapsed()),
        grown_bytes: resident_bytes().saturating_sub(resident_before),
        ..Outcome::default()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
