//! What is done once a day, by the process that sends: a backup, and the erasing of what is due. Neither ever stops the sending.

use crate::{EngineError, Log, LogEntry};
use referrals::Desk;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use store::{Store, StoreError};

/// How often it is looked whether the day's work is due.
const LOOK: Duration = Duration::from_mins(1);
/// The same while another process sends.
const LOOK_FOR_LOCK: Duration = Duration::from_secs(1);

/// What the day's work needs of an engine.
#[derive(Clone)]
pub(crate) struct DailyWork {
    pub store: Store,
    pub desk: Desk,
    pub log: Log,
}

impl DailyWork {
    /// Does what is due now. What goes wrong is kept to be shown (`Store::backup_state`), or tried again at the next look.
    pub(crate) fn run(&self, stop: &dyn Fn() -> bool) {
        let backed_up = self.store.back_up_when_due(stop);
        let problem = match &backed_up {
            Ok(Some(state)) => state.problem().is_some(),
            Ok(None) => false,
            Err(_) => true,
        };
        if problem {
            self.log.write(&LogEntry::CommandFailed { code: "backup" });
        }
        if !stop() && self.desk.erase_due_today().is_err() {
            self.log.write(&LogEntry::CommandFailed { code: "erasure" });
        }
    }
}

/// Does the day's work whenever this process is the one that sends, until it is dropped.
pub(crate) struct DailyThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DailyThread {
    /// `ours` says whether this process holds the sender's lock.
    pub(crate) fn start(work: DailyWork, ours: Arc<AtomicBool>) -> Result<Self, EngineError> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let run = move || {
            while !stopping.load(Ordering::Relaxed) {
                let sends = ours.load(Ordering::Relaxed);
                if sends {
                    work.run(&|| stopping.load(Ordering::Relaxed));
                }
                if !stopping.load(Ordering::Relaxed) {
                    std::thread::park_timeout(if sends { LOOK } else { LOOK_FOR_LOCK });
                }
            }
        };
        let thread = std::thread::Builder::new().name("daily".into()).spawn(run);
        let thread = thread.map_err(|source| StoreError::File {
            path: "daily".into(),
            source,
        })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for DailyThread {
    /// A backup that has just begun is broken off; nothing is left of it.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
