//! The tables of `practice.db` about the published directory: where it comes from, what has been trusted of it so far, and how refreshing goes.

use crate::ids::{EndpointId, ServiceId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::{Migration, StoreError};

/// The component of `practice.db`.
pub const SCHEMA: [Migration; 3] = [
    Migration {
        component: "feed",
        version: 1,
        sql: include_str!("../migrations/001_feed.sql"),
    },
    Migration {
        component: "feed",
        version: 2,
        sql: include_str!("../migrations/feed_002.sql"),
    },
    Migration {
        component: "feed",
        version: 3,
        sql: include_str!("../migrations/feed_003.sql"),
    },
];

/// So long after the end of its signatures a directory still serves for sending; then each service needs a phone check.
pub const GRACE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// So far the clock may be behind the last check without a word.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// So long a phone check reopens a service.
pub const PHONE_CHECK_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Which published directory this practice follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub source: String,
    /// SHA-256 in lower-case hexadecimal.
    pub root_fingerprint: String,
    /// The only certificate authority that is believed; none: the operating system's.
    pub authority_pem: Option<String>,
    pub enrolled_at: Timestamp,
    pub enrolled_by: String,
}

/// A role of the publication whose metadata is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrustedRole {
    Root,
    Timestamp,
    Snapshot,
    Targets,
    Services,
}

impl TrustedRole {
    pub const ALL: [Self; 5] = [
        Self::Root,
        Self::Timestamp,
        Self::Snapshot,
        Self::Targets,
        Self::Services,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Timestamp => "timestamp",
            Self::Snapshot => "snapshot",
            Self::Targets => "targets",
            Self::Services => "services",
        }
    }
}

/// The newest trusted metadata of a role, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedMetadata {
    pub version: u64,
    pub json: String,
}

/// The kinds of signed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    Services,
    Endpoints,
    Revoked,
}

impl FileKind {
    pub const ALL: [Self; 3] = [Self::Services, Self::Endpoints, Self::Revoked];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Endpoints => "endpoints",
            Self::Revoked => "revoked",
        }
    }
}

/// A signed file: the number in its name, and its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedFile {
    pub number: u64,
    pub sha256: String,
}

/// Everything that the next refresh must follow from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    pub roles: BTreeMap<TrustedRole, TrustedMetadata>,
    pub files: BTreeMap<FileKind, TrustedFile>,
    /// Of timestamp.json, as the server named it.
    pub etag: Option<String>,
    /// The earliest end of what is trusted.
    pub expires_at: Option<Timestamp>,
}

impl Trust {
    /// The published files by their digests, as `directory_table::publication` names them; none before both are known.
    pub fn publication(&self) -> Option<String> {
        let digest = |kind| Some(self.files.get(&kind)?.sha256.as_str());
        Some(publication_of(
            digest(FileKind::Services)?,
            digest(FileKind::Endpoints)?,
        ))
    }
}

/// The name of a version by the digests of its two files.
pub fn publication_of(services_sha256: &str, endpoints_sha256: &str) -> String {
    format!("{services_sha256}:{endpoints_sha256}")
}

/// What nothing is sent to, whatever else was approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopList {
    pub endpoints: BTreeSet<EndpointId>,
    pub addresses: BTreeSet<String>,
}

impl StopList {
    /// An address stands in it in any case of its letters.
    pub fn stops(&self, endpoint: &str, address: &str) -> bool {
        EndpointId::parse(endpoint).is_ok_and(|id| self.endpoints.contains(&id))
            || self.addresses.contains(&address.to_ascii_lowercase())
    }
}

/// How refreshing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshState {
    pub last_checked_at: Option<Timestamp>,
    pub last_good_at: Option<Timestamp>,
    /// Since when it fails, and why, as a code.
    pub failing: Option<(Timestamp, String)>,
    /// When the signatures by which the applied directory was last known to be the newest end.
    pub expires_at: Option<Timestamp>,
    pub clock_warning: bool,
}

/// A version that waits for a person's yes or no, or that got a no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldVersion {
    pub publication: String,
    pub held_at: Timestamp,
    pub refused: bool,
    pub changes: Changes,
}

