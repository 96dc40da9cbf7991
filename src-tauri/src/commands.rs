//! The commands: each parses, calls and converts, and nothing else.

use crate::{
    app::AppState,
    convert,
    views::{
        ConcernRow, CopiedView, DraftSummary, DraftView, MailboxMessage, MailboxRow, PatientField,
        QueuedView, QuitChoice, ReferralDetail, ReferralForm, ReferralRow, Reply, SearchView,
        ServiceCard, UnknownDecision, UnmetNeedRow, WindowError, WindowState,
    },
};
use engine::{Engine, EngineError, LogEntry};
use referrals::{ReferralError, desk::Offer, practice_table};
use std::sync::Arc;
use tauri::{AppHandle, Manager, State};

type Answer<T> = Result<T, WindowError>;

/// Runs off the window's own thread: a slow disk must not freeze what is being typed.
async fn off_thread<T: Send + 'static>(
    state: &State<'_, AppState>,
    work: impl FnOnce(&Engine) -> Result<T, EngineError> + Send + 'static,
) -> Answer<T> {
    let engine: Arc<Engine> = state.engine.clone().ok_or_else(convert::not_set_up)?;
    let log = engine.log.clone();
    let done = tauri::async_runtime::spawn_blocking(move || work(&engine)).await;
    done.map_err(|_| convert::stopped())?.map_err(|error| {
        log.write(&LogEntry::CommandFailed { code: error.code() });
        convert::error(&error)
    })
}

#[tauri::command]
pub async fn window_state(state: State<'_, AppState>) -> Answer<WindowState> {
    if state.engine.is_none() {
        return Ok(convert::set_up_state());
    }
    off_thread(&state, convert::window_state).await
}

#[tauri::command]
pub async fn choose_referrer(state: State<'_, AppState>, staff_id: String) -> Answer<WindowState> {
    off_thread(&state, move |engine| {
        let known = engine
            .store
            .practice
            .write(move |tx| practice_table::choose_referrer(tx, &staff_id))?;
        if known {
            convert::window_state(engine)
        } else {
            Err(ReferralError::NotPossibleNow.into())
        }
    })
    .await
}

#[tauri::command]
pub async fn current_draft(state: State<'_, AppState>) -> Answer<DraftView> {
    off_thread(&state, |engine| {
        convert::draft(engine, &engine.desk.current_draft()?)
    })
    .await
}

#[tauri::command]
pub async fn drafts(state: State<'_, AppState>) -> Answer<Vec<DraftSummary>> {
    off_thread(&state, |engine| {
        Ok(convert::draft_summaries(engine, &engine.desk.drafts()?))
    })
    .await
}

#[tauri::command]
pub async fn open_draft(state: State<'_, AppState>, draft_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        convert::draft(engine, &engine.desk.open_draft(&draft_id)?)
    })
    .await
}

#[tauri::command]
pub async fn clear_patient(state: State<'_, AppState>, draft_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        convert::draft(engine, &engine.desk.put_away(&draft_id)?)
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
        convert::draft(engine, &engine.desk.paste(&draft_id, &text)?)
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
        engine.set_favourite(&service_id, favourite)
    })
    .await
}

#[tauri::command]
pub async fn record_unmet_need(state: State<'_, AppState>, needs: Vec<String>) -> Answer<u32> {
    off_thread(&state, move |engine| {
        Ok(engine.desk.record_unmet_need(&needs, &engine.actor()?)?)
    })
    .await
}

#[tauri::command]
pub async fn unmet_needs(state: State<'_, AppState>) -> Answer<Vec<UnmetNeedRow>> {
    off_thread(&state, |engine| {
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
        let draft = engine.desk.draft(&draft_id)?;
        let (chosen, form) = (engine.chosen(&draft)?, convert::form(form));
        let queued = engine
            .desk
            .queue(&draft, &form, &chosen, &engine.actor()?)?;
        Ok(convert::queued(&queued))
    })
    .await
}

#[tauri::command]
pub async fn undo_referral(state: State<'_, AppState>, referral_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        let draft_id = engine.desk.undo(&referral_id, &engine.actor()?)?;
        convert::draft(engine, &engine.desk.open_draft(&draft_id)?)
    })
    .await
}

#[tauri::command]
pub async fn send_now(state: State<'_, AppState>, referral_id: String) -> Answer<()> {
    off_thread(&state, move |engine| {
        Ok(engine.desk.send_now(&referral_id)?)
    })
    .await
}

