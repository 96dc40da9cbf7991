//! The set-up: how far it is, and what was filled in.

use super::people::staff_member;
use crate::views::{
    DirectoryState, MailSecurity, MailboxForm, PracticeForm, SetUpStep, SetUpStepView, SetUpView,
};
use engine::{Engine, EngineError};
use referrals::{
    ReferralError, mailbox_table,
    practice_table::{self, PracticeDetails},
    staff_table,
    transport::{Mailbox, Security, Trust},
};

/// Before there are records, they are the next step.
pub fn nothing_set_up() -> SetUpView {
    SetUpView {
        steps: steps([false; 6]),
        next: Some(SetUpStep::Records),
        practice: None,
        staff: Vec::new(),
        mailbox: None,
        directory: None,
    }
}

pub fn set_up(engine: &Engine) -> Result<SetUpView, EngineError> {
    let progress = engine.set_up_progress()?;
    let (practice, staff, mailbox) = engine.store.practice.read(|c| {
        Ok::<_, ReferralError>((
            practice_table::practice(c)?,
            staff_table::here(c)?,
            mailbox_table::read(c)?,
        ))
    })?;
    let done = [
        true,
        progress.practice,
        progress.people,
        progress.mailbox,
        progress.directory,
        progress.addresses,
    ];
    let steps = steps(done);
    Ok(SetUpView {
        next: steps.iter().find(|it| !it.done).map(|it| it.step.clone()),
        steps,
        practice: practice.map(|it| PracticeForm {
            ods_code: it.ods_code,
            name: it.name,
            phone: it.phone,
        }),
        staff: staff.iter().map(staff_member).collect(),
        mailbox: mailbox.map(without_password),
        directory: directory_state(engine)?,
    })
}

fn steps(done: [bool; 6]) -> Vec<SetUpStepView> {
    let order = [
        SetUpStep::Records,
        SetUpStep::Practice,
        SetUpStep::People,
        SetUpStep::Mailbox,
        SetUpStep::Directory,
        SetUpStep::Addresses,
    ];
    order
        .into_iter()
        .zip(done)
        .map(|(step, done)| SetUpStepView { step, done })
        .collect()
}

/// None before a directory was loaded.
pub(super) fn directory_state(engine: &Engine) -> Result<Option<DirectoryState>, EngineError> {
    match engine.directory_summary() {
        Ok(summary) => {
            let published = engine.feed_status()?;
            // Of a published one, since when it was last known to be the newest.
            let known_newest = published.as_ref().and_then(|it| it.last_good_at);
            let failing = published.as_ref().and_then(|it| it.failing.as_ref());
            let expired = published.as_ref().filter(|it| it.expired);
            let held = published.as_ref().and_then(|it| it.held.as_ref());
            Ok(Some(DirectoryState {
                name: summary.header.name,
                version: summary.header.version,
                service_count: summary.service_count,
                refreshed_at: known_newest
                    .unwrap_or(summary.applied_at)
                    .max(summary.applied_at)
                    .to_string(),
                failing_since: failing.map(|(since, _)| since.to_string()),
                expired_at: expired.and_then(|it| Some(it.expires_at?.to_string())),
                held_since: held
                    .filter(|it| !it.refused)
                    .map(|it| it.held_at.to_string()),
                waiting_for_keepers: engine.waiting_for_keepers()?,
            }))
        }
        Err(EngineError::NoDirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn without_password(mailbox: Mailbox) -> MailboxForm {
    MailboxForm {
        host: mailbox.host,
        port: mailbox.port,
        security: match mailbox.security {
            Security::StartTls => MailSecurity::StartTls,
            Security::ImplicitTls => MailSecurity::ImplicitTls,
        },
        username: mailbox.username,
        password: String::new(),
        from_address: mailbox.from_address,
        from_name: mailbox.from_name,
    }
}

pub fn practice_form(form: &PracticeForm) -> PracticeDetails {
    PracticeDetails {
        ods_code: form.ods_code.clone(),
        name: form.name.clone(),
        phone: form.phone.clone(),
    }
}

/// In a demonstration the authority stays its own.
pub fn mailbox_form(form: MailboxForm, engine: &Engine) -> Result<Mailbox, EngineError> {
    let before = engine.store.practice.read(mailbox_table::read)?;
    let trust = match before.map(|mailbox| mailbox.trust) {
        Some(own @ Trust::DemonstrationAuthority { .. }) if engine.is_demonstration() => own,
        _ => Trust::OperatingSystem,
    };
    Ok(Mailbox {
        host: form.host.trim().to_owned(),
        port: form.port,
        security: match form.security {
            MailSecurity::StartTls => Security::StartTls,
            MailSecurity::ImplicitTls => Security::ImplicitTls,
        },
        username: form.username.trim().to_owned(),
        password: form.password,
        from_address: form.from_address.trim().to_owned(),
        from_name: form.from_name.trim().to_owned(),
        trust,
    })
}