/// How much a version would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub version: u64,
    pub services_before: usize,
    pub services_new: usize,
    pub services_changed: usize,
    pub services_gone: usize,
    pub endpoints_before: usize,
    pub endpoints_new: usize,
    pub endpoints_changed: usize,
    pub endpoints_gone: usize,
}

impl Changes {
    /// Over 10% of the services, over 2% of the endpoints, or more than five endpoints (reliability: threat 2). What is new does not
    /// count: a directory that grows is not held.
    pub fn are_many(&self) -> bool {
        let services = self.services_changed + self.services_gone;
        let endpoints = self.endpoints_changed + self.endpoints_gone;
        services * 10 > self.services_before
            || endpoints > 5
            || endpoints * 50 > self.endpoints_before
    }
}

/// A phone check of one service's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCheck {
    pub service_id: ServiceId,
    pub endpoint_digest: String,
    pub checked_at: Timestamp,
    pub checked_by: String,
    pub number: String,
    pub who_answered: String,
}

/// A new enrolment forgets what was trusted of another directory.
pub fn enrol(tx: &Transaction<'_>, enrolment: &Enrolment) -> Result<(), StoreError> {
    tx.execute_batch(
        "DELETE FROM feed_source; DELETE FROM feed_roles; DELETE FROM feed_files; DELETE FROM feed_state;
         DELETE FROM feed_revoked; DELETE FROM feed_held; DELETE FROM feed_phone_checks;",
    )?;
    tx.execute(
        "INSERT INTO feed_source (only_row, source, root_fingerprint, authority_pem, enrolled_at, enrolled_by)
         VALUES (1, :source, :fingerprint, :authority, :at, :by)",
        named_params! {
            ":source": enrolment.source, ":fingerprint": enrolment.root_fingerprint,
            ":authority": enrolment.authority_pem.as_deref().unwrap_or_default(),
            ":at": enrolment.enrolled_at.to_string(), ":by": enrolment.enrolled_by,
        },
    )?;
    Ok(())
}

/// The same directory, at another address: everything else of it stays.
pub fn change_address(tx: &Transaction<'_>, enrolment: &Enrolment) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE feed_source SET source = :source, authority_pem = :authority, enrolled_at = :at, enrolled_by = :by
         WHERE root_fingerprint = :fingerprint",
        named_params! {
            ":source": enrolment.source, ":fingerprint": enrolment.root_fingerprint,
            ":authority": enrolment.authority_pem.as_deref().unwrap_or_default(),
            ":at": enrolment.enrolled_at.to_string(), ":by": enrolment.enrolled_by,
        },
    )?;
    // What the other server called its timestamp says nothing at this one.
    tx.execute("UPDATE feed_state SET etag = ''", [])?;
    Ok(())
}

pub fn enrolment(connection: &Connection) -> Result<Option<Enrolment>, StoreError> {
    let row = |row: &Row<'_>| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(4)?,
        ))
    };
    let found = connection
        .query_row(
            "SELECT source, root_fingerprint, authority_pem, enrolled_at, enrolled_by FROM feed_source",
            [],
            row,
        )
        .optional()?;
    found
        .map(|(source, root_fingerprint, authority, at, enrolled_by)| {
            Ok(Enrolment {
                source,
                root_fingerprint,
                authority_pem: Some(authority).filter(|pem| !pem.is_empty()),
                enrolled_at: time(&at)?,
                enrolled_by,
            })
        })
        .transpose()
}

