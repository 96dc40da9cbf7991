//! The tables of `directory.db`: the version of the directory that stands there, read whole, record by record, or one record. `incoming_table.rs` puts another in its place.

use crate::{
    feed::{self, Collected, Directory, FeedError, FeedLimits, Reading},
    ids::{EndpointId, ServiceId},
    incoming_table::Arrived,
    layer::history::Standing,
    model::{
        Channel, DirectoryHeader, DirectoryRecord, Endpoint, EndpointPurpose, HealthcareService,
        ReferralMethod,
    },
};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Migration, StoreError, hex};

/// The component of `directory.db`.
pub const SCHEMA: [Migration; 2] = [
    Migration {
        component: "directory",
        version: 1,
        sql: include_str!("../migrations/001_directory.sql"),
    },
    Migration {
        component: "directory",
        version: 2,
        sql: include_str!("../migrations/002_publication.sql"),
    },
];

/// The table of the version that stands there.
pub(crate) const STANDING: &str = "records";

#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("{0}")]
    Feed(#[from] FeedError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the directory on this computer does not read back as it was published; load it again")]
    Damaged,
    #[error(
        "this directory is made up and only for a demonstration; real use needs a published one"
    )]
    OnlyForDemonstration,
}

impl From<rusqlite::Error> for DirectoryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sqlite(error))
    }
}

/// Replaces what is there by this version, all or nothing: what was written is read back and compared before the commit.
pub fn apply(
    tx: &Transaction<'_>,
    directory: &Directory,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    Arrived::of(tx, directory)?.take_over("", now)
}

/// Which publication stands there; '' for one that was loaded by hand, none where there is no directory.
pub fn publication(connection: &Connection) -> Result<Option<String>, DirectoryError> {
    Ok(connection
        .query_row("SELECT publication FROM version", [], |row| row.get(0))
        .optional()?)
}

/// The directory and when it was applied; none before the first.
pub fn read(connection: &Connection) -> Result<Option<(Directory, Timestamp)>, DirectoryError> {
    let Some((header, digest, applied_at)) = version_row(connection)? else {
        return Ok(None);
    };
    if state_digest(connection, STANDING)? != digest {
        return Err(DirectoryError::Damaged);
    }
    let mut collected = Collected::default();
    let mut reading = Reading::new(FeedLimits::default(), |record, _: &str| {
        collected.add(record);
        Ok::<_, DirectoryError>(())
    });
    reading.take_own(&header)?;
    let mut statement = connection.prepare("SELECT body FROM records ORDER BY position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        reading.take_own(body)?;
    }
    reading.done()?;
    let applied_at = applied_at.parse().map_err(|_| DirectoryError::Damaged)?;
    Ok(Some((collected.whole()?, applied_at)))
}

/// Reads it one record after the other, the header first, and keeps none. Answers which version it is; none before the first, and then nothing was read.
/// What was checked when it was applied is not checked once more, but that it is the same.
pub fn each_record(
    connection: &Connection,
    mut take: impl FnMut(DirectoryRecord),
) -> Result<Option<AppliedVersion>, DirectoryError> {
    let Some((header, digest, applied_at)) = version_row(connection)? else {
        return Ok(None);
    };
    let record_of = |body: &str| feed::record_of(body).map_err(|_| DirectoryError::Damaged);
    take(record_of(&header)?);
    let mut statement = connection.prepare("SELECT body FROM records ORDER BY position")?;
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        hash.update(sha256(body.as_bytes()));
        take(record_of(body)?);
    }
    if hex(&hash.finalize()) != digest {
        return Err(DirectoryError::Damaged);
    }
    applied_version(digest, &applied_at).map(Some)
}

/// Whether what stands there is what was written, byte for byte; false before the first.
pub fn is_whole(connection: &Connection) -> Result<bool, DirectoryError> {
    let Some((_, digest, _)) = version_row(connection)? else {
        return Ok(false);
    };
    Ok(state_digest(connection, STANDING)? == digest)
}

/// The header, the digest of the records, and when they were applied.
fn version_row(
    connection: &Connection,
) -> Result<Option<(String, String, String)>, DirectoryError> {
    let sql = "SELECT header, state_digest, applied_at FROM version";
    let row = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    Ok(row.optional()?)
}

