//! What the commands work with: the records, opened or still to be made, the clipboard, and the thread that sends.

use crate::{arguments::Arguments, clipboard::RecordClipboard, convert, views::WindowState};
use engine::{Engine, EngineError, SenderThread, refresh::RefreshThread};
use referrals::ReferralError;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{Clock, DataFolder, StoreError, UseMode, recovery::RecoveryKey};

pub struct AppState {
    pub data: PathBuf,
    pub clipboard: RecordClipboard,
    records: Mutex<Records>,
    sending: Mutex<Option<SenderThread>>,
    refreshing: Mutex<Option<RefreshThread>>,
}

/// How far the records of this folder are.
enum Records {
    /// An installed program that nobody has set up: it makes nothing by itself.
    None,
    /// Made, but nobody has said yet that the recovery key was written down.
    Unfinished(Arc<Engine>, RecoveryKey),
    Opened(Arc<Engine>),
    /// They are here and cannot be opened as they are: the code of the error.
    Trouble(&'static str),
}

impl AppState {
    /// A demonstration is made when it is first opened; real use only by whoever sets it up.
    pub fn open(arguments: &Arguments, clock: &Clock) -> Result<Self, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let used = DataFolder::mode_of(&arguments.data).map_err(|error| words(&error))?;
        let records = if arguments.mode == UseMode::Real && used.is_none() {
            Records::None
        } else {
            match Engine::open(&arguments.data, arguments.mode, clock.clone()) {
                Ok((engine, None)) => Records::Opened(Arc::new(engine)),
                Ok((engine, Some(key))) => Records::Unfinished(Arc::new(engine), key),
                Err(error) if arguments.mode == UseMode::Real && error.can_be_recovered() => {
                    Records::Trouble(error.code())
                }
                Err(error) => return Err(words(&error)),
            }
        };
        Ok(Self {
            data: arguments.data.clone(),
            clipboard: RecordClipboard::new(clock.clone()),
            records: Mutex::new(records),
            sending: Mutex::default(),
            refreshing: Mutex::default(),
        })
    }

    /// Over records that a test has opened.
    #[cfg(test)]
    pub fn over(engine: Arc<Engine>) -> Self {
        Self {
            data: engine.store.folder.path().to_owned(),
            clipboard: RecordClipboard::new(engine.store.clock.clone()),
            records: Mutex::new(Records::Opened(engine)),
            sending: Mutex::default(),
            refreshing: Mutex::default(),
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The records, once they are opened and their recovery key was written down.
    pub fn engine(&self) -> Option<Arc<Engine>> {
        match &*self.records() {
            Records::Opened(engine) => Some(engine.clone()),
            _ => None,
        }
    }

    /// Why records that are here are not opened: a code.
    pub fn trouble(&self) -> Option<&'static str> {
        match &*self.records() {
            Records::Trouble(code) => Some(code),
            _ => None,
        }
    }

    /// Then, the newest backup that is whole.
    pub fn newest_backup(&self) -> Option<String> {
        self.trouble()?;
        let found = Engine::newest_backup(&self.data)?;
        Some(found.path.display().to_string())
    }

    /// Makes the records, if need be, and answers the recovery key that is still to be written down.
    pub fn unfinished(&self, data: &Path, clock: Clock) -> Result<RecoveryKey, EngineError> {
        let mut records = self.records();
        match &*records {
            Records::Unfinished(_, key) => return Ok(key.clone()),
            Records::None => {}
            Records::Opened(_) | Records::Trouble(_) => {
                return Err(ReferralError::NotPossibleNow.into());
            }
        }
        let (engine, key) = Engine::open(data, UseMode::Real, clock)?;
        let engine = Arc::new(engine);
        let Some(key) = key else {
            *records = Records::Opened(engine);
            return Err(ReferralError::NotPossibleNow.into());
        };
        *records = Records::Unfinished(engine, key.clone());
        Ok(key)
    }

    /// Somebody has typed the last group of the key from the paper: the records are finished and opened.
    pub fn finish_records(&self, last_group: &str) -> Result<(), EngineError> {
        let mut records = self.records();
        let Records::Unfinished(engine, key) = &*records else {
            return Err(ReferralError::NotPossibleNow.into());
        };
        if !key.ends_with(last_group) {
            return Err(StoreError::WrongKey.into());
        }
        engine.store.recovery_key_was_shown()?;
        let engine = engine.clone();
        *records = Records::Opened(engine);
        Ok(())
    }

    /// Records that were opened with the recovery key, or from a backup.
    pub fn take(&self, engine: Engine) -> Result<WindowState, EngineError> {
        let view = convert::window_state(&engine)?;
        *self.records() = Records::Opened(Arc::new(engine));
        Ok(view)
    }

    /// Keeps the thread that refreshes the directory; none stops it.
    pub fn keep_refreshing(&self, thread: Option<RefreshThread>) {
        let mut refreshing = self
            .refreshing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        drop(std::mem::replace(&mut *refreshing, thread));
    }

    /// Keeps the thread that sends; none stops it, and waits for a message that is just leaving.
    pub fn keep_sending(&self, thread: Option<SenderThread>) {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        drop(std::mem::replace(&mut *sending, thread));
    }
}
