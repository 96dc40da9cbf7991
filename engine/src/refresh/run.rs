//! One refresh from beginning to end: ask, verify, write down what is believed, and bring the new version in or hold it.

use super::{Refreshed, authorities, bring_in::NotTaken};
use crate::{EngineError, Log, LogEntry, current::CurrentCatalogue};
use jiff::Timestamp;
use referrals::{ReferralError, approval_table};
use services_directory::{
    directory_table,
    incoming_table::Arrived,
    trust_table::{self, Changes, Enrolment, HeldVersion, StopList, Trust, TrustedRole},
};
use signed_feed::{
    source::{Fetcher, Progress, Source, TransferLimits},
    verify::{self, Believed, Known, NewVersion, Refresh, Refusal, SignedFiles},
};
use std::{fs::File, path::Path, sync::Arc};
use store::{Act, NewAct, Store, StoreError, audit_table, fail_point};

/// What a refresh needs of an engine.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub store: Store,
    pub log: Log,
    pub current: Arc<CurrentCatalogue>,
}

/// Everything that a refresh starts from, read at once.
struct Before {
    enrolment: Enrolment,
    known: Known,
    held: Option<HeldVersion>,
    /// No version of this directory has been applied or held yet: whoever enrolled chose it, whatever stands here.
    first: bool,
    /// Stands until a refresh goes well, and says otherwise.
    clock_warning: bool,
}

impl Refresher {
    /// Until it is dropped no other refresh begins, in this process or another.
    pub fn one_at_a_time(&self) -> Result<File, EngineError> {
        let path = self.store.folder.path().join("refresh.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(|source| StoreError::File { path, source })?;
        file.try_lock().map_err(|_| EngineError::RefreshBusy)?;
        Ok(file)
    }

    pub fn enrol(
        &self,
        enrolment: &Enrolment,
        from: Option<&Path>,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let one = self.one_at_a_time()?;
        if let Some(before) = self.before()?
            && before.enrolment.root_fingerprint == enrolment.root_fingerprint
        {
            return self.moved(before, enrolment, from, progress);
        }
        let fetcher = fetcher(enrolment, from, progress.clone())?;
        let root = block_on(verify::first_root(&fetcher, &enrolment.root_fingerprint))??;
        let mut known = Known::default();
        known.trust.roles.insert(TrustedRole::Root, root);
        let now = self.store.clock.now();
        // All of it must hold before anything is kept: a mistyped address does not end the directory that is there.
        let found = block_on(verify::refresh(&fetcher, &known, now))?;
        let Refresh::New(version) = found.map_err(|failure| failure.refusal)? else {
            return Err(Refusal::Internal.into());
        };
        let files = Arc::new(block_on(version.files())??);
        let (kept, believed) = (enrolment.clone(), version.believed.clone());
        let (practice, act) = (self.store.practice.clone(), enrolled(enrolment, now));
        // Whoever enrols has chosen this directory: nothing of what was there before holds it back.
        let decide = move |arrived: &Arrived<'_>| {
            practice.write(move |tx| {
                let list = believed.stop_list.unwrap_or_default();
                // Nor does following another directory free what this one had stopped.
                let gone = trust_table::freed_by(tx, &list)?;
                approval_table::refuse_those(tx, |id, address| gone.stops(id, address))?;
                trust_table::enrol(tx, &kept)?;
                trust_table::save_trust(tx, &believed.trust, believed.clock_warning, now)?;
                trust_table::replace_stop_list(tx, &list)?;
                audit_table::append(tx, &act)?;
                Ok::<_, EngineError>(())
            })?;
            fail_point::reach("enrol: chosen").map_err(EngineError::from)?;
            Ok(arrived.all_new()?)
        };
        let done = self.bring_in(&files, &enrolment.enrolled_by, progress, decide);
        drop(one);
        taken(done)
    }

