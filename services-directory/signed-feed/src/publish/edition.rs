//! One edition of a directory: its text checked as a whole, and divided into what the services' key signs and what two people sign.

use super::error::PublishError;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};
use services_directory::{
    feed::{Directory, FeedLimits},
    ids::ServiceId,
    model::{DirectoryRecord, Tombstone, TombstoneReason},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

/// JSON Lines as they are published: services with all that is around them, and endpoints. Read one after the other they are one directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    pub services: String,
    pub endpoints: String,
}

/// A directory that may be published: read, checked, numbered and dated.
#[derive(Debug, Clone)]
pub struct Edition {
    pub directory: Directory,
    pub texts: Texts,
}

/// Why a service that was published is no longer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub id: ServiceId,
    pub reason: TombstoneReason,
    pub successor: Option<ServiceId>,
}

/// What the publication before this one held, as far as the next must answer for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Former {
    pub directory: Option<String>,
    services: BTreeMap<ServiceId, String>,
    tombstones: Vec<Tombstone>,
}

impl Former {
    pub fn in_text(text: &str) -> Self {
        let mut former = Self::default();
        for record in text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
        {
            match record {
                DirectoryRecord::Directory(header) => former.directory = Some(header.id),
                DirectoryRecord::Service(service) => {
                    former.services.insert(service.id, service.name);
                }
                DirectoryRecord::Tombstone(tombstone) => former.tombstones.push(tombstone),
                _ => {}
            }
        }
        former
    }

    /// Tombstones that the text does not have itself. They are kept for good: an id is never given again.
    fn tombstones_for(
        &self,
        text: &str,
        today: Date,
        left: &[Left],
    ) -> Result<Vec<Tombstone>, PublishError> {
        let now = Self::in_text(text);
        let in_text: BTreeSet<&ServiceId> = now.tombstones.iter().map(|t| &t.id).collect();
        let is_gone = |id: &ServiceId| !now.services.contains_key(id) && !in_text.contains(id);
        let mut tombstones: Vec<Tombstone> = self
            .tombstones
            .iter()
            .filter(|tombstone| is_gone(&tombstone.id))
            .cloned()
            .collect();
        let mut unexplained = Vec::new();
        for (id, name) in self.services.iter().filter(|(id, _)| is_gone(id)) {
            match left.iter().find(|left| left.id == *id) {
                Some(left) => tombstones.push(Tombstone {
                    id: id.clone(),
                    reason: left.reason,
                    successor: left.successor.clone(),
                    on: today,
                }),
                None => unexplained.push(format!("{name} ({id})")),
            }
        }
        let known = |left: &&Left| self.services.contains_key(&left.id) && is_gone(&left.id);
        match left.iter().find(|left| !known(left)) {
            _ if !unexplained.is_empty() => Err(PublishError::Unexplained(unexplained)),
            Some(wrong) => Err(PublishError::NotLeft(wrong.id.to_string())),
            None => Ok(tombstones),
        }
    }
}

impl Edition {
    /// Version and day come from here, whatever the header says, so that nobody has to count. Lines keep their numbers in errors.
    pub(super) fn new(
        text: &str,
        version: u64,
        today: Date,
        former: &Former,
        left: &[Left],
    ) -> Result<Self, PublishError> {
        let mut numbered = numbered(text, version, today)?;
        // First as it stands, so that a record which cannot be read is not taken for one that left.
        let mut directory = Directory::read(numbered.as_bytes(), FeedLimits::default())?;
        let tombstones = former.tombstones_for(&numbered, today, left)?;
        if !tombstones.is_empty() {
            for tombstone in tombstones {
                let line = serde_json::to_string(&DirectoryRecord::Tombstone(tombstone));
                numbered += &line.map_err(|e| PublishError::Metadata(e.to_string()))?;
                numbered.push('\n');
            }
            directory = Directory::read(numbered.as_bytes(), FeedLimits::default())?;
        }
        let texts = divided(&numbered);
        Ok(Self { directory, texts })
    }
}

/// What a line is; none where it cannot be read.
fn kind_of(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    serde_json::from_str::<Kind>(line)
        .ok()
        .map(|found| found.kind)
}

fn numbered(text: &str, version: u64, today: Date) -> Result<String, PublishError> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let header = lines
        .iter_mut()
        .find(|line| !line.trim().is_empty())
        .filter(|line| kind_of(line).as_deref() == Some("directory"))
        .ok_or(PublishError::NoHeader)?;
    // Only a header that parses is touched: of any other the reader says what is wrong with it.
    if let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(header) {
        fields.insert("version".into(), version.into());
        fields.insert("published_on".into(), today.to_string().into());
        *header = Value::Object(fields).to_string();
    }
    Ok(lines.join("\n") + "\n")
}

fn divided(text: &str) -> Texts {
    let (mut services, mut endpoints) = (String::new(), String::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let part = if kind_of(line).as_deref() == Some("endpoint") {
            &mut endpoints
        } else {
            &mut services
        };
        part.push_str(line.trim());
        part.push('\n');
    }
    Texts {
        services,
        endpoints,
    }
}

/// Level 9: 12 MB in under a second, within a tenth of the best.
const ZSTD_LEVEL: i32 = 9;

pub fn compressed(text: &str) -> Result<Vec<u8>, PublishError> {
    zstd::encode_all(text.as_bytes(), ZSTD_LEVEL).map_err(|e| PublishError::Metadata(e.to_string()))
}

/// Never more than a directory may be long, whatever the file says of itself.
pub fn decompressed(bytes: &[u8], name: &str) -> Result<String, PublishError> {
    let damaged = |why: String| PublishError::Damaged {
        file: name.to_owned(),
        why,
    };
    let most = FeedLimits::default().file_bytes;
    let mut text = String::new();
    let decoder = zstd::Decoder::new(bytes).map_err(|e| damaged(e.to_string()))?;
    decoder
        .take(most.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|e| damaged(e.to_string()))?;
    if text.len() as u64 > most {
        return Err(damaged(format!("it is longer than {most} bytes")));
    }
    Ok(text)
}
