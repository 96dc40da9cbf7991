//! Works for a long day in one process, and prints what it holds of the computer after the warm-up and at the end: the soak test of hazard H20.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is a test, and its printed output"
)]

use engine::PatientFacts;
use jiff::SignedDuration;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{PAIN_PLATFORM, Practice};
use std::fs;

const SEARCHES: usize = 2_000;
const PASTES: usize = 200;
const QUEUES: usize = 40;
const WORDS: [&str; 5] = ["fibro low mo", "back pain", "iapt", "money worries", "slep"];

/// What the process holds: memory in bytes (proc(5), statm: resident pages), threads, open files.
#[derive(Clone, Copy)]
struct Held {
    memory_bytes: u64,
    threads: usize,
    files: usize,
}

fn held() -> Held {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let resident: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    let count = |folder: &str| fs::read_dir(folder).unwrap().count();
    Held {
        memory_bytes: resident * 4096,
        threads: count("/proc/self/task"),
        files: count("/proc/self/fd"),
    }
}

/// A share of the day's work.
fn work(practice: &Practice, searches: usize, pastes: usize, queues: usize) {
    let catalogue = practice.engine.catalogue().unwrap();
    let today = practice.engine.store.clock.today();
    for word in WORDS.iter().cycle().take(searches) {
        let _ = catalogue.search(word, &PatientFacts::default(), today);
    }
    for patient in [SMITH, DOE].iter().cycle().take(pastes) {
        let draft = practice.desk().new_draft().unwrap();
        practice.desk().paste(&draft.id, patient).unwrap();
    }
    for patient in [SMITH, DOE].iter().cycle().take(queues) {
        practice.refer_at_once(patient, PAIN_PLATFORM);
        practice.send_due();
        practice.time.pass(SignedDuration::from_secs(30));
        practice.desk().attention().unwrap();
    }
}

fn main() {
    let practice = Practice::open();
    work(&practice, SEARCHES / 4, PASTES / 4, QUEUES / 4);
    let warm = held();
    work(&practice, SEARCHES, PASTES, QUEUES);
    let end = held();
    for (name, held) in [("warm", warm), ("end", end)] {
        println!(
            "{name} {} {} {}",
            held.memory_bytes, held.threads, held.files
        );
    }
    println!("done {} messages arrived", practice.mail.messages().len());
}