/// The digest of all that an endpoint's record says of where something goes: what a practice approves, and what is compared before each send.
/// That the curators have checked it once more (`verified`) changes nothing of that, and is left out.
pub fn endpoint_digest(endpoint: &Endpoint) -> String {
    #[derive(Serialize)]
    struct Approved<'a> {
        id: &'a EndpointId,
        service_id: &'a ServiceId,
        channel: Channel,
        address: &'a str,
        purpose: EndpointPurpose,
        valid_from: Date,
        valid_to: Option<Date>,
        supersedes: Option<&'a EndpointId>,
    }
    // Named one by one, so that whoever adds a field decides.
    let Endpoint {
        id,
        service_id,
        channel,
        address,
        purpose,
        valid_from,
        valid_to,
        verified: _,
        supersedes,
    } = endpoint;
    let approved = Approved {
        id,
        service_id,
        channel: *channel,
        address,
        purpose: *purpose,
        valid_from: *valid_from,
        valid_to: *valid_to,
        supersedes: supersedes.as_ref(),
    };
    serde_json::to_string(&approved)
        .map(|body| sha256(body.as_bytes()))
        .unwrap_or_default()
}

/// The digest of a service's record: what a note, a check or a correction was based on.
pub fn service_digest(service: &HealthcareService) -> String {
    json(&DirectoryRecord::Service(Box::new(service.clone())))
        .map(|body| sha256(body.as_bytes()))
        .unwrap_or_default()
}

/// The endpoint's record that stands in the database now; none when it is gone, does not read as an endpoint, is not valid today,
/// or another that is valid today has taken its place.
pub fn endpoint_now(
    connection: &Connection,
    id: &EndpointId,
    today: Date,
) -> Result<Option<Endpoint>, DirectoryError> {
    let endpoint = endpoint_in(connection, STANDING, id.as_str())?;
    let Some(endpoint) = endpoint.filter(|it| it.is_valid_on(today)) else {
        return Ok(None);
    };
    Ok((!is_superseded(connection, id, today)?).then_some(endpoint))
}

/// The service's record that stands in the database now; none when it is gone, or does not read as a service.
pub fn service_now(
    connection: &Connection,
    id: &ServiceId,
) -> Result<Option<HealthcareService>, DirectoryError> {
    service_in(connection, STANDING, id.as_str())
}

/// As `service_now`, with the address to which a referral goes.
pub fn standing(connection: &Connection, id: &str) -> Result<Option<Standing>, DirectoryError> {
    standing_in(connection, STANDING, id)
}

/// The same of one of the two tables.
pub(crate) fn standing_in(
    connection: &Connection,
    table: &'static str,
    id: &str,
) -> Result<Option<Standing>, DirectoryError> {
    let Some(service) = service_in(connection, table, id)? else {
        return Ok(None);
    };
    let mut endpoints = Vec::new();
    let methods = service.onward.referral_methods.iter();
    for (named, _) in methods.filter_map(ReferralMethod::endpoint) {
        endpoints.extend(endpoint_in(connection, table, named.as_str())?);
    }
    Ok(Some(Standing::of(service, &endpoints)))
}

fn service_in(
    connection: &Connection,
    table: &'static str,
    id: &str,
) -> Result<Option<HealthcareService>, DirectoryError> {
    let line = line_in(connection, table, "service", id)?;
    Ok(line.as_deref().and_then(service_of))
}

fn endpoint_in(
    connection: &Connection,
    table: &'static str,
    id: &str,
) -> Result<Option<Endpoint>, DirectoryError> {
    let line = line_in(connection, table, "endpoint", id)?;
    Ok(line.as_deref().and_then(endpoint_of))
}

fn line_in(
    connection: &Connection,
    table: &'static str,
    kind: &str,
    id: &str,
) -> Result<Option<String>, DirectoryError> {
    // Asked for every service of a list: the statement is kept.
    let sql = format!("SELECT body FROM {table} WHERE kind = :kind AND id = :id");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row(named_params! { ":kind": kind, ":id": id }, |row| row.get(0));
    Ok(found.optional()?)
}

/// The service that a line is; none where it is another record, or none.
pub(crate) fn service_of(line: &str) -> Option<HealthcareService> {
    match feed::record_of(line) {
        Ok(DirectoryRecord::Service(service)) => Some(*service),
        _ => None,
    }
}

/// The endpoint that a line is; none where it is another record, or none.
pub(crate) fn endpoint_of(line: &str) -> Option<Endpoint> {
    match feed::record_of(line) {
        Ok(DirectoryRecord::Endpoint(endpoint)) => Some(endpoint),
        _ => None,
    }
}

