//! Reading a directory file: one JSON record a line, with limits before parsing and every reference checked.

mod address;
mod checks;
mod problems;

pub use problems::Problems;

pub(crate) use checks::is_forbidden;

use crate::ids::{AreaId, EndpointId, OdsCode, ServiceId};
use crate::model::{
    Area, DirectoryHeader, DirectoryRecord, Endpoint, HealthcareService, Organization, Practice,
    Tombstone,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};
use std::sync::Arc;

/// A whole directory of one version, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    pub header: DirectoryHeader,
    pub areas: Vec<Area>,
    pub practices: Vec<Practice>,
    pub organizations: Vec<Organization>,
    pub services: Vec<Arc<HealthcareService>>,
    pub endpoints: Vec<Endpoint>,
    /// Services that have left it.
    pub tombstones: Vec<Tombstone>,
}

/// How much is read before it is refused. Bytes are counted before anything is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedLimits {
    pub file_bytes: u64,
    pub line_bytes: u64,
    pub record_count: usize,
    pub nesting_depth: usize,
}

impl Default for FeedLimits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            line_bytes: 64 << 10,
            record_count: 500_000,
            nesting_depth: 12,
        }
    }
}

/// Why a directory file was refused: where, which record, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("line {line}{}: {problem}", record.as_ref().map(|id| format!(" ({id})")).unwrap_or_default())]
pub struct FeedError {
    /// Counted from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The id of the record, where it could be read.
    pub record: Option<String>,
    pub problem: FeedProblem,
}

/// What is wrong with a directory file, each with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum FeedProblem {
    #[error("the file could not be read ({0}): check the disk or the download and try again")]
    Read(#[from] std::io::Error),
    #[error("the file is larger than {0} bytes: publish a smaller directory")]
    FileTooLarge(u64),
    #[error("the line is longer than {0} bytes: shorten the record's texts")]
    LineTooLong(u64),
    #[error("there are more than {0} records: publish a smaller directory")]
    TooManyRecords(usize),
    #[error("the line is not UTF-8: save the file as UTF-8")]
    NotUtf8,
    #[error("the record is nested more than {0} deep: follow the schema")]
    NestedTooDeep(usize),
    #[error(
        "the record does not follow the schema ({0}): correct it as schema/record.schema.json says"
    )]
    Schema(String),
    #[error(
        "the first record must be the directory's header (kind \"directory\"): put it on the first line"
    )]
    HeaderFirst,
    #[error("there is a second header: keep only the first line's")]
    SecondHeader,
    #[error("the file has no records: publish it again")]
    Empty,
    #[error(
        "a record of kind \"{0}\" does not belong in this file: endpoints stand in a file of their own, which other people sign"
    )]
    NotHere(&'static str),
    #[error("the {0} id is already used on line {1}: give each record an id of its own")]
    Duplicate(&'static str, usize),
    #[error("{field} names {id}, which is not in this file: add that record or correct the id")]
    Dangling { field: &'static str, id: String },
    #[error("{field} leads back to this record through {id}: break the circle")]
    Circle { field: &'static str, id: String },
    #[error("{field} is {what}: correct it")]
    Value { field: String, what: String },
}

/// The records of one file with the lines they stand on.
#[derive(Default)]
struct Lines {
    areas: Vec<usize>,
    practices: Vec<usize>,
    organizations: Vec<usize>,
    services: Vec<usize>,
    endpoints: Vec<usize>,
    tombstones: Vec<usize>,
}

impl Directory {
    /// Reads JSON Lines: the header first, then records in any order; empty lines are passed over.
    pub fn read(jsonl: impl BufRead, limits: FeedLimits) -> Result<Self, FeedError> {
        let mut reading = Reading::new(limits);
        reading.take_all(jsonl, Part::Whole)?;
        reading.done()
    }

    /// Reads a directory that is published as two texts, which different people sign: the first must hold no endpoint, the second nothing else.
    /// The limits hold for both together.
    pub fn read_published(
        services: impl BufRead,
        endpoints: impl BufRead,
        limits: FeedLimits,
    ) -> Result<Self, FeedError> {
        let mut reading = Reading::new(limits);
        reading.take_all(services, Part::Services)?;
        reading.take_all(endpoints, Part::Endpoints)?;
        reading.done()
    }

    pub fn service(&self, id: &ServiceId) -> Option<&HealthcareService> {
        self.services
            .iter()
            .map(Arc::as_ref)
            .find(|service| service.id == *id)
    }

    pub fn endpoint(&self, id: &EndpointId) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == *id)
    }

    /// The areas that a practice lies in, and all that those are part of. None: the directory does not know the practice.
    pub fn areas_of(&self, practice: &OdsCode) -> Option<BTreeSet<AreaId>> {
        let practice = self
            .practices
            .iter()
            .find(|known| known.ods_code == *practice)?;
        let parents: BTreeMap<&AreaId, &AreaId> = self
            .areas
            .iter()
            .filter_map(|area| Some((&area.id, area.part_of.as_ref()?)))
            .collect();
        Some(upward(&practice.areas, &parents))
    }
}

/// Which text is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Services,
    Endpoints,
}

