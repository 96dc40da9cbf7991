//! The directory file and what lies beside it: the raw records, the repairs, what was seen when, and the journal of a crawl.

use super::{report::Report, usage};
use crate::CliError;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use services_directory::{
    import::{file::DirectoryFile, seen::SeenFeeds},
    model::DirectoryHeader,
};
use std::{
    collections::HashMap,
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// A directory file that was read, to be changed and put back if nobody else has changed it since.
pub struct Taken {
    pub file: DirectoryFile,
    path: PathBuf,
    /// None: it was not there.
    bytes: Option<Vec<u8>>,
}

impl Taken {
    pub fn of(path: &Path) -> Result<Self, CliError> {
        let bytes = read(path)?;
        Ok(Self {
            file: parsed(&bytes, path)?,
            path: path.to_owned(),
            bytes: Some(bytes),
        })
    }

    /// Whoever edits the file by hand takes no lock: what they wrote since it was read is not written over.
    fn is_as_it_was(&self) -> Result<(), CliError> {
        let now = match fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => {
                return Err(CliError::Input {
                    path: self.path.display().to_string(),
                    source,
                });
            }
        };
        if now == self.bytes {
            return Ok(());
        }
        Err(usage(format!(
            "{} was changed at this moment by somebody else: it stays as they left it. Give the command again; what a feed gave is kept, and not asked for twice",
            self.path.display()
        )))
    }

    /// Nothing takes the file's place that could not be loaded.
    pub fn put_back(&self) -> Result<(), CliError> {
        self.file.check().map_err(super::feed_error)?;
        let text = self.file.text();
        write_if(&self.path, text.as_bytes(), || self.is_as_it_was())
    }
}

/// Until it is dropped no other import or merge works on this directory file: they share what lies beside it, too.
pub fn one_at_a_time(directory: &Path) -> Result<fs::File, CliError> {
    let path = directory.with_extension("lock");
    let file = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|source| CliError::Output { path, source })?;
    file.try_lock().map_err(|_| {
        usage(format!(
            "Another import or merge is at work on {}: wait until it has ended",
            directory.display()
        ))
    })?;
    Ok(file)
}

pub struct Beside {
    pub directory: PathBuf,
    /// Each record as its feed gave it, one a line.
    pub raw: PathBuf,
    pub report: PathBuf,
    pub seen: PathBuf,
    pub journal: PathBuf,
}

impl Beside {
    /// `services.jsonl` → `services.raw.jsonl`, …
    pub fn of(directory: &Path) -> Self {
        let named = |ending: &str| directory.with_extension(ending);
        Self {
            directory: directory.to_owned(),
            raw: named("raw.jsonl"),
            report: named("import.json"),
            seen: named("seen.json"),
            journal: named("crawl.jsonl"),
        }
    }

    /// The file as it is; a new one with its header where there is none.
    pub fn taken(&self, today: Date) -> Result<Taken, CliError> {
        if self.directory.exists() {
            return Taken::of(&self.directory);
        }
        Ok(Taken {
            file: DirectoryFile::new(DirectoryHeader {
                id: "imported".to_owned(),
                name: "Imported services".to_owned(),
                version: 1,
                published_on: today,
                demonstration: false,
                licence: None,
                corrections_to: None,
            }),
            path: self.directory.clone(),
            bytes: None,
        })
    }

    /// For the journal, which comes before the file.
    pub fn make_folder(&self) -> Result<(), CliError> {
        let folder = self.directory.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(|source| CliError::Output {
            path: folder.to_owned(),
            source,
        })
    }

    /// Where the directory file is gone, what was seen with it says nothing.
    pub fn seen(&self) -> Result<SeenFeeds, CliError> {
        if !self.seen.exists() || !self.directory.exists() {
            return Ok(SeenFeeds::default());
        }
        serde_json::from_slice(&read(&self.seen)?).map_err(|error| {
            usage(format!(
                "{} is damaged ({error}): put back a copy, or move it away, and nothing will count as missing for a week",
                self.seen.display()
            ))
        })
    }

    /// The directory file last but for what was seen: whatever is cut off between them, the next import makes good.
    pub fn keep(
        &self,
        taken: &Taken,
        seen: &SeenFeeds,
        source: &str,
        raw: &[Value],
        report: &Report,
        at: Timestamp,
    ) -> Result<(), CliError> {
        write(&self.raw, self.raw_lines(source, raw, at)?.as_bytes())?;
        write(
            &self.report,
            &serde_json::to_vec_pretty(report).map_err(usage)?,
        )?;
        taken.put_back()?;
        write(&self.seen, &serde_json::to_vec_pretty(seen).map_err(usage)?)
    }

    /// What came now in the place of what came before; the rest stays.
    fn raw_lines(&self, source: &str, raw: &[Value], at: Timestamp) -> Result<String, CliError> {
        let mut fresh: HashMap<String, String> = HashMap::with_capacity(raw.len());
        let mut order = Vec::with_capacity(raw.len());
        for record in raw {
            let id = services_directory::import::source::id_of(record).unwrap_or_default();
            let line = json!({ "source": source, "id": id, "at": at, "raw": record }).to_string();
            if fresh.insert(id.clone(), line).is_none() {
                order.push(id);
            }
        }
        let mut text = String::new();
        if self.raw.exists() {
            for line in String::from_utf8_lossy(&read(&self.raw)?).lines() {
                let kept: Value = serde_json::from_str(line).unwrap_or_default();
                let of = |key: &str| kept.get(key).and_then(Value::as_str);
                let replaced = of("source") == Some(source)
                    && of("id").is_some_and(|id| fresh.contains_key(id));
                if !replaced && !line.trim().is_empty() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        for id in order {
            text.push_str(fresh.get(&id).map(String::as_str).unwrap_or_default());
            text.push('\n');
        }
        Ok(text)
    }

    /// Everything was taken over: the next crawl begins anew. One that stays is too old tomorrow.
    pub fn end_journal(&self) {
        let _ = fs::remove_file(&self.journal);
    }
}

fn parsed(bytes: &[u8], path: &Path) -> Result<DirectoryFile, CliError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| usage(format!("{} is not UTF-8", path.display())))?;
    DirectoryFile::read(text).map_err(super::feed_error)
}

pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|source| CliError::Input {
        path: path.display().to_string(),
        source,
    })
}

/// Whole or not at all: written beside and then given the name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_if(path, bytes, || Ok(()))
}

/// The last moment is asked whether it may.
fn write_if(
    path: &Path,
    bytes: &[u8],
    may: impl FnOnce() -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let written = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    let failed = |source| CliError::Output {
        path: path.to_owned(),
        source,
    };
    written().map_err(failed)?;
    if let Err(refused) = may() {
        let _ = fs::remove_file(&new);
        return Err(refused);
    }
    fs::rename(&new, path).map_err(failed)
}
