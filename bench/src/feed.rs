//! What following a published directory costs: a version of 100,000 services verified, applied, indexed and searched, beside a plain reading and inserting
//! of the same records; and what a search costs while that goes on.

mod plain_table;

use crate::job::TODAY;
use crate::machine::peak_bytes;
use crate::recombine;
use crate::sets::EvaluationSet;
use crate::speed::{Presses, key_presses};
use cpu_time::ProcessTime;
use engine::{Catalogue, EngineError, PatientFacts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services_directory::{
    directory_table,
    feed::{Directory, FeedLimits},
    incoming_table::Incoming,
    model::DirectoryRecord,
    trust_table::TrustedRole,
};
use signed_feed::{
    keys::{KeyPurpose, SigningKey},
    publish::{Keyring, Repository, Signers},
    source::{Authorities, Fetcher, Source, TransferLimits},
    verify::{self, Known, Refresh},
};
use std::{
    collections::BTreeSet,
    error::Error,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use store::{Clock, Database, database::Durability};

pub const SIZE: usize = 100_000;
/// Key presses that are searched idle, and at most during an apply.
const SEARCHES: usize = 2_000;
const PRACTICE: &str = "Y10007";

/// Everything that was measured of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedFigures {
    pub services: usize,
    /// As it was published, packed; and unpacked.
    pub packed_bytes: u64,
    pub onward: Cost,
    pub plain: Cost,
    /// Milliseconds of time, not of CPU: a person waits for them.
    pub idle: Presses,
    pub during_apply: Presses,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds of CPU time of a process that does nothing else, by its steps.
    pub steps: Vec<(String, f64)>,
    pub cpu_seconds: f64,
    /// The most memory that was ever resident.
    pub peak_bytes: u64,
}

type Measured<T> = Result<T, Box<dyn Error>>;

/// Each part in a process of its own, because memory that one gave back would hide what the next takes.
pub fn measure_all(size: usize, folder: &Path, mut say: impl FnMut(&str)) -> Measured<FeedFigures> {
    let scratch = folder.join("feed");
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    std::fs::create_dir_all(&scratch)?;
    let part = |name: &str| -> Measured<serde_json::Value> {
        let output = Command::new(std::env::current_exe()?)
            .args(["feed-part", name, &size.to_string()])
            .arg(&scratch)
            .stderr(std::process::Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(format!("bench feed-part {name} ended with {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    let packed_bytes = serde_json::from_value(part("publish")?)?;
    let onward: Cost = serde_json::from_value(part("apply")?)?;
    let plain: Cost = serde_json::from_value(part("plain")?)?;
    let (idle, during_apply): (Presses, Presses) = serde_json::from_value(part("search")?)?;
    for (name, cost) in [("Onward", &onward), ("plain", &plain)] {
        say(&format!(
            "{name}, {size} services: {:.1} s of CPU, {} MB at the peak; {:?}",
            cost.cpu_seconds,
            cost.peak_bytes / 1_000_000,
            cost.steps
        ));
    }
    say(&format!(
        "search: p99 {:.2} ms idle, {:.2} ms during an apply ({} searches)",
        idle.p99, during_apply.p99, during_apply.count
    ));
    std::fs::remove_dir_all(&scratch)?;
    Ok(FeedFigures {
        services: size,
        packed_bytes,
        onward,
        plain,
        idle,
        during_apply,
    })
}

/// One part, as JSON on standard output.
pub fn part(name: &str, size: usize, sets: &[EvaluationSet], scratch: &Path) -> Measured<String> {
    Ok(match name {
        "publish" => serde_json::to_string(&publish(size, sets, scratch)?)?,
        "apply" => serde_json::to_string(&apply(scratch)?)?,
        "plain" => serde_json::to_string(&plain(scratch)?)?,
        "search" => serde_json::to_string(&search(sets, scratch)?)?,
        _ => return Err("There is no such part.".into()),
    })
}

/// As curators do it, with keys made here; and the same records as one plain file.
fn publish(size: usize, sets: &[EvaluationSet], scratch: &Path) -> Measured<u64> {
    let sources: Vec<&Directory> = sets.iter().map(|set| &set.directory).collect();
    let directory =
        recombine::directory(&sources, size).ok_or("the evaluation directories are empty")?;
    let mut text = serde_json::to_string(&DirectoryRecord::Directory(directory.header.clone()))?;
    for record in directory_table::records_of(&directory) {
        text.push('\n');
        text.push_str(&serde_json::to_string(&record)?);
    }
    text.push('\n');
    drop(directory);
    std::fs::write(scratch.join("plain.jsonl"), &text)?;
    let mut keys = Vec::new();
    for (purpose, holders) in [
        (KeyPurpose::Root, ["Ann", "Ben", "Cem"].as_slice()),
        (KeyPurpose::Targets, &["Ann", "Ben"]),
        (KeyPurpose::Services, &["Ben"]),
        (KeyPurpose::Online, &["Server"]),
    ] {
        for holder in holders {
            keys.push(SigningKey::random(purpose, holder)?);
        }
    }
    let keyring = Keyring::new(keys.iter().map(|key| key.public().clone()).collect())?;
    let (signers, now) = (Signers::keys(&keys), now());
    let published = scratch.join("published");
    std::fs::create_dir(&published)?;
    let mut repository = Repository::create(&published, &keyring, &signers, now)?;
    let edition = repository.edition(&text, &[], now)?;
    repository.publish(&edition, None, &signers, now)?;
    let mut packed = 0;
    for file in std::fs::read_dir(published.join("targets"))? {
        packed += file?.metadata()?.len();
    }
    Ok(packed)
}

/// The computer's own: signatures are of today.
fn now() -> Timestamp {
    Clock::system().now()
}

/// Fetched and verified, as a refresh does it.
fn verified(scratch: &Path) -> Measured<verify::SignedFiles> {
    let published = scratch.join("published");
    let root = std::fs::read(published.join("metadata/1.root.json"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let source = Source::Folder(published);
        let transfer = TransferLimits::default();
        let quiet = Arc::new(|_| {});
        let fetcher = Fetcher::new(&source, &Authorities::OperatingSystem, transfer, quiet)?;
        let mut known = Known::default();
        let fingerprint = signed_feed::publish::fingerprint(&root);
        let first = verify::first_root(&fetcher, &fingerprint).await?;
        known.trust.roles.insert(TrustedRole::Root, first);
        match verify::refresh(&fetcher, &known, now()).await? {
            Refresh::New(version) => Ok(version.files().await?),
            Refresh::NothingNew(_) => Err("nothing was published".into()),
        }
    })
}

/// Into a database, as `engine::refresh` does it; then the index of what stands there, and a first search.
fn apply(scratch: &Path) -> Measured<Cost> {
    let mut cost = Cost::default();
    let mut began = ProcessTime::now();
    let mut step = |cost: &mut Cost, name: &str| {
        let seconds = began.elapsed().as_secs_f64();
        cost.steps.push((name.to_owned(), seconds));
        cost.cpu_seconds += seconds;
        began = ProcessTime::now();
    };
    let files = verified(scratch)?;
    step(&mut cost, "fetch and verify");
    let database = applied(scratch, "applied.db", files)?;
    step(&mut cost, "read, apply and read back");
    let catalogue = catalogue(&database)?;
    step(&mut cost, "index");
    let facts = PatientFacts::default();
    if catalogue
        .search("fibro low mood", &facts, TODAY)
        .hits
        .is_empty()
    {
        return Err("nothing is found".into());
    }
    step(&mut cost, "first search");
    cost.peak_bytes = peak_bytes();
    Ok(cost)
}

fn applied(scratch: &Path, name: &str, files: verify::SignedFiles) -> Measured<Database> {
    let path = scratch.join(name);
    let database = Database::open(&path, None, Durability::Normal, &directory_table::SCHEMA)?;
    database.write(move |tx| {
        let mut incoming = Incoming::begin(tx)?;
        files.each_record(FeedLimits::default(), |record, line| {
            Ok::<_, EngineError>(incoming.add(record, line)?)
        })?;
        let arrived = incoming.arrived()?;
        arrived.changes()?;
        arrived.differences(&BTreeSet::new())?;
        Ok::<_, EngineError>(arrived.take_over(&files.publication, now())?)
    })?;
    Ok(database)
}

fn catalogue(database: &Database) -> Measured<Catalogue> {
    Ok(Catalogue::read(database, Vec::new())?.ok_or("nothing was applied")?)
}

/// What anybody would write first: each line parsed into a record and kept, then a row each in one transaction. Nothing is checked, indexed or read back.
fn plain(scratch: &Path) -> Measured<Cost> {
    let mut cost = Cost::default();
    let began = ProcessTime::now();
    let text = std::fs::read_to_string(scratch.join("plain.jsonl"))?;
    let mut records: Vec<DirectoryRecord> = Vec::new();
    for line in text.lines() {
        records.push(serde_json::from_str(line)?);
    }
    cost.steps
        .push(("read".to_owned(), began.elapsed().as_secs_f64()));
    let inserting = ProcessTime::now();
    plain_table::insert(&scratch.join("plain.db"), &records)?;
    cost.steps
        .push(("insert".to_owned(), inserting.elapsed().as_secs_f64()));
    cost.cpu_seconds = began.elapsed().as_secs_f64();
    cost.peak_bytes = peak_bytes();
    Ok(cost)
}

/// Key presses against the index of one version, idle, and then while the same is fetched, applied and indexed anew beside it.
fn search(sets: &[EvaluationSet], scratch: &Path) -> Measured<(Presses, Presses)> {
    let files = verified(scratch)?;
    let texts = key_presses(sets, &files.directory(FeedLimits::default())?);
    let database = applied(scratch, "searched.db", files)?;
    let searched = catalogue(&database)?;
    let facts = PatientFacts {
        age: Some(45),
        practice: services_directory::ids::OdsCode::parse(PRACTICE).ok(),
        ..PatientFacts::default()
    };
    let timed = |text: &str| {
        let began = Instant::now();
        let found = searched.search(text, &facts, TODAY);
        let took = began.elapsed().as_secs_f64() * 1000.0;
        std::hint::black_box(found);
        took
    };
    // Once over, so that nothing is met for the first time.
    texts.iter().take(200).for_each(|text| {
        timed(text);
    });
    let idle: Vec<f64> = texts
        .iter()
        .cycle()
        .take(SEARCHES)
        .map(|text| timed(text))
        .collect();
    let done = AtomicBool::new(false);
    let during = std::thread::scope(|scope| {
        let applying = scope.spawn(|| {
            let made = verified(scratch)
                .and_then(|files| applied(scratch, "searched.db", files))
                .and_then(|database| catalogue(&database))
                .map_err(|error| error.to_string());
            done.store(true, Ordering::SeqCst);
            made.map(drop)
        });
        let mut during = Vec::new();
        for text in texts.iter().cycle() {
            if done.load(Ordering::SeqCst) {
                break;
            }
            during.push(timed(text));
        }
        match applying.join() {
            Ok(made) => made.map(|()| during),
            Err(_) => Err("the apply stopped".to_owned()),
        }
    })?;
    let (idle_count, during_count) = (idle.len(), during.len());
    Ok((
        Presses::of(idle, idle_count),
        Presses::of(during, during_count),
    ))
}
