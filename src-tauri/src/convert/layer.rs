//! The practice's own layer and the health of the directory, with people by their names and days as NHS screens write them.

use super::{directory::code, left::left_view};
use crate::views::{
    ChangeView, CheckedHow, CorrectionDecision, CorrectionView, CorrectionsView, DirectoryList,
    DirectoryRow, DueView, ExportedCorrections, FieldValue, HistoryLine, LayerEntry, LayerKind,
    LocalMethod, LocalServiceForm, LocalServiceRow, OwnCheck, ServiceHistory, ServiceLayer,
    SinceUsed,
};
use engine::{Engine, EngineError, ListedEntry, TimelineEntry, TimelineWhat};
use jiff::Timestamp;
use referrals::{patient::cui_date, people::StaffMember, staff_table};
use services_directory::{
    layer::{
        self, Correction, LayerError,
        due::{Due, Standing},
        fields::ServiceField,
        history::Change,
        history_table::PublishedChange,
        local::{self, LocalForm},
        local_table,
    },
    model::{HealthcareService, ReferralMethod},
};
use std::path::Path;
use store::clock::local_date;

macro_rules! same {
    ($there:ident, $back:ident, $ours:ty, $theirs:ty, $($name:ident),*) => {
        pub fn $there(value: &$ours) -> $theirs {
            match value { $(<$ours>::$name => <$theirs>::$name,)* }
        }

        fn $back(value: $theirs) -> $ours {
            match value { $(<$theirs>::$name => <$ours>::$name,)* }
        }
    };
}

same!(
    kind,
    kind_view,
    LayerKind,
    layer::LayerKind,
    Note,
    Pin,
    Hidden,
    DoNotRefer
);
same!(
    how,
    how_view,
    CheckedHow,
    layer::CheckedHow,
    Phone,
    Email,
    InPerson
);
same!(
    method,
    method_view,
    LocalMethod,
    local::LocalMethod,
    Phone,
    Print,
    Elsewhere,
    SelfReferral
);

pub fn decision(decision: &CorrectionDecision) -> engine::CorrectionDecision {
    match decision {
        CorrectionDecision::KeepOurs => engine::CorrectionDecision::KeepOurs,
        CorrectionDecision::Withdraw => engine::CorrectionDecision::Withdraw,
    }
}

pub fn field(code: &str) -> Result<ServiceField, EngineError> {
    Ok(ServiceField::parse(code).ok_or(LayerError::NotThere)?)
}

/// People by their names, and what whoever sits here may.
struct Names {
    staff: Vec<StaffMember>,
    me: Option<String>,
    keeps: bool,
}

impl Names {
    fn read(engine: &Engine) -> Result<Self, EngineError> {
        Ok(Self {
            staff: engine.store.practice.read(staff_table::all)?,
            me: engine.actor().ok(),
            keeps: engine.keeps_directory(),
        })
    }

    fn of(&self, id: &str) -> String {
        let member = self.staff.iter().find(|member| member.id == id);
        member.map_or_else(|| id.to_owned(), |member| member.name.clone())
    }

    fn may_end(&self, author: &str) -> bool {
        self.keeps || self.me.as_deref() == Some(author)
    }

    fn correction(&self, correction: &Correction) -> CorrectionView {
        CorrectionView {
            id: correction.id.clone(),
            service_id: correction.service_id.clone(),
            service_name: correction.service_name.clone(),
            field: correction.field.as_str().to_owned(),
            base: correction.base.clone(),
            proposed: correction.proposed.clone(),
            published: correction.published.clone(),
            words: correction.words.clone(),
            by: self.of(&correction.author),
            on: on(correction.at),
            state: correction.state.as_str().to_owned(),
            may_withdraw: self.may_end(&correction.author),
        }
    }
}

fn on(at: Timestamp) -> String {
    cui_date(local_date(at))
}