pub fn trust(connection: &Connection) -> Result<Trust, StoreError> {
    let mut trust = Trust::default();
    let mut roles = connection.prepare("SELECT role, version, metadata FROM feed_roles")?;
    for row in roles.query_map([], name_number_text)? {
        let (role, version, json) = row?;
        let role = TrustedRole::ALL.into_iter().find(|it| it.as_str() == role);
        let role = role.ok_or_else(|| StoreError::Value("feed_roles".into()))?;
        let version = number(version)?;
        trust.roles.insert(role, TrustedMetadata { version, json });
    }
    let mut files = connection.prepare("SELECT kind, number, sha256 FROM feed_files")?;
    for row in files.query_map([], name_number_text)? {
        let (kind, of, sha256) = row?;
        let kind = FileKind::ALL.into_iter().find(|it| it.as_str() == kind);
        let kind = kind.ok_or_else(|| StoreError::Value("feed_files".into()))?;
        let number = number(of)?;
        trust.files.insert(kind, TrustedFile { number, sha256 });
    }
    let state = connection
        .query_row("SELECT etag, expires_at FROM feed_state", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    if let Some((etag, expires_at)) = state {
        trust.etag = Some(etag).filter(|etag| !etag.is_empty());
        trust.expires_at = time_or_none(&expires_at)?;
    }
    Ok(trust)
}

fn name_number_text(row: &Row<'_>) -> rusqlite::Result<(String, i64, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// What was verified becomes what the next refresh must follow from. Before anything of it is applied.
pub fn save_trust(
    tx: &Transaction<'_>,
    trust: &Trust,
    clock_warning: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (role, metadata) in &trust.roles {
        tx.execute(
            "INSERT INTO feed_roles (role, version, metadata) VALUES (:role, :version, :metadata)
             ON CONFLICT (role) DO UPDATE SET version = :version, metadata = :metadata",
            named_params! { ":role": role.as_str(), ":version": stored(metadata.version)?, ":metadata": metadata.json },
        )?;
    }
    for (kind, file) in &trust.files {
        tx.execute(
            "INSERT INTO feed_files (kind, number, sha256) VALUES (:kind, :number, :sha256)
             ON CONFLICT (kind) DO UPDATE SET number = :number, sha256 = :sha256",
            named_params! { ":kind": kind.as_str(), ":number": stored(file.number)?, ":sha256": file.sha256 },
        )?;
    }
    state_row(tx)?;
    let checked = refresh_state(tx)?.last_checked_at;
    tx.execute(
        "UPDATE feed_state SET etag = :etag, expires_at = :expires_at, last_checked_at = :checked, clock_warning = :warning",
        named_params! {
            ":etag": trust.etag.as_deref().unwrap_or_default(),
            ":expires_at": trust.expires_at.map(|at| at.to_string()).unwrap_or_default(),
            ":checked": checked.map_or(now, |at| at.max(now)).to_string(), ":warning": clock_warning,
        },
    )?;
    Ok(())
}

/// All was well, and the directory that is applied is the newest there is: its curators stand by it for as long as by what is believed.
pub fn went_well(tx: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    checked(tx, now)?;
    tx.execute(
        "UPDATE feed_state SET last_good_at = :now, applied_until = expires_at",
        named_params! { ":now": now.to_string() },
    )?;
    Ok(())
}

/// All was well, but the directory that is applied is not the newest: that one is held, or got a no. It grows old meanwhile.
pub fn checked(tx: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    state_row(tx)?;
    tx.execute(
        "UPDATE feed_state SET last_checked_at = :now, failing_since = '', failing_why = ''",
        named_params! { ":now": now.to_string() },
    )?;
    Ok(())
}

/// It failed, for a reason given as a code; since when stays what it was. A clock that went back makes nothing younger: the latest time of a
/// check stays until a refresh has gone well.
pub fn failed(tx: &Transaction<'_>, why: &str, now: Timestamp) -> Result<(), StoreError> {
    state_row(tx)?;
    let checked = refresh_state(tx)?.last_checked_at;
    let behind = checked.is_some_and(|at| now.duration_since(at) < -CLOCK_TOLERANCE);
    tx.execute(
        "UPDATE feed_state SET last_checked_at = :checked, failing_why = :why, clock_warning = clock_warning OR :behind,
         failing_since = CASE failing_since WHEN '' THEN :now ELSE failing_since END",
        named_params! {
            ":checked": checked.map_or(now, |at| at.max(now)).to_string(), ":now": now.to_string(), ":why": why,
            ":behind": behind,
        },
    )?;
    Ok(())
}

fn state_row(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR IGNORE INTO feed_state (only_row, etag, expires_at, last_checked_at, last_good_at, failing_since, failing_why, clock_warning)
         VALUES (1, '', '', '', '', '', '', 0)",
        [],
    )?;
    Ok(())
}

pub fn refresh_state(connection: &Connection) -> Result<RefreshState, StoreError> {
    let row = |row: &Row<'_>| {
        let text = |at| row.get::<_, String>(at);
        Ok((
            [text(0)?, text(1)?, text(2)?, text(4)?],
            text(3)?,
            row.get::<_, bool>(5)?,
        ))
    };
    let found = connection
        .query_row(
            "SELECT last_checked_at, last_good_at, failing_since, failing_why, applied_until, clock_warning FROM feed_state",
            [],
            row,
        )
        .optional()?;
    let (times, why, clock_warning) = found.unwrap_or_default();
    let [checked, good, since, expires] = &times;
    Ok(RefreshState {
        last_checked_at: time_or_none(checked)?,
        last_good_at: time_or_none(good)?,
        failing: time_or_none(since)?.map(|since| (since, why)),
        expires_at: time_or_none(expires)?,
        clock_warning,
    })
}

