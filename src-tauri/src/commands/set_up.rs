//! The commands that set a practice up, and that open records whose key or file is gone.

use super::{Answer, off_thread, off_window_thread};
use crate::{
    app::{self, AppState},
    convert,
    views::{
        MailboxForm, MailboxTest, PracticeForm, RecoveryKeyView, SetUpView, WindowError,
        WindowState,
    },
};
use engine::{Engine, EngineError};
use std::path::Path;
use store::{Clock, StoreError, recovery::RecoveryKey};
use tauri::{AppHandle, Manager, Runtime, State};

#[tauri::command]
pub async fn set_up_state(state: State<'_, AppState>) -> Answer<SetUpView> {
    if state.engine().is_none() {
        return Ok(convert::nothing_set_up());
    }
    off_thread(&state, convert::set_up).await
}

/// Makes the encrypted records and answers their recovery key. Until `recovery_key_written` they count as unfinished; asked again,
/// it answers the same key.
#[tauri::command]
pub async fn make_records<R: Runtime>(app: AppHandle<R>) -> Answer<RecoveryKeyView> {
    off_window_thread(move || {
        let state = app.state::<AppState>();
        let key = state.unfinished(&state.data, Clock::system())?;
        Ok(RecoveryKeyView {
            printed: key.printed(),
        })
    })
    .await
}

/// The last group of the key, typed from the paper: somebody has written it down.
#[tauri::command]
pub async fn recovery_key_written<R: Runtime>(
    app: AppHandle<R>,
    state: State<'_, AppState>,
    last_group: String,
) -> Answer<SetUpView> {
    let told = app.clone();
    off_window_thread(move || {
        let state = app.state::<AppState>();
        state.finish_records(&last_group)
    })
    .await?;
    app::engine_opened(&told);
    off_thread(&state, convert::set_up).await
}

#[tauri::command]
pub async fn save_practice(
    state: State<'_, AppState>,
    practice: PracticeForm,
) -> Answer<SetUpView> {
    off_thread(&state, move |engine| {
        engine.set_practice(&convert::practice_form(&practice))?;
        convert::set_up(engine)
    })
    .await
}

#[tauri::command]
pub async fn save_mailbox(state: State<'_, AppState>, mailbox: MailboxForm) -> Answer<SetUpView> {
    off_thread(&state, move |engine| {
        engine.set_mailbox(convert::mailbox_form(mailbox, engine)?)?;
        convert::set_up(engine)
    })
    .await
}

/// A message without a patient, from the mailbox to itself.
#[tauri::command]
pub async fn test_mailbox(state: State<'_, AppState>) -> Answer<MailboxTest> {
    let engine = state.engine().ok_or_else(convert::not_set_up)?;
    let problem = engine.test_mailbox().await;
    let problem = problem.map_err(|error| convert::error(&error))?;
    Ok(MailboxTest {
        problem: problem.map(|problem| problem.as_str().to_owned()),
    })
}

/// The text of a directory's file.
#[tauri::command]
pub async fn load_directory(state: State<'_, AppState>, text: String) -> Answer<SetUpView> {
    off_thread(&state, move |engine| {
        engine.load_directory_text(&text)?;
        convert::set_up(engine)
    })
    .await
}

#[tauri::command]
pub async fn finish_set_up(state: State<'_, AppState>) -> Answer<WindowState> {
    off_thread(&state, |engine| {
        engine.finish_set_up()?;
        convert::window_state(engine)
    })
    .await
}

/// Opens records whose key this computer no longer has, with the printed one.
#[tauri::command]
pub async fn recover<R: Runtime>(app: AppHandle<R>, recovery_key: String) -> Answer<WindowState> {
    open_by(app, move |data| {
        let key = RecoveryKey::parse(&recovery_key)?;
        Engine::recover(data, &key, Clock::system())
    })
    .await
}

/// Puts a backup into the folder of this computer and opens it with the printed key. Records that are there and do not open are set aside.
#[tauri::command]
pub async fn restore_backup<R: Runtime>(
    app: AppHandle<R>,
    folder: String,
    recovery_key: String,
) -> Answer<WindowState> {
    let there = app.state::<AppState>().trouble().is_some();
    open_by(app, move |data| {
        let key = RecoveryKey::parse(&recovery_key)?;
        let (backup, clock) = (Path::new(folder.trim()), Clock::system());
        if there {
            Engine::restore_over(data, backup, Some(&key), clock)
        } else {
            Engine::restore(data, backup, &key, clock)
        }
    })
    .await
}

async fn open_by<R: Runtime>(
    app: AppHandle<R>,
    open: impl FnOnce(&Path) -> Result<Engine, EngineError> + Send + 'static,
) -> Answer<WindowState> {
    let told = app.clone();
    let view = off_window_thread(move || {
        let state = app.state::<AppState>();
        if state.engine().is_some() {
            return Err(StoreError::BackupExists {
                path: state.data.clone(),
            }
            .into());
        }
        state.take(open(&state.data)?)
    })
    .await?;
    app::engine_opened(&told);
    Ok::<_, WindowError>(view)
}
