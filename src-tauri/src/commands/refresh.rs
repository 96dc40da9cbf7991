//! The commands by which a practice follows a published directory.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{PublishedDirectory, RefreshDoing, RefreshStep},
};
use engine::{Needs, refresh::WhereToEnrol};
use referrals::people::Right;
use signed_feed::source::Progress;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tauri::{AppHandle, Emitter, Runtime, State};

type Published = Option<PublishedDirectory>;

/// Whoever hears the page is told of each change: no more often than somebody can follow.
const TOLD_AGAIN_AFTER: Duration = Duration::from_millis(500);

#[tauri::command]
pub async fn published_directory(state: State<'_, AppState>) -> Answer<Published> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Right(Right::KeepDirectory))?;
        convert::published_directory(engine)
    })
    .await
}

/// By its address and the fingerprint that the curators gave; this time from a folder, if one is named.
#[tauri::command]
pub async fn enrol_directory<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    source: String,
    fingerprint: String,
    folder: String,
) -> Answer<Published> {
    off_thread(&state, move |engine| {
        let place = WhereToEnrol {
            address: source,
            fingerprint,
            authority_pem: None,
            from: named(&folder),
        };
        engine.enrol_directory(&place, &telling(app))?;
        convert::published_directory(engine)
    })
    .await
}

/// From a folder, if one is named.
#[tauri::command]
pub async fn refresh_directory<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    folder: String,
) -> Answer<Published> {
    off_thread(&state, move |engine| {
        engine.refresh_directory(named(&folder).as_deref(), &telling(app))?;
        convert::published_directory(engine)
    })
    .await
}

/// A person's yes or no to what waits.
#[tauri::command]
pub async fn decide_held_changes(
    state: State<'_, AppState>,
    publication: String,
    accept: bool,
) -> Answer<Published> {
    off_thread(&state, move |engine| {
        engine.decide_held_changes(&publication, accept)?;
        convert::published_directory(engine)
    })
    .await
}

/// None where nothing was typed.
fn named(folder: &str) -> Option<PathBuf> {
    let folder = folder.trim();
    (!folder.is_empty()).then(|| folder.into())
}

/// Tells the window what is going on; that it hears nothing stops no refresh.
fn telling<R: Runtime>(app: AppHandle<R>) -> Progress {
    let pace = Mutex::new(Pace::default());
    Arc::new(move |step| {
        let Some(step) = convert::refresh_step(&step) else {
            return;
        };
        let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
        if pace.lets_pass(&step, Instant::now()) {
            let _ = app.emit("directory-refreshing", step);
        }
    })
}

/// Every step is told at once, and how much has come now and then.
#[derive(Default)]
struct Pace {
    told_at: Option<Instant>,
}

impl Pace {
    fn lets_pass(&mut self, step: &RefreshStep, now: Instant) -> bool {
        let again = |at: Instant| now.saturating_duration_since(at) >= TOLD_AGAIN_AFTER;
        let passes = step.doing != RefreshDoing::Fetching || self.told_at.is_none_or(again);
        if passes {
            self.told_at = Some(now);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_has_come_is_told_no_more_than_twice_a_second_and_each_step_at_once() {
        let step = |doing| RefreshStep {
            doing,
            bytes: 1,
            of_bytes: 2,
            services: 0,
        };
        let (mut pace, began) = (Pace::default(), Instant::now());
        let mut told = |doing, milliseconds| {
            let now = began + Duration::from_millis(milliseconds);
            pace.lets_pass(&step(doing), now)
        };
        assert!(told(RefreshDoing::Asking, 0));
        assert!(told(RefreshDoing::Verified, 1));
        let pieces = (1..=2_000).filter(|at| told(RefreshDoing::Fetching, *at));
        assert_eq!(pieces.count(), 3, "of 2000 pieces in two seconds");
        assert!(told(RefreshDoing::Applying, 2_001));
        assert!(!told(RefreshDoing::Fetching, 2_002));
    }
}
