//! A verified version on its way into `directory.db`: written beside the one that stands there, compared with it, and taken over or kept back, in one
//! transaction; then the search takes it up.

use super::Refresher;
use crate::{EngineError, LogEntry, layer_refresh};
use services_directory::{
    directory_table::DirectoryError,
    feed::FeedLimits,
    incoming_table::{Arrived, Incoming},
    model::{DirectoryHeader, DirectoryRecord},
    trust_table::{self, Changes},
};
use signed_feed::{
    source::{Progress, Step},
    verify::{Refusal, SignedFiles},
};
use std::sync::Arc;
use store::{Act, NewAct, StoreError, UseMode, audit_table, fail_point};

/// Whoever waits is told after so many services.
const TOLD_EVERY: usize = 10_000;

/// Why a version did not take the place of the one that stands.
pub(super) enum NotTaken {
    /// So much would change that a person is asked.
    Asked(Changes),
    Failed(EngineError),
}

impl From<EngineError> for NotTaken {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DirectoryError> for NotTaken {
    fn from(error: DirectoryError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal.into())
    }
}

impl Refresher {
    /// Once all of the version is written and nothing of it counts yet, `decide` says how much it changes, or that it is not taken over.
    pub(super) fn bring_in(
        &self,
        files: &Arc<SignedFiles>,
        actor: &str,
        progress: &Progress,
        decide: impl FnOnce(&Arrived<'_>) -> Result<Changes, NotTaken> + Send + 'static,
    ) -> Result<Changes, NotTaken> {
        let now = self.store.clock.now();
        let former = layer_refresh::Former::read(&self.store)?;
        let (here, ours) = (self.clone(), former.ours.clone());
        let (files, progress) = (Arc::clone(files), Progress::clone(progress));
        let (changes, differences) = self.store.directory.write(move |tx| {
            let mut incoming = Incoming::begin(tx)?;
            files.each_record(FeedLimits::default(), |record, line| {
                let is_service = matches!(record, DirectoryRecord::Service(_));
                incoming.add(record, line)?;
                if is_service && incoming.service_count.is_multiple_of(TOLD_EVERY) {
                    progress(Step::Applying {
                        services: incoming.service_count,
                    });
                }
                Ok::<_, NotTaken>(())
            })?;
            progress(Step::Applying {
                services: incoming.service_count,
            });
            let arrived = incoming.arrived()?;
            here.fits_the_use(&arrived.header)?;
            let changes = decide(&arrived)?;
            if here.store.folder.mode() == UseMode::Demonstration {
                // The approvals first: a stop in between must not leave a directory whose addresses nobody approved.
                let endpoints = arrived.endpoints()?;
                demo::practice::approve_all(&here.store, &endpoints).map_err(EngineError::from)?;
            }
            let differences = arrived.differences(&ours)?;
            arrived.take_over(&files.publication, now)?;
            Ok::<_, NotTaken>((changes, differences))
        })?;
        fail_point::reach("apply: committed")?;
        let act =
            NewAct::new(Act::DirectoryRefreshed, "", actor, now).with(super::detail(&changes));
        self.store.practice.write(move |tx| {
            trust_table::forget_held(tx)?;
            trust_table::went_well(tx, now)?;
            audit_table::append(tx, &act)
        })?;
        self.log.write(&LogEntry::DirectoryLoaded {
            version: changes.version,
        });
        self.current.make_anew()?;
        layer_refresh::after_refresh(&self.store, &former, differences.as_ref())?;
        Ok(changes)
    }

    fn fits_the_use(&self, header: &DirectoryHeader) -> Result<(), EngineError> {
        if header.demonstration && self.store.folder.mode() == UseMode::Real {
            return Err(DirectoryError::OnlyForDemonstration.into());
        }
        Ok(())
    }
}
