//! The running window: the engine it wires, and what it tells the page.

use crate::{arguments::Arguments, commands, views::ReferralChanged};
use engine::{Engine, LogEntry};
use std::{path::Path, sync::Arc};
use store::Clock;
use tauri::{
    AppHandle, Emitter, Manager, RunEvent, Runtime, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent, ipc::Invoke,
};
use tauri_plugin_global_shortcut::{Builder as ShortcutBuilder, ShortcutState};

pub use crate::state::AppState;

/// Brings the window from anywhere; not F12 and not Ctrl+Alt, which clinical systems and UK keyboards use.
const HOT_KEY: &str = "CmdOrCtrl+Shift+F9";
const MAIN: &str = "main";

pub fn run(arguments: Arguments) -> Result<(), String> {
    let state = AppState::open(&arguments, &Clock::system())?;
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .manage(state)
        .invoke_handler(commands())
        .setup(move |app| {
            open_window(app.handle(), &arguments.data)?;
            register_hot_key(app.handle());
            engine_opened(app.handle());
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && asks_before_closing(window.app_handle())
            {
                api.prevent_close();
            }
        })
        .build(context())
        .map_err(|error| format!("The window could not be opened: {error}"))?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<AppState>().clipboard.clear_if_unchanged();
            stop_sending(app);
        }
    });
    Ok(())
}

/// Every command that the window may call; `ui/isolation/isolation.js` and `capabilities/main.json` let these through and no other.
pub fn commands<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        commands::window_state,
        commands::people::sign_in,
        commands::people::sign_out,
        commands::people::veil,
        commands::people::touched,
        commands::people::choose_referrer,
        commands::people::add_staff,
        commands::people::change_staff,
        commands::people::set_pin,
        commands::people::staff_left,
        commands::set_up::set_up_state,
        commands::set_up::make_records,
        commands::set_up::recovery_key_written,
        commands::set_up::save_practice,
        commands::set_up::save_mailbox,
        commands::set_up::test_mailbox,
        commands::set_up::load_directory,
        commands::refresh::published_directory,
        commands::refresh::enrol_directory,
        commands::refresh::refresh_directory,
        commands::refresh::decide_held_changes,
        commands::set_up::finish_set_up,
        commands::set_up::recover,
        commands::set_up::restore_backup,
        commands::addresses::addresses_to_approve,
        commands::addresses::propose_addresses,
        commands::addresses::approve_addresses,
        commands::addresses::phone_checked,
        commands::addresses::phone_checks_needed,
        commands::addresses::service_phoned,
        commands::addresses::refuse_address,
        commands::current_draft,
        commands::drafts,
        commands::open_draft,
        commands::clear_patient,
        commands::paste_patient,
        commands::edit_patient,
        commands::save_form,
        commands::search,
        commands::service_card,
        commands::set_favourite,
        commands::record_unmet_need,
        commands::unmet_needs,
        commands::queue_referral,
        commands::undo_referral,
        commands::send_now,
        commands::referrals,
        commands::referral,
        commands::copy_for_record,
        commands::set_filed,
        commands::try_again,
        commands::decide_unknown,
        commands::withdraw,
        commands::offers::park_referral,
        commands::offers::decline_referral,
        commands::offers::recall_offer,
        commands::offers::decline_offer,
        commands::follow_up::record_reply,
        commands::follow_up::chase,
        commands::follow_up::acknowledge,
        commands::concerns::report_concern,
        commands::concerns::concerns,
        commands::layer::add_to_layer,
        commands::layer::end_layer_entry,
        commands::layer::suggest_correction,
        commands::layer::settle_correction,
        commands::layer::corrections,
        commands::layer::export_corrections,
        commands::layer::directory_list,
        commands::layer::service_history,
        commands::layer::verify_service,
        commands::layer::local_services,
        commands::layer::save_local_service,
        commands::layer::remove_local_service,
        commands::records::backups,
        commands::records::set_backup_folder,
        commands::records::back_up_to,
        commands::records::audit_trail,
        commands::records::retention,
        commands::records::set_retention,
        commands::records::export_patient,
        commands::demonstration_mailbox,
        commands::demonstration_message,
        commands::quit,
    ]
}

