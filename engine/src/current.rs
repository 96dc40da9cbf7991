//! The directory that is searched now: made ready in the background, and swapped whole when another version has been applied.

use crate::{Catalogue, EngineError, Log, LogEntry};
use jiff::civil::Date;
use services_directory::{
    directory_table::{self, AppliedVersion},
    ids::OdsCode,
    layer::local_table,
};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};
use store::Database;

/// One for each open data folder.
pub struct CurrentCatalogue {
    directory: Database,
    /// The practice's own services are searched with the published ones.
    practice: Database,
    log: Log,
    held: RwLock<Option<Arc<Catalogue>>>,
    /// Held while one is being made, so that it is made once.
    making: Mutex<()>,
}

impl CurrentCatalogue {
    pub fn new(directory: Database, practice: Database, log: Log) -> Self {
        Self {
            directory,
            practice,
            log,
            held: RwLock::default(),
            making: Mutex::default(),
        }
    }

    /// The one that was made last; the first that asks waits until one is.
    pub fn get(&self) -> Result<Arc<Catalogue>, EngineError> {
        if let Some(held) = self.held() {
            return Ok(held);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if self.held().is_none() {
            self.make()?;
        }
        self.held().ok_or(EngineError::NoDirectory)
    }

    /// Makes it anew, whichever version or whichever services of the practice's own stand there; searches go on in the old one meanwhile.
    pub fn make_anew(&self) -> Result<(), EngineError> {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        self.make()
    }

    /// Takes up a version that was applied since, in the background and ready for this practice; none when there is no other.
    pub fn take_up_new(
        self: &Arc<Self>,
        practice: Option<OdsCode>,
        today: Date,
    ) -> Result<Option<JoinHandle<()>>, EngineError> {
        let applied = self.directory.read(directory_table::applied)?;
        if self.held_version() == applied {
            return Ok(None);
        }
        let current = Arc::clone(self);
        Ok(Some(std::thread::spawn(move || {
            let _making = current
                .making
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // Another thread may have made it meanwhile.
            if current.held_version() != applied {
                current.log_failure(current.make());
            }
            if let Some(held) = current.held() {
                held.make_ready(practice.as_ref(), today);
            }
        })))
    }

    /// Makes the first one ready before anybody types, with the hard rules worked out for this practice.
    pub fn make_ready(self: &Arc<Self>, practice: Option<OdsCode>, today: Date) -> JoinHandle<()> {
        let current = Arc::clone(self);
        std::thread::spawn(move || {
            let made = current
                .get()
                .map(|catalogue| catalogue.make_ready(practice.as_ref(), today));
            current.log_failure(made);
        })
    }

    fn held(&self) -> Option<Arc<Catalogue>> {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The directory that is searched now, if it is the one that stands in the database.
    pub fn held_as_applied(&self) -> Result<Option<Arc<Catalogue>>, EngineError> {
        let applied = self.directory.read(directory_table::applied)?;
        Ok(self
            .held()
            .filter(|held| Some(&held.applied) == applied.as_ref()))
    }

    fn held_version(&self) -> Option<AppliedVersion> {
        self.held().map(|held| held.applied.clone())
    }

    fn make(&self) -> Result<(), EngineError> {
        let own = self.practice.read(local_table::all)?;
        let made = Catalogue::read(&self.directory, own)?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = made.map(Arc::new);
        Ok(())
    }

    /// Whoever asks next is told what is wrong; here there is nobody to tell.
    fn log_failure(&self, made: Result<(), EngineError>) {
        if let Err(error) = made {
            self.log
                .write(&LogEntry::CommandFailed { code: error.code() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;
    use services_directory::feed::{Directory, FeedLimits};
    use store::{Clock, UseMode};

    fn demonstration() -> (tempfile::TempDir, Engine) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::from_fn(|| "2026-11-21T09:00:00Z".parse().unwrap());
        let (engine, _) =
            Engine::open(&folder.path().join("data"), UseMode::Demonstration, clock).unwrap();
        (folder, engine)
    }

    /// The same directory as a later version, applied as another process would.
    fn apply_another(engine: &Engine) {
        let mut lines = include_str!("../../services-directory/data/starter.jsonl").replacen(
            "\"version\":1",
            "\"version\":2",
            1,
        );
        lines.push('\n');
        let directory = Directory::read(lines.as_bytes(), FeedLimits::default()).unwrap();
        let later = "2026-11-21T10:00:00Z".parse().unwrap();
        engine
            .store
            .directory
            .write(move |tx| directory_table::apply(tx, &directory, later))
            .unwrap();
    }

    fn version(engine: &Engine) -> u64 {
        engine.catalogue().unwrap().header.version
    }

    #[test]
    fn searches_go_on_in_the_old_directory_while_the_new_one_is_made() {
        let (_folder, engine) = demonstration();
        assert_eq!(version(&engine), 1);
        assert!(
            engine.take_up_new_directory().unwrap().is_none(),
            "there is no other yet"
        );
        apply_another(&engine);
        let busy = engine.current.making.lock().unwrap();
        let making = engine
            .take_up_new_directory()
            .unwrap()
            .expect("another version stands there");
        assert_eq!(version(&engine), 1, "nobody waits for it");
        assert_eq!(engine.directory_summary().unwrap().header.version, 2);
        drop(busy);
        making.join().unwrap();
        assert_eq!(version(&engine), 2);
    }

    #[test]
    fn the_first_search_waits_and_is_the_only_one_that_does() {
        let (_folder, engine) = demonstration();
        assert!(engine.current.held().is_none(), "opening makes nothing");
        engine.make_search_ready().unwrap().join().unwrap();
        let first = engine.current.held().unwrap();
        assert!(Arc::ptr_eq(&first, &engine.catalogue().unwrap()));
    }
}
