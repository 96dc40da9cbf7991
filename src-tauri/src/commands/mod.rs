//! The commands: each parses, asks whether whoever sits here may, calls and converts, and nothing else.

pub mod addresses;
pub mod concerns;
pub mod follow_up;
pub mod layer;
pub mod offers;
pub mod people;
pub mod records;
pub mod refresh;
pub mod set_up;

use crate::{
    app::AppState,
    convert,
    views::{
        CopiedView, DraftSummary, DraftView, MailboxMessage, MailboxRow, PatientField, QueuedView,
        QuitChoice, ReferralDetail, ReferralForm, ReferralRow, SearchView, ServiceCard,
        UnknownDecision, UnmetNeedRow, WindowError, WindowState,
    },
};
use engine::{Engine, EngineError, LogEntry, Needs};
use referrals::{ReferralError, people::Right};
use std::sync::Arc;
use store::audit_table::PROGRAM;
use tauri::{AppHandle, Manager, Runtime, State};

type Answer<T> = Result<T, WindowError>;

/// Runs off the window's own thread: a slow disk must not freeze what is being typed.
async fn off_thread<T: Send + 'static>(
    state: &State<'_, AppState>,
    work: impl FnOnce(&Engine) -> Result<T, EngineError> + Send + 'static,
) -> Answer<T> {
    let engine: Arc<Engine> = state.engine().ok_or_else(convert::not_set_up)?;
    let log = engine.log.clone();
    off_window_thread(move || {
        work(&engine).inspect_err(|error| {
            log.write(&LogEntry::CommandFailed { code: error.code() });
        })
    })
    .await
}

/// The same for what needs no opened records.
async fn off_window_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Answer<T> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.map_err(|_| convert::stopped())?
        .map_err(|error| convert::error(&error))
}

#[tauri::command]
pub async fn window_state(state: State<'_, AppState>) -> Answer<WindowState> {
    if state.engine().is_none() {
        return Ok(convert::without_records(
            state.trouble(),
            state.newest_backup(),
        ));
    }
    off_thread(&state, convert::window_state).await
}

#[tauri::command]
pub async fn current_draft(state: State<'_, AppState>) -> Answer<DraftView> {
    off_thread(&state, |engine| {
        convert::draft(engine, &engine.current_draft()?)
    })
    .await
}

#[tauri::command]
pub async fn drafts(state: State<'_, AppState>) -> Answer<Vec<DraftSummary>> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Seen(Right::Refer))?;
        Ok(convert::draft_summaries(engine, &engine.desk.drafts()?))
    })
    .await
}

#[tauri::command]
pub async fn open_draft(state: State<'_, AppState>, draft_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Seen(Right::Refer))?;
        convert::draft(engine, &engine.desk.open_draft(&draft_id)?)
    })
    .await
}

#[tauri::command]
pub async fn clear_patient(state: State<'_, AppState>, draft_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        let empty = engine.desk.put_away(&draft_id)?;
        engine.take_in_hand(&empty.id);
        convert::draft(engine, &empty)
    })
    .await
}

#[tauri::command]
pub async fn paste_patient(
    state: State<'_, AppState>,
    draft_id: String,
    text: String,
) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        let pasted = engine.desk.paste(&draft_id, &text)?;
        engine.take_in_hand(&pasted.id);
        convert::draft(engine, &pasted)
    })
    .await
}

#[tauri::command]
pub async fn edit_patient(
    state: State<'_, AppState>,
    draft_id: String,
    field: PatientField,
    value: String,
) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        convert::draft(
            engine,
            &engine
                .desk
                .edit_patient(&draft_id, convert::patient_field(field), &value)?,
        )
    })
    .await
}

#[tauri::command]
pub async fn save_form(
    state: State<'_, AppState>,
    draft_id: String,
    form: ReferralForm,
) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        let seen = convert::address_on_card(engine, form.service_id.as_deref())?;
        convert::draft(
            engine,
            &engine
                .desk
                .save_form(&draft_id, convert::form(form), seen)?,
        )
    })
    .await
}

#[tauri::command]
pub async fn search(
    state: State<'_, AppState>,
    draft_id: String,
    text: String,
) -> Answer<SearchView> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        convert::search(engine, &engine.desk.draft(&draft_id)?, &text)
    })
    .await
}

#[tauri::command]
pub async fn service_card(
    state: State<'_, AppState>,
    draft_id: String,
    service_id: String,
) -> Answer<ServiceCard> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Draft(&draft_id))?;
        convert::service_card(engine, &engine.desk.draft(&draft_id)?, &service_id)
    })
    .await
}

#[tauri::command]
pub async fn set_favourite(
    state: State<'_, AppState>,
    service_id: String,
    favourite: bool,
) -> Answer<()> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Right(Right::Refer))?;
        engine.set_favourite(&service_id, favourite)
    })
    .await
}

