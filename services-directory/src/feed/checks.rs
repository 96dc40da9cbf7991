//! What must hold of a directory's records, one by one and together.

use super::{Directory, FeedError, FeedProblem, Lines, address};
use crate::ids::{AreaId, ServiceId};
use crate::model::{
    Area, Channel, DirectoryRecord, Endpoint, HealthcareService, ReferralMethod, ServiceStatus,
    Tombstone, TombstoneReason,
};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 8_000;
const MOST_ENTRIES: usize = 500;
const MOST_WORDS_TO_SAY: usize = 40;
/// Texts that may have several lines.
const LONG_TEXTS: [&str; 2] = ["description", "patient_sheet"];
const NAMES: [&str; 4] = ["name", "aliases", "helps_with", "interventions"];

fn value(field: &str, what: impl Into<String>) -> FeedProblem {
    FeedProblem::Value {
        field: field.to_owned(),
        what: what.into(),
    }
}

/// A piece of the file as an error may show it: short, and without characters that could disturb a terminal or a screen.
pub fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !is_forbidden(*c))
        .take(200)
        .collect()
}

/// Control characters, and those that change the direction of text or are invisible (Unicode TR 36, section 2.5).
pub fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Every text of a record, whatever its field: length and characters.
pub fn check_texts(record: &Value) -> Result<(), FeedProblem> {
    let mut open: Vec<(&str, &Value)> = vec![("record", record)];
    while let Some((field, next)) = open.pop() {
        match next {
            Value::String(text) => check_text(field, text)?,
            Value::Array(entries) if entries.len() > MOST_ENTRIES => {
                return Err(value(
                    &shown(field),
                    format!("a list of more than {MOST_ENTRIES} entries"),
                ));
            }
            Value::Array(entries) => open.extend(entries.iter().map(|entry| (field, entry))),
            Value::Object(fields) => {
                open.extend(fields.iter().map(|(name, value)| (name.as_str(), value)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_text(field: &str, text: &str) -> Result<(), FeedProblem> {
    let longest = if NAMES.contains(&field) {
        LONGEST_NAME
    } else {
        LONGEST_TEXT
    };
    if text.chars().nth(longest).is_some() {
        return Err(value(
            &shown(field),
            format!("longer than {longest} characters"),
        ));
    }
    let may_break = LONG_TEXTS.contains(&field);
    if text
        .chars()
        .any(|c| is_forbidden(c) && !(may_break && c == '\n'))
    {
        return Err(value(
            &shown(field),
            "a text with control, invisible or direction-changing characters",
        ));
    }
    Ok(())
}

/// What one record must be in itself.
pub fn check_record(record: &DirectoryRecord) -> Result<(), FeedProblem> {
    let named = |name: &str| {
        if name.trim().is_empty() {
            Err(value("name", "empty"))
        } else {
            Ok(())
        }
    };
    match record {
        DirectoryRecord::Directory(header) => named(&header.name),
        DirectoryRecord::Area(area) => named(&area.name),
        DirectoryRecord::Practice(practice) => named(&practice.name),
        DirectoryRecord::Organization(organization) => {
            named(&organization.name)?;
            check_link("website", organization.website.as_deref())
        }
        DirectoryRecord::Service(service) => {
            named(&service.name)?;
            check_service(service)
        }
        DirectoryRecord::Endpoint(endpoint) => check_endpoint(endpoint),
        DirectoryRecord::Tombstone(tombstone) => check_tombstone(tombstone),
    }
}

fn check_service(service: &HealthcareService) -> Result<(), FeedProblem> {
    check_link("url", service.url.as_deref())?;
    if let (Some(least), Some(most)) = (service.minimum_age, service.maximum_age)
        && least > most
    {
        return Err(value("minimum_age", "above maximum_age"));
    }
    let more = &service.onward;
    if more.paused_until.is_some() && service.status != ServiceStatus::TemporarilyClosed {
        return Err(value(
            "paused_until",
            "given though status is not \"temporarily closed\"",
        ));
    }
    if service.status == ServiceStatus::Defunct && more.closed_on.is_none() {
        return Err(value("closed_on", "missing though status is \"defunct\""));
    }
    if more.replaced_by.is_some()
        && more.closed_on.is_none()
        && service.status == ServiceStatus::Active
    {
        return Err(value(
            "replaced_by",
            "given though the service neither is nor will be closed",
        ));
    }
    if let Some(words) = &more.words
        && words.say.split_whitespace().count() > MOST_WORDS_TO_SAY
    {
        return Err(value(
            "say",
            format!("longer than {MOST_WORDS_TO_SAY} words"),
        ));
    }
    if more
        .criteria
        .iter()
        .any(|criterion| criterion.sentence.trim().is_empty())
    {
        return Err(value(
            "criteria",
            "a rule without the service's own sentence",
        ));
    }
    for method in &more.referral_methods {
        if let ReferralMethod::WebForm { url, .. } = method {
            check_link("url", Some(url))?;
        }
    }
    Ok(())
}

fn check_link(field: &str, link: Option<&str>) -> Result<(), FeedProblem> {
    match link.map(|link| link.replacen("http://", "https://", 1).replace('#', "/")) {
        Some(link) if address::https_problem(&link).is_some() => {
            Err(value(field, "not the address of a web page"))
        }
        _ => Ok(()),
    }
}

fn check_endpoint(endpoint: &Endpoint) -> Result<(), FeedProblem> {
    if let Some(what) = address::problem_of(endpoint.channel, &endpoint.address) {
        return Err(value("address", what));
    }
    if endpoint.valid_to.is_some_and(|to| to < endpoint.valid_from) {
        return Err(value("valid_to", "before valid_from"));
    }
    Ok(())
}

fn check_tombstone(tombstone: &Tombstone) -> Result<(), FeedProblem> {
    if tombstone.reason == TombstoneReason::Merged && tombstone.successor.is_none() {
        return Err(value("successor", "missing though reason is \"merged\""));
    }
    Ok(())
}

/// What must hold between the records.
pub(super) fn check_references(directory: &Directory, lines: &Lines) -> Result<(), FeedError> {
    let areas = unique("area", directory.areas.iter().map(|a| &a.id), &lines.areas)?;
    unique(
        "practice",
        directory.practices.iter().map(|p| &p.ods_code),
        &lines.practices,
    )?;
    let organizations = unique(
        "organization",
        directory.organizations.iter().map(|o| &o.id),
        &lines.organizations,
    )?;
    let services = unique(
        "service",
        directory.services.iter().map(|s| &s.id),
        &lines.services,
    )?;
    unique(
        "endpoint",
        directory.endpoints.iter().map(|e| &e.id),
        &lines.endpoints,
    )?;

    check_areas(directory, lines, &areas)?;
    let known = Known {
        areas,
        services,
        endpoints: directory
            .endpoints
            .iter()
            .map(|e| (e.id.as_str(), e))
            .collect(),
        successors: directory
            .services
            .iter()
            .filter_map(|s| Some((&s.id, s.onward.replaced_by.as_ref()?)))
            .collect(),
        published_on: directory.header.published_on,
    };
    for (service, line) in directory.services.iter().zip(&lines.services) {
        let has_organization = organizations.contains(&service.organization_id);
        let organization = has_organization
            .then_some(())
            .ok_or_else(|| dangling("organization_id", &service.organization_id));
        organization
            .and_then(|()| known.check_service(service))
            .map_err(|problem| at(*line, &service.id, problem))?;
    }
    for (endpoint, line) in directory.endpoints.iter().zip(&lines.endpoints) {
        if !known.services.contains(&endpoint.service_id) {
            return Err(at(
                *line,
                &endpoint.id,
                dangling("service_id", &endpoint.service_id),
            ));
        }
    }
    check_tombstones(directory, lines, &known.services)
}

/// An id is not given twice, also not after its service has gone; and whoever follows the successors comes to an end.
fn check_tombstones(
    directory: &Directory,
    lines: &Lines,
    services: &HashSet<&ServiceId>,
) -> Result<(), FeedError> {
    let gone = unique(
        "tombstone",
        directory.tombstones.iter().map(|t| &t.id),
        &lines.tombstones,
    )?;
    let successors: BTreeMap<&ServiceId, &ServiceId> = directory
        .tombstones
        .iter()
        .filter_map(|t| Some((&t.id, t.successor.as_ref()?)))
        .collect();
    for (tombstone, line) in directory.tombstones.iter().zip(&lines.tombstones) {
        let wrong = |problem| Err(at(*line, &tombstone.id, problem));
        if services.contains(&tombstone.id) {
            return wrong(value("id", "that of a service which is still listed"));
        }
        let Some(successor) = &tombstone.successor else {
            continue;
        };
        if !services.contains(successor) && !gone.contains(successor) {
            return wrong(dangling("successor", successor));
        }
        if leads_back(&tombstone.id, &successors) {
            return wrong(FeedProblem::Circle {
                field: "successor",
                id: successor.to_string(),
            });
        }
    }
    Ok(())
}

fn at(line: usize, record: &impl Display, problem: FeedProblem) -> FeedError {
    FeedError {
        line,
        record: Some(record.to_string()),
        problem,
    }
}

fn dangling(field: &'static str, id: &impl Display) -> FeedProblem {
    FeedProblem::Dangling {
        field,
        id: id.to_string(),
    }
}

fn unique<'a, T: Hash + Eq + Display + 'a>(
    kind: &'static str,
    ids: impl Iterator<Item = &'a T>,
    lines: &[usize],
) -> Result<HashSet<&'a T>, FeedError> {
    let mut first: HashMap<&T, usize> = HashMap::new();
    for (id, line) in ids.zip(lines) {
        if let Some(earlier) = first.insert(id, *line) {
            return Err(at(*line, id, FeedProblem::Duplicate(kind, earlier)));
        }
    }
    Ok(first.into_keys().collect())
}

fn check_areas(
    directory: &Directory,
    lines: &Lines,
    known: &HashSet<&AreaId>,
) -> Result<(), FeedError> {
    let parents: BTreeMap<&AreaId, &AreaId> = directory
        .areas
        .iter()
        .filter_map(|area: &Area| Some((&area.id, area.part_of.as_ref()?)))
        .collect();
    for (area, line) in directory.areas.iter().zip(&lines.areas) {
        let Some(parent) = &area.part_of else {
            continue;
        };
        if !known.contains(parent) {
            return Err(at(*line, &area.id, dangling("part_of", parent)));
        }
        if leads_back(&area.id, &parents) {
            return Err(at(
                *line,
                &area.id,
                FeedProblem::Circle {
                    field: "part_of",
                    id: parent.to_string(),
                },
            ));
        }
    }
    for (practice, line) in directory.practices.iter().zip(&lines.practices) {
        if let Some(missing) = practice.areas.iter().find(|area| !known.contains(area)) {
            return Err(at(*line, &practice.ods_code, dangling("areas", missing)));
        }
    }
    Ok(())
}

/// Whether one comes back to `start` by following the links, which have one way each.
fn leads_back<T: Ord>(start: &T, links: &BTreeMap<&T, &T>) -> bool {
    let mut next = links.get(start);
    // After as many steps as there are links, one is in a circle that does not hold `start`.
    for _ in 0..=links.len() {
        match next {
            None => return false,
            Some(here) if *here == start => return true,
            Some(here) => next = links.get(*here),
        }
    }
    false
}

/// What the file holds, for the services to refer to.
struct Known<'a> {
    areas: HashSet<&'a AreaId>,
    services: HashSet<&'a ServiceId>,
    endpoints: HashMap<&'a str, &'a Endpoint>,
    successors: BTreeMap<&'a ServiceId, &'a ServiceId>,
    published_on: Date,
}

impl Known<'_> {
    fn check_service(&self, service: &HealthcareService) -> Result<(), FeedProblem> {
        let more = &service.onward;
        if let Some(missing) = service
            .service_areas
            .iter()
            .find(|area| !self.areas.contains(&area.id))
        {
            return Err(dangling("service_areas", &missing.id));
        }
        let links = [
            ("child_services", &more.child_services),
            ("step_up_to", &more.step_up_to),
            ("step_down_to", &more.step_down_to),
            ("also_offered_from", &more.also_offered_from),
        ];
        for (field, ids) in links {
            if let Some(missing) = ids.iter().find(|id| !self.services.contains(id)) {
                return Err(dangling(field, missing));
            }
            if ids.contains(&service.id) {
                return Err(FeedProblem::Circle {
                    field,
                    id: service.id.to_string(),
                });
            }
        }
        if let Some(successor) = &more.replaced_by {
            if !self.services.contains(successor) {
                return Err(dangling("replaced_by", successor));
            }
            if leads_back(&service.id, &self.successors) {
                return Err(FeedProblem::Circle {
                    field: "replaced_by",
                    id: successor.to_string(),
                });
            }
        }
        self.check_closing(service)?;
        more.referral_methods
            .iter()
            .try_for_each(|method| self.check_method(service, method))
    }

    fn check_closing(&self, service: &HealthcareService) -> Result<(), FeedProblem> {
        let Some(closed_on) = service.onward.closed_on else {
            return Ok(());
        };
        if service.status == ServiceStatus::Active && closed_on <= self.published_on {
            return Err(value(
                "status",
                format!("\"active\" though the service closed on {closed_on}"),
            ));
        }
        if service.status == ServiceStatus::Defunct && closed_on > self.published_on {
            return Err(value(
                "status",
                format!("\"defunct\" though the service is to close only on {closed_on}"),
            ));
        }
        Ok(())
    }

    fn check_method(
        &self,
        service: &HealthcareService,
        method: &ReferralMethod,
    ) -> Result<(), FeedProblem> {
        let (id, channel) = match method {
            ReferralMethod::SecureEmail { endpoint } => (endpoint, Channel::SecureEmail),
            ReferralMethod::Fhir { endpoint } => (endpoint, Channel::Fhir),
            ReferralMethod::Webhook { endpoint } => (endpoint, Channel::Webhook),
            _ => return Ok(()),
        };
        let Some(endpoint) = self.endpoints.get(id.as_str()) else {
            return Err(dangling("referral_methods", id));
        };
        if endpoint.service_id != service.id {
            let what = format!("an endpoint ({id}) that belongs to {}", endpoint.service_id);
            return Err(value("referral_methods", what));
        }
        if endpoint.channel != channel {
            return Err(value(
                "referral_methods",
                format!("an endpoint ({id}) of another channel"),
            ));
        }
        Ok(())
    }
}