/// What the program is built with: its pages, its capabilities and its gate.
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// The window shows only what is inside the program: every other address is refused, and nothing opens a second window.
/// A release keeps nothing of the page on the disk. A debug build keeps its profile in the data folder, because WebDriver drives only
/// a window with a profile; the tests search it for what must not be there.
fn open_window(app: &AppHandle, data: &Path) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .first()
        .cloned()
        .unwrap_or_default();
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title(config.title)
        .inner_size(config.width, config.height)
        .min_inner_size(
            config.min_width.unwrap_or(480.0),
            config.min_height.unwrap_or(400.0),
        )
        .incognito(!cfg!(debug_assertions))
        .data_directory(data.join("window-profile"))
        .disable_drag_drop_handler()
        .on_navigation(|url| {
            let host = url.host_str().unwrap_or_default();
            let inside = url.scheme() == "tauri" || host == "tauri.localhost";
            let gate = host.starts_with("isolation-") && host.ends_with(".localhost");
            inside || gate || url.scheme().starts_with("isolation-")
        })
        .build()?;
    window.set_focus()
}

/// Where a desktop has no such keys (Wayland), the window is reached as any other.
fn register_hot_key(app: &AppHandle) {
    let plugin = ShortcutBuilder::new()
        .with_shortcut(HOT_KEY)
        .map(|builder| {
            builder
                .with_handler(|app, _, event| {
                    if event.state() == ShortcutState::Pressed {
                        show(app);
                    }
                })
                .build()
        });
    if let Ok(plugin) = plugin {
        let _ = app.plugin(plugin);
    }
}

fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        let _ = window.emit("hot-key", ());
    }
}

/// Records were opened: at the start, or by whoever sets them up. The search is made ready, and what waits is sent.
pub fn engine_opened<R: Runtime>(app: &AppHandle<R>) {
    let state = app.state::<AppState>();
    let Some(engine) = state.engine() else { return };
    // Without a directory there is nothing to make ready yet.
    drop(engine.make_search_ready());
    start_sending(app, &engine);
    start_refreshing(app, &engine);
}

/// In the background, at times of its own; the window is told of each that was tried.
fn start_refreshing<R: Runtime>(app: &AppHandle<R>, engine: &Engine) {
    let told = app.clone();
    let changed = Arc::new(move || {
        let _ = told.emit("directory-refreshed", ());
    });
    // Without it a person refreshes by hand, and the age of the directory shows.
    let thread = engine.start_refreshing(changed);
    app.state::<AppState>().keep_refreshing(thread.ok());
}

fn start_sending<R: Runtime>(app: &AppHandle<R>, engine: &Engine) {
    let state = app.state::<AppState>();
    let (told, log) = (app.clone(), engine.log.clone());
    let changed = Arc::new(move |id: &str| {
        log.write(&LogEntry::ReferralChanged { referral_id: id });
        let _ = told.emit("referral-changed", ReferralChanged { id: id.to_owned() });
    });
    match engine.start_sending(changed) {
        Ok(thread) => state.keep_sending(Some(thread)),
        Err(error) => say(&format!(
            "Referrals wait in the outbox: the sender could not start. {error}"
        )),
    }
}

fn stop_sending(app: &AppHandle) {
    let state = app.state::<AppState>();
    state.keep_refreshing(None);
    state.keep_sending(None);
}

/// Closing while something can still be undone is a question: send now, or keep as drafts.
fn asks_before_closing(app: &AppHandle) -> bool {
    let engine = app.state::<AppState>().engine();
    let undoable = engine.and_then(|engine| engine.desk.still_undoable().ok());
    let waiting = undoable.map_or(0, |waiting| waiting.len());
    if waiting == 0 {
        return false;
    }
    let asked = app.get_webview_window(MAIN).map(|window: WebviewWindow| {
        window.emit("close-asked", serde_json::json!({ "waiting": waiting }))
    });
    asked.is_some_and(|told| told.is_ok())
}

/// To whoever started the program from a terminal. Never anything of a patient.
#[allow(clippy::print_stderr)]
pub fn say(words: &str) {
    eprintln!("{words}");
}