/// Takes the place of the one before.
pub fn replace_stop_list(tx: &Transaction<'_>, list: &StopList) -> Result<(), StoreError> {
    tx.execute("DELETE FROM feed_revoked", [])?;
    let mut insert =
        tx.prepare("INSERT OR IGNORE INTO feed_revoked (kind, value) VALUES (:kind, :value)")?;
    for id in &list.endpoints {
        insert.execute(named_params! { ":kind": "endpoint", ":value": id.as_str() })?;
    }
    for address in &list.addresses {
        insert.execute(
            named_params! { ":kind": "address", ":value": address.to_ascii_lowercase() },
        )?;
    }
    Ok(())
}

/// What stands on the stop-list now and would not on this one.
pub fn freed_by(connection: &Connection, list: &StopList) -> Result<StopList, StoreError> {
    let mut freed = StopList::default();
    let still = list.addresses.iter().map(|it| it.to_ascii_lowercase());
    let still: BTreeSet<String> = still.collect();
    let mut statement = connection.prepare("SELECT kind, value FROM feed_revoked")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    for row in rows {
        let (kind, value) = row?;
        if kind == "address" {
            if !still.contains(&value.to_ascii_lowercase()) {
                freed.addresses.insert(value);
            }
        } else if let Ok(id) = EndpointId::parse(&value)
            && !list.endpoints.contains(&id)
        {
            freed.endpoints.insert(id);
        }
    }
    Ok(freed)
}

/// Whether the stop-list names the endpoint or its address.
pub fn is_revoked(
    connection: &Connection,
    endpoint: &str,
    address: &str,
) -> Result<bool, StoreError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM feed_revoked WHERE (kind = 'endpoint' AND value = :endpoint) OR (kind = 'address' AND value = :address))",
        named_params! { ":endpoint": endpoint, ":address": address.to_ascii_lowercase() },
        |row| row.get(0),
    )?)
}

pub fn hold(
    tx: &Transaction<'_>,
    held: &HeldVersion,
    services_file: &[u8],
    endpoints_file: &[u8],
) -> Result<(), StoreError> {
    let changes = serde_json::to_string(&held.changes)
        .map_err(|error| StoreError::Value(error.to_string()))?;
    tx.execute(
        "INSERT OR REPLACE INTO feed_held (only_row, publication, held_at, decision, changes, services_file, endpoints_file)
         VALUES (1, :publication, :at, :decision, :changes, :services, :endpoints)",
        named_params! {
            ":publication": held.publication, ":at": held.held_at.to_string(),
            ":decision": if held.refused { "refused" } else { "waiting" },
            ":changes": changes, ":services": services_file, ":endpoints": endpoints_file,
        },
    )?;
    Ok(())
}

pub fn held(connection: &Connection) -> Result<Option<HeldVersion>, StoreError> {
    let found = connection
        .query_row(
            "SELECT publication, held_at, decision, changes FROM feed_held",
            [],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                ))
            },
        )
        .optional()?;
    found
        .map(|(publication, at, decision, changes)| {
            Ok(HeldVersion {
                publication,
                held_at: time(&at)?,
                refused: decision == "refused",
                changes: serde_json::from_str(&changes)
                    .map_err(|_| StoreError::Value("feed_held".into()))?,
            })
        })
        .transpose()
}

/// The two files of the version that waits, as they were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFiles {
    pub services: Vec<u8>,
    pub endpoints: Vec<u8>,
}

/// None when another waits now.
pub fn held_files(
    connection: &Connection,
    publication: &str,
) -> Result<Option<HeldFiles>, StoreError> {
    let row = |row: &Row<'_>| {
        Ok(HeldFiles {
            services: row.get(0)?,
            endpoints: row.get(1)?,
        })
    };
    Ok(connection
        .query_row(
            "SELECT services_file, endpoints_file FROM feed_held WHERE publication = :publication",
            named_params! { ":publication": publication },
            row,
        )
        .optional()?)
}

