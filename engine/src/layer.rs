//! What this practice puts beside the published services: written down, taken away, and compared with each new version.

use crate::{Checked, Engine, EngineError, session::Needs};
use jiff::{Timestamp, civil::Date};
use referrals::{
    keeping_table,
    people::{Right, Role},
    staff_table,
};
use services_directory::{
    directory_table,
    ids::ServiceId,
    layer::{
        CheckedHow, Correction, CorrectionState, LayerEntry, LayerError, LayerKind, OwnCheck,
        clean_words, correction_table,
        fields::{self, FieldValues, ServiceField},
        history::Seen,
        history_table, layer_table,
        local::{self, LocalForm},
        local_table, merge,
    },
};
use store::{Act, Database, NewAct, StoreError, audit_table, clock::local_date, event::new_id};

/// All that holds beside one service, as its card shows it.
#[derive(Debug, Clone, Default)]
pub struct ServiceLayer {
    /// Of whichever kind, the oldest first.
    pub entries: Vec<LayerEntry>,
    pub own_check: Option<OwnCheck>,
    /// Those that are still to be told to the curator, or decided.
    pub corrections: Vec<Correction>,
    /// What the entry says now, of what can be corrected.
    pub values: FieldValues,
    pub since_used: Option<SinceUsed>,
    /// Of the published record now; "" for one that is not published.
    pub record_digest: String,
    /// Only this practice knows it.
    pub is_local: bool,
}

/// What was published anew since this referrer last sent somebody there.
#[derive(Debug, Clone)]
pub struct SinceUsed {
    pub used_at: Timestamp,
    pub changes: Vec<history_table::PublishedChange>,
}

/// What a person decides of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionDecision {
    /// What is published now is still not right: ours goes on.
    KeepOurs,
    /// What is published is right, or it does not matter any more.
    Withdraw,
}

/// Whether this practice said not to refer to the service of a referral: asked before each message is claimed.
pub(crate) fn is_stopped(practice: &Database, referral_id: &str) -> Result<bool, StoreError> {
    let stopped = practice.read(|c| {
        let service = keeping_table::service_of(c, referral_id)?;
        let Some(service) = service else {
            return Ok(false);
        };
        let entries = layer_table::of_service(c, &service)?;
        Ok::<_, EngineError>(entries.iter().any(stops))
    });
    stopped.map_err(|error| match error {
        EngineError::Store(error) | EngineError::Layer(LayerError::Store(error)) => error,
        _ => StoreError::Value("layer".into()),
    })
}

fn stops(entry: &LayerEntry) -> bool {
    entry.kind == LayerKind::DoNotRefer && entry.ended.is_none()
}

impl Engine {
    /// Who said not to refer there, when and why, in one line.
    pub fn do_not_refer(&self, service_id: &str) -> Result<Option<String>, EngineError> {
        let entries = self
            .store
            .practice
            .read(|c| layer_table::of_service(c, service_id))?;
        let said = entries.iter().find(|entry| stops(entry));
        said.map(|entry| self.said(entry)).transpose()
    }

    pub(crate) fn name_of(&self, staff_id: &str) -> Result<String, EngineError> {
        let member = self
            .store
            .practice
            .read(|c| staff_table::member(c, staff_id))?;
        Ok(member.map_or_else(|| staff_id.to_owned(), |member| member.name))
    }

    /// The newer of the published check and this practice's own: a call of yesterday is a check, whoever made it.
    pub fn checked_here(
        &self,
        service_id: &str,
        published: Checked,
    ) -> Result<Checked, EngineError> {
        let today = self.store.clock.today();
        let checks = self
            .store
            .practice
            .read(|c| layer_table::checks_of(c, service_id))?;
        let own = checks.last().map(|check| own_age(check, today));
        let days = [own.and_then(Checked::days_ago), published.days_ago()];
        let newest = days.into_iter().flatten().min();
        Ok(newest.map_or(Checked::Never, Checked::DaysAgo))
    }

