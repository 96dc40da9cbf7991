//! Offers, replies, what would wait before it is sent, and reported concerns.

use crate::views::{ConcernRow, Reply, WouldWait};
use engine::{Engine, EngineError};
use jiff::civil::Date;
use referrals::{
    ReferralError,
    desk::{self, ConcernSource, SafetyConcern},
    intake,
    patient::cui_date,
    staff_table,
};

pub fn would_wait(waits: engine::WouldWait) -> WouldWait {
    WouldWait {
        why: waits.why,
        owner: waits.owner.to_owned(),
        by: cui_date(waits.by),
        detail: waits.detail,
        phone: waits.phone,
    }
}

/// A day as a person writes it, or as the page counts it: 2026-12-19, 19-Dec-2026.
pub fn day(engine: &Engine, text: &str) -> Result<Date, ReferralError> {
    intake::typed_date(text, engine.store.clock.today()).ok_or(ReferralError::NotADayAhead)
}

macro_rules! same_replies {
    ($($name:ident),*) => {
        pub fn reply(reply: &Reply) -> desk::Reply {
            match reply { $(Reply::$name => desk::Reply::$name,)* }
        }

        pub fn reply_view(reply: desk::Reply) -> Reply {
            match reply { $(desk::Reply::$name => Reply::$name,)* }
        }
    };
}

same_replies!(
    Received,
    Accepted,
    InformationRequested,
    CouldNotContact,
    Rejected,
    Ended
);

/// Which Onward and which directory somebody saw.
pub fn concern_source(engine: &Engine, place: String) -> ConcernSource {
    let summary = engine.directory_summary().ok();
    let header = summary.as_ref().map(|summary| &summary.header);
    ConcernSource {
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        directory_name: header.map(|header| header.name.clone()).unwrap_or_default(),
        directory_version: header.map_or(0, |header| header.version),
        place,
    }
}

/// None to somebody who is not signed in: people write names into them, whatever they are asked.
pub fn concerns(engine: &Engine) -> Result<Vec<ConcernRow>, EngineError> {
    if engine.actor().is_err() {
        return Ok(Vec::new());
    }
    let staff = engine.store.practice.read(staff_table::all)?;
    let name = |id: &str| {
        let known = staff.iter().find(|member| member.id == id);
        known.map_or_else(|| id.to_owned(), |member| member.name.clone())
    };
    let row = |concern: SafetyConcern| ConcernRow {
        at: concern.at.to_string(),
        who: name(&concern.who),
        words: concern.words,
        program_version: concern.program_version,
        directory: format!(
            "{}, version {}",
            concern.directory_name, concern.directory_version
        ),
        place: concern.place,
    };
    Ok(engine.desk.concerns()?.into_iter().map(row).collect())
}
