//! Another version of the directory: written beside the one that stands in `directory.db`, compared with it, and then put in its place, all in one transaction.
//!
//! No version stands in memory as a whole: there may be half a million records.

use crate::{
    directory_table::{self, DirectoryError, endpoint_digest, json, sha256},
    feed::{Directory, FeedError, FeedProblem},
    layer::history::{self, Differences},
    model::{DirectoryHeader, DirectoryRecord, Endpoint},
    trust_table::Changes,
};
use jiff::Timestamp;
use rusqlite::{Connection, Statement, Transaction, named_params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::{fail_point, hex};

/// The table of the version that arrives.
const ARRIVING: &str = "incoming";
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
    /// None where the one that stands here does not read back as it was applied, or there is none.
    compared: Option<Compared>,
}

/// What differs between the two.
struct Compared {
    changes: Changes,
    /// The services of which the record or an endpoint is not the same.
    services: BTreeSet<String>,
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
        if directory_table::state_digest(self.tx, ARRIVING)? != digest {
            return Err(DirectoryError::Damaged);
        }
        let compared = if directory_table::is_whole(self.tx)? {
            Some(compared(self.tx, header.version)?)
        } else {
            None
        };
        Ok(Arrived {
            tx: self.tx,
            header,
            digest,
            compared,
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

    /// The one that stands here reads back as it was applied: the two can be compared.
    pub fn has_former(&self) -> bool {
        self.compared.is_some()
    }

    /// How much it differs from the one that stands here: counted by records, so that nobody has to trust the publisher's own summary.
    pub fn changes(&self) -> Result<Changes, DirectoryError> {
        match &self.compared {
            Some(compared) => Ok(compared.changes),
            None => self.all_new(),
        }
    }

    /// What it changes, service by service; none where there is nothing to compare it with. Of those that have left, what was last published is told where
    /// they are among `ours`.
    pub fn differences(
        &self,
        ours: &BTreeSet<String>,
    ) -> Result<Option<Differences>, DirectoryError> {
        let Some(compared) = &self.compared else {
            return Ok(None);
        };
        let mut differences = Differences::default();
        for id in &compared.services {
            let before = directory_table::standing(self.tx, id)?;
            let now = directory_table::standing_in(self.tx, ARRIVING, id)?;
            differences
                .changes
                .extend(history::change(id, before.as_ref(), now.as_ref()));
            if let (Some(before), None) = (before, now)
                && ours.contains(id)
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
            let endpoint = directory_table::endpoint_of(line(0)?);
            let pair = endpoint.zip(directory_table::service_of(line(1)?));
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
        count(self.tx, sql)
    }
}

fn count(connection: &Connection, sql: &str) -> Result<usize, DirectoryError> {
    let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    usize::try_from(count).map_err(|_| DirectoryError::Damaged)
}

/// Goes once through what is not the same in both tables, line by line.
fn compared(connection: &Connection, version: u64) -> Result<Compared, DirectoryError> {
    let mut compared = Compared {
        changes: Changes {
            version,
            services_before: count(
                connection,
                "SELECT count(*) FROM records WHERE kind = 'service'",
            )?,
            endpoints_before: count(
                connection,
                "SELECT count(*) FROM records WHERE kind = 'endpoint'",
            )?,
            ..Changes::default()
        },
        services: BTreeSet::new(),
    };
    let mut statement = connection.prepare(
        "SELECT coalesce(former.kind, incoming.kind), former.body, incoming.body FROM records AS former
         FULL JOIN incoming ON incoming.kind = former.kind AND incoming.id = former.id
         WHERE former.digest IS NOT incoming.digest",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column| -> Result<Option<&str>, rusqlite::Error> {
            let text = row.get_ref(column)?.as_str_or_null();
            text.map_err(rusqlite::Error::from)
        };
        let (before, now) = (text(1)?, text(2)?);
        match text(0)? {
            Some("service") => compared.add_service(before, now),
            Some("endpoint") => compared.add_endpoint(before, now),
            _ => {}
        }
    }
    Ok(compared)
}

impl Compared {
    /// The line as it stands here, and as it arrived. One that does not read counts as well.
    fn add_service(&mut self, before: Option<&str>, now: Option<&str>) {
        let services = [before, now].map(|line| line.and_then(directory_table::service_of));
        let changes = &mut self.changes;
        match (before, now) {
            (Some(_), Some(_)) => {
                let [before, now] = services.each_ref();
                changes.services_changed += usize::from(before != now);
            }
            (Some(_), None) => changes.services_gone += 1,
            _ => changes.services_new += 1,
        }
        let services = services.into_iter().flatten();
        self.services
            .extend(services.map(|service| service.id.to_string()));
    }

    fn add_endpoint(&mut self, before: Option<&str>, now: Option<&str>) {
        let endpoints = [before, now].map(|line| line.and_then(directory_table::endpoint_of));
        let changes = &mut self.changes;
        match (before, now) {
            (Some(_), Some(_)) => {
                // That it was checked once more is no change of an address.
                let [before, now] = endpoints
                    .each_ref()
                    .map(|it| it.as_ref().map(endpoint_digest));
                changes.endpoints_changed += usize::from(before != now);
            }
            (Some(_), None) => changes.endpoints_gone += 1,
            _ => changes.endpoints_new += 1,
        }
        let endpoints = endpoints.into_iter().flatten();
        self.services
            .extend(endpoints.map(|endpoint| endpoint.service_id.to_string()));
    }
}
