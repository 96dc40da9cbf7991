//! People, who sits here, and the addresses that two of them approve.

use crate::views::{
    self, AddressChange, AddressPiece, AddressRow, AddressShown, AddressWarning,
    AddressWarningCode, PhoneCheckRow, SessionView, StaffForm,
};
use engine::{AddressLook, Engine, EngineError, refresh::NeedsPhoneCheck};
use referrals::{
    ReferralError,
    desk::AddressToApprove,
    draft::Problem,
    people::{Right, Role, StaffMember},
    staff_table,
};
use services_directory::look_alike::{self, Piece};

const LONGEST: usize = 100;

pub fn staff_member(member: &StaffMember) -> views::StaffMember {
    views::StaffMember {
        id: member.id.clone(),
        name: member.name.clone(),
        job: member.job.clone(),
        role: match member.role {
            Role::Clinician => views::Role::Clinician,
            Role::Admin => views::Role::Admin,
            Role::Manager => views::Role::Manager,
        },
        has_pin: member.has_pin,
    }
}

/// Name and job as they will stand on letters; nothing that could break a line of a message.
pub fn staff_form(id: &str, form: &StaffForm) -> Result<StaffMember, ReferralError> {
    let mut problems = Vec::new();
    for (field, value) in [("name", &form.name), ("job", &form.job)] {
        if value.trim().is_empty() {
            problems.push(Problem::new(field, "missing"));
        } else if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
            problems.push(Problem::new(field, "not-valid"));
        }
    }
    if !problems.is_empty() {
        return Err(ReferralError::Incomplete(problems));
    }
    let role = match form.role {
        views::Role::Clinician => Role::Clinician,
        views::Role::Admin => Role::Admin,
        views::Role::Manager => Role::Manager,
    };
    Ok(StaffMember::new(
        id,
        form.name.trim(),
        form.job.trim(),
        role,
    ))
}

pub(super) fn session(engine: &Engine) -> Result<SessionView, EngineError> {
    let now = engine.session_now()?;
    let may = |right| {
        let before = !now.asks_pin && matches!(right, Right::SetUp | Right::KeepDirectory);
        engine.is_demonstration()
            || before
            || now.signed_in.as_ref().is_some_and(|it| it.may(right))
    };
    Ok(SessionView {
        may_refer: may(Right::Refer),
        may_follow_up: may(Right::FollowUp),
        may_keep_directory: may(Right::KeepDirectory),
        may_set_up: may(Right::SetUp),
        may_read_audit_trail: may(Right::ReadAuditTrail),
        may_keep_records: may(Right::KeepRecords),
        signed_in: now.signed_in.as_ref().map(staff_member),
        veiled: now.veiled,
        asks_pin: now.asks_pin,
    })
}

pub fn addresses(engine: &Engine) -> Result<Vec<AddressRow>, EngineError> {
    let waiting = engine.addresses_to_approve()?;
    let staff = engine.store.practice.read(staff_table::all)?;
    let me = engine.actor().ok();
    let name = |id: &String| {
        let found = staff.iter().find(|member| member.id == *id);
        found.map_or_else(|| id.clone(), |member| member.name.clone())
    };
    let looks = engine.looks(&waiting)?;
    let row = |(it, look): (&AddressToApprove, AddressLook)| AddressRow {
        endpoint_id: it.endpoint_id.clone(),
        digest: it.digest.clone(),
        service_name: it.service_name.clone(),
        address: it.address.clone(),
        name_before: it.name_before.clone(),
        change: it.before.as_ref().map(|_| AddressChange {
            before: pieces(look.before),
            now: pieces(look.now),
        }),
        warnings: look.warnings.into_iter().map(warning).collect(),
        proposed_by: it.proposed_by.as_ref().map(name),
        proposed_by_me: it.proposed_by.is_some() && it.proposed_by == me,
    };
    Ok(waiting.iter().zip(looks).map(row).collect())
}

fn pieces(pieces: Vec<Piece>) -> Vec<AddressPiece> {
    let piece = |Piece { text, changed }| AddressPiece { text, changed };
    pieces.into_iter().map(piece).collect()
}

fn warning(warning: look_alike::AddressWarning) -> AddressWarning {
    use look_alike::AddressWarning as Of;
    let (code, detail) = match warning {
        Of::LooksLike(address) => (AddressWarningCode::LooksLike, address),
        Of::OtherHost(host) => (AddressWarningCode::OtherHost, host),
        Of::OutsideNhs => (AddressWarningCode::OutsideNhs, String::new()),
        Of::MixedScripts => (AddressWarningCode::MixedScripts, String::new()),
    };
    AddressWarning { code, detail }
}

pub fn phone_checks(engine: &Engine) -> Result<Vec<PhoneCheckRow>, EngineError> {
    let row = |it: NeedsPhoneCheck| PhoneCheckRow {
        endpoint_id: it.endpoint_id,
        digest: it.digest,
        service_name: it.service_name,
        address: it.address,
        phone: it.phone,
    };
    let needed = engine.phone_checks_needed()?;
    Ok(needed.into_iter().map(row).collect())
}

pub fn shown(addresses: &[AddressShown]) -> Vec<(String, String)> {
    let pair = |it: &AddressShown| (it.endpoint_id.clone(), it.digest.clone());
    addresses.iter().map(pair).collect()
}