#[tauri::command]
pub async fn record_unmet_need(state: State<'_, AppState>, needs: Vec<String>) -> Answer<u32> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Right(Right::Refer))?;
        Ok(engine.desk.record_unmet_need(&needs, &actor)?)
    })
    .await
}

#[tauri::command]
pub async fn unmet_needs(state: State<'_, AppState>) -> Answer<Vec<UnmetNeedRow>> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Seen(Right::FollowUp))?;
        Ok(engine
            .desk
            .unmet_needs()?
            .iter()
            .map(convert::unmet_need)
            .collect())
    })
    .await
}

/// The window sends a draft's id, and the form as it stands on the screen, which must be what was saved; the address is looked up here.
#[tauri::command]
pub async fn queue_referral(
    state: State<'_, AppState>,
    draft_id: String,
    form: ReferralForm,
) -> Answer<QueuedView> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Draft(&draft_id))?;
        let draft = engine.desk.draft(&draft_id)?;
        let (chosen, form) = (engine.chosen(&draft)?, convert::form(form));
        let queued = engine.desk.queue(&draft, &form, &chosen, &actor)?;
        engine.take_in_hand(&queued.referral_id);
        Ok(convert::queued(&queued))
    })
    .await
}

#[tauri::command]
pub async fn undo_referral(state: State<'_, AppState>, referral_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        let draft_id = engine.desk.undo(&referral_id, &actor)?;
        engine.take_in_hand(&draft_id);
        convert::draft(engine, &engine.desk.open_draft(&draft_id)?)
    })
    .await
}

#[tauri::command]
pub async fn send_now(state: State<'_, AppState>, referral_id: String) -> Answer<()> {
    off_thread(&state, move |engine| {
        engine.allow(Needs::Referral(&referral_id))?;
        Ok(engine.desk.send_now(&referral_id)?)
    })
    .await
}

#[tauri::command]
pub async fn referrals(state: State<'_, AppState>) -> Answer<Vec<ReferralRow>> {
    off_thread(&state, |engine| {
        engine.allow(Needs::Seen(Right::FollowUp))?;
        Ok(engine
            .desk
            .worklist()?
            .iter()
            .map(convert::referral_row)
            .collect())
    })
    .await
}

#[tauri::command]
pub async fn referral(state: State<'_, AppState>, referral_id: String) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        engine.opened_letter(&referral_id)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

/// Only when a person asks for it: nothing of a patient is ever copied by itself.
#[tauri::command]
pub async fn copy_for_record(
    state: State<'_, AppState>,
    referral_id: String,
) -> Answer<CopiedView> {
    let detail = off_thread(&state, move |engine| {
        engine.allow(Needs::Referral(&referral_id))?;
        let detail = engine.desk.referral(&referral_id)?;
        if detail.record_text.is_empty() {
            return Err(ReferralError::NotPossibleNow.into());
        }
        Ok(detail)
    })
    .await?;
    let copied = state.clipboard.copy(&detail.record_text);
    copied.map_err(|_| convert::clipboard_refused())?;
    off_thread(&state, move |engine| {
        engine
            .desk
            .copied_for_record(&detail.referral.id, &engine.actor()?)?;
        Ok(convert::copied(&detail))
    })
    .await
}

#[tauri::command]
pub async fn set_filed(
    state: State<'_, AppState>,
    referral_id: String,
    filed: bool,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine.desk.set_filed(&referral_id, filed, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn try_again(state: State<'_, AppState>, referral_id: String) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine.desk.try_again(&referral_id, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn decide_unknown(
    state: State<'_, AppState>,
    referral_id: String,
    decision: UnknownDecision,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine
            .desk
            .decide_unknown(&referral_id, convert::decision(&decision), &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn withdraw(
    state: State<'_, AppState>,
    referral_id: String,
    reason: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine.desk.withdraw(&referral_id, &reason, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn demonstration_mailbox(state: State<'_, AppState>) -> Answer<Vec<MailboxRow>> {
    off_thread(&state, convert::mailbox).await
}

#[tauri::command]
pub async fn demonstration_message(
    state: State<'_, AppState>,
    number: u32,
) -> Answer<MailboxMessage> {
    off_thread(&state, move |engine| {
        convert::mailbox_message(engine, number)
    })
    .await
}

/// The answer to "close-asked". Nothing is lost whichever is chosen.
#[tauri::command]
pub async fn quit<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    choice: QuitChoice,
) -> Answer<()> {
    if choice == QuitChoice::Stay {
        return Ok(());
    }
    off_thread(&state, move |engine| {
        let actor = engine.actor().unwrap_or_else(|_| PROGRAM.to_owned());
        for id in engine.desk.still_undoable()? {
            match choice {
                QuitChoice::SendNow => engine.desk.send_now(&id)?,
                _ => drop(engine.desk.undo(&id, &actor)?),
            }
        }
        Ok(())
    })
    .await?;
    for window in app.webview_windows().into_values() {
        let _ = window.destroy();
    }
    Ok(())
}
