//! Putting what a feed gave into the directory file: new and changed entries, what is missing, what is gone, and what only a person may change.

use super::file::DirectoryFile;
use super::open_referral::Mapped;
use super::seen::{Entry, Missing, Seen, Told};
use super::source::{IMPORTED, Source};
use crate::ids::{OrganizationId, ServiceId};
use crate::model::{HealthcareService, ServiceStatus, Tier};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What came of one crawl, or of one reading of a table.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub services: Vec<Mapped>,
    /// Ids that the feed lists, also those whose record could not be taken over.
    pub listed: BTreeSet<String>,
    /// Ids of which the feed itself says that they are gone: 404 or 410 for the record. That proves no more than a list without them: a feed that is
    /// rebuilt or moved answers so, too.
    pub gone: BTreeSet<String>,
    /// Every page was read, and the counts agree. Else nothing counts as missing.
    pub complete: bool,
    pub at: Timestamp,
    pub today: Date,
}

/// What was done to the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Changes {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Ids in the feed of entries that were merged into others by a person: left alone.
    pub merged: usize,
    /// Taken out of the file by a person: left out.
    pub left_out: usize,
    pub missing: Vec<EntryChange>,
    pub retired: Vec<EntryChange>,
    pub returned: Vec<EntryChange>,
    /// Curated entries that the feed changed or dropped: not touched, for a person to look at.
    pub to_check: Vec<ToCheck>,
}

/// An entry as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryChange {
    pub id: String,
    pub service: ServiceId,
    pub name: String,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToCheck {
    pub service: ServiceId,
    pub field: String,
    pub before: String,
    pub now: String,
}

/// More than a fifth at once is more likely a fault of the feed than the truth: nothing was changed, and a person says whether it is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{vanished} of the {known} entries from this feed that were open would now be missing or closed, more than a fifth: nothing was changed. Look at the feed; if it is right, import again with --vanished-are-right"
)]
pub struct TooManyVanished {
    pub vanished: usize,
    pub known: usize,
}

/// All or nothing: the file and what was seen are given back changed, or not at all.
pub fn take_over(
    file: &DirectoryFile,
    seen: &Seen,
    arrived: &Arrived,
    source: &Source,
    vanished_are_right: bool,
) -> Result<(DirectoryFile, Seen, Changes), TooManyVanished> {
    if !vanished_are_right {
        guard(file, seen, arrived)?;
    }
    let mut work = Work {
        file: file.clone(),
        seen: seen.clone(),
        changes: Changes::default(),
        holders: holders(file, source),
        arrived,
        source,
    };
    let curated: HashSet<OrganizationId> = file
        .services()
        .filter(|service| service.onward.tier == Tier::Curated)
        .map(|service| service.organization_id.clone())
        .collect();
    for mapped in &arrived.services {
        work.organization(mapped, &curated);
        work.present(mapped);
    }
    work.absent();
    if arrived.complete {
        work.seen.complete_at.push(arrived.at);
        let old = work.seen.complete_at.len().saturating_sub(10);
        work.seen.complete_at.drain(..old);
    }
    Ok((work.file, work.seen, work.changes))
}

fn guard(file: &DirectoryFile, seen: &Seen, arrived: &Arrived) -> Result<(), TooManyVanished> {
    let closing: BTreeSet<&str> = arrived
        .services
        .iter()
        .filter(|mapped| mapped.service.status == ServiceStatus::Inactive)
        .map(|mapped| mapped.id.as_str())
        .collect();
    let open = seen.entries.iter().filter(|(_, entry)| {
        let service = file.service(&entry.service);
        entry.retired_on.is_none()
            && service.is_some_and(|service| service.status != ServiceStatus::Inactive)
    });
    let (mut known, mut vanished) = (0, 0);
    for (id, _) in open {
        known += 1;
        let missing =
            arrived.complete && (!arrived.listed.contains(id) || arrived.gone.contains(id));
        if missing || closing.contains(id.as_str()) {
            vanished += 1;
        }
    }
    if vanished * 5 > known {
        return Err(TooManyVanished { vanished, known });
    }
    Ok(())
}

