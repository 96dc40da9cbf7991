//! Measures search, side by side with off-the-shelf engines; `cargo xtask bench` calls it and says what is measured.

// This program is its printed output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod engines;
mod fts_table;
mod hard_rules;
mod job;
mod machine;
mod recombine;
mod scoring;
mod sets;
mod speed;

use engines::{ENGINES, Engine};
use job::{Job, Search, TODAY};
use std::path::Path;
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let node = root.join("bench/node");
    let sets = sets::load_all(&root)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["one", engine, size, scratch] => {
            let engine = Engine::named(engine).ok_or("no such engine")?;
            let speed = speed::measure(engine, size.parse()?, &sets, &node, Path::new(scratch))?;
            println!("{}", serde_json::to_string(&speed)?);
        }
        ["speed", scratch, sizes @ ..] => {
            let sizes: Vec<usize> = sizes.iter().filter_map(|s| s.parse().ok()).collect();
            speed::measure_all(&sizes, Path::new(scratch), |line| println!("{line}"))?;
        }
        _ => {
            for set in &sets {
                println!(
                    "{} {} on {}",
                    set.name,
                    set.cases.len(),
                    machine::description()
                );
                for engine in ENGINES {
                    let searches = set
                        .cases
                        .iter()
                        .map(|case| Search {
                            text: case.text.clone(),
                            patient: case.patient(),
                        })
                        .collect();
                    let job = Job {
                        directory: &set.directory,
                        searches,
                        longest: Duration::from_mins(5),
                    };
                    let outcome = engine.run(&job, &node, &std::env::temp_dir())?;
                    let scores = scoring::score(set, &outcome.answers, TODAY);
                    let a = scores.answered;
                    println!(
                        "{:14} {:.3} {:.3} nothing {}/{} breaches {} {} {} of {} crisis wrong {}/{} build {:.1} grown {}",
                        engine.name(),
                        scoring::share(a.first, a.queries),
                        scoring::share(a.in_five, a.queries),
                        scores.shown_for_nothing,
                        scores.unanswerable,
                        scores.closed,
                        scores.wrong_age,
                        scores.wrong_area,
                        scores.hits,
                        scores.crisis_wrong_first,
                        scores.crisis,
                        outcome.build_cpu_ms,
                        outcome.grown_bytes
                    );
                }
            }
        }
    }
    Ok(())
}
