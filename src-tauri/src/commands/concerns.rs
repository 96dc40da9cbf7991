//! The commands of "Report a safety concern".

use super::{Answer, off_thread};
use crate::{app::AppState, convert, views::ConcernRow};
use engine::Engine;
use store::audit_table::PROGRAM;
use tauri::State;

/// Anybody may report, signed in or not; the list is for those who are.
fn reporter(engine: &Engine) -> String {
    engine.actor().unwrap_or_else(|_| PROGRAM.to_owned())
}

/// Written down on this computer; sent nowhere by itself.
#[tauri::command]
pub async fn report_concern(
    state: State<'_, AppState>,
    words: String,
    place: String,
) -> Answer<Vec<ConcernRow>> {
    off_thread(&state, move |engine| {
        let source = convert::concern_source(engine, place);
        engine
            .desk
            .report_concern(&words, source, &reporter(engine))?;
        convert::concerns(engine)
    })
    .await
}

#[tauri::command]
pub async fn concerns(state: State<'_, AppState>) -> Answer<Vec<ConcernRow>> {
    off_thread(&state, convert::concerns).await
}