fn is_superseded(
    connection: &Connection,
    id: &EndpointId,
    today: Date,
) -> Result<bool, DirectoryError> {
    // Only a record with the id somewhere in it can name it.
    let mut statement = connection.prepare_cached(
        "SELECT body FROM records WHERE kind = 'endpoint' AND id <> :id AND instr(body, :id) > 0",
    )?;
    let mut rows = statement.query(named_params! { ":id": id.as_str() })?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if endpoint_of(body).is_some_and(|other| other.supersedes_on(id, today)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A version as it was applied: when, and what. Enough to tell that another process has loaded another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVersion {
    pub at: Timestamp,
    digest: String,
}

/// Which version stands in the database; none before the first.
pub fn applied(connection: &Connection) -> Result<Option<AppliedVersion>, DirectoryError> {
    let row = version_row(connection)?;
    row.map(|(_, digest, at)| applied_version(digest, &at))
        .transpose()
}

fn applied_version(digest: String, at: &str) -> Result<AppliedVersion, DirectoryError> {
    let at = at.parse().map_err(|_| DirectoryError::Damaged)?;
    Ok(AppliedVersion { at, digest })
}

/// What the database holds, without reading it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectorySummary {
    pub header: DirectoryHeader,
    pub service_count: u32,
    pub endpoint_count: u32,
    pub applied_at: Timestamp,
}

pub fn summary(connection: &Connection) -> Result<Option<DirectorySummary>, DirectoryError> {
    let Some(applied) = applied(connection)? else {
        return Ok(None);
    };
    let sql = "SELECT header, (SELECT count(*) FROM records WHERE kind = 'service'), (SELECT count(*) FROM records WHERE kind = 'endpoint') FROM version";
    let (header, service_count, endpoint_count): (String, u32, u32) =
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Ok(DirectoryRecord::Directory(header)) = serde_json::from_str(&header) else {
        return Err(DirectoryError::Damaged);
    };
    Ok(Some(DirectorySummary {
        header,
        service_count,
        endpoint_count,
        applied_at: applied.at,
    }))
}

/// Every record but the header, in the order of the file.
pub fn records_of(directory: &Directory) -> impl Iterator<Item = DirectoryRecord> {
    let areas = directory.areas.iter().cloned().map(DirectoryRecord::Area);
    let practices = directory
        .practices
        .iter()
        .cloned()
        .map(DirectoryRecord::Practice);
    let organizations = directory
        .organizations
        .iter()
        .cloned()
        .map(DirectoryRecord::Organization);
    let services = directory
        .services
        .iter()
        .map(|service| DirectoryRecord::Service(Box::new(HealthcareService::clone(service))));
    let tombstones = directory
        .tombstones
        .iter()
        .cloned()
        .map(DirectoryRecord::Tombstone);
    let endpoints = directory
        .endpoints
        .iter()
        .cloned()
        .map(DirectoryRecord::Endpoint);
    areas
        .chain(practices)
        .chain(organizations)
        .chain(services)
        .chain(tombstones)
        .chain(endpoints)
}

/// SHA-256 over those of all records of a table, in their order.
pub(crate) fn state_digest(
    connection: &Connection,
    table: &'static str,
) -> Result<String, DirectoryError> {
    let sql = format!("SELECT body FROM {table} ORDER BY position");
    let mut statement = connection.prepare(&sql)?;
    let mut hash = Sha256::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        hash.update(sha256(body.as_bytes()));
    }
    Ok(hex(&hash.finalize()))
}

pub(crate) fn json(record: &DirectoryRecord) -> Result<String, DirectoryError> {
    serde_json::to_string(record).map_err(|error| StoreError::Value(error.to_string()).into())
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_of_an_endpoint_leaves_its_digest_and_every_other_change_is_another() {
        let endpoint = r#"{"id":"e1","service_id":"s1","channel":"secure-email","address":"cafe@example.nhs.uk","purpose":"primary","valid_from":"2026-01-01","valid_to":null,"verified":{"by":"A","on":"2026-01-01","how":"phone"},"supersedes":null}"#;
        let digest = |from: &str, to: &str| {
            let text = endpoint.replacen(from, to, 1);
            assert!(from == to || text != endpoint, "{from}");
            endpoint_digest(&serde_json::from_str(&text).unwrap())
        };
        let as_it_was = digest("", "");
        for (from, to) in [
            (r#""by":"A""#, r#""by":"B""#),
            (r#""on":"2026-01-01""#, r#""on":"2027-01-01""#),
            (r#""how":"phone""#, r#""how":"letter""#),
        ] {
            assert_eq!(digest(from, to), as_it_was, "{to}");
        }
        let changes = [
            ("\"e1\"", "\"e2\""),
            ("\"s1\"", "\"s2\""),
            ("secure-email", "fhir"),
            ("cafe@", "coffee@"),
            ("\"primary\"", "\"copy\""),
            ("2026-01-01\",\"valid_to", "2026-01-02\",\"valid_to"),
            ("\"valid_to\":null", "\"valid_to\":\"2027-01-01\""),
            ("\"supersedes\":null", "\"supersedes\":\"e0\""),
        ];
        let others: std::collections::BTreeSet<String> =
            changes.iter().map(|(from, to)| digest(from, to)).collect();
        assert_eq!(others.len(), changes.len());
        assert!(!others.contains(&as_it_was));
    }
}
