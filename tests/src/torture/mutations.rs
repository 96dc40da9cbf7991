//! A published repository changed, at random and position by position: each change is refused, or what is believed and read is identical.

use super::chance::Chance;
use crate::practice::computer_time;
use crate::published::{Area, STARTER, renamed, silent};
use services_directory::feed::{Directory, FeedLimits};
use services_directory::trust_table::{StopList, Trust, TrustedRole};
use signed_feed::source::{Authorities, Fetcher, Source, TransferLimits};
use signed_feed::verify::{self, Known, Refresh};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What a practice believes and reads of a publication.
#[derive(Debug, PartialEq)]
struct State {
    directory: Directory,
    versions: BTreeMap<TrustedRole, u64>,
    trust: Trust,
    stop_list: Option<StopList>,
}

/// Two versions of a publication, the second one to be changed, and a practice that believes the first.
struct Publication {
    runtime: Runtime,
    known: Known,
    /// What is read of the second version as it was published.
    right: State,
    first: TempDir,
    copy: TempDir,
    files: Vec<PathBuf>,
}

/// What came of changes.
#[derive(Default)]
struct Outcomes {
    /// How often, by the code of the refusal.
    refused: BTreeMap<String, usize>,
    /// What is read was the same.
    identical: usize,
}

impl Outcomes {
    fn all_refused(&self) -> usize {
        self.refused.values().sum()
    }
}

impl Publication {
    fn of_two_versions() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let mut area = Area::publishing(STARTER);
        area.revoke(&["endpoint-talking-therapies"], &[]);
        let first = area.copy();
        let mut known = Known::default();
        let fetcher = fetcher(&area.path());
        let root = runtime.block_on(verify::first_root(&fetcher, &area.fingerprint()));
        let root = root.expect("the root");
        known.trust.roles.insert(TrustedRole::Root, root);
        let state = load(&runtime, &area.path(), &known).expect("the first version");
        let known = Known {
            publication: state.trust.publication(),
            trust: state.trust,
            last_checked_at: None,
        };
        area.publish(&renamed("Pain Platform of the moor"));
        area.revoke(&["endpoint-pain-platform"], &[]);
        let right = load(&runtime, &area.path(), &known).expect("the second version");
        let copy = area.copy();
        let files = files_of(copy.path());
        Self {
            runtime,
            known,
            right,
            first,
            copy,
            files,
        }
    }

    /// One file changed, read, and put back. Fails where the change was believed.
    fn tries(&self, file: &Path, changed: &[u8], what: &str, outcomes: &mut Outcomes) {
        let whole = std::fs::read(file).expect("a file");
        std::fs::write(file, changed).expect("written");
        match load(&self.runtime, self.copy.path(), &self.known) {
            Err(code) => *outcomes.refused.entry(code).or_default() += 1,
            Ok(state) => {
                self.is_right(&state, &format!("{what}, {}", file.display()));
                outcomes.identical += 1;
            }
        }
        std::fs::write(file, whole).expect("put back");
    }

    /// The bytes of the metadata may differ in white space; what they say may not.
    fn is_right(&self, state: &State, what: &str) {
        let (read, right) = (state, &self.right);
        assert_eq!(read.versions, right.versions, "{what}");
        assert_eq!(read.trust.files, right.trust.files, "{what}");
        assert_eq!(read.trust.expires_at, right.trust.expires_at, "{what}");
        assert_eq!(read.stop_list, right.stop_list, "{what}");
        assert_eq!(read.directory, right.directory, "{what}");
    }

    /// The negative control: unchanged, it is taken.
    fn is_whole(&self) {
        let again = load(&self.runtime, self.copy.path(), &self.known);
        self.is_right(&again.expect("unchanged"), "unchanged");
    }
}

/// Changes one thing so many times, and prints what came of it; fails where a change was believed.
pub fn report(count: usize, seed: u64) {
    let publication = Publication::of_two_versions();
    let (mut chance, mut outcomes, mut unchanged) = (Chance::new(seed), Outcomes::default(), 0);
    for number in 0..count {
        let files = &publication.files;
        let file = &files[chance.below(files.len())];
        let whole = std::fs::read(file).expect("a file");
        let other = &files[chance.below(files.len())];
        let old = old_of(publication.first.path(), publication.copy.path(), file);
        let (how, changed) = mutated(&whole, other, &old, &mut chance);
        if changed == whole {
            unchanged += 1;
            continue;
        }
        let what = format!("{number}, {how}, seed {seed}");
        publication.tries(file, &changed, &what, &mut outcomes);
    }
    let (all, identical) = (outcomes.all_refused(), outcomes.identical);
    println!(
        "mutations, seed {seed}: refused as {:?}; {identical} identical; {unchanged} changed nothing",
        outcomes.refused
    );
    println!(
        "| a published repository changed at random | {count} changes of {} files | {all} refused, {identical} left what is read identical (a file that is not read, white space): none accepted |",
        publication.files.len()
    );
    assert!(all > count / 4, "the changes do not reach what is read");
    publication.is_whole();
}

