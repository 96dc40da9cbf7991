//! Another version of the directory: written beside the one that stands in `directory.db`, compared with it, and then put in its place, all in one transaction.
//!
//! No version stands in memory as a whole: there may be half a million records.

use crate::{
    directory_table::{self, DirectoryError, endpoint_digest, json, sha256},
    feed::{self, Directory, FeedError, FeedProblem},
    layer::history::{self, Differences, Standing},
    model::{DirectoryHeader, DirectoryRecord, Endpoint, HealthcareService, ReferralMethod},
    trust_table::Changes,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Statement, Transaction, named_params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::{fail_point, hex};

/// As `records` (`001_directory.sql`), whose place it takes.
const TABLE: &str = "
    DROP TABLE IF EXISTS incoming;
    CREATE TABLE incoming (
        position INTEGER NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        digest TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (kind, id)
    ) STRICT;";

/// A version that is being written.
pub struct Incoming<'tx> {
    tx: &'tx Transaction<'tx>,
    insert: Statement<'tx>,
    position: i64,
    meant: Sha256,
    header: Option<DirectoryHeader>,
    pub service_count: usize,
}

/// A version that is written, and reads back as it was meant.
pub struct Arrived<'tx> {
    tx: &'tx Transaction<'tx>,
    pub header: DirectoryHeader,
    digest: String,
    /// The one that stands here reads back as it was applied: the two can be compared.
    pub has_former: bool,
}

impl<'tx> Incoming<'tx> {
    pub fn begin(tx: &'tx Transaction<'tx>) -> Result<Self, DirectoryError> {
        fail_point::reach("apply: begun")?;
        tx.execute_batch(TABLE)?;
        let insert = tx.prepare("INSERT INTO incoming (position, kind, id, digest, body) VALUES (:position, :kind, :id, :digest, :body)")?;
        Ok(Self {
            tx,
            insert,
            position: 0,
            meant: Sha256::new(),
            header: None,
            service_count: 0,
        })
    }

    /// The next record, with the line that it was read from: what is kept is what was signed.
    pub fn add(&mut self, record: DirectoryRecord, line: &str) -> Result<(), DirectoryError> {
        let (kind, id) = record.kind_and_id();
        let digest = sha256(line.as_bytes());
        match record {
            DirectoryRecord::Directory(header) => {
                self.header = Some(header);
                return Ok(());
            }
            DirectoryRecord::Service(_) => self.service_count += 1,
            _ => {}
        }
        self.insert.execute(named_params! {
            ":position": self.position, ":kind": kind, ":id": id, ":digest": digest, ":body": line,
        })?;
        self.position += 1;
        self.meant.update(digest);
        Ok(())
    }

    /// Reads back what was written.
    pub fn arrived(self) -> Result<Arrived<'tx>, DirectoryError> {
        fail_point::reach("apply: written")?;
        let header = self.header.ok_or(FeedError {
            line: 0,
            record: None,
            problem: FeedProblem::Empty,
        })?;
        let digest = hex(&self.meant.finalize());
        if directory_table::state_digest(self.tx, "incoming")? != digest {
            return Err(DirectoryError::Damaged);
        }
        Ok(Arrived {
            tx: self.tx,
            header,
            digest,
            has_former: directory_table::is_whole(self.tx)?,
        })
    }
}

impl<'tx> Arrived<'tx> {
    /// One that stands in memory.
    pub fn of(tx: &'tx Transaction<'tx>, directory: &Directory) -> Result<Self, DirectoryError> {
        let mut incoming = Incoming::begin(tx)?;
        let header = DirectoryRecord::Directory(directory.header.clone());
        for record in std::iter::once(header).chain(directory_table::records_of(directory)) {
            let line = json(&record)?;
            incoming.add(record, &line)?;
        }
        incoming.arrived()
    }

    /// All of it, as if nothing stood here.
    pub fn all_new(&self) -> Result<Changes, DirectoryError> {
        Ok(Changes {
            version: self.header.version,
            services_new: self.count("SELECT count(*) FROM incoming WHERE kind = 'service'")?,
            endpoints_new: self.count("SELECT count(*) FROM incoming WHERE kind = 'endpoint'")?,
            ..Changes::default()
        })
    }

    /// How much it differs from the one that stands here: counted by records, so that nobody has to trust the publisher's own summary.
    pub fn changes(&self) -> Result<Changes, DirectoryError> {
        if !self.has_former {
            return self.all_new();
        }
        let mut changes = Changes {
            version: self.header.version,
            services_before: self.count("SELECT count(*) FROM records WHERE kind = 'service'")?,
            endpoints_before: self.count("SELECT count(*) FROM records WHERE kind = 'endpoint'")?,
            ..Changes::default()
        };
        self.each_difference("service", |before, now| match (before, now) {
            (Some(before), Some(now)) => {
                let differs = service_of(before) != service_of(now);
                changes.services_changed += usize::from(differs);
            }
            (Some(_), None) => changes.services_gone += 1,
            _ => changes.services_new += 1,
        })?;
        self.each_difference("endpoint", |before, now| match (before, now) {
            (Some(before), Some(now)) => {
                // That it was checked once more is no change of an address.
                let digest = |line: &str| endpoint_of(line).as_ref().map(endpoint_digest);
                changes.endpoints_changed += usize::from(digest(before) != digest(now));
            }
            (Some(_), None) => changes.endpoints_gone += 1,
            _ => changes.endpoints_new += 1,
        })?;
        Ok(changes)
    }

