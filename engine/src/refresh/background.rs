//! The thread that refreshes by itself: soon after the start, then every few hours, at times that chance spreads over all practices.

use super::run::Refresher;
use crate::{Engine, EngineError};
use jiff::SignedDuration;
use services_directory::trust_table;
use signed_feed::source::{Progress, wait_after_start, wait_for_next};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use store::{StoreError, audit_table, event::new_id};

/// A program that is started again and again does not ask each time.
const NOT_AGAIN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Refreshes until it is dropped.
pub struct RefreshThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// `told` hears of each refresh that was tried.
    pub fn start_refreshing(
        &self,
        told: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<RefreshThread, EngineError> {
        let refresher = self.refresher.clone();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let run = move || {
            let mut wait = wait_after_start(chance(&refresher));
            while !stopping.load(Ordering::Relaxed) {
                rest(wait, &stopping);
                if stopping.load(Ordering::Relaxed) {
                    break;
                }
                if is_due(&refresher) {
                    // What goes wrong is written in the records, and shown from there.
                    let quiet: Progress = Arc::new(|_| {});
                    let _ = refresher.refresh(None, audit_table::PROGRAM, &quiet);
                    told();
                }
                wait = wait_for_next(chance(&refresher));
            }
        };
        let thread = std::thread::Builder::new()
            .name("refresh".into())
            .spawn(run);
        let thread = thread.map_err(|source| StoreError::File {
            path: "refresh".into(),
            source,
        })?;
        Ok(RefreshThread {
            stop,
            thread: Some(thread),
        })
    }
}

/// A parked thread may wake early.
fn rest(wait: Duration, stopping: &AtomicBool) {
    let end = std::time::Instant::now() + wait;
    while !stopping.load(Ordering::Relaxed) {
        let left = end.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::park_timeout(left);
    }
}

fn is_due(refresher: &Refresher) -> bool {
    let read = refresher.store.practice.read(|c| {
        let enrolled = trust_table::enrolment(c)?.is_some();
        Ok::<_, StoreError>((enrolled, trust_table::refresh_state(c)?.last_checked_at))
    });
    let Ok((enrolled, last)) = read else {
        return false;
    };
    let now = refresher.store.clock.now();
    enrolled && last.is_none_or(|last| now.duration_since(last).abs() > NOT_AGAIN_WITHIN)
}

/// Evenly spread over 0 to 1, from the random bits of a new identifier.
fn chance(refresher: &Refresher) -> f64 {
    let bits = new_id(refresher.store.clock.now()).as_u128() & 0xffff_ffff;
    f64::from(u32::try_from(bits).unwrap_or(0)) / f64::from(u32::MAX)
}

impl Drop for RefreshThread {
    /// A refresh under way is left to itself: it leaves the old version or the new one, and the program need not wait for a slow server.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
        }
    }
}