impl Part {
    fn may_hold(self, record: &DirectoryRecord) -> bool {
        match self {
            Self::Whole => true,
            Self::Services => !matches!(record, DirectoryRecord::Endpoint(_)),
            Self::Endpoints => matches!(record, DirectoryRecord::Endpoint(_)),
        }
    }
}

/// A directory that is being read, with what it has used of its limits.
pub(crate) struct Reading {
    limits: FeedLimits,
    directory: Option<Directory>,
    lines: Lines,
    bytes_read: u64,
    record_count: usize,
}

impl Reading {
    pub(crate) fn new(limits: FeedLimits) -> Self {
        Self {
            limits,
            directory: None,
            lines: Lines::default(),
            bytes_read: 0,
            record_count: 0,
        }
    }

    /// One record that this program wrote itself.
    pub(crate) fn take_own(&mut self, text: &str) -> Result<(), FeedError> {
        let line = self.record_count + 1;
        self.take_record(text, line, Part::Whole)
            .map_err(|(record, problem)| FeedError {
                line,
                record,
                problem,
            })
    }

    fn take_all(&mut self, mut jsonl: impl BufRead, part: Part) -> Result<(), FeedError> {
        let mut buffer = Vec::new();
        for line in 1.. {
            let more = self
                .take_line(&mut jsonl, &mut buffer, line, part)
                .map_err(|(record, problem)| FeedError {
                    line,
                    record,
                    problem,
                })?;
            if !more {
                break;
            }
        }
        Ok(())
    }

    /// False at the end of the text.
    fn take_line(
        &mut self,
        jsonl: &mut impl BufRead,
        buffer: &mut Vec<u8>,
        line: usize,
        part: Part,
    ) -> Result<bool, LineProblem> {
        let limits = self.limits;
        let of_line = |problem: FeedProblem| (None, problem);
        buffer.clear();
        let room = limits.line_bytes.saturating_add(1);
        let taken = jsonl
            .take(room)
            .read_until(b'\n', buffer)
            .map_err(|e| of_line(e.into()))?;
        if taken == 0 {
            return Ok(false);
        }
        self.bytes_read = self
            .bytes_read
            .saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
        if self.bytes_read > limits.file_bytes {
            return Err(of_line(FeedProblem::FileTooLarge(limits.file_bytes)));
        }
        let text = std::str::from_utf8(buffer).map_err(|e| {
            // A cut in the middle of a character means that the line was too long, not that it is not UTF-8.
            let cut = buffer.len() as u64 == room && e.error_len().is_none();
            of_line(if cut {
                FeedProblem::LineTooLong(limits.line_bytes)
            } else {
                FeedProblem::NotUtf8
            })
        })?;
        let text = text.trim_matches(['\n', '\r', ' ', '\t']);
        if text.len() as u64 > limits.line_bytes
            || (buffer.len() as u64 == room && !buffer.ends_with(b"\n"))
        {
            return Err(of_line(FeedProblem::LineTooLong(limits.line_bytes)));
        }
        if !text.is_empty() {
            self.take_record(text, line, part)?;
        } else if line > limits.record_count {
            // Empty lines cost time, too.
            return Err(of_line(FeedProblem::TooManyRecords(limits.record_count)));
        }
        Ok(true)
    }

    fn take_record(&mut self, text: &str, line: usize, part: Part) -> Result<(), LineProblem> {
        let most = self.limits.record_count;
        self.record_count += 1;
        if self.record_count > most {
            return Err((None, FeedProblem::TooManyRecords(most)));
        }
        let record = parse_line(text, self.limits.nesting_depth)?;
        if !part.may_hold(&record) {
            let (kind, id) = record.kind_and_id();
            return Err((Some(id.to_owned()), FeedProblem::NotHere(kind)));
        }
        place(&mut self.directory, &mut self.lines, record, line)
    }

    pub(crate) fn done(self) -> Result<Directory, FeedError> {
        let directory = self.directory.ok_or(FeedError {
            line: 0,
            record: None,
            problem: FeedProblem::Empty,
        })?;
        let mut faults = checks::Faults::at_most(1);
        checks::check_references(&directory, &self.lines, &mut faults);
        match faults.found.pop() {
            Some(fault) => Err(fault),
            None => Ok(directory),
        }
    }
}