pub fn service_layer(engine: &Engine, service_id: &str) -> Result<ServiceLayer, EngineError> {
    let names = Names::read(engine)?;
    let layer = engine.service_layer(service_id)?;
    let has_changed = |base: &str| base != layer.record_digest;
    let entries = layer.entries.iter().map(|entry| LayerEntry {
        id: entry.id.clone(),
        what: kind_view(entry.kind),
        words: entry.words.clone(),
        by: names.of(&entry.author),
        on: on(entry.at),
        may_end: names.may_end(&entry.author),
        entry_has_changed: has_changed(&entry.base_digest),
    });
    let today = engine.store.clock.today();
    let own_check = layer.own_check.as_ref().map(|check| OwnCheck {
        days_ago: super::directory::days_since(local_date(check.at), today),
        by: names.of(&check.author),
        how: how_view(check.how),
        who_answered: check.who_answered.clone(),
        entry_has_changed: has_changed(&check.record_digest),
    });
    let value = |field: &ServiceField| FieldValue {
        field: field.as_str().to_owned(),
        value: layer.values.get(field).cloned().unwrap_or_default(),
    };
    Ok(ServiceLayer {
        entries: entries.collect(),
        own_check,
        corrections: layer
            .corrections
            .iter()
            .map(|correction| names.correction(correction))
            .collect(),
        fields: ServiceField::CORRECTABLE.iter().map(value).collect(),
        since_used: layer.since_used.as_ref().map(|since| SinceUsed {
            used_on: on(since.used_at),
            changes: since.changes.iter().map(change).collect(),
        }),
        is_local: layer.is_local,
        may_keep: names.keeps,
    })
}

fn change(change: &PublishedChange) -> ChangeView {
    let (field, before, after) = parts(&change.change);
    ChangeView {
        field,
        before,
        after,
        on: on(change.applied_at),
        version: change.version,
    }
}

fn parts(change: &Change) -> (String, String, String) {
    match change {
        Change::Added => ("added".to_owned(), String::new(), String::new()),
        Change::Gone => ("gone".to_owned(), String::new(), String::new()),
        Change::Field {
            field,
            before,
            after,
        } => (field.as_str().to_owned(), before.clone(), after.clone()),
    }
}

pub fn directory_list(engine: &Engine, words: &str) -> Result<DirectoryList, EngineError> {
    let (entries, more) = engine.directory_list(words)?;
    Ok(DirectoryList {
        rows: entries.into_iter().map(row).collect(),
        more: u32::try_from(more).unwrap_or(u32::MAX),
    })
}

fn row(entry: ListedEntry) -> DirectoryRow {
    DirectoryRow {
        left: entry
            .left
            .as_ref()
            .map(|it| left_view(&entry.facts.name, it)),
        service_id: entry.service_id,
        name: entry.facts.name,
        uses: entry.facts.uses,
        due: entry.due.into_iter().map(due).collect(),
        checked_days_ago: entry.facts.checked_days_ago,
        contact: entry.contact,
        phone: entry.phone,
        pinned: entry.pinned,
        hidden: entry.hidden,
        do_not_refer: entry.do_not_refer,
        is_local: entry.facts.is_local,
        is_gone: entry.facts.standing == Standing::Gone,
    }
}

fn due(due: Due) -> DueView {
    let (day, days) = match due {
        Due::Bounced(at) | Due::Rejected(at) | Due::Changed(at) => (Some(on(at)), None),
        Due::PauseEnded(day) => (Some(cui_date(day)), None),
        Due::Old(days) => (None, Some(days)),
        Due::Gone | Due::InConflict | Due::NeverChecked => (None, None),
    };
    DueView {
        due: due.code().to_owned(),
        on: day,
        days,
    }
}

pub fn service_history(engine: &Engine, service_id: &str) -> Result<ServiceHistory, EngineError> {
    let names = Names::read(engine)?;
    let lines = engine.service_timeline(service_id)?;
    let name = engine.entry_name(service_id)?;
    Ok(ServiceHistory {
        left: engine.left(service_id).map(|it| left_view(&name, &it)),
        name,
        layer: service_layer(engine, service_id)?,
        lines: lines
            .into_iter()
            .map(|line| history_line(line, &names))
            .collect(),
    })
}

