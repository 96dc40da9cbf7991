//! The commands by which a member of staff writes down what a service answered, and what was done about silence or a rejection.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{ReferralDetail, Reply},
};
use engine::Needs;
use tauri::State;

#[tauri::command]
pub async fn record_reply(
    state: State<'_, AppState>,
    referral_id: String,
    reply: Reply,
    words: String,
) -> Answer<ReferralDetail> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Referral(&referral_id))?;
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
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        let next_on = match next_on.trim() {
            "" => None,
            day => Some(convert::day(engine, day)?),
        };
        engine.desk.chase(&referral_id, next_on, &words, &actor)?;
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
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine.desk.acknowledge(&referral_id, &words, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}
