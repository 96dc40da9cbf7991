//! Reading a directory file: one JSON record a line, with limits before parsing and every reference checked.

mod address;
mod checks;
mod outline;
mod parse;
mod problems;

pub use problems::Problems;

pub(crate) use checks::is_forbidden;
pub(crate) use parse::record_of;

use crate::ids::{AreaId, EndpointId, OdsCode, ServiceId};
use crate::model::{
    Area, DirectoryHeader, DirectoryRecord, Endpoint, HealthcareService, Organization, Practice,
    Tombstone,
};
use outline::{Faults, Outline};
use parse::parse_line;
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

impl Directory {
    /// Reads JSON Lines: the header first, then records in any order; empty lines are passed over.
    pub fn read(jsonl: impl BufRead, limits: FeedLimits) -> Result<Self, FeedError> {
        let mut collected = Collected::default();
        let mut reading = Reading::new(limits, |record, _: &str| {
            collected.add(record);
            Ok::<_, FeedError>(())
        });
        reading.take_all(jsonl, Part::Whole)?;
        reading.done()?;
        collected.whole()
    }

    /// Reads a directory that is published as two texts, which different people sign: the first must hold no endpoint, the second nothing else.
    /// The limits hold for both together.
    pub fn read_published(
        services: impl BufRead,
        endpoints: impl BufRead,
        limits: FeedLimits,
    ) -> Result<Self, FeedError> {
        let mut collected = Collected::default();
        read_published(services, endpoints, limits, |record, _| {
            collected.add(record);
            Ok::<_, FeedError>(())
        })?;
        collected.whole()
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

/// Reads a directory that is published as two texts, as `Directory::read_published` does, and keeps none of it: each record is handed on with its line, and
/// what is wrong between the records shows at the end.
pub fn read_published<E: From<FeedError>>(
    services: impl BufRead,
    endpoints: impl BufRead,
    limits: FeedLimits,
    take: impl FnMut(DirectoryRecord, &str) -> Result<(), E>,
) -> Result<(), E> {
    let mut reading = Reading::new(limits, take);
    reading.take_all(services, Part::Services)?;
    reading.take_all(endpoints, Part::Endpoints)?;
    Ok(reading.done()?)
}

/// A directory that is being read, with what it has used of its limits.
pub(crate) struct Reading<T> {
    limits: FeedLimits,
    outline: Outline,
    bytes_read: u64,
    record_count: usize,
    take: T,
}

impl<T, E> Reading<T>
where
    T: FnMut(DirectoryRecord, &str) -> Result<(), E>,
    E: From<FeedError>,
{
    pub(crate) fn new(limits: FeedLimits, take: T) -> Self {
        Self {
            limits,
            outline: Outline::default(),
            bytes_read: 0,
            record_count: 0,
            take,
        }
    }

    /// One record that this program wrote itself.
    pub(crate) fn take_own(&mut self, text: &str) -> Result<(), E> {
        self.take_record(text, self.record_count + 1, Part::Whole)
    }

    fn take_all(&mut self, mut jsonl: impl BufRead, part: Part) -> Result<(), E> {
        let mut buffer = Vec::new();
        for line in 1.. {
            if !self.take_line(&mut jsonl, &mut buffer, line, part)? {
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
    ) -> Result<bool, E> {
        let limits = self.limits;
        let of_line = |problem: FeedProblem| at_line(line, (None, problem));
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
            return Err(of_line(FeedProblem::FileTooLarge(limits.file_bytes)).into());
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
            return Err(of_line(FeedProblem::LineTooLong(limits.line_bytes)).into());
        }
        if !text.is_empty() {
            self.take_record(text, line, part)?;
        } else if line > limits.record_count {
            // Empty lines cost time, too.
            return Err(of_line(FeedProblem::TooManyRecords(limits.record_count)).into());
        }
        Ok(true)
    }

    fn take_record(&mut self, text: &str, line: usize, part: Part) -> Result<(), E> {
        let record = self
            .checked(text, part)
            .map_err(|problem| at_line(line, problem))?;
        let mut faults = Faults::at_most(1);
        self.outline.add(&record, line, &mut faults);
        match faults.found.pop() {
            Some(fault) => Err(fault.into()),
            None => (self.take)(record, text),
        }
    }

    fn checked(&mut self, text: &str, part: Part) -> Result<DirectoryRecord, LineProblem> {
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
        self.outline.has_its_header(&record)?;
        Ok(record)
    }

    pub(crate) fn done(self) -> Result<(), FeedError> {
        let mut faults = Faults::at_most(1);
        self.outline.finish(&mut faults);
        match faults.found.pop() {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }
}

fn at_line(line: usize, (record, problem): LineProblem) -> FeedError {
    FeedError {
        line,
        record,
        problem,
    }
}

/// The records of a directory as they come, the header first.
#[derive(Default)]
pub struct Collected(Option<Directory>);

impl Collected {
    pub fn add(&mut self, record: DirectoryRecord) {
        match (&mut self.0, record) {
            (none, DirectoryRecord::Directory(header)) => {
                *none = Some(Directory {
                    header,
                    areas: Vec::new(),
                    practices: Vec::new(),
                    organizations: Vec::new(),
                    services: Vec::new(),
                    endpoints: Vec::new(),
                    tombstones: Vec::new(),
                });
            }
            // Whoever reads refuses a record before the header.
            (None, _) => {}
            (Some(directory), DirectoryRecord::Area(area)) => directory.areas.push(area),
            (Some(directory), DirectoryRecord::Practice(practice)) => {
                directory.practices.push(practice);
            }
            (Some(directory), DirectoryRecord::Organization(organization)) => {
                directory.organizations.push(organization);
            }
            (Some(directory), DirectoryRecord::Service(service)) => {
                directory.services.push(Arc::from(service));
            }
            (Some(directory), DirectoryRecord::Endpoint(endpoint)) => {
                directory.endpoints.push(endpoint);
            }
            (Some(directory), DirectoryRecord::Tombstone(tombstone)) => {
                directory.tombstones.push(tombstone);
            }
        }
    }

    pub fn whole(self) -> Result<Directory, FeedError> {
        self.0.ok_or(FeedError {
            line: 0,
            record: None,
            problem: FeedProblem::Empty,
        })
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

#[cfg(test)]
mod tests;
