//! Measures search, side by side with off-the-shelf engines; `cargo xtask bench` calls it and keeps the table in docs/benchmarks.md.

// This program is its printed output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod engines;
mod feed;
mod fts_table;
mod hard_rules;
mod import;
mod job;
mod machine;
mod quality;
mod recombine;
mod report;
mod scoring;
mod sets;
mod speed;
mod window;

use engines::Engine;
use quality::SetScores;
use report::Measured;
use serde::{Serialize, de::DeserializeOwned};
use speed::Speed;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Called from the project's folder. FOLDER keeps the figures between the calls.
bench quality FOLDER            every engine over every evaluation set
bench speed FOLDER [SIZE…]      what a key press costs in directories of these sizes
bench feed FOLDER [SIZE]         what following a published directory costs
bench import FOLDER PROGRAMS    5,000 services of a feed on this computer; PROGRAMS is the folder with onward-cli and open_referral_feed
bench report FOLDER [DOCUMENT]  prints the table of what is in FOLDER, and puts it between the marks of the document
bench one ENGINE SIZE FOLDER    one engine in one size, as JSON
bench feed-part PART SIZE FOLDER  one part of that, as JSON
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["quality", folder] => quality(Path::new(folder)),
        ["speed", folder, sizes @ ..] => speed(Path::new(folder), sizes),
        ["feed", folder] => follow(Path::new(folder), feed::SIZE),
        ["feed", folder, size] => match size.parse() {
            Ok(size) => follow(Path::new(folder), size),
            Err(_) => Err(USAGE.into()),
        },
        ["feed-part", name, size, folder] => feed_part(name, size, Path::new(folder)),
        ["import", folder, programs] => import(Path::new(folder), Path::new(programs)),
        ["report", folder] => report(Path::new(folder), None),
        ["report", folder, document] => report(Path::new(folder), Some(Path::new(document))),
        ["one", engine, size, folder] => one(engine, size, Path::new(folder)),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn Error>>;

fn node() -> PathBuf {
    Path::new("bench").join("node")
}

fn quality(folder: &Path) -> Done {
    let sets = sets::load_all(Path::new(""))?;
    if sets.is_empty() {
        return Err("No evaluation set is here: call it from the project's folder.".into());
    }
    keep(
        folder,
        "quality",
        &quality::measure(&sets, &node(), folder, say)?,
    )
}

fn speed(folder: &Path, sizes: &[&str]) -> Done {
    let sizes: Vec<usize> = sizes
        .iter()
        .map(|size| size.parse())
        .collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() {
        &speed::SIZES
    } else {
        sizes.as_slice()
    };
    keep(folder, "speed", &speed::measure_all(sizes, folder, say)?)
}

fn import(folder: &Path, programs: &Path) -> Done {
    let measured = import::measure(programs, folder)?;
    for line in import::lines(&measured) {
        say(&line);
    }
    keep(folder, "import", &measured)
}

fn follow(folder: &Path, size: usize) -> Done {
    keep(folder, "feed", &feed::measure_all(size, folder, say)?)
}

fn feed_part(name: &str, size: &str, folder: &Path) -> Done {
    let sets = sets::load_all(Path::new(""))?;
    println!("{}", feed::part(name, size.parse()?, &sets, folder)?);
    Ok(())
}

fn one(engine: &str, size: &str, folder: &Path) -> Done {
    let engine = Engine::named(engine).ok_or("There is no such engine.")?;
    let sets = sets::load_all(Path::new(""))?;
    let speed = speed::measure(engine, size.parse()?, &sets, &node(), folder)?;
    println!("{}", serde_json::to_string(&speed)?);
    Ok(())
}

fn report(folder: &Path, document: Option<&Path>) -> Done {
    let quality: Option<Vec<SetScores>> = kept(folder, "quality")?;
    let speed: Option<Vec<Speed>> = kept(folder, "speed")?;
    let feed = kept(folder, "feed")?;
    let window = kept(folder, "window")?;
    let import = kept(folder, "import")?;
    let measured = Measured {
        quality: quality.as_deref().unwrap_or_default(),
        speed: speed.as_deref().unwrap_or_default(),
        feed: feed.as_ref(),
        window: window.as_ref(),
        import: import.as_ref(),
    };
    let table = measured.table();
    println!("{table}");
    if let Some(path) = document {
        let text = std::fs::read_to_string(path)?;
        let text = report::placed(&text, &table).ok_or("The document has not the two marks.")?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

fn say(line: &str) {
    println!("    {line}");
}

fn keep(folder: &Path, name: &str, figures: &impl Serialize) -> Done {
    std::fs::create_dir_all(folder)?;
    std::fs::write(
        folder.join(format!("{name}.json")),
        serde_json::to_vec(figures)?,
    )?;
    Ok(())
}

/// None where it was not measured.
fn kept<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, Box<dyn Error>> {
    let path = folder.join(format!("{name}.json"));
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&std::fs::read(path)?)?))
}