/// A bit flipped in every so many bytes of every file: at each position where `every` is 1.
pub fn report_positions(every: usize) {
    let publication = Publication::of_two_versions();
    let (mut outcomes, mut count, mut bytes) = (Outcomes::default(), 0, 0);
    for file in &publication.files {
        let whole = std::fs::read(file).expect("a file");
        bytes += whole.len();
        for at in (0..whole.len()).step_by(every) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            let what = format!("byte {at}");
            publication.tries(file, &changed, &what, &mut outcomes);
            count += 1;
        }
    }
    let (all, identical) = (outcomes.all_refused(), outcomes.identical);
    println!("positions: refused as {:?}", outcomes.refused);
    println!(
        "| a bit flipped in a published repository | {count} positions in {bytes} bytes of {} files | {all} refused, {identical} left what is read identical: none accepted |",
        publication.files.len()
    );
    assert!(all > count / 4, "the changes do not reach what is read");
    publication.is_whole();
}

fn fetcher(folder: &Path) -> Fetcher {
    let source = Source::Folder(folder.to_owned());
    let limits = TransferLimits::default();
    Fetcher::new(&source, &Authorities::OperatingSystem, limits, silent()).expect("a folder")
}

fn load(runtime: &Runtime, folder: &Path, known: &Known) -> Result<State, String> {
    runtime.block_on(async {
        let fetcher = fetcher(folder);
        let now = computer_time();
        let found = verify::refresh(&fetcher, known, now).await;
        let version = match found.map_err(|failure| failure.refusal.code().to_owned())? {
            Refresh::New(version) => version,
            Refresh::NothingNew(_) => return Err("nothing new".to_owned()),
        };
        let files = version.files().await;
        let directory = files.and_then(|files| files.directory(FeedLimits::default()));
        let directory = directory.map_err(|refusal| refusal.code().to_owned())?;
        let trust = version.believed.trust.clone();
        let versions = trust.roles.iter().map(|(role, it)| (*role, it.version));
        Ok(State {
            directory,
            versions: versions.collect(),
            trust,
            stop_list: version.believed.stop_list.clone(),
        })
    })
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["metadata", "targets"]
        .iter()
        .flat_map(|part| std::fs::read_dir(folder.join(part)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

/// The file as it was in the version before, where it was there.
fn old_of(first: &Path, copy: &Path, file: &Path) -> Vec<u8> {
    let name = file.strip_prefix(copy).expect("inside");
    std::fs::read(first.join(name)).unwrap_or_default()
}

fn mutated(whole: &[u8], other: &Path, old: &[u8], chance: &mut Chance) -> (&'static str, Vec<u8>) {
    let mut bytes = whole.to_vec();
    let at = chance.below(bytes.len().max(1));
    match chance.below(12) {
        0 => {
            bytes[at] ^= 1 << chance.below(8);
            ("a bit", bytes)
        }
        1 => {
            bytes[at] = u8::try_from(chance.below(256)).unwrap_or(0);
            ("a byte", bytes)
        }
        2 => {
            bytes.remove(at);
            ("a byte taken out", bytes)
        }
        3 => {
            bytes.insert(at, u8::try_from(chance.below(256)).unwrap_or(0));
            ("a byte put in", bytes)
        }
        4 => {
            bytes.truncate(at);
            ("cut off", bytes)
        }
        5 => {
            let end = (at + 1 + chance.below(200)).min(bytes.len());
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
            ("a piece twice", bytes)
        }
        6 => {
            let end = (at + 1 + chance.below(200)).min(bytes.len());
            bytes.drain(at..end);
            ("a piece taken out", bytes)
        }
        7 => (
            "another file in its place",
            std::fs::read(other).expect("a file"),
        ),
        8 => ("the file of the version before", old.to_vec()),
        9 => (
            "a digit",
            with_another(bytes, at, chance, u8::is_ascii_digit, b"0123456789"),
        ),
        10 => (
            "a hexadecimal digit",
            with_another(
                bytes,
                at,
                chance,
                u8::is_ascii_hexdigit,
                b"0123456789abcdef",
            ),
        ),
        _ => ("a value of its JSON", json_changed(whole, chance)),
    }
}

/// The next such character from there on becomes another of its kind, so that the file still parses.
fn with_another(
    mut bytes: Vec<u8>,
    at: usize,
    chance: &mut Chance,
    is: fn(&u8) -> bool,
    of: &[u8],
) -> Vec<u8> {
    if let Some(found) = bytes.iter_mut().skip(at).find(|byte| is(byte)) {
        *found = chance.one_of(of);
    }
    bytes
}

/// One value anywhere in it changed, taken out or given twice; the signatures too.
fn json_changed(whole: &[u8], chance: &mut Chance) -> Vec<u8> {
    let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(whole) else {
        return whole.to_vec();
    };
    change_one(&mut json, chance);
    serde_json::to_vec(&json).expect("JSON")
}

fn change_one(here: &mut serde_json::Value, chance: &mut Chance) {
    use serde_json::Value;
    let deeper = chance.in_a_hundred(80);
    match here {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = &names[chance.below(names.len())];
            if deeper {
                change_one(&mut fields[name], chance);
            } else {
                fields.remove(name);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let place = chance.below(items.len());
            if deeper {
                change_one(&mut items[place], chance);
            } else if chance.in_a_hundred(50) {
                items.push(items[place].clone());
            } else {
                items.remove(place);
            }
        }
        Value::Number(number) => {
            *here = (number.as_u64().unwrap_or(0).wrapping_add(1)).into();
        }
        Value::String(text) => text.push('0'),
        other => *other = Value::Bool(chance.in_a_hundred(50)),
    }
}
