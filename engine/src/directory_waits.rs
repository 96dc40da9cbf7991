//! What of the directory waits for those who keep it: a version that is held, addresses to approve, services to phone.

use crate::{Engine, EngineError, current::CurrentCatalogue};
use jiff::Timestamp;
use referrals::{Desk, desk::DirectoryWaits};
use services_directory::{directory_table, trust_table};
use std::sync::Arc;
use store::Store;

/// What counting needs of an engine.
#[derive(Clone)]
pub(crate) struct KeepersWork {
    store: Store,
    desk: Desk,
    current: Arc<CurrentCatalogue>,
}

impl KeepersWork {
    /// Waits for no search that is being made ready: until it is, the held version alone is counted.
    pub fn waits(&self) -> Result<DirectoryWaits, EngineError> {
        let now = self.store.clock.now();
        let held_at = self.held_at()?;
        let waits = DirectoryWaits {
            held: u32::from(held_at.is_some()),
            since: held_at,
            ..DirectoryWaits::default()
        };
        let Some(catalogue) = self.current.held_as_applied()? else {
            return Ok(waits);
        };
        let addresses = Engine::not_approved_of(&self.desk, &catalogue)?.len();
        let to_phone = Engine::to_phone_of(&self.store, &catalogue)?.len();
        let too_old = self
            .store
            .practice
            .read(|c| trust_table::too_old_since(c, now))?;
        let since = [
            held_at,
            (addresses > 0).then_some(catalogue.applied.at),
            too_old.filter(|_| to_phone > 0),
        ];
        Ok(DirectoryWaits {
            addresses: u32::try_from(addresses).unwrap_or(u32::MAX),
            to_phone: u32::try_from(to_phone).unwrap_or(u32::MAX),
            since: since.into_iter().flatten().min(),
            ..waits
        })
    }

    /// Since when a version waits for a yes or a no. One that is applied waits no more, though the program ended before that was written down.
    fn held_at(&self) -> Result<Option<Timestamp>, EngineError> {
        let there = self.store.directory.read(directory_table::publication)?;
        let held = self.store.practice.read(trust_table::held)?;
        let waits = held.filter(|held| !held.refused && Some(&held.publication) != there.as_ref());
        Ok(waits.map(|held| held.held_at))
    }
}

impl Engine {
    pub(crate) fn keepers_work(&self) -> KeepersWork {
        KeepersWork {
            store: self.store.clone(),
            desk: self.desk.clone(),
            current: self.current.clone(),
        }
    }

    /// Counts alone, for whoever asks. The search is made ready first, so that addresses are counted.
    pub fn directory_waits(&self) -> Result<DirectoryWaits, EngineError> {
        match self.catalogue() {
            Ok(_) | Err(EngineError::NoDirectory) => self.keepers_work().waits(),
            Err(error) => Err(error),
        }
    }
}
