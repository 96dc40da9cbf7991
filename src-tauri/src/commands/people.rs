//! The commands about who sits here and who works here.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{StaffForm, StaffMember, WindowState},
};
use engine::{Engine, EngineError, Needs};
use referrals::{
    ReferralError,
    people::{self, Pin, Right},
};
use store::event::new_id;
use tauri::State;

/// At the start, after ten idle minutes, or as somebody else.
#[tauri::command]
pub async fn sign_in(
    state: State<'_, AppState>,
    staff_id: String,
    pin: String,
) -> Answer<WindowState> {
    off_thread(&state, move |engine| {
        engine.sign_in(&staff_id, &Pin::typed(&pin))?;
        convert::window_state(engine)
    })
    .await
}

#[tauri::command]
pub async fn sign_out(state: State<'_, AppState>) -> Answer<WindowState> {
    off_thread(&state, |engine| {
        engine.sign_out()?;
        convert::window_state(engine)
    })
    .await
}

/// What was seen until now asks for the PIN from now on.
#[tauri::command]
pub async fn veil(state: State<'_, AppState>) -> Answer<WindowState> {
    off_thread(&state, |engine| {
        engine.veil();
        convert::window_state(engine)
    })
    .await
}

/// A key or a click: the ten minutes begin again.
#[tauri::command]
pub async fn touched(state: State<'_, AppState>) -> Answer<()> {
    off_thread(&state, |engine| {
        engine.touch();
        Ok(())
    })
    .await
}

#[tauri::command]
pub async fn choose_referrer(state: State<'_, AppState>, staff_id: String) -> Answer<WindowState> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Right(Right::Refer))?;
        engine.desk.choose_referrer(&staff_id, &actor)?;
        convert::window_state(engine)
    })
    .await
}

/// The first person of a practice is the one who sits there: they are signed in by it.
#[tauri::command]
pub async fn add_staff(
    state: State<'_, AppState>,
    person: StaffForm,
    pin: String,
) -> Answer<Vec<StaffMember>> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Right(Right::SetUp))?;
        let first = !engine.session_now()?.asks_pin;
        let chosen = Pin::chosen(&pin).map_err(ReferralError::from)?;
        let id = new_id(engine.store.clock.now()).to_string();
        let member = convert::staff_form(&id, &person)?;
        if first && !member.may(Right::SetUp) {
            return Err(ReferralError::LastKeeper.into());
        }
        engine.desk.add_staff(&member, &chosen, &actor)?;
        if first {
            engine.sign_in(&id, &Pin::typed(&pin))?;
        }
        staff(engine)
    })
    .await
}

#[tauri::command]
pub async fn change_staff(
    state: State<'_, AppState>,
    staff_id: String,
    person: StaffForm,
) -> Answer<Vec<StaffMember>> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Right(Right::SetUp))?;
        let member = convert::staff_form(&staff_id, &person)?;
        engine.desk.change_staff(&member, &actor)?;
        staff(engine)
    })
    .await
}

/// One's own, or, for whoever keeps the people, anybody's.
#[tauri::command]
pub async fn set_pin(
    state: State<'_, AppState>,
    staff_id: String,
    pin: String,
) -> Answer<Vec<StaffMember>> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Seen(Right::ApproveAddresses))?;
        if actor != staff_id {
            engine.allow(Needs::Seen(Right::SetUp))?;
        }
        let chosen = Pin::chosen(&pin).map_err(ReferralError::from)?;
        engine.desk.set_pin(&staff_id, &chosen, &actor)?;
        staff(engine)
    })
    .await
}

#[tauri::command]
pub async fn staff_left(state: State<'_, AppState>, staff_id: String) -> Answer<Vec<StaffMember>> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Right(Right::SetUp))?;
        engine.desk.staff_left(&staff_id, &actor)?;
        staff(engine)
    })
    .await
}

fn staff(engine: &Engine) -> Result<Vec<StaffMember>, EngineError> {
    let staff: Vec<people::StaffMember> = engine.desk.staff()?;
    Ok(staff.iter().map(convert::staff_member).collect())
}