    /// Everything that stands beside a service, for its card.
    pub fn service_layer(&self, service_id: &str) -> Result<ServiceLayer, EngineError> {
        self.compare_layer()?;
        let referrer = self.referrer().ok();
        let since = self.a_year_ago();
        let (mut entries, checks, corrections, changes, used) = self.store.practice.read(|c| {
            Ok::<_, EngineError>((
                layer_table::of_service(c, service_id)?,
                layer_table::checks_of(c, service_id)?,
                correction_table::of_service(c, service_id)?,
                history_table::of_service(c, service_id)?,
                keeping_table::uses(c, referrer.as_deref(), since)?,
            ))
        })?;
        entries.retain(|entry| entry.ended.is_none());
        let used = used.get(service_id).filter(|_| referrer.is_some());
        let since_used = used.map(|used| SinceUsed {
            used_at: used.last_at,
            changes: changes
                .into_iter()
                .filter(|change| change.applied_at > used.last_at)
                .collect(),
        });
        Ok(ServiceLayer {
            entries,
            own_check: checks.into_iter().last(),
            corrections: corrections
                .into_iter()
                .filter(|correction| correction.state.is_live())
                .collect(),
            values: self.values_now(service_id)?.unwrap_or_default(),
            since_used: since_used.filter(|since| !since.changes.is_empty()),
            record_digest: self.digest_now(service_id)?,
            is_local: local::is_local(service_id),
        })
    }

    /// What an entry says now; none where it is not in the directory.
    fn values_now(&self, service_id: &str) -> Result<Option<FieldValues>, EngineError> {
        let catalogue = self.catalogue()?;
        let Some(service) = catalogue.service(service_id)? else {
            return Ok(None);
        };
        let address = fields::sending_address(&service, |id| catalogue.endpoint(id));
        Ok(Some(fields::values(&service, address)))
    }

    /// The digest of the published record; "" for one that is not published.
    fn digest_now(&self, service_id: &str) -> Result<String, EngineError> {
        let service = self.catalogue()?.service(service_id)?;
        Ok(service
            .filter(|_| !local::is_local(service_id))
            .as_ref()
            .map(directory_table::service_digest)
            .unwrap_or_default())
    }

    fn is_known(&self, service_id: &str) -> Result<(), EngineError> {
        if self.catalogue()?.knows(service_id) {
            Ok(())
        } else {
            Err(EngineError::NoSuchService(service_id.to_owned()))
        }
    }