fn history_line(entry: TimelineEntry, names: &Names) -> HistoryLine {
    let line = HistoryLine {
        at: entry.at.to_string(),
        by: (!entry.by.is_empty()).then(|| names.of(&entry.by)),
        what: String::new(),
        code: String::new(),
        field: None,
        before: String::new(),
        after: String::new(),
        words: String::new(),
        send_problem: None,
        version: None,
    };
    let of_layer = |what: &str, kind: layer::LayerKind, words: String, line| HistoryLine {
        what: what.to_owned(),
        code: kind.as_str().to_owned(),
        words,
        ..line
    };
    let of_correction = |what: &str, state: &str, correction: Correction, line| HistoryLine {
        what: what.to_owned(),
        code: state.to_owned(),
        field: Some(correction.field.as_str().to_owned()),
        before: correction.base,
        after: correction.proposed,
        words: correction.words,
        ..line
    };
    match entry.what {
        TimelineWhat::Published { version, change } => {
            let (code, before, after) = parts(&change);
            HistoryLine {
                what: "published".to_owned(),
                code,
                before,
                after,
                version: Some(version),
                ..line
            }
        }
        TimelineWhat::Put { kind, words } => of_layer("put", kind, words, line),
        TimelineWhat::TakenAway { kind, words } => of_layer("taken-away", kind, words, line),
        TimelineWhat::Checked { how, who } => HistoryLine {
            what: "checked".to_owned(),
            code: how.to_owned(),
            words: who,
            ..line
        },
        TimelineWhat::Address {
            act,
            address,
            words,
        } => HistoryLine {
            what: "address".to_owned(),
            code: act.code().to_owned(),
            after: address,
            words,
            ..line
        },
        TimelineWhat::Trouble(trouble) => HistoryLine {
            what: "referral".to_owned(),
            code: trouble.event.as_str().to_owned(),
            after: trouble.reference,
            send_problem: trouble.problem.map(|problem| problem.as_str().to_owned()),
            ..line
        },
        TimelineWhat::Corrected(correction) => {
            of_correction("corrected", "open", *correction, line)
        }
        TimelineWhat::Settled(correction) => {
            let state = correction.state.as_str();
            of_correction("settled", state, *correction, line)
        }
    }
}

pub fn corrections(engine: &Engine) -> Result<CorrectionsView, EngineError> {
    let names = Names::read(engine)?;
    let (open, taken_up) = engine.corrections()?;
    let all = |corrections: &[Correction]| {
        let corrections = corrections.iter();
        corrections.map(|one| names.correction(one)).collect()
    };
    let header = match engine.directory_summary() {
        Err(EngineError::NoDirectory) => None,
        other => Some(other?.header),
    };
    Ok(CorrectionsView {
        open: all(&open),
        taken_up: all(&taken_up),
        directory_version: header.as_ref().map_or(0, |header| header.version),
        corrections_to: header
            .as_ref()
            .and_then(|header| header.corrections_to.clone()),
        directory_name: header.map(|header| header.name).unwrap_or_default(),
    })
}

pub fn exported(engine: &Engine, folder: &str) -> Result<ExportedCorrections, EngineError> {
    let (path, count) = engine.export_corrections(Path::new(folder.trim()))?;
    Ok(ExportedCorrections {
        path: path.display().to_string(),
        count: u32::try_from(count).unwrap_or(u32::MAX),
    })
}

pub fn local_form(form: LocalServiceForm) -> Result<LocalForm, EngineError> {
    let category = serde_json::Value::String(form.category);
    Ok(LocalForm {
        name: form.name,
        category: serde_json::from_value(category).map_err(|_| LayerError::WordsMissing)?,
        description: form.description,
        helps_with: form.helps_with,
        contact: form.contact,
        phone: form.phone,
        method: method(&form.method),
        how: form.how,
    })
}

pub fn local_services(engine: &Engine) -> Result<Vec<LocalServiceRow>, EngineError> {
    let own = engine.store.practice.read(local_table::all)?;
    Ok(own.iter().map(local_row).collect())
}

fn local_row(service: &HealthcareService) -> LocalServiceRow {
    let more = &service.onward;
    let (way, words) = match more.referral_methods.first() {
        Some(ReferralMethod::Print { words }) => (local::LocalMethod::Print, words.clone()),
        Some(ReferralMethod::Phone { words }) => (local::LocalMethod::Phone, words.clone()),
        Some(ReferralMethod::SelfReferral { words }) => {
            (local::LocalMethod::SelfReferral, words.clone())
        }
        Some(ReferralMethod::Elsewhere { words }) => (local::LocalMethod::Elsewhere, words.clone()),
        _ => (local::LocalMethod::Elsewhere, String::new()),
    };
    let contact = more.named_contact.as_ref();
    LocalServiceRow {
        service_id: service.id.to_string(),
        local: LocalServiceForm {
            name: service.name.clone(),
            category: code(&more.category),
            description: service.description.clone(),
            helps_with: more.helps_with.join(", "),
            contact: contact
                .map(|contact| contact.role.clone())
                .unwrap_or_default(),
            phone: more.duty_line.clone().unwrap_or_default(),
            method: method_view(way),
            how: words,
        },
    }
}