#[tauri::command]
pub async fn referrals(state: State<'_, AppState>) -> Answer<Vec<ReferralRow>> {
    off_thread(&state, |engine| {
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
        let detail = engine.desk.referral(&referral_id)?;
        if detail.record_text.is_empty() {
            return Err(ReferralError::NotPossibleNow.into());
        }
        Ok(detail)
    })
    .await?;
    let copied = state.clipboard.copy(&detail.record_text);
    copied.map_err(|_| convert::clipboard_refused())?;
    Ok(convert::copied(&detail))
}

#[tauri::command]
pub async fn set_filed(
    state: State<'_, AppState>,
    referral_id: String,
    filed: bool,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        engine
            .desk
            .set_filed(&referral_id, filed, &engine.actor()?)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn try_again(state: State<'_, AppState>, referral_id: String) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        engine.desk.try_again(&referral_id, &engine.actor()?)?;
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
        engine
            .desk
            .decide_unknown(&referral_id, convert::decision(&decision), &engine.actor()?)?;
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
        engine
            .desk
            .withdraw(&referral_id, &reason, &engine.actor()?)?;
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
pub async fn quit(app: AppHandle, state: State<'_, AppState>, choice: QuitChoice) -> Answer<()> {
    if choice == QuitChoice::Stay {
        return Ok(());
    }
    off_thread(&state, move |engine| {
        for id in engine.desk.still_undoable()? {
            match choice {
                QuitChoice::SendNow => engine.desk.send_now(&id)?,
                _ => drop(engine.desk.undo(&id, &engine.actor()?)?),
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

// --- What was offered and not sent, what the service answered, and what people report ---

/// Put off until a day. Like a referral, only what stands on the screen is written down.
#[tauri::command]
pub async fn park_referral(
    state: State<'_, AppState>,
    draft_id: String,
    form: ReferralForm,
    recall_on: String,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let draft = engine.desk.draft(&draft_id)?;
        let (chosen, on_screen) = (engine.chosen(&draft)?, convert::form(form));
        let offer = Offer {
            draft: &draft,
            on_screen: &on_screen,
            chosen: &chosen,
            words: &words,
        };
        let recall_on = convert::day(engine, &recall_on)?;
        let id = engine.desk.park(&offer, recall_on, &engine.actor()?)?;
        convert::referral(engine, &id)
    })
    .await
}

#[tauri::command]
pub async fn decline_referral(
    state: State<'_, AppState>,
    draft_id: String,
    form: ReferralForm,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let draft = engine.desk.draft(&draft_id)?;
        let (chosen, on_screen) = (engine.chosen(&draft)?, convert::form(form));
        let offer = Offer {
            draft: &draft,
            on_screen: &on_screen,
            chosen: &chosen,
            words: &words,
        };
        let id = engine.desk.decline(&offer, &engine.actor()?)?;
        convert::referral(engine, &id)
    })
    .await
}

#[tauri::command]
pub async fn recall_offer(state: State<'_, AppState>, referral_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        let draft_id = engine.desk.recall(&referral_id, &engine.actor()?)?;
        convert::draft(engine, &engine.desk.open_draft(&draft_id)?)
    })
    .await
}

#[tauri::command]
pub async fn decline_offer(
    state: State<'_, AppState>,
    referral_id: String,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        engine
            .desk
            .decline_parked(&referral_id, &words, &engine.actor()?)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn record_reply(
    state: State<'_, AppState>,
    referral_id: String,
    reply: Reply,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.actor()?;
        engine
            .desk
            .record_reply(&referral_id, convert::reply(&reply), &words, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

/// With no day, it is looked at again after 5 working days.
#[tauri::command]
pub async fn chase(
    state: State<'_, AppState>,
    referral_id: String,
    next_on: String,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let next_on = match next_on.trim() {
            "" => None,
            day => Some(convert::day(engine, day)?),
        };
        engine
            .desk
            .chase(&referral_id, next_on, &words, &engine.actor()?)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

#[tauri::command]
pub async fn acknowledge(
    state: State<'_, AppState>,
    referral_id: String,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        engine
            .desk
            .acknowledge(&referral_id, &words, &engine.actor()?)?;
        convert::referral(engine, &referral_id)
    })
    .await
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
            .report_concern(&words, source, &engine.actor()?)?;
        convert::concerns(engine)
    })
    .await
}

#[tauri::command]
pub async fn concerns(state: State<'_, AppState>) -> Answer<Vec<ConcernRow>> {
    off_thread(&state, convert::concerns).await
}
