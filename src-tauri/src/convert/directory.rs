//! Search results and "My usual".

use super::left::left_view;
use crate::views::{HitView, NotOpenView, SearchView, TakenForView};
use engine::{
    Catalogue, Engine, EngineError, HiddenHere, LayerMarks, Left, MyUsual, PatientFacts, UsualHit,
    not_open_code,
};
use jiff::civil::Date;
use referrals::draft::{ReferralDraft, ServiceToRefer};
use services_directory::{
    criteria::NotOpen,
    ids::ServiceId,
    layer::local::is_local,
    model::{HealthcareService, StatedWait},
    search::{SearchResults, TakenFor},
};
use std::collections::BTreeSet;

/// A wait that was said longer ago is never counted as short.
const WAIT_IS_OLD_AFTER_DAYS: i64 = 90;

/// The digest of the address that stands on the card of this service now.
pub fn address_on_card(
    engine: &Engine,
    service_id: Option<&str>,
) -> Result<Option<String>, EngineError> {
    let chosen = engine.to_refer(service_id, &PatientFacts::default())?;
    Ok(match chosen {
        ServiceToRefer::Found(found) => found.service.map(|service| service.endpoint_digest),
        _ => None,
    })
}

pub fn search(
    engine: &Engine,
    draft: &ReferralDraft,
    text: &str,
) -> Result<SearchView, EngineError> {
    let (catalogue, facts) = (engine.catalogue()?, engine.facts(draft)?);
    let today = engine.store.clock.today();
    let found = engine.search_here(&catalogue, text, &facts, today)?;
    let listed = Listed {
        catalogue: &catalogue,
        marks: &found.marks,
        favourites: engine.favourites()?,
        today,
    };
    if text.trim().is_empty() {
        return Ok(listed.usual(&engine.my_usual(&facts)?));
    }
    let mut view = listed.found(&found.results)?;
    view.hidden_here = u32::try_from(found.hidden_count).unwrap_or(u32::MAX);
    view.not_open.extend(found.hidden.iter().map(hidden_here));
    Ok(view)
}

/// What a list of services needs beside the services.
struct Listed<'a> {
    catalogue: &'a Catalogue,
    marks: &'a LayerMarks,
    favourites: BTreeSet<String>,
    today: Date,
}

impl Listed<'_> {
    fn found(&self, found: &SearchResults) -> Result<SearchView, EngineError> {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            // One that a version which was just applied has taken out is not shown.
            if let Some(service) = self.catalogue.record(&hit.service_id)? {
                hits.push(HitView {
                    why: hit.why.clone(),
                    ..self.hit(&service)
                });
            }
        }
        let not_open = found.not_open.iter();
        let taken_for = |taken: &TakenFor| TakenForView {
            typed: taken.typed.clone(),
            taken_for: taken.taken_for.clone(),
        };
        Ok(SearchView {
            hits,
            hidden_by_age: count(found.hidden.age),
            hidden_by_area: count(found.hidden.area),
            hidden_closed: count(found.hidden.closed),
            hidden_here: 0,
            elsewhere_not_counted: found.hidden.elsewhere_not_counted,
            not_open: not_open
                .map(|hit| not_open_view(self.catalogue, &hit.service_id, &hit.reason))
                .collect(),
            crisis: found.crisis,
            understood_as: found.understood_as.iter().map(taken_for).collect(),
            usual: false,
            of_practice: false,
        })
    }

    fn usual(&self, usual: &MyUsual) -> SearchView {
        let hit = |hit: &UsualHit| HitView {
            reasons: hit
                .reasons
                .iter()
                .map(|reason| reason.code().to_owned())
                .collect(),
            ..self.hit(&hit.service)
        };
        let not_open = usual.not_open.iter();
        let not_open = not_open.map(|(id, reason)| not_open_view(self.catalogue, id, reason));
        let left = usual
            .left
            .iter()
            .map(|(name, left)| left_favourite(name, left));
        let seen = usual.hits.iter();
        let seen = seen.filter(|hit| !self.marks.hides(hit.service.id.as_str()));
        SearchView {
            hits: seen.map(hit).collect(),
            hidden_by_age: 0,
            hidden_by_area: 0,
            hidden_closed: 0,
            hidden_here: 0,
            elsewhere_not_counted: false,
            not_open: not_open.chain(left).collect(),
            crisis: false,
            understood_as: Vec::new(),
            usual: true,
            of_practice: usual.of_practice,
        }
    }

    fn hit(&self, service: &HealthcareService) -> HitView {
        let more = &service.onward;
        let (method, _) = self.catalogue.method(service, self.today);
        HitView {
            id: service.id.to_string(),
            name: service.name.clone(),
            category: code(&more.category),
            step: more.steps.iter().min().map(|step| u8::from(*step)),
            wait_weeks: more.wait.as_ref().map(|wait| wait.weeks),
            wait_is_old: is_old(more.wait.as_ref(), self.today),
            why: Vec::new(),
            favourite: self.favourites.contains(service.id.as_str()),
            method: method.to_owned(),
            pinned: self.marks.pinned.contains(service.id.as_str()),
            is_local: is_local(service.id.as_str()),
            do_not_refer: self.marks.do_not_refer.contains(service.id.as_str()),
            reasons: Vec::new(),
        }
    }
}

/// Asked for by its name, and hidden by this practice: who hid it and why stands in the list.
fn hidden_here(hidden: &HiddenHere) -> NotOpenView {
    NotOpenView {
        id: hidden.service_id.clone(),
        name: hidden.name.clone(),
        reason: "hidden".to_owned(),
        detail: Some(hidden.said.clone()),
        replaced_by_name: None,
        replaced_by_id: None,
        left: None,
    }
}

fn left_favourite(name: &str, left: &Left) -> NotOpenView {
    let left = left_view(name, left);
    NotOpenView {
        id: left.id.clone(),
        name: left.name.clone(),
        reason: "left".to_owned(),
        detail: None,
        replaced_by_name: left.successor_name.clone(),
        replaced_by_id: left.successor_id.clone(),
        left: Some(left),
    }
}

fn not_open_view(catalogue: &Catalogue, id: &ServiceId, reason: &NotOpen) -> NotOpenView {
    let successor = match reason {
        NotOpen::Closed { replaced_by, .. } => replaced_by.clone(),
        _ => None,
    };
    NotOpenView {
        id: id.to_string(),
        name: catalogue.name_of(id).unwrap_or_default(),
        reason: not_open_code(reason).to_owned(),
        detail: engine::not_open_detail(reason),
        replaced_by_name: successor.as_ref().and_then(|id| catalogue.name_of(id)),
        replaced_by_id: successor.map(|id| id.to_string()),
        left: None,
    }
}

pub(super) fn is_old(wait: Option<&StatedWait>, today: Date) -> bool {
    wait.is_some_and(|wait| i64::from(days_since(wait.stated_on, today)) > WAIT_IS_OLD_AFTER_DAYS)
}

pub(super) fn days_since(day: Date, today: Date) -> u32 {
    u32::try_from(today.duration_since(day).as_hours() / 24).unwrap_or(0)
}

/// The kebab-case code of an enum of the model, as it stands on the wire.
pub(super) fn code(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|code| code.as_str().map(str::to_owned))
        .unwrap_or_default()
}
