//! The commands by which a practice writes beside the published services and keeps the directory true.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{
        CheckedHow, CorrectionDecision, CorrectionsView, DirectoryList, ExportedCorrections,
        LayerKind, LocalServiceForm, LocalServiceRow, ServiceHistory, ServiceLayer,
    },
};
use engine::Needs;
use referrals::people::Right;
use tauri::State;

#[tauri::command]
pub async fn add_to_layer(
    state: State<'_, AppState>,
    service_id: String,
    kind: LayerKind,
    words: String,
) -> Answer<ServiceLayer> {
    off_thread(&state, move |engine| {
        engine.add_to_layer(&service_id, convert::layer_kind(&kind), &words)?;
        convert::service_layer(engine, &service_id)
    })
    .await
}

#[tauri::command]
pub async fn end_layer_entry(state: State<'_, AppState>, entry_id: String) -> Answer<ServiceLayer> {
    off_thread(&state, move |engine| {
        let service_id = engine.end_layer_entry(&entry_id)?;
        convert::service_layer(engine, &service_id)
    })
    .await
}

/// "This entry is wrong": which part, what it should say, and words if need be.
#[tauri::command]
pub async fn suggest_correction(
    state: State<'_, AppState>,
    service_id: String,
    part: String,
    proposed: String,
    words: String,
) -> Answer<ServiceLayer> {
    off_thread(&state, move |engine| {
        engine.suggest_correction(&service_id, convert::field(&part)?, &proposed, &words)?;
        convert::service_layer(engine, &service_id)
    })
    .await
}

#[tauri::command]
pub async fn settle_correction(
    state: State<'_, AppState>,
    correction_id: String,
    settled: CorrectionDecision,
) -> Answer<()> {
    off_thread(&state, move |engine| {
        engine.settle_correction(&correction_id, convert::correction_decision(&settled))
    })
    .await
}

#[tauri::command]
pub async fn corrections(state: State<'_, AppState>) -> Answer<CorrectionsView> {
    off_thread(&state, convert::corrections).await
}

/// Into a file of that folder, for the curator.
#[tauri::command]
pub async fn export_corrections(
    state: State<'_, AppState>,
    folder: String,
) -> Answer<ExportedCorrections> {
    off_thread(&state, move |engine| convert::exported(engine, &folder)).await
}

/// What needs a check and why; with words, the entries whose names hold them.
#[tauri::command]
pub async fn directory_list(state: State<'_, AppState>, text: String) -> Answer<DirectoryList> {
    off_thread(&state, move |engine| convert::directory_list(engine, &text)).await
}

#[tauri::command]
pub async fn service_history(
    state: State<'_, AppState>,
    service_id: String,
) -> Answer<ServiceHistory> {
    off_thread(&state, move |engine| {
        convert::service_history(engine, &service_id)
    })
    .await
}

/// "Still right": the service itself was asked.
#[tauri::command]
pub async fn verify_service(
    state: State<'_, AppState>,
    service_id: String,
    how: CheckedHow,
    who_answered: String,
) -> Answer<ServiceLayer> {
    off_thread(&state, move |engine| {
        engine.verify_service(&service_id, convert::how(&how), &who_answered)?;
        convert::service_layer(engine, &service_id)
    })
    .await
}

#[tauri::command]
pub async fn local_services(state: State<'_, AppState>) -> Answer<Vec<LocalServiceRow>> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Right(Right::KeepDirectory))?;
        convert::local_services(engine)
    })
    .await
}

#[tauri::command]
pub async fn save_local_service(
    state: State<'_, AppState>,
    local_id: Option<String>,
    local: LocalServiceForm,
) -> Answer<Vec<LocalServiceRow>> {
    off_thread(&state, move |engine| {
        engine.save_local_service(local_id.as_deref(), &convert::local_form(local)?)?;
        convert::local_services(engine)
    })
    .await
}

#[tauri::command]
pub async fn remove_local_service(
    state: State<'_, AppState>,
    service_id: String,
) -> Answer<Vec<LocalServiceRow>> {
    off_thread(&state, move |engine| {
        engine.remove_local_service(&service_id)?;
        convert::local_services(engine)
    })
    .await
}
