//! Keeping the directory true: which entries need a check and why, and what is told to its curator.

use crate::{
    Catalogue, Engine, EngineError, Left, catalogue::phone_of, layer::own_age, session::Needs,
};
use jiff::{Timestamp, civil::Date};
use referrals::{keeping_table, people::Right};
use services_directory::{
    criteria::HardRules,
    layer::{
        Correction, CorrectionState, LayerEntry, LayerError, LayerKind, OwnCheck, correction_table,
        due::{self, Due, EntryFacts, Standing},
        history::Seen,
        history_table, layer_table, local,
    },
    listed::Listed,
    model::{HealthcareService, ServiceStatus},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use store::{EventType, StoreError, clock::england};

/// How many entries a list shows; it says how many there are.
const MOST_LISTED: usize = 200;

/// An entry of the directory, as the list of those that need a check shows it.
#[derive(Debug, Clone)]
pub struct ListedEntry {
    pub service_id: String,
    pub facts: EntryFacts,
    pub due: Vec<Due>,
    /// Who answers there, as the entry says.
    pub contact: Option<String>,
    pub phone: Option<String>,
    pub pinned: bool,
    pub hidden: bool,
    pub do_not_refer: bool,
    /// Why it has left the directory, where that is said.
    pub left: Option<Left>,
}

/// What is known besides the entries themselves, read at once.
struct Known {
    checks: BTreeMap<String, OwnCheck>,
    uses: BTreeMap<String, keeping_table::ServiceUse>,
    failed: BTreeMap<String, Timestamp>,
    rejected: BTreeMap<String, Timestamp>,
    changed: BTreeMap<String, Timestamp>,
    noted: BTreeSet<String>,
    in_conflict: BTreeSet<String>,
    seen: BTreeMap<String, Seen>,
    pinned: BTreeMap<String, LayerEntry>,
    hidden: BTreeMap<String, LayerEntry>,
    stopped: BTreeMap<String, LayerEntry>,
}

impl Engine {
    /// What needs a check and why, the most used first; with words, the entries whose names hold them, whether or not they need one.
    /// Answers how many there are besides those that are listed.
    pub fn directory_list(&self, words: &str) -> Result<(Vec<ListedEntry>, usize), EngineError> {
        self.allow(Needs::Right(Right::KeepDirectory))?;
        self.compare_layer()?;
        let catalogue = match self.catalogue() {
            Err(EngineError::NoDirectory) => return Ok((Vec::new(), 0)),
            other => other?,
        };
        let known = self.known()?;
        let today = self.store.clock.today();
        let wanted = words.trim().to_lowercase();
        let services = catalogue.listed().iter();
        let published = services.map(|service| known.entry(&catalogue, service, today));
        let gone = known.gone(&catalogue);
        let mut listed: Vec<(EntryFacts, Vec<Due>, ListedEntry)> = published
            .chain(gone)
            .filter_map(|mut entry| {
                entry.due = due::why(&entry.facts, today);
                let named = || entry.facts.name.to_lowercase().contains(&wanted);
                let shown = if wanted.is_empty() {
                    !entry.due.is_empty()
                } else {
                    named()
                };
                shown.then(|| (entry.facts.clone(), entry.due.clone(), entry))
            })
            .collect();
        due::sort(&mut listed);
        let more = listed.len().saturating_sub(MOST_LISTED);
        let mut entries = Vec::new();
        for (_, _, mut entry) in listed.into_iter().take(MOST_LISTED) {
            if let Some(service) = catalogue.service(&entry.service_id)? {
                entry.contact = contact_of(&service);
                entry.phone = phone_of(&service);
            }
            entries.push(entry);
        }
        Ok((entries, more))
    }

    fn known(&self) -> Result<Known, EngineError> {
        let since = self.a_year_ago();
        self.store.practice.read(|c| {
            let corrections = correction_table::live(c)?;
            let conflicts = corrections
                .into_iter()
                .filter(|correction| correction.state == CorrectionState::Conflict);
            Ok(Known {
                checks: layer_table::newest_checks(c)?,
                uses: keeping_table::uses(c, None, since)?,
                failed: keeping_table::last_events(c, EventType::Failed)?,
                rejected: keeping_table::last_events(c, EventType::Rejected)?,
                changed: history_table::newest(c)?,
                noted: layer_table::services(c)?.into_iter().collect(),
                in_conflict: conflicts.map(|correction| correction.service_id).collect(),
                seen: history_table::seen(c)?,
                pinned: layer_table::holding(c, LayerKind::Pin)?,
                hidden: layer_table::holding(c, LayerKind::Hidden)?,
                stopped: layer_table::holding(c, LayerKind::DoNotRefer)?,
            })
        })
    }

    /// The corrections that are still to be told to the curator or decided, and those that were taken up within a year.
    pub fn corrections(&self) -> Result<(Vec<Correction>, Vec<Correction>), EngineError> {
        self.allow(Needs::Right(Right::KeepDirectory))?;
        self.compare_layer()?;
        let since = self.a_year_ago();
        Ok(self.store.practice.read(|c| {
            Ok::<_, LayerError>((
                correction_table::live(c)?,
                correction_table::taken_up(c, since)?,
            ))
        })?)
    }

    /// Writes the open corrections into a file of a folder, for the curator. It names no patient and no member of staff.
    pub fn export_corrections(&self, folder: &Path) -> Result<(PathBuf, usize), EngineError> {
        let (open, _) = self.corrections()?;
        let catalogue = self.catalogue()?;
        let header = &catalogue.header;
        let practice = self.practice_ods_code()?;
        let rows: Vec<serde_json::Value> = open
            .iter()
            .map(|correction| {
                serde_json::json!({
                    "service": correction.service_id,
                    "service_name": correction.service_name,
                    "field": correction.field.as_str(),
                    "published": correction.base,
                    "published_now": correction.published,
                    "proposed": correction.proposed,
                    "words": correction.words,
                    "record_sha256": correction.base_digest,
                    "suggested_at": correction.at.to_string(),
                    "state": correction.state.as_str(),
                })
            })
            .collect();
        let file = serde_json::json!({
            "kind": "corrections",
            "directory": header.id,
            "directory_version": header.version,
            "corrections_to": header.corrections_to,
            "practice": practice.map(|code| code.to_string()),
            "demonstration": self.is_demonstration(),
            "corrections": rows,
        });
        let now = self.store.clock.now().to_zoned(england());
        let path = folder.join(format!(
            "corrections-{}.json",
            now.strftime("%Y-%m-%d-%H%M%S")
        ));
        let text = serde_json::to_string_pretty(&file).unwrap_or_default();
        let failed = |source| StoreError::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
        Ok((path, open.len()))
    }
}

fn contact_of(service: &HealthcareService) -> Option<String> {
    let contact = service.onward.named_contact.as_ref()?;
    Some(contact.name.as_ref().unwrap_or(&contact.role).clone())
}

impl Known {
    fn entry(&self, catalogue: &Catalogue, service: &Listed, today: Date) -> ListedEntry {
        let id = service.id.as_str();
        let own = self.checks.get(id);
        let own_days = own.and_then(|check| own_age(check, today).days_ago());
        let published_days = catalogue.checked_on(service.verified_on, today).days_ago();
        // A published check is a day: what happened on that day came after it.
        let published_at = service.verified_on.and_then(|day| {
            let midnight = day.to_zoned(england()).ok()?;
            Some(midnight.timestamp())
        });
        let own_at = own.map(|check| check.at);
        let status = service.status();
        let closed = matches!(status, ServiceStatus::Inactive | ServiceStatus::Defunct)
            || service.closed_on().is_some_and(|on| on <= today);
        ListedEntry {
            service_id: id.to_owned(),
            facts: EntryFacts {
                name: service.name.to_string(),
                uses: self.uses.get(id).map_or(0, |used| used.count),
                noted: self.noted.contains(id),
                checked_days_ago: [own_days, published_days].into_iter().flatten().min(),
                own_check_at: own_at,
                checked_at: own_at.max(published_at),
                failed_at: self.failed.get(id).copied(),
                rejected_at: self.rejected.get(id).copied(),
                changed_at: self.changed.get(id).copied(),
                paused_until: service
                    .paused_until()
                    .filter(|_| status == ServiceStatus::TemporarilyClosed),
                in_conflict: self.in_conflict.contains(id),
                standing: if closed {
                    Standing::Closed
                } else {
                    Standing::Open
                },
                is_local: local::is_local(id),
            },
            due: Vec::new(),
            contact: None,
            phone: None,
            pinned: self.pinned.contains_key(id),
            hidden: self.hidden.contains_key(id),
            do_not_refer: self.stopped.contains_key(id),
            left: None,
        }
    }

    /// Those that matter here and have left the directory.
    fn gone<'a>(&'a self, catalogue: &'a Catalogue) -> impl Iterator<Item = ListedEntry> + 'a {
        let left = self.seen.values().filter(|seen| seen.is_gone());
        let matters = |id: &str| self.noted.contains(id) || self.uses.contains_key(id);
        left.filter(move |seen| matters(&seen.service_id))
            .filter(|seen| !catalogue.knows(&seen.service_id))
            .map(move |seen| {
                let id = seen.service_id.as_str();
                ListedEntry {
                    service_id: id.to_owned(),
                    facts: EntryFacts {
                        name: seen.name.clone(),
                        uses: self.uses.get(id).map_or(0, |used| used.count),
                        noted: self.noted.contains(id),
                        standing: Standing::Gone,
                        ..EntryFacts::default()
                    },
                    due: Vec::new(),
                    contact: None,
                    phone: None,
                    pinned: false,
                    hidden: false,
                    do_not_refer: self.stopped.contains_key(id),
                    left: catalogue.left(id),
                }
            })
    }
}
