//! Between the engine's types and the views of the window: codes and facts, in the forms that NHS screens use.

mod card;
mod directory;
mod draft;
mod hazards;
mod referral;

pub use card::service_card;
pub use directory::{address_on_card, search};
pub use draft::{draft, draft_summaries, form, patient_field};
pub use hazards::{concern_source, concerns, day, reply};
pub use referral::{copied, decision, mailbox, mailbox_message, queued, referral, referral_row};

use crate::views::{
    DirectoryState, OutboxState, Problem, StaffMember, UnmetNeedRow, UseMode, WindowError,
    WindowState,
};
use engine::{Engine, EngineError};
use referrals::{
    ReferralError, desk::UnmetNeed, outbox::outbox_table, patient::cui_date, practice_table,
};

pub fn window_state(engine: &Engine) -> Result<WindowState, EngineError> {
    engine.take_up_new_directory()?;
    let directory = engine.directory_summary()?;
    let now = engine.store.clock.now();
    let (practice, staff, referrer, counts, channel_problem) = engine.store.practice.read(|c| {
        let practice = practice_table::practice(c)?.ok_or(ReferralError::PracticeNotSet)?;
        let referrer = practice_table::referrer(c)?.ok_or(ReferralError::PracticeNotSet)?;
        let staff = practice_table::staff(c)?;
        Ok::<_, ReferralError>((
            practice,
            staff,
            referrer,
            outbox_table::counts(c, now)?,
            outbox_table::channel_problem(c)?,
        ))
    })?;
    let member = |member: practice_table::StaffMember| StaffMember {
        id: member.id,
        name: member.name,
        role: member.role,
    };
    Ok(WindowState {
        mode: if engine.is_demonstration() {
            UseMode::Demonstration
        } else {
            UseMode::Real
        },
        practice_name: practice.name,
        practice_ods_code: practice.ods_code,
        directory: DirectoryState {
            name: directory.header.name,
            version: directory.header.version,
            service_count: directory.service_count,
            refreshed_at: directory.applied_at.to_string(),
        },
        outbox: OutboxState {
            waiting: counts.waiting,
            needs_attention: engine.desk.attention()?.iter().map(|kind| kind.count).sum(),
            channel_problem,
            to_file: engine.desk.to_file_count()?,
        },
        staff: staff.into_iter().map(member).collect(),
        referrer_id: referrer.id,
    })
}

/// An installed program that nobody has set up yet.
pub fn set_up_state() -> WindowState {
    WindowState {
        mode: UseMode::SetUp,
        practice_name: String::new(),
        practice_ods_code: String::new(),
        directory: DirectoryState {
            name: String::new(),
            version: 0,
            service_count: 0,
            refreshed_at: String::new(),
        },
        outbox: OutboxState {
            waiting: 0,
            needs_attention: 0,
            channel_problem: None,
            to_file: 0,
        },
        staff: Vec::new(),
        referrer_id: String::new(),
    }
}

pub fn not_set_up() -> WindowError {
    let error = EngineError::from(ReferralError::PracticeNotSet);
    WindowError {
        code: error.code().to_owned(),
        detail: None,
        problems: Vec::new(),
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
    WindowError {
        code: error.code().to_owned(),
        detail: None,
        problems,
    }
}

/// The work itself broke off.
pub fn stopped() -> WindowError {
    WindowError {
        code: "internal".to_owned(),
        detail: None,
        problems: Vec::new(),
    }
}

/// The desktop's clipboard could not be written.
pub fn clipboard_refused() -> WindowError {
    WindowError {
        code: "clipboard".to_owned(),
        detail: None,
        problems: Vec::new(),
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