    /// The same directory at another address: what is trusted of it, stopped by it and held of it stays.
    fn moved(
        &self,
        mut before: Before,
        to: &Enrolment,
        from: Option<&Path>,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        // "Not modified" would be said of what stood at the address before.
        before.known.trust.etag = None;
        let fetcher = fetcher(to, from, progress.clone())?;
        let now = self.store.clock.now();
        let found = block_on(verify::refresh(&fetcher, &before.known, now))?;
        let found = found.map_err(|failure| failure.refusal)?;
        let (kept, act) = (to.clone(), enrolled(to, now));
        self.store.practice.write(move |tx| {
            trust_table::change_address(tx, &kept)?;
            audit_table::append(tx, &act)
        })?;
        self.verified(found, &before, &to.enrolled_by, progress)
    }

    pub fn refresh(
        &self,
        from: Option<&Path>,
        actor: &str,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let _one = self.one_at_a_time()?;
        let before = self.before()?.ok_or(EngineError::NotEnrolled)?;
        let done = self.refreshed(&before, from, actor, progress);
        if let Err(error) = &done {
            let (code, now) = (error.code(), self.store.clock.now());
            self.log.write(&LogEntry::RefreshFailed { code });
            self.store
                .practice
                .write(move |tx| trust_table::failed(tx, code, now))?;
        }
        done
    }

    /// None before a practice follows a published directory.
    fn before(&self) -> Result<Option<Before>, EngineError> {
        let read = self.store.practice.read(|c| {
            Ok::<_, StoreError>((
                trust_table::enrolment(c)?,
                trust_table::trust(c)?,
                trust_table::refresh_state(c)?,
                trust_table::held(c)?,
            ))
        })?;
        let (Some(enrolment), trust, state, mut held) = read else {
            return Ok(None);
        };
        let there = self.store.directory.read(directory_table::publication)?;
        // The program ended after it was applied, before that was written down.
        if held.is_some() && held.as_ref().map(|it| &it.publication) == there.as_ref() {
            self.store.practice.write(trust_table::forget_held)?;
            held = None;
        }
        let first = state.last_good_at.is_none() && there != trust.publication();
        // What waits for a person needs no second reading, and nor does what got a no while there is a directory.
        let publication = match &held {
            Some(held) if !held.refused || there.is_some() => Some(held.publication.clone()),
            _ => there,
        };
        let known = Known {
            trust,
            publication,
            last_checked_at: state.last_checked_at,
        };
        Ok(Some(Before {
            enrolment,
            known,
            held,
            first,
            clock_warning: state.clock_warning,
        }))
    }

    fn refreshed(
        &self,
        before: &Before,
        from: Option<&Path>,
        actor: &str,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let fetcher = fetcher(&before.enrolment, from, progress.clone())?;
        let now = self.store.clock.now();
        match block_on(verify::refresh(&fetcher, &before.known, now))? {
            Err(failure) => {
                if let Some(root) = failure.newer_root {
                    let mut trust = before.known.trust.clone();
                    trust.roles.insert(TrustedRole::Root, root);
                    self.believe(trust, None, before.clock_warning)?;
                }
                Err(failure.refusal.into())
            }
            Ok(found) => self.verified(found, before, actor, progress),
        }
    }

    fn verified(
        &self,
        found: Refresh,
        before: &Before,
        actor: &str,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        match found {
            Refresh::NothingNew(believed) => {
                self.believe_all(believed)?;
                let (now, held) = (self.store.clock.now(), before.held.is_some());
                self.store.practice.write(move |tx| {
                    if held {
                        trust_table::checked(tx, now)
                    } else {
                        trust_table::went_well(tx, now)
                    }
                })?;
                Ok(match &before.held {
                    Some(held) if !held.refused => Refreshed::Held(held.changes),
                    _ => Refreshed::NothingNew,
                })
            }
            Refresh::New(version) => {
                self.believe_all(version.believed.clone())?;
                self.take(&version, before, actor, progress)
            }
        }
    }

