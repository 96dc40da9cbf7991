//! What each key press costs: every beginning of each typed query is searched, in directories of three sizes, for a known practice and for none.

use crate::engines::{ENGINES, Engine};
use crate::hard_rules::Patient;
use crate::job::{EngineError, Job, Search};
use crate::recombine::{self, Dice};
use crate::sets::EvaluationSet;
use serde::{Deserialize, Serialize};
use services_directory::feed::Directory;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub const SIZES: [usize; 3] = [1_000, 20_000, 100_000];
/// So many of the evaluation queries are typed, and so many names of services, half of them with two letters exchanged.
const QUERY_COUNT: usize = 120;
const NAME_COUNT: usize = 40;
const DEAREST_COUNT: usize = 8;
const LONGEST: Duration = Duration::from_secs(30);
/// Everybody's practice and age, where they are known.
const PRACTICE: &str = "Y10007";
const AGE: u8 = 45;

/// What one engine's key presses cost in one directory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    pub engine: String,
    pub services: usize,
    pub with_practice: Presses,
    pub without: Presses,
    pub build_cpu_ms: f64,
    pub grown_bytes: u64,
    /// What was typed in the dearest key presses, with milliseconds.
    pub dearest: Vec<(String, f64)>,
}

/// Milliseconds of CPU time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Presses {
    pub count: usize,
    /// How many there would have been, had there been time.
    pub of: usize,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Presses {
    pub fn of(mut times: Vec<f64>, wanted: usize) -> Self {
        times.sort_by(f64::total_cmp);
        Self {
            count: times.len(),
            of: wanted,
            p50: percentile(&times, 50),
            p99: percentile(&times, 99),
            max: times.last().copied().unwrap_or_default(),
        }
    }
}

/// The smallest value that so many of a hundred do not exceed.
pub fn percentile(sorted: &[f64], hundredths: usize) -> f64 {
    let place = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

/// Every engine in every size, each in a process of its own, because memory that one gave back would hide what the next takes.
pub fn measure_all(
    sizes: &[usize],
    scratch: &Path,
    mut say: impl FnMut(&str),
) -> Result<Vec<Speed>, EngineError> {
    let mut found = Vec::new();
    for size in sizes {
        for engine in ENGINES {
            if *size > engine.most_services() {
                continue;
            }
            let output = Command::new(std::env::current_exe()?)
                .args(["one", engine.name(), &size.to_string()])
                .arg(scratch)
                .stderr(std::process::Stdio::inherit())
                .output()?;
            if !output.status.success() {
                return Err(EngineError::Program {
                    what: format!("bench one {}", engine.name()),
                    status: output.status,
                });
            }
            let speed: Speed = serde_json::from_slice(&output.stdout)?;
            say(&format!(
                "{} at {size}: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms with a practice; {:.2}, {:.2}, {:.2} without; built in {:.1} s; {} MB",
                engine.name(),
                speed.with_practice.p50,
                speed.with_practice.p99,
                speed.with_practice.max,
                speed.without.p50,
                speed.without.p99,
                speed.without.max,
                speed.build_cpu_ms / 1000.0,
                speed.grown_bytes / 1_000_000
            ));
            found.push(speed);
        }
    }
    Ok(found)
}

/// One engine in one size.
pub fn measure(
    engine: Engine,
    size: usize,
    sets: &[EvaluationSet],
    node: &Path,
    scratch: &Path,
) -> Result<Speed, EngineError> {
    let sources: Vec<&Directory> = sets.iter().map(|set| &set.directory).collect();
    let directory = recombine::directory(&sources, size)
        .ok_or_else(|| std::io::Error::other("the evaluation directories are empty"))?;
    let texts = key_presses(sets, &directory);
    let mut speed = Speed {
        engine: engine.name().to_owned(),
        services: size,
        ..Speed::default()
    };
    let known = Patient {
        age: Some(AGE),
        practice: Some(PRACTICE.to_owned()),
    };
    for patient in [known, Patient::default()] {
        let searches = texts.iter().map(|text| Search {
            text: text.clone(),
            patient: patient.clone(),
        });
        let job = Job {
            directory: &directory,
            searches: searches.collect(),
            longest: LONGEST,
        };
        let outcome = engine.run(&job, node, scratch)?;
        speed.dearest.extend(dearest(&texts, &outcome.search_ms));
        let presses = Presses::of(outcome.search_ms, texts.len());
        if patient.practice.is_some() {
            speed.with_practice = presses;
            (speed.build_cpu_ms, speed.grown_bytes) = (outcome.build_cpu_ms, outcome.grown_bytes);
        } else {
            speed.without = presses;
        }
    }
    Ok(speed)
}

fn dearest(texts: &[String], times: &[f64]) -> Vec<(String, f64)> {
    let mut each: Vec<_> = texts.iter().cloned().zip(times.iter().copied()).collect();
    each.sort_by(|a, b| b.1.total_cmp(&a.1));
    each.truncate(DEAREST_COUNT);
    each
}

/// Every beginning of each query, shuffled: an engine that runs out of time has done a fair sample.
pub fn key_presses(sets: &[EvaluationSet], directory: &Directory) -> Vec<String> {
    let mut dice = Dice::new(1);
    let all: Vec<&str> = sets
        .iter()
        .flat_map(|set| &set.cases)
        .map(|case| case.text.as_str())
        .collect();
    let step = (all.len() / QUERY_COUNT).max(1);
    let mut typed: Vec<String> = all
        .iter()
        .step_by(step)
        .map(|text| (*text).to_owned())
        .collect();
    for number in 0..NAME_COUNT {
        if let Some(service) = dice.pick(&directory.services) {
            let name = service.name.to_lowercase();
            typed.push(if number % 2 == 0 {
                name
            } else {
                exchanged(&name, 2)
            });
        }
    }
    let mut presses: Vec<String> = Vec::new();
    for text in &typed {
        let ends = text
            .char_indices()
            .map(|(at, letter)| at + letter.len_utf8());
        presses.extend(
            ends.filter_map(|end| text.get(..end))
                .map(ToOwned::to_owned),
        );
    }
    for place in (1..presses.len()).rev() {
        presses.swap(place, dice.below(place + 1));
    }
    presses
}

/// The letter at a place and the next, the wrong way round.
fn exchanged(text: &str, place: usize) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if place + 1 < letters.len() {
        letters.swap(place, place + 1);
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        let presses = Presses::of(times.into_iter().rev().collect(), 300);
        assert_eq!(
            (presses.p50, presses.p99, presses.max),
            (100.0, 198.0, 200.0)
        );
        assert_eq!((presses.count, presses.of), (200, 300));
        assert_eq!(Presses::of(Vec::new(), 0), Presses::default());
    }
}