    /// What it changes, service by service; none where there is nothing to compare it with. Of those that have left, what was last published is told where
    /// they are among `ours`.
    pub fn differences(
        &self,
        ours: &BTreeSet<String>,
    ) -> Result<Option<Differences>, DirectoryError> {
        if !self.has_former {
            return Ok(None);
        }
        let mut ids: BTreeSet<String> = BTreeSet::new();
        self.each_difference("service", |before, now| {
            let service = before.or(now).and_then(service_of);
            ids.extend(service.map(|service| service.id.to_string()));
        })?;
        self.each_difference("endpoint", |before, now| {
            let endpoints = [before, now].into_iter().flatten().filter_map(endpoint_of);
            ids.extend(endpoints.map(|endpoint| endpoint.service_id.to_string()));
        })?;
        let mut differences = Differences::default();
        for id in ids {
            let before = standing(self.tx, "records", &id)?;
            let now = standing(self.tx, "incoming", &id)?;
            differences
                .changes
                .extend(history::change(&id, before.as_ref(), now.as_ref()));
            if let (Some(before), None) = (before, now)
                && ours.contains(&id)
            {
                differences.gone.push(before);
            }
        }
        Ok(Some(differences))
    }

    /// Every endpoint of it, with the name of its service.
    pub fn endpoints(&self) -> Result<Vec<(Endpoint, String)>, DirectoryError> {
        let mut statement = self.tx.prepare(
            "SELECT endpoint.body, service.body FROM incoming AS endpoint
             JOIN incoming AS service ON service.kind = 'service' AND service.id = endpoint.body ->> 'service_id'
             WHERE endpoint.kind = 'endpoint'",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let line = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            let pair = endpoint_of(line(0)?).zip(service_of(line(1)?));
            found.extend(pair.map(|(endpoint, service)| (endpoint, service.name)));
        }
        Ok(found)
    }

    /// Puts it in the place of the one that stands here. `publication` names the files that it was read from, by their digests; '' for one loaded by hand.
    pub fn take_over(self, publication: &str, now: Timestamp) -> Result<(), DirectoryError> {
        self.tx.execute_batch(
            "DROP TABLE records; ALTER TABLE incoming RENAME TO records; DELETE FROM version;",
        )?;
        self.tx.execute(
            "INSERT INTO version (only_row, header, state_digest, applied_at, publication) VALUES (1, :header, :digest, :now, :publication)",
            named_params! {
                ":header": json(&DirectoryRecord::Directory(self.header))?,
                ":digest": self.digest, ":now": now.to_string(), ":publication": publication,
            },
        )?;
        Ok(())
    }

    fn count(&self, sql: &str) -> Result<usize, DirectoryError> {
        let count: i64 = self.tx.query_row(sql, [], |row| row.get(0))?;
        usize::try_from(count).map_err(|_| DirectoryError::Damaged)
    }

    /// The lines of a kind that are not the same in both, by their ids: as they stand here, and as they arrived.
    fn each_difference(
        &self,
        kind: &str,
        mut take: impl FnMut(Option<&str>, Option<&str>),
    ) -> Result<(), DirectoryError> {
        let mut statement = self.tx.prepare(
            "SELECT former.body, incoming.body FROM records AS former
             FULL JOIN incoming ON incoming.kind = former.kind AND incoming.id = former.id
             WHERE coalesce(former.kind, incoming.kind) = :kind AND former.digest IS NOT incoming.digest",
        )?;
        let mut rows = statement.query(named_params! { ":kind": kind })?;
        while let Some(row) = rows.next()? {
            let text = |column| -> Result<Option<&str>, rusqlite::Error> {
                let text = row.get_ref(column)?.as_str_or_null();
                text.map_err(rusqlite::Error::from)
            };
            take(text(0)?, text(1)?);
        }
        Ok(())
    }
}

/// A service of one of the two tables, with the address to which a referral goes.
pub(crate) fn standing(
    connection: &Connection,
    table: &'static str,
    id: &str,
) -> Result<Option<Standing>, DirectoryError> {
    let line = |kind: &str, id: &str| -> Result<Option<String>, DirectoryError> {
        let sql = format!("SELECT body FROM {table} WHERE kind = :kind AND id = :id");
        let mut statement = connection.prepare_cached(&sql)?;
        let found =
            statement.query_row(named_params! { ":kind": kind, ":id": id }, |row| row.get(0));
        Ok(found.optional()?)
    };
    let Some(service) = line("service", id)?.as_deref().and_then(service_of) else {
        return Ok(None);
    };
    let mut endpoints = Vec::new();
    let methods = service.onward.referral_methods.iter();
    for (named, _) in methods.filter_map(ReferralMethod::endpoint) {
        let endpoint = line("endpoint", named.as_str())?;
        endpoints.extend(endpoint.as_deref().and_then(endpoint_of));
    }
    Ok(Some(Standing::of(service, &endpoints)))
}

fn service_of(line: &str) -> Option<HealthcareService> {
    match feed::record_of(line) {
        Ok(DirectoryRecord::Service(service)) => Some(*service),
        _ => None,
    }
}

fn endpoint_of(line: &str) -> Option<Endpoint> {
    match feed::record_of(line) {
        Ok(DirectoryRecord::Endpoint(endpoint)) => Some(endpoint),
        _ => None,
    }
}