    /// A note or "do not refer" is anybody's; what stands on top or is hidden is for whoever keeps the directory.
    pub fn add_to_layer(
        &self,
        service_id: &str,
        kind: LayerKind,
        words: &str,
    ) -> Result<(), EngineError> {
        let right = match kind {
            LayerKind::Note | LayerKind::DoNotRefer => Right::Annotate,
            LayerKind::Pin | LayerKind::Hidden => Right::KeepDirectory,
        };
        let author = self.allow(Needs::Right(right))?;
        self.is_known(service_id)?;
        let words = clean_words(words)?;
        if words.is_empty() && kind.needs_words() {
            return Err(LayerError::WordsMissing.into());
        }
        let at = self.store.clock.now();
        let entry = LayerEntry {
            id: new_id(at).to_string(),
            service_id: service_id.to_owned(),
            kind,
            words,
            author: author.clone(),
            at,
            base_digest: self.digest_now(service_id)?,
            ended: None,
        };
        let seen = self.seen_now(service_id)?;
        let act = NewAct::new(Act::LayerChanged, service_id, author, at)
            .with(serde_json::json!({ "kind": kind.as_str(), "entry": entry.id }));
        Ok(self.store.practice.write(move |tx| {
            layer_table::add(tx, &entry)?;
            if let Some(seen) = &seen {
                history_table::see(tx, seen)?;
            }
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?)
    }

    /// By whoever put it there, or by whoever keeps the directory. Answers of which service it was.
    pub fn end_layer_entry(&self, entry_id: &str) -> Result<String, EngineError> {
        let found = |c: &_| layer_table::entry(c, entry_id);
        let actor = self.allow(Needs::Right(Right::Annotate))?;
        let entry = self.store.practice.read(found)?;
        let entry = entry
            .filter(|entry| entry.ended.is_none())
            .ok_or(LayerError::NotThere)?;
        if entry.author != actor {
            self.allow(Needs::Right(Right::KeepDirectory))?;
        }
        let at = self.store.clock.now();
        let act = NewAct::new(Act::LayerChanged, &entry.service_id, &actor, at).with(
            serde_json::json!({ "kind": entry.kind.as_str(), "entry": entry.id, "ended": true }),
        );
        let id = entry.id;
        self.store.practice.write(move |tx| {
            layer_table::end(tx, &id, &actor, at)?;
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?;
        Ok(entry.service_id)
    }

    /// "This entry is wrong": which part, and what it should say.
    pub fn suggest_correction(
        &self,
        service_id: &str,
        field: ServiceField,
        proposed: &str,
        words: &str,
    ) -> Result<(), EngineError> {
        let author = self.allow(Needs::Right(Right::Annotate))?;
        self.is_known(service_id)?;
        let (proposed, words) = (clean_words(proposed)?, clean_words(words)?);
        let base = self.values_now(service_id)?.unwrap_or_default();
        let base = base.get(&field).cloned().unwrap_or_default();
        // That a part should say nothing is a correction, too; of "something else" that is none.
        if field == ServiceField::Other && proposed.is_empty() {
            return Err(LayerError::WordsMissing.into());
        }
        if merge::same(&base, &proposed) {
            return Err(LayerError::NothingChanged.into());
        }
        let at = self.store.clock.now();
        let correction = Correction {
            id: new_id(at).to_string(),
            service_id: service_id.to_owned(),
            service_name: self.published_name(service_id)?,
            field,
            base,
            proposed,
            words,
            author: author.clone(),
            at,
            base_digest: self.digest_now(service_id)?,
            state: CorrectionState::Open,
            published: None,
            settled: None,
        };
        let seen = self.seen_now(service_id)?;
        let act = NewAct::new(Act::LayerChanged, service_id, author, at).with(
            serde_json::json!({ "kind": "correction", "entry": correction.id, "field": field.as_str() }),
        );
        Ok(self.store.practice.write(move |tx| {
            correction_table::insert(tx, &correction)?;
            if let Some(seen) = &seen {
                history_table::see(tx, seen)?;
            }
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?)
    }

    /// The name of an entry, also of one that has left the directory.
    pub fn entry_name(&self, service_id: &str) -> Result<String, EngineError> {
        let name = self.published_name(service_id)?;
        if !name.is_empty() {
            return Ok(name);
        }
        let seen = self.store.practice.read(history_table::seen)?;
        let seen = seen.get(service_id).map(|seen| seen.name.clone());
        seen.ok_or_else(|| EngineError::NoSuchService(service_id.to_owned()))
    }

    fn published_name(&self, service_id: &str) -> Result<String, EngineError> {
        let service = self.catalogue()?.service(service_id)?;
        Ok(service.map(|service| service.name).unwrap_or_default())
    }

    /// A person's word on a correction: one in conflict stands beside what was published.
    pub fn settle_correction(
        &self,
        id: &str,
        decision: CorrectionDecision,
    ) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::Annotate))?;
        let correction = self.store.practice.read(|c| correction_table::one(c, id))?;
        let correction = correction
            .filter(|correction| correction.state.is_live())
            .ok_or(LayerError::NotThere)?;
        if correction.author != actor || decision == CorrectionDecision::KeepOurs {
            self.allow(Needs::Right(Right::KeepDirectory))?;
        }
        let rebased = match (decision, correction.state, &correction.published) {
            (CorrectionDecision::Withdraw, ..) => None,
            (CorrectionDecision::KeepOurs, CorrectionState::Conflict, Some(published)) => {
                Some(published.clone())
            }
            (CorrectionDecision::KeepOurs, ..) => return Err(LayerError::NotThere.into()),
        };
        let at = self.store.clock.now();
        let act = NewAct::new(Act::LayerChanged, &correction.service_id, &actor, at).with(
            serde_json::json!({ "kind": "correction", "entry": correction.id, "ended": rebased.is_none() }),
        );
        Ok(self.store.practice.write(move |tx| {
            match rebased {
                Some(base) => correction_table::rebase(tx, &correction, &base)?,
                None => correction_table::set_state(
                    tx,
                    &correction.id,
                    CorrectionState::Withdrawn,
                    correction.published.as_deref(),
                    Some((&actor, at)),
                )?,
            }
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?)
    }

    /// "Still right": somebody asked the service itself. The published `verified` stays as it is.
    pub fn verify_service(
        &self,
        service_id: &str,
        how: CheckedHow,
        who_answered: &str,
    ) -> Result<(), EngineError> {
        let author = self.allow(Needs::Right(Right::KeepDirectory))?;
        self.is_known(service_id)?;
        let who_answered = clean_words(who_answered)?;
        if who_answered.is_empty() {
            return Err(LayerError::WordsMissing.into());
        }
        let at = self.store.clock.now();
        let check = OwnCheck {
            id: new_id(at).to_string(),
            service_id: service_id.to_owned(),
            record_digest: self.digest_now(service_id)?,
            author: author.clone(),
            at,
            how,
            who_answered,
        };
        let seen = self.seen_now(service_id)?;
        let act = NewAct::new(Act::ServiceChecked, service_id, author, at)
            .with(serde_json::json!({ "how": how.as_str() }));
        Ok(self.store.practice.write(move |tx| {
            layer_table::add_check(tx, &check)?;
            if let Some(seen) = &seen {
                history_table::see(tx, seen)?;
            }
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?)
    }

    /// A service that only this practice knows; nothing can be sent to it from here. Answers its id.
    pub fn save_local_service(
        &self,
        id: Option<&str>,
        form: &LocalForm,
    ) -> Result<String, EngineError> {
        let author = self.allow(Needs::Right(Right::KeepDirectory))?;
        let at = self.store.clock.now();
        let id = match id {
            Some(id) => {
                let there = self.store.practice.read(|c| local_table::author(c, id))?;
                there.ok_or(LayerError::NotThere)?;
                id.to_owned()
            }
            None => format!("{}{}", local::PREFIX, new_id(at)),
        };
        let id = ServiceId::parse(&id).map_err(|_| LayerError::NotThere)?;
        let service = local::service(&id, form, local_date(at))?;
        let act = NewAct::new(Act::LayerChanged, id.as_str(), &author, at)
            .with(serde_json::json!({ "kind": "local-service" }));
        self.store.practice.write(move |tx| {
            local_table::put(tx, &service, &author, at)?;
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?;
        self.current.make_anew()?;
        Ok(id.to_string())
    }

    pub fn remove_local_service(&self, id: &str) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepDirectory))?;
        let (at, id) = (self.store.clock.now(), id.to_owned());
        let act = NewAct::new(Act::LayerChanged, &id, &actor, at)
            .with(serde_json::json!({ "kind": "local-service", "ended": true }));
        self.store.practice.write(move |tx| {
            local_table::remove(tx, &id, &actor, at)?;
            audit_table::append(tx, &act)?;
            Ok::<_, LayerError>(())
        })?;
        self.current.make_anew()
    }

    /// Whether whoever sits here may take away what others put there, check entries and settle corrections.
    pub fn keeps_directory(&self) -> bool {
        self.is_demonstration()
            || self
                .session_now()
                .ok()
                .and_then(|session| session.signed_in)
                .is_some_and(|member| member.role != Role::Clinician)
    }
}

impl Engine {
    /// What is seen of a service from the moment somebody writes about it; none of one that is not published.
    fn seen_now(&self, service_id: &str) -> Result<Option<Seen>, EngineError> {
        let digest = self.digest_now(service_id)?;
        let values = self.values_now(service_id)?;
        let name = self.published_name(service_id)?;
        Ok(values.filter(|_| !digest.is_empty()).map(|values| Seen {
            service_id: service_id.to_owned(),
            name,
            digest,
            values,
        }))
    }
}

/// How old this practice's own check is.
pub(crate) fn own_age(check: &OwnCheck, today: Date) -> Checked {
    let days = today.duration_since(local_date(check.at)).as_hours() / 24;
    Checked::DaysAgo(u32::try_from(days).unwrap_or(0))
}