/// It got a no: the files are not needed any more, and the same version is not asked about again.
pub fn refuse_held(tx: &Transaction<'_>, publication: &str) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE feed_held SET decision = 'refused', services_file = x'', endpoints_file = x'' WHERE publication = :publication",
        named_params! { ":publication": publication },
    )?;
    Ok(changed == 1)
}

pub fn forget_held(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM feed_held", [])?;
    Ok(())
}

pub fn record_phone_check(tx: &Transaction<'_>, check: &PhoneCheck) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO feed_phone_checks (service_id, endpoint_digest, checked_at, checked_by, number, who_answered)
         VALUES (:service, :digest, :at, :by, :number, :who)",
        named_params! {
            ":service": check.service_id.as_str(), ":digest": check.endpoint_digest, ":at": check.checked_at.to_string(),
            ":by": check.checked_by, ":number": check.number, ":who": check.who_answered,
        },
    )?;
    Ok(())
}

/// The newest of each address of one service.
pub fn phone_checks_of(
    connection: &Connection,
    service_id: &str,
) -> Result<Vec<PhoneCheck>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT service_id, endpoint_digest, checked_at, checked_by, number, who_answered FROM feed_phone_checks WHERE service_id = :service",
    )?;
    let rows = statement.query_map(named_params! { ":service": service_id }, |row| {
        let text = |at: usize| row.get::<_, String>(at);
        Ok([text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?])
    })?;
    let mut checks = Vec::new();
    for row in rows {
        let [
            service_id,
            endpoint_digest,
            at,
            checked_by,
            number,
            who_answered,
        ] = row?;
        checks.push(PhoneCheck {
            service_id: ServiceId::parse(&service_id)
                .map_err(|_| StoreError::Value("feed_phone_checks.service_id".into()))?,
            endpoint_digest,
            checked_at: time(&at)?,
            checked_by,
            number,
            who_answered,
        });
    }
    Ok(checks)
}

/// Whether a phone check keeps the address with this record open now. One that lies ahead was written down by a clock that was wrong, and
/// would else keep it open until long after its 14 days.
pub fn is_open_by_phone(
    connection: &Connection,
    endpoint_digest: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let at: Option<String> = connection
        .query_row(
            "SELECT checked_at FROM feed_phone_checks WHERE endpoint_digest = :digest",
            named_params! { ":digest": endpoint_digest },
            |row| row.get(0),
        )
        .optional()?;
    let at = at.map(|at| time(&at)).transpose()?;
    Ok(at.is_some_and(|at| keeps_open(at, now)))
}

/// The digests of all that phone checks keep open now.
pub fn open_by_phone(
    connection: &Connection,
    now: Timestamp,
) -> Result<BTreeSet<String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT endpoint_digest, checked_at FROM feed_phone_checks")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut open = BTreeSet::new();
    for row in rows {
        let (digest, at) = row?;
        if keeps_open(time(&at)?, now) {
            open.insert(digest);
        }
    }
    Ok(open)
}

fn keeps_open(checked_at: Timestamp, now: Timestamp) -> bool {
    let until = checked_at.checked_add(PHONE_CHECK_LASTS);
    checked_at <= now && until.is_ok_and(|until| now <= until)
}

/// When the directory became too old to send by; none where there is no published one, or it is not that old. By the later of the clock and
/// the last check: a clock that was set back makes no directory young again.
pub fn too_old_since(
    connection: &Connection,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let state = refresh_state(connection)?;
    let now = state.last_checked_at.map_or(now, |at| at.max(now));
    let end = state.expires_at.and_then(|at| at.checked_add(GRACE).ok());
    Ok(end.filter(|end| *end < now))
}

fn time(text: &str) -> Result<Timestamp, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Value("a time of the feed".into()))
}

fn time_or_none(text: &str) -> Result<Option<Timestamp>, StoreError> {
    if text.is_empty() {
        Ok(None)
    } else {
        time(text).map(Some)
    }
}

fn number(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::Value("a version of the feed".into()))
}

/// SQLite's integers have a sign: a version beyond them is not one that anybody counted up to.
fn stored(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Value("a version of the feed".into()))
}
