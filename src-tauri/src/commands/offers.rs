//! The commands by which an offer is put off, declined, or taken up again.

use super::{Answer, off_thread};
use crate::{
    app::AppState,
    convert,
    views::{DraftView, ReferralDetail, ReferralForm},
};
use engine::{Engine, EngineError, Needs};
use referrals::{desk::Offer, people::Right};
use tauri::State;

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
        offered(engine, &draft_id, form, &words, |offer, actor| {
            let recall_on = convert::day(engine, &recall_on)?;
            Ok(engine.desk.park(offer, recall_on, actor)?)
        })
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
        offered(engine, &draft_id, form, &words, |offer, actor| {
            Ok(engine.desk.decline(offer, actor)?)
        })
    })
    .await
}

#[tauri::command]
pub async fn recall_offer(state: State<'_, AppState>, referral_id: String) -> Answer<DraftView> {
    off_thread(&state, move |engine| {
        let actor = engine.allow(Needs::Seen(Right::Refer))?;
        let draft_id = engine.desk.recall(&referral_id, &actor)?;
        engine.take_in_hand(&draft_id);
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
        let actor = engine.allow(Needs::Referral(&referral_id))?;
        engine.desk.decline_parked(&referral_id, &words, &actor)?;
        convert::referral(engine, &referral_id)
    })
    .await
}

/// What was offered, as it stands on the screen, and what became of it.
fn offered(
    engine: &Engine,
    draft_id: &str,
    form: ReferralForm,
    words: &str,
    settle: impl FnOnce(&Offer<'_>, &str) -> Result<String, EngineError>,
) -> Result<ReferralDetail, EngineError> {
    let actor = engine.allow(Needs::Draft(draft_id))?;
    let draft = engine.desk.draft(draft_id)?;
    let (chosen, on_screen) = (engine.chosen(&draft)?, convert::form(form));
    let offer = Offer {
        draft: &draft,
        on_screen: &on_screen,
        chosen: &chosen,
        words,
    };
    let id = settle(&offer, &actor)?;
    engine.take_in_hand(&id);
    convert::referral(engine, &id)
}
