//! What has come of a crawl so far, a line each, so that one that was cut off goes on where it was. It is public data, and removed at the end.

use super::get::Got;
use super::list::PageOfList;
use super::{CrawlLimits, FeedAddress};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Begun {
        feed: String,
        per_page: u32,
        at: Timestamp,
    },
    Page {
        number: u64,
        page: PageOfList,
    },
    Service {
        id: String,
        raw: Value,
    },
    Missing {
        id: String,
        status: u16,
    },
}

pub struct Journal {
    file: Option<File>,
    begun: String,
    pages: HashMap<u64, PageOfList>,
    services: HashMap<String, Got>,
}

/// A journal longer than this is not read: it is not ours.
const MOST_BYTES: u64 = 4 << 30;

impl Journal {
    /// Goes on with the one that is there when it is of this feed and not too old.
    pub fn open(
        path: Option<&Path>,
        feed: &FeedAddress,
        limits: &CrawlLimits,
        now: Timestamp,
    ) -> std::io::Result<Self> {
        let begun = Line::Begun {
            feed: feed.as_str().to_owned(),
            per_page: limits.per_page,
            at: now,
        };
        let mut journal = Self {
            file: None,
            begun: serde_json::to_string(&begun)?,
            pages: HashMap::new(),
            services: HashMap::new(),
        };
        let Some(path) = path else {
            return Ok(journal);
        };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let whole = journal.read(&file, feed, limits, now)?;
        // A line that was cut off is written over.
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        journal.file = Some(file);
        if whole == 0 {
            journal.pages.clear();
            journal.services.clear();
            journal.begin()?;
        }
        Ok(journal)
    }

    /// How many bytes of it hold; 0 when it is of another feed, or too old.
    fn read(
        &mut self,
        file: &File,
        feed: &FeedAddress,
        limits: &CrawlLimits,
        now: Timestamp,
    ) -> std::io::Result<u64> {
        if file.metadata()?.len() > MOST_BYTES {
            return Ok(0);
        }
        let mut reader = BufReader::new(file);
        let mut whole = 0;
        let mut text = Vec::new();
        loop {
            text.clear();
            let length = reader.read_until(b'\n', &mut text)? as u64;
            if length == 0 || !text.ends_with(b"\n") {
                return Ok(whole);
            }
            let Ok(line) = serde_json::from_slice(&text) else {
                return Ok(whole);
            };
            match line {
                Line::Begun {
                    feed: of,
                    per_page,
                    at,
                } => {
                    let age = now.duration_since(at);
                    let fresh = !age.is_negative() && age < limits.journal_lives;
                    if whole > 0 || of != feed.as_str() || per_page != limits.per_page || !fresh {
                        return Ok(0);
                    }
                }
                _ if whole == 0 => return Ok(0),
                Line::Page { number, page } => {
                    self.pages.insert(number, page);
                }
                Line::Service { id, raw } => {
                    self.services.insert(id, Got::Json(raw));
                }
                Line::Missing { id, status } => {
                    self.services.insert(id, Got::Missing(status));
                }
            }
            whole += length;
        }
    }

    fn begin(&mut self) -> std::io::Result<()> {
        let begun = self.begun.clone();
        if let Some(file) = &mut self.file {
            file.write_all(begun.as_bytes())?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    /// How many services it has.
    pub fn came(&self) -> usize {
        self.services.len()
    }

    /// Whether the list is still the one that it began with.
    pub fn goes_with(&self, first: &PageOfList) -> bool {
        self.pages.get(&1).is_none_or(|kept| kept == first)
    }

    pub fn kept_page(&self, number: u64) -> Option<PageOfList> {
        self.pages.get(&number).cloned()
    }

    pub fn taken(&mut self, id: &str) -> Option<Got> {
        self.services.remove(id)
    }

    pub fn page(&mut self, number: u64, page: &PageOfList) -> std::io::Result<()> {
        if self.pages.get(&number) == Some(page) {
            return Ok(());
        }
        self.pages.insert(number, page.clone());
        self.write(&Line::Page {
            number,
            page: page.clone(),
        })
    }

    pub fn service(&mut self, id: &str, got: &Got) -> std::io::Result<()> {
        let id = id.to_owned();
        self.write(&match got {
            Got::Json(raw) => Line::Service {
                id,
                raw: raw.clone(),
            },
            Got::Missing(status) => Line::Missing {
                id,
                status: *status,
            },
        })
    }

    /// The list has changed: its pages are read anew. Services that have come are kept.
    pub fn forget_pages(&mut self) {
        self.pages.clear();
    }

    pub fn forget(&mut self) -> std::io::Result<()> {
        self.pages.clear();
        self.services.clear();
        if let Some(file) = &mut self.file {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
        }
        self.begin()
    }

    fn write(&mut self, line: &Line) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        // In one write: what is cut off is at most the last line.
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        file.write_all(&text)
    }
}