/// Whether a record may hold this as the address of a web page.
pub fn is_link(text: &str) -> bool {
    checks::check_link("url", Some(text)).is_ok()
}

/// What is wrong with a record by itself, as it would be if it stood in a file.
pub fn problem_of(record: &DirectoryRecord, limits: FeedLimits) -> Option<FeedProblem> {
    let line = match serde_json::to_string(record) {
        Ok(line) => line,
        Err(error) => return Some(FeedProblem::Schema(checks::shown(&error.to_string()))),
    };
    if line.len() as u64 > limits.line_bytes {
        return Some(FeedProblem::LineTooLong(limits.line_bytes));
    }
    parse_line(&line, limits.nesting_depth)
        .err()
        .map(|(_, problem)| problem)
}

/// The areas and everything above them.
pub(crate) fn upward(areas: &[AreaId], parents: &BTreeMap<&AreaId, &AreaId>) -> BTreeSet<AreaId> {
    let mut found = BTreeSet::new();
    for area in areas {
        let mut next = Some(area);
        // An area already seen has its parents already: this also ends a circle.
        while let Some(area) = next.filter(|area| found.insert((*area).clone())) {
            next = parents.get(area).copied();
        }
    }
    found
}

type LineProblem = (Option<String>, FeedProblem);

fn parse_line(text: &str, deepest: usize) -> Result<DirectoryRecord, LineProblem> {
    let parsed = parse_fully(text, deepest);
    match (parsed.problems.into_iter().next(), parsed.record) {
        (None, Some(record)) => Ok(record),
        (Some(problem), _) => Err((parsed.id, problem)),
        (None, None) => Err((parsed.id, FeedProblem::Schema("no record".into()))),
    }
}

/// A line with all that is wrong with it in itself.
struct Parsed {
    id: Option<String>,
    /// None where it is no record at all.
    record: Option<DirectoryRecord>,
    problems: Vec<FeedProblem>,
}

fn parse_fully(text: &str, deepest: usize) -> Parsed {
    let unreadable = |problem| Parsed {
        id: None,
        record: None,
        problems: vec![problem],
    };
    if nesting_depth(text) > deepest {
        return unreadable(FeedProblem::NestedTooDeep(deepest));
    }
    let schema = |e: &serde_json::Error| FeedProblem::Schema(checks::shown(&e.to_string()));
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(e) => return unreadable(schema(&e)),
    };
    let id = ["id", "ods_code"]
        .iter()
        .find_map(|key| value.get(key)?.as_str())
        .map(checks::shown);
    let mut problems = Vec::new();
    checks::check_texts(&value, &mut problems);
    // From the text and not from the value: only the parser of the text notices a field that is given twice.
    let record = match serde_json::from_str::<DirectoryRecord>(text) {
        Ok(record) => {
            checks::check_record(&record, &mut problems);
            Some(record)
        }
        Err(e) => {
            problems.push(schema(&e));
            None
        }
    };
    Parsed {
        id,
        record,
        problems,
    }
}

/// The deepest nesting of brackets outside strings, without parsing.
fn nesting_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn place(
    directory: &mut Option<Directory>,
    lines: &mut Lines,
    record: DirectoryRecord,
    line: usize,
) -> Result<(), LineProblem> {
    let Some(directory) = directory else {
        let DirectoryRecord::Directory(header) = record else {
            return Err((None, FeedProblem::HeaderFirst));
        };
        *directory = Some(Directory {
            header,
            areas: Vec::new(),
            practices: Vec::new(),
            organizations: Vec::new(),
            services: Vec::new(),
            endpoints: Vec::new(),
            tombstones: Vec::new(),
        });
        return Ok(());
    };
    match record {
        DirectoryRecord::Directory(header) => {
            return Err((Some(header.id), FeedProblem::SecondHeader));
        }
        DirectoryRecord::Area(area) => {
            directory.areas.push(area);
            lines.areas.push(line);
        }
        DirectoryRecord::Practice(practice) => {
            directory.practices.push(practice);
            lines.practices.push(line);
        }
        DirectoryRecord::Organization(organization) => {
            directory.organizations.push(organization);
            lines.organizations.push(line);
        }
        DirectoryRecord::Service(service) => {
            directory.services.push(Arc::from(service));
            lines.services.push(line);
        }
        DirectoryRecord::Endpoint(endpoint) => {
            directory.endpoints.push(endpoint);
            lines.endpoints.push(line);
        }
        DirectoryRecord::Tombstone(tombstone) => {
            directory.tombstones.push(tombstone);
            lines.tombstones.push(line);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
