//! Bits flipped in what lies beside `practice.db`: the newest commits, while they are still in its log, and the file of the key.
//!
//! SQLite reads its log as far as its checksums hold (sqlite.org/walformat.html): a flipped bit looks to it as a power cut in that commit does. So
//! what comes back is an earlier, whole state, and the newest commits are gone without a word; nothing else may ever come back.

use super::chance::Chance;
use super::flipped_bytes::{RECORDS, Records, clock, demonstration, into_the_file, kind, schemas};
use crate::patients::{DOE, SMITH};
use crate::practice::{PAIN_PLATFORM, Practice, START, Time, form};
use crate::records::{Dump, dump};
use std::collections::BTreeMap;
use store::{Store, StoreError};

const LOG: &str = "practice.db-wal";
const HEADER: &str = "practice.key.json";

pub fn report(flips: usize, headers: usize, seed: u64) {
    let (images, states) = with_a_log();
    in_the_log(&images, &states, flips, seed);
    in_the_header(headers, seed);
}

/// The files of records whose newest commits lie in the log, as a program that was killed leaves them; and each state that was committed, in order.
fn with_a_log() -> (BTreeMap<&'static str, Vec<u8>>, Vec<Dump>) {
    let records = Records::make();
    let practice = Practice::open_in(records.folder, Time::at(START));
    // What the opening itself wrote goes into the file, so that the log begins with the first state that is kept here.
    into_the_file(&practice.engine.store);
    let desk = practice.desk();
    let now = || dump(&practice.engine.store).expect("readable");
    let mut states = vec![now()];
    for number in 0..5 {
        let begun = desk.new_draft().expect("a draft");
        states.push(now());
        let patient = if number % 2 == 0 { SMITH } else { DOE };
        desk.paste(&begun.id, patient).expect("a patient");
        states.push(now());
        let draft = practice.fill(&begun.id, form(PAIN_PLATFORM));
        states.push(now());
        practice.queue(&draft).expect("queued");
        states.push(now());
    }
    let read = |name: &'static str| {
        let bytes = std::fs::read(practice.data().join(name));
        (name, bytes.expect("the file"))
    };
    let images = RECORDS.into_iter().chain([LOG]).map(read).collect();
    (images, states)
}

fn opened(images: &BTreeMap<&'static str, Vec<u8>>) -> Result<Dump, StoreError> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in images {
        std::fs::write(folder.path().join(name), bytes).expect("a copy");
    }
    let opened = Store::open(demonstration(folder.path()), &schemas(), clock())?;
    dump(&opened.store)
}

fn in_the_log(images: &BTreeMap<&'static str, Vec<u8>>, states: &[Dump], flips: usize, seed: u64) {
    let newest = states.last().expect("a state");
    let control = opened(images).expect("an unchanged copy opens");
    assert!(control == *newest, "the negative control: nothing flipped");
    let mut chance = Chance::new(seed);
    let bytes = images.get(LOG).map_or(0, Vec::len);
    let (mut refused, mut same, mut earlier) = (0, 0, 0);
    for _ in 0..flips {
        let mut images = images.clone();
        let log = images.get_mut(LOG).expect("the log");
        let at = chance.below(log.len());
        *log.get_mut(at).expect("within") ^= 1 << chance.below(8);
        match opened(&images) {
            Err(_) => refused += 1,
            Ok(read) if read == *newest => same += 1,
            Ok(read) if states.contains(&read) => earlier += 1,
            Ok(_) => panic!("byte {at} of the log: it reads as it never was"),
        }
    }
    println!(
        "| flipped bits of the newest commits, not yet in practice.db (-wal) | {flips} in {bytes} bytes | refused {refused}, read the same {same}, an earlier whole state {earlier} (SQLite takes the commit for one that a power cut broke off); otherwise 0 |"
    );
    assert!(earlier > 0 || refused > 0, "no flip was felt");
}

fn in_the_header(flips: usize, seed: u64) {
    let records = Records::make();
    let whole = std::fs::read(records.file(HEADER)).expect("the header");
    let mut chance = Chance::new(seed);
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut opens, mut recovers, mut recovery_refused) = (0, 0, 0);
    for number in 0..flips {
        let mut bytes = whole.clone();
        let at = number * whole.len() / flips;
        *bytes.get_mut(at).expect("within") ^= 1 << chance.below(8);
        match with_header(&records, &bytes, false) {
            Err(error) => *refused.entry(kind(&error)).or_default() += 1,
            Ok(read) => {
                assert!(read == records.whole, "byte {at}: it reads otherwise");
                opens += 1;
                match with_header(&records, &bytes, true) {
                    Err(_) => recovery_refused += 1,
                    Ok(read) => {
                        assert!(read == records.whole, "byte {at}: it recovers otherwise");
                        recovers += 1;
                    }
                }
            }
        }
    }
    println!(
        "| flipped bits of the key's file | {flips} in {} bytes | refused at the start {}; opens with the key of the keychain and reads the same {opens}: of these the recovery key opens it too {recovers}, and says that it cannot {recovery_refused}; read otherwise 0 |",
        whole.len(),
        refused.values().sum::<usize>()
    );
    assert!(opens > 0 && !refused.is_empty());
}

fn with_header(records: &Records, header: &[u8], by_recovery: bool) -> Result<Dump, StoreError> {
    let folder = tempfile::tempdir().expect("a folder");
    for name in RECORDS {
        std::fs::copy(records.file(name), folder.path().join(name)).expect("a copy");
    }
    std::fs::write(folder.path().join(HEADER), header).expect("a copy");
    let folder = demonstration(folder.path());
    if by_recovery {
        dump(&Store::recover(
            folder,
            &records.recovery_key,
            &schemas(),
            clock(),
        )?)
    } else {
        dump(&Store::open(folder, &schemas(), clock())?.store)
    }
}
