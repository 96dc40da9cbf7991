//! The commands by which a practice keeps its records: backups, the audit trail, erasure, and the copy for a patient.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{AuditView, BackupsView, ExportView, RetentionView},
};
use engine::{EngineError, Needs};
use referrals::{
    ReferralError, access::WhoIsAsked, draft::Problem, patient::NhsNumber, people::Right,
};
use std::path::Path;
use tauri::State;

#[tauri::command]
pub async fn backups(state: State<'_, AppState>) -> Answer<BackupsView> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Right(Right::SetUp))?;
        Ok(convert::backups(&engine.backup_state()?))
    })
    .await
}

/// A second place for each day's backup, on another disk; "" for none.
#[tauri::command]
pub async fn set_backup_folder(state: State<'_, AppState>, folder: String) -> Answer<BackupsView> {
    off_thread(&state, move |engine| {
        let folder = Some(folder.trim()).filter(|folder| !folder.is_empty());
        let named = engine.set_backup_folder(folder.map(Path::new))?;
        Ok(convert::backups(&named))
    })
    .await
}

/// Now, into a folder that is not there yet.
#[tauri::command]
pub async fn back_up_to(state: State<'_, AppState>, folder: String) -> Answer<BackupsView> {
    off_thread(&state, move |engine| {
        engine.back_up_to(Path::new(folder.trim()))?;
        Ok(convert::backups(&engine.backup_state()?))
    })
    .await
}

/// The newest rows; before that row, if one is named.
#[tauri::command]
pub async fn audit_trail(state: State<'_, AppState>, before: Option<i64>) -> Answer<AuditView> {
    off_thread(&state, move |engine| convert::audit(engine, before)).await
}

#[tauri::command]
pub async fn retention(state: State<'_, AppState>) -> Answer<RetentionView> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Right(Right::SetUp))?;
        Ok(convert::retention(engine.retention()?))
    })
    .await
}

#[tauri::command]
pub async fn set_retention(state: State<'_, AppState>, days: u16) -> Answer<RetentionView> {
    off_thread(&state, move |engine| {
        engine.set_retention_days(days)?;
        Ok(convert::retention(engine.retention()?))
    })
    .await
}

/// Everything about one patient, into a folder that is not there yet: a page to read, and JSON for another program.
#[tauri::command]
pub async fn export_patient(
    state: State<'_, AppState>,
    nhs_number: String,
    folder: String,
) -> Answer<ExportView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Seen(Right::KeepRecords))?;
        let who = NhsNumber::parse(&nhs_number).map_err(|_| not_valid("nhsNumber"))?;
        let folder = Path::new(folder.trim());
        if folder.as_os_str().is_empty() || folder.exists() {
            return Err(not_valid("folder"));
        }
        let copy = engine.export_patient(&WhoIsAsked::Number(who), folder)?;
        Ok(convert::export(folder, &copy))
    })
    .await
}

fn not_valid(field: &str) -> EngineError {
    ReferralError::Incomplete(vec![Problem::new(field, "not-valid")]).into()
}
