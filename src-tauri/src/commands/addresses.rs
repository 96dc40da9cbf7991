//! The commands by which a practice approves the addresses that it sends to.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{AddressRow, AddressShown, PhoneCheckRow},
};
use referrals::people::Pin;
use tauri::State;

#[tauri::command]
pub async fn addresses_to_approve(state: State<'_, AppState>) -> Answer<Vec<AddressRow>> {
    off_thread(&state, convert::addresses).await
}

/// Whoever is signed in has looked at these.
#[tauri::command]
pub async fn propose_addresses(
    state: State<'_, AppState>,
    addresses: Vec<AddressShown>,
) -> Answer<Vec<AddressRow>> {
    off_thread(&state, move |engine| {
        engine.propose_addresses(&convert::shown(&addresses))?;
        convert::addresses(engine)
    })
    .await
}

/// A second person agrees with their PIN, at this computer.
#[tauri::command]
pub async fn approve_addresses(
    state: State<'_, AppState>,
    addresses: Vec<AddressShown>,
    staff_id: String,
    pin: String,
) -> Answer<Vec<AddressRow>> {
    off_thread(&state, move |engine| {
        engine.approve_addresses(&convert::shown(&addresses), &staff_id, &Pin::typed(&pin))?;
        convert::addresses(engine)
    })
    .await
}

/// Whoever is signed in phoned the service at this number, and this is who answered.
#[tauri::command]
pub async fn phone_checked(
    state: State<'_, AppState>,
    address: AddressShown,
    number: String,
    who_answered: String,
) -> Answer<Vec<AddressRow>> {
    off_thread(&state, move |engine| {
        let shown = (address.endpoint_id, address.digest);
        engine.approve_by_phone(&shown, &number, &who_answered)?;
        convert::addresses(engine)
    })
    .await
}

#[tauri::command]
pub async fn refuse_address(
    state: State<'_, AppState>,
    endpoint_id: String,
) -> Answer<Vec<AddressRow>> {
    off_thread(&state, move |engine| {
        engine.refuse_address(&endpoint_id)?;
        convert::addresses(engine)
    })
    .await
}

#[tauri::command]
pub async fn phone_checks_needed(state: State<'_, AppState>) -> Answer<Vec<PhoneCheckRow>> {
    off_thread(&state, convert::phone_checks).await
}

/// Whoever is signed in phoned the service at this number, and this is who answered: it is open again for 14 days.
#[tauri::command]
pub async fn service_phoned(
    state: State<'_, AppState>,
    address: AddressShown,
    number: String,
    who_answered: String,
) -> Answer<Vec<PhoneCheckRow>> {
    off_thread(&state, move |engine| {
        engine.service_phoned(
            &(address.endpoint_id, address.digest),
            &number,
            &who_answered,
        )?;
        convert::phone_checks(engine)
    })
    .await
}
