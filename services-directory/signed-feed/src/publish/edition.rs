//! One edition of a directory: its text checked as a whole, and divided into what the services' key signs and what two people sign.

use super::error::PublishError;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use services_directory::{
    feed::{Directory, FeedLimits},
    model::Endpoint,
};
use std::{collections::BTreeMap, io::Read};

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

impl Edition {
    /// Version and day come from here, whatever the header says, so that nobody has to count. Lines keep their numbers in errors.
    pub fn new(text: &str, version: u64, today: Date) -> Result<Self, PublishError> {
        let numbered = numbered(text, version, today)?;
        let directory = Directory::read(numbered.as_bytes(), FeedLimits::default())?;
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

/// The endpoints of a published file.
pub fn endpoints_in(text: &str) -> Result<Vec<Endpoint>, PublishError> {
    let mut endpoints = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let unreadable = |why: String| PublishError::Damaged {
            file: "the list of endpoints".into(),
            why,
        };
        let record = serde_json::from_str(line).map_err(|e| unreadable(e.to_string()))?;
        let services_directory::model::DirectoryRecord::Endpoint(endpoint) = record else {
            return Err(unreadable("it holds other records too".into()));
        };
        endpoints.push(endpoint);
    }
    Ok(endpoints)
}

/// One endpoint that two people are to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum EndpointChange {
    New { now: Endpoint },
    Changed { was: Endpoint, now: Endpoint },
    Gone { was: Endpoint },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointChanges(pub Vec<EndpointChange>);

impl EndpointChanges {
    /// By id: new ones, changed ones, gone ones.
    pub fn between(was: &[Endpoint], now: &[Endpoint]) -> Self {
        let by_id = |endpoints: &[Endpoint]| -> BTreeMap<String, Endpoint> {
            endpoints
                .iter()
                .map(|endpoint| (endpoint.id.to_string(), endpoint.clone()))
                .collect()
        };
        let (mut was, now) = (by_id(was), by_id(now));
        let mut changes = Vec::new();
        for (id, now) in now {
            match was.remove(&id) {
                None => changes.push(EndpointChange::New { now }),
                Some(was) if was != now => changes.push(EndpointChange::Changed { was, now }),
                Some(_) => {}
            }
        }
        changes.extend(was.into_values().map(|was| EndpointChange::Gone { was }));
        Self(changes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