/// Which record of the file has an id of this feed.
fn holders(file: &DirectoryFile, source: &Source) -> HashMap<String, ServiceId> {
    let mut holders: BTreeMap<String, ServiceId> = BTreeMap::new();
    for service in file.services() {
        let of_feed = service.onward.external_ids.iter();
        for external in of_feed.filter(|external| external.scheme == source.name()) {
            // Where two have it, one was merged into the other, and the one whose own id it is was closed.
            let own = source.service_id(&external.id).as_ref() == Some(&service.id);
            if !own || !holders.contains_key(&external.id) {
                holders.insert(external.id.clone(), service.id.clone());
            }
        }
    }
    holders.into_iter().collect()
}

struct Work<'a> {
    file: DirectoryFile,
    seen: Seen,
    changes: Changes,
    holders: HashMap<String, ServiceId>,
    arrived: &'a Arrived,
    source: &'a Source,
}

impl Work<'_> {
    /// An organisation that a curated service names is the curator's.
    fn organization(&mut self, mapped: &Mapped, curated: &HashSet<OrganizationId>) {
        let organization = &mapped.organization;
        let there = self.file.organization(&organization.id);
        let ours = organization.id.as_str().starts_with(IMPORTED);
        let replaces = match there {
            None => true,
            Some(there) => {
                ours && there != organization
                    && !mapped.organization_by_id_only
                    && !curated.contains(&organization.id)
            }
        };
        if replaces {
            self.file.put_organization(organization.clone());
        }
    }

    fn present(&mut self, mapped: &Mapped) {
        let told = Told::of(&mapped.service);
        let holder = self.holders.get(&mapped.id).cloned();
        let before = self.seen.entries.get(&mapped.id).cloned();
        let was_retired = before
            .as_ref()
            .is_some_and(|entry| entry.retired_on.is_some());
        match holder {
            Some(holder) if holder != mapped.service.id => {
                self.merged(&holder, before.as_ref(), &told);
            }
            Some(holder) => self.known(mapped, &holder, before.as_ref(), &told),
            None if before.is_some() || self.file.has_tombstone(&mapped.service.id) => {
                self.changes.left_out += 1;
            }
            None => {
                self.file.put_service(mapped.service.clone());
                self.changes.new += 1;
            }
        }
        let is_open = mapped.service.status != ServiceStatus::Inactive;
        if was_retired && is_open {
            self.changes
                .returned
                .push(change_of(mapped, "it is in the feed again"));
        }
        let retired_on = before.as_ref().and_then(|entry| entry.retired_on);
        let entry = Entry {
            service: mapped.service.id.clone(),
            last_seen_at: self.arrived.at,
            missing_since: None,
            retired_on: retired_on.filter(|_| !is_open),
            told,
        };
        self.seen.entries.insert(mapped.id.clone(), entry);
    }

    fn merged(&mut self, holder: &ServiceId, before: Option<&Entry>, told: &Told) {
        self.changes.merged += 1;
        self.needs_check(holder, before, told);
    }

    fn known(&mut self, mapped: &Mapped, id: &ServiceId, before: Option<&Entry>, told: &Told) {
        let Some(there) = self.file.service(id).cloned() else {
            return;
        };
        if there.onward.tier == Tier::Curated {
            self.changes.unchanged += 1;
            self.needs_check(id, before, told);
            return;
        }
        let next = updated(&there, mapped, self.arrived.today);
        if next == *there {
            self.changes.unchanged += 1;
            return;
        }
        let closes =
            next.status == ServiceStatus::Inactive && there.status != ServiceStatus::Inactive;
        if closes {
            self.changes
                .retired
                .push(change_of(mapped, "the feed says that it is closed"));
        }
        self.file.put_service(next);
        self.changes.changed += 1;
    }

    fn needs_check(&mut self, service: &ServiceId, before: Option<&Entry>, now: &Told) {
        let changes = before.map(|entry| entry.told.changes(now));
        for (field, before, now) in changes.unwrap_or_default() {
            self.changes.to_check.push(ToCheck {
                service: service.clone(),
                field: field.to_owned(),
                before,
                now,
            });
        }
    }

    /// What the feed does not list, or says is gone.
    fn absent(&mut self) {
        let mut entries = std::mem::take(&mut self.seen.entries);
        let present: HashSet<&str> = self
            .arrived
            .services
            .iter()
            .map(|m| m.id.as_str())
            .collect();
        for (id, entry) in &mut entries {
            if entry.retired_on.is_some() || present.contains(id.as_str()) {
                continue;
            }
            let gone = self.arrived.gone.contains(id);
            if self.arrived.listed.contains(id) && !gone {
                // Listed, but its record did not come or cannot be read: what is here stays.
                entry.missing_since = None;
            } else if self.arrived.complete {
                self.missing(id, entry);
            }
        }
        self.seen.entries = entries;
    }

    fn missing(&mut self, id: &str, entry: &mut Entry) {
        match entry.missing_at(self.arrived.at) {
            Missing::Since(now) => {
                entry.missing_since = Some(now);
                self.changes
                    .missing
                    .push(named(id, entry, "missing for the first time"));
            }
            Missing::NotLongEnough => {
                self.changes
                    .missing
                    .push(named(id, entry, "missing, not yet for seven days"));
            }
            Missing::Gone => {
                self.retire(
                    id,
                    entry,
                    "missing, or answered by 404 or 410, in two complete crawls at least seven days apart",
                );
            }
        }
    }

    fn retire(&mut self, id: &str, entry: &mut Entry, why: &str) {
        entry.retired_on = Some(self.arrived.today);
        let holder = self.holders.get(id).unwrap_or(&entry.service).clone();
        let Some(there) = self.file.service(&holder).cloned() else {
            return;
        };
        let is_own = holder == entry.service;
        if there.onward.tier == Tier::Curated || !is_own {
            self.changes.to_check.push(ToCheck {
                service: holder,
                field: "status".to_owned(),
                before: entry.told.status.clone(),
                now: why.to_owned(),
            });
            return;
        }
        if there.status != ServiceStatus::Inactive {
            let mut closed = HealthcareService::clone(&there);
            closed.status = ServiceStatus::Inactive;
            closed.onward.paused_until = None;
            closed.onward.closed_on = Some(self.arrived.today);
            closed.onward.status_reason = Some(format!("No longer in {}", self.source.name()));
            self.file.put_service(closed);
        }
        self.changes.retired.push(named(id, entry, why));
    }
}

