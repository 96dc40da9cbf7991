//! The directory file and what lies beside it: the raw records, the repairs, what was seen when, and the journal of a crawl.

use super::{report::Report, usage, write_checked};
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
    io::Write,
    path::{Path, PathBuf},
};

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
    pub fn file(&self, today: Date) -> Result<DirectoryFile, CliError> {
        if self.directory.exists() {
            return directory_file(&self.directory);
        }
        Ok(DirectoryFile::new(DirectoryHeader {
            id: "imported".to_owned(),
            name: "Imported services".to_owned(),
            version: 1,
            published_on: today,
            demonstration: false,
            licence: None,
        }))
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
        file: &DirectoryFile,
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
        write_checked(file, &self.directory)?;
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

pub fn directory_file(path: &Path) -> Result<DirectoryFile, CliError> {
    let bytes = read(path)?;
    let text =
        String::from_utf8(bytes).map_err(|_| usage(format!("{} is not UTF-8", path.display())))?;
    DirectoryFile::read(&text).map_err(super::feed_error)
}

pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|source| CliError::Input {
        path: path.display().to_string(),
        source,
    })
}

/// Whole or not at all: written beside and then given the name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let written = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = path.with_file_name(name);
        let mut file = fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written().map_err(|source| CliError::Output {
        path: path.to_owned(),
        source,
    })
}
