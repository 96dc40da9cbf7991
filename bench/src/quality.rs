//! Every engine over every evaluation set.

use crate::engines::ENGINES;
use crate::job::{EngineError, Job, Search, TODAY};
use crate::scoring::{Scores, score, share};
use crate::sets::EvaluationSet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const LONGEST: Duration = Duration::from_mins(5);

/// One set's scores by the name of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetScores {
    pub set: String,
    pub engines: BTreeMap<String, Scores>,
}

pub fn measure(
    sets: &[EvaluationSet],
    node: &Path,
    scratch: &Path,
    mut say: impl FnMut(&str),
) -> Result<Vec<SetScores>, EngineError> {
    let mut all = Vec::new();
    for set in sets {
        let searches = || {
            let cases = set.cases.iter();
            cases.map(|case| Search {
                text: case.text.clone(),
                patient: case.patient(),
            })
        };
        let mut engines = BTreeMap::new();
        for engine in ENGINES {
            let job = Job {
                directory: &set.directory,
                searches: searches().collect(),
                longest: LONGEST,
            };
            let outcome = engine.run(&job, node, scratch)?;
            if outcome.answers.len() < set.cases.len() {
                return Err(EngineError::TooSlow(engine.name()));
            }
            let scores = score(set, &outcome.answers, TODAY);
            let tally = scores.answered;
            say(&format!(
                "{}, {}: hit@1 {:.3}, hit@5 {:.3} of {}; {} of {} show something for nothing; {} breaches",
                set.name,
                engine.name(),
                share(tally.first, tally.queries),
                share(tally.in_five, tally.queries),
                tally.queries,
                scores.shown_for_nothing,
                scores.unanswerable,
                scores.breaches()
            ));
            engines.insert(engine.name().to_owned(), scores);
        }
        all.push(SetScores {
            set: set.name.to_owned(),
            engines,
        });
    }
    Ok(all)
}