/// The feed's record with what only this file knows: since when it is closed, what was merged into it.
fn updated(there: &HealthcareService, mapped: &Mapped, today: Date) -> HealthcareService {
    let mut next = mapped.service.clone();
    if !mapped.dated {
        // The day of the import is not an edit.
        next.last_modified = there.last_modified;
    }
    for external in &there.onward.external_ids {
        let is_place = external.scheme == "UPRN";
        if !is_place && !next.onward.external_ids.contains(external) {
            next.onward.external_ids.push(external.clone());
        }
    }
    if let Some(successor) = &there.onward.replaced_by {
        // Merged by a person: it stays closed, whatever the feed says.
        next.onward.replaced_by = Some(successor.clone());
        next.status = there.status;
        next.onward.closed_on = there.onward.closed_on;
        next.onward
            .status_reason
            .clone_from(&there.onward.status_reason);
    } else if next.status == ServiceStatus::Inactive {
        let since = there
            .onward
            .closed_on
            .filter(|_| there.status == ServiceStatus::Inactive);
        next.onward.closed_on = Some(since.unwrap_or(today));
    }
    next
}

fn change_of(mapped: &Mapped, why: &str) -> EntryChange {
    EntryChange {
        id: mapped.id.clone(),
        service: mapped.service.id.clone(),
        name: mapped.service.name.clone(),
        why: why.to_owned(),
    }
}

fn named(id: &str, entry: &Entry, why: &str) -> EntryChange {
    EntryChange {
        id: id.to_owned(),
        service: entry.service.clone(),
        name: entry.told.name.clone(),
        why: why.to_owned(),
    }
}