    /// Reads the new version, and applies it unless so much changes that a person is asked.
    fn take(
        &self,
        version: &NewVersion,
        before: &Before,
        actor: &str,
        progress: &Progress,
    ) -> Result<Refreshed, EngineError> {
        let files = Arc::new(block_on(version.files())??);
        let asked = before.held.as_ref();
        // No reason to take unasked what a person was asked about, or what cannot be compared since.
        let again = asked.filter(|it| it.publication == files.publication);
        let again = again.map(|it| it.changes);
        let (asked, first) = (asked.is_some(), before.first);
        let decide = move |arrived: &Arrived<'_>| {
            let changes = match again {
                Some(changes) => changes,
                None => arrived.changes()?,
            };
            // A directory here that does not read is no reason to go on without one.
            let unread = asked && !arrived.has_former();
            let many = changes.services_before > 0 && changes.are_many() && !first;
            if again.is_some() || unread || many {
                Err(NotTaken::Asked(changes))
            } else {
                Ok(changes)
            }
        };
        match self.bring_in(&files, actor, progress, decide) {
            Err(NotTaken::Asked(changes)) => self.hold(&files, changes, actor),
            done => taken(done),
        }
    }

    fn hold(
        &self,
        files: &Arc<SignedFiles>,
        changes: Changes,
        actor: &str,
    ) -> Result<Refreshed, EngineError> {
        let held = HeldVersion {
            publication: files.publication.clone(),
            held_at: self.store.clock.now(),
            refused: false,
            changes,
        };
        let act =
            NewAct::new(Act::ChangesHeld, "", actor, held.held_at).with(super::detail(&changes));
        let files = Arc::clone(files);
        self.store.practice.write(move |tx| {
            trust_table::hold(tx, &held, &files.services, &files.endpoints)?;
            trust_table::checked(tx, held.held_at)?;
            audit_table::append(tx, &act)
        })?;
        self.log.write(&LogEntry::DirectoryHeld {
            version: changes.version,
        });
        Ok(Refreshed::Held(changes))
    }

    fn believe_all(&self, believed: Believed) -> Result<(), EngineError> {
        self.believe(believed.trust, believed.stop_list, believed.clock_warning)
    }

    /// Before anything is applied. A stop-list counts from here on, whatever becomes of the version.
    fn believe(
        &self,
        trust: Trust,
        stop_list: Option<StopList>,
        clock_warning: bool,
    ) -> Result<(), EngineError> {
        let now = self.store.clock.now();
        self.store.practice.write(move |tx| {
            fail_point::reach("trust: begun")?;
            trust_table::save_trust(tx, &trust, clock_warning, now)?;
            if let Some(list) = &stop_list {
                let freed = trust_table::freed_by(tx, list)?;
                trust_table::replace_stop_list(tx, list)?;
                // What was on the stop-list and is not any more is approved anew before anything goes there: a thief of the publisher's key frees nothing.
                approval_table::refuse_those(tx, |id, address| freed.stops(id, address))?;
                let act = NewAct::new(Act::StopListChanged, "", audit_table::PROGRAM, now);
                let counts = serde_json::json!({ "endpoints": list.endpoints.len(), "addresses": list.addresses.len() });
                audit_table::append(tx, &act.with(counts))?;
            }
            fail_point::reach("trust: written")?;
            Ok::<_, ReferralError>(())
        })?;
        fail_point::reach("trust: committed")?;
        Ok(())
    }
}

pub(super) fn taken(done: Result<Changes, NotTaken>) -> Result<Refreshed, EngineError> {
    match done {
        Ok(changes) => Ok(Refreshed::Applied(changes)),
        Err(NotTaken::Asked(changes)) => Ok(Refreshed::Held(changes)),
        Err(NotTaken::Failed(error)) => Err(error),
    }
}

fn enrolled(enrolment: &Enrolment, now: Timestamp) -> NewAct {
    let act = NewAct::new(Act::DirectoryEnrolled, "", &enrolment.enrolled_by, now);
    act.with(serde_json::json!({ "fingerprint": enrolment.root_fingerprint }))
}

fn fetcher(
    enrolment: &Enrolment,
    from: Option<&Path>,
    progress: Progress,
) -> Result<Fetcher, EngineError> {
    let source = match from {
        Some(folder) => Source::Folder(folder.to_owned()),
        None => Source::https(&enrolment.source).map_err(Refusal::from)?,
    };
    let limits = TransferLimits::default();
    let fetcher = Fetcher::new(&source, &authorities(enrolment), limits, progress);
    Ok(fetcher.map_err(Refusal::from)?)
}

/// On this thread, which waits: nobody calls it from the window's own.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, EngineError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|source| StoreError::File {
        path: "refresh".into(),
        source,
    })?;
    Ok(runtime.block_on(work))
}
