//! Between the engine's types and the views of the window: codes and facts, in the forms that NHS screens use.

mod card;
mod directory;
mod draft;
mod hazards;
mod layer;
mod left;
mod people;
mod records;
mod referral;
mod refresh;
mod set_up;

pub use card::service_card;
pub use directory::{address_on_card, search};
pub use draft::{draft, draft_summaries, form, patient_field};
pub use hazards::{concern_source, concerns, day, reply};
pub use layer::{
    corrections, decision as correction_decision, directory_list, exported, field, how,
    kind as layer_kind, local_form, local_services, service_history, service_layer,
};
pub use people::{addresses, phone_checks, shown, staff_form, staff_member};
pub use records::{audit, backups, export, retention};
pub use referral::{copied, decision, mailbox, mailbox_message, queued, referral, referral_row};
pub use refresh::{published_directory, refresh_step};
pub use set_up::{mailbox_form, nothing_set_up, practice_form, set_up};

use crate::views::{
    DirectoryState, OutboxState, Problem, SessionView, UnmetNeedRow, UseMode, WindowError,
    WindowState,
};
use engine::{Engine, EngineError};
use referrals::{
    ReferralError, desk::UnmetNeed, outbox::outbox_table, patient::cui_date, practice_table,
    staff_table,
};

pub fn window_state(engine: &Engine) -> Result<WindowState, EngineError> {
    engine.take_up_new_directory()?;
    let now = engine.store.clock.now();
    let (practice, staff, referrer, finished, counts, channel_problem) =
        engine.store.practice.read(|c| {
            Ok::<_, ReferralError>((
                practice_table::practice(c)?,
                staff_table::here(c)?,
                practice_table::referrer(c)?,
                practice_table::set_up_is_finished(c)?,
                outbox_table::counts(c, now)?,
                outbox_table::channel_problem(c)?,
            ))
        })?;
    let mode = match (engine.is_demonstration(), finished) {
        (true, _) => UseMode::Demonstration,
        (false, true) => UseMode::Real,
        (false, false) => UseMode::SetUp,
    };
    Ok(WindowState {
        mode,
        practice_name: practice
            .as_ref()
            .map_or_else(String::new, |it| it.name.clone()),
        practice_ods_code: practice.map_or_else(String::new, |it| it.ods_code),
        directory: set_up::directory_state(engine)?.unwrap_or_else(no_directory),
        outbox: OutboxState {
            waiting: counts.waiting,
            needs_attention: engine.desk.attention()?.iter().map(|kind| kind.count).sum(),
            channel_problem,
            to_file: engine.desk.to_file_count()?,
        },
        staff: staff.iter().map(staff_member).collect(),
        referrer_id: referrer.map_or_else(String::new, |it| it.id),
        session: people::session(engine)?,
        trouble: None,
        newest_backup: None,
    })
}

/// An installed program that nobody has set up yet, or one whose records do not open as they are.
pub fn without_records(trouble: Option<&str>, newest_backup: Option<String>) -> WindowState {
    WindowState {
        mode: if trouble.is_some() {
            UseMode::Recover
        } else {
            UseMode::SetUp
        },
        practice_name: String::new(),
        practice_ods_code: String::new(),
        directory: no_directory(),
        outbox: OutboxState {
            waiting: 0,
            needs_attention: 0,
            channel_problem: None,
            to_file: 0,
        },
        staff: Vec::new(),
        referrer_id: String::new(),
        session: SessionView::default(),
        trouble: trouble.map(str::to_owned),
        newest_backup,
    }
}

fn no_directory() -> DirectoryState {
    DirectoryState {
        name: String::new(),
        version: 0,
        service_count: 0,
        refreshed_at: String::new(),
        failing_since: None,
        expired_at: None,
        held_since: None,
        waiting_for_keepers: 0,
    }
}

pub fn not_set_up() -> WindowError {
    let error = EngineError::from(ReferralError::PracticeNotSet);
    WindowError {
        code: error.code().to_owned(),
        detail: None,
        problems: Vec::new(),
        left: None,
    }
}

/// Codes for the window; a detail never holds anything of a patient.
pub fn error(error: &EngineError) -> WindowError {
    let problems = match error {
        EngineError::Referral(ReferralError::Incomplete(problems)) => {
            problems.iter().map(problem).collect()
        }
        _ => Vec::new(),
    };
    let left = match error {
        EngineError::ServiceLeft { name, left } => Some(left::left_view(name, left)),
        _ => None,
    };
    WindowError {
        code: error.code().to_owned(),
        detail: error.detail(),
        problems,
        left,
    }
}

/// The work itself broke off.
pub fn stopped() -> WindowError {
    WindowError {
        code: "internal".to_owned(),
        detail: None,
        problems: Vec::new(),
        left: None,
    }
}

/// The desktop's clipboard could not be written.
pub fn clipboard_refused() -> WindowError {
    WindowError {
        code: "clipboard".to_owned(),
        detail: None,
        problems: Vec::new(),
        left: None,
    }
}

pub fn unmet_need(unmet: &UnmetNeed) -> UnmetNeedRow {
    UnmetNeedRow {
        need: unmet.need.clone(),
        count: unmet.count,
        last_on: cui_date(unmet.last_on),
    }
}

pub fn problem(problem: &referrals::draft::Problem) -> Problem {
    Problem {
        field: problem.field.clone(),
        code: problem.code.to_owned(),
        detail: problem.detail.clone(),
    }
}
