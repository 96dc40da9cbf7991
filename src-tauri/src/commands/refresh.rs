//! The commands by which a practice follows a published directory.

use super::{Answer, off_thread};
use crate::{app::AppState, convert, views::PublishedDirectory};
use engine::{Needs, refresh::WhereToEnrol};
use referrals::people::Right;
use signed_feed::source::Progress;
use std::{path::Path, sync::Arc};
use tauri::State;

type Published = Option<PublishedDirectory>;

#[tauri::command]
pub async fn published_directory(state: State<'_, AppState>) -> Answer<Published> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Right(Right::KeepDirectory))?;
        convert::published_directory(engine)
    })
    .await
}

/// From its address and the fingerprint that the curators gave.
#[tauri::command]
pub async fn enrol_directory(
    state: State<'_, AppState>,
    source: String,
    fingerprint: String,
) -> Answer<Published> {
    off_thread(&state, move |engine| {
        let place = WhereToEnrol {
            address: source,
            fingerprint,
            authority_pem: None,
            from: None,
        };
        engine.enrol_directory(&place, &quiet())?;
        convert::published_directory(engine)
    })
    .await
}

/// From a folder, if one is named.
#[tauri::command]
pub async fn refresh_directory(state: State<'_, AppState>, folder: String) -> Answer<Published> {
    off_thread(&state, move |engine| {
        let folder = Some(folder.trim()).filter(|folder| !folder.is_empty());
        engine.refresh_directory(folder.map(Path::new), &quiet())?;
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

/// The window shows that it waits, and no more.
fn quiet() -> Progress {
    Arc::new(|_| {})
}
