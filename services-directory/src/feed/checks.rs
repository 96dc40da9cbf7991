//! What must hold of a directory's records, one by one and together.

use super::{Directory, FeedError, FeedProblem, Lines, address};
use crate::ids::{AreaId, ServiceId};
use crate::layer::local;
use crate::model::{
    Area, Channel, DirectoryRecord, Endpoint, HealthcareService, ReferralMethod, ServiceStatus,
    Tier, Tombstone, TombstoneReason,
};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
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

/// What shows nothing, or changes the direction of what stands after it: the code points that are ignored by default (Unicode 16,
/// `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`), separators of lines, the blank of Braille, and the marks of annotations. A name with one of them looks like
/// another (Unicode TR 36, section 2.5).
const HIDDEN: [(char, char); 20] = [
    ('\u{00AD}', '\u{00AD}'),
    ('\u{034F}', '\u{034F}'),
    ('\u{061C}', '\u{061C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFF8}'),
    ('\u{FFF9}', '\u{FFFB}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E007F}'),
    ('\u{E0080}', '\u{E0FFF}'),
];

/// Control characters, and those that change the direction of text or are invisible.
pub fn is_forbidden(c: char) -> bool {
    // Nearly every letter of a directory is one of these.
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || HIDDEN
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
}

/// Every text of a record, whatever its field: length and characters.
pub fn check_texts(record: &Value, found: &mut Vec<FeedProblem>) {
    let mut open: Vec<(&str, &Value)> = vec![("record", record)];
    while let Some((field, next)) = open.pop() {
        match next {
            Value::String(text) => check_text(field, text, found),
            Value::Array(entries) if entries.len() > MOST_ENTRIES => {
                found.push(value(
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
}

fn check_text(field: &str, text: &str, found: &mut Vec<FeedProblem>) {
    let longest = if NAMES.contains(&field) {
        LONGEST_NAME
    } else {
        LONGEST_TEXT
    };
    if text.chars().nth(longest).is_some() {
        found.push(value(
            &shown(field),
            format!("longer than {longest} characters"),
        ));
    }
    let may_break = LONG_TEXTS.contains(&field);
    if text
        .chars()
        .any(|c| is_forbidden(c) && !(may_break && c == '\n'))
    {
        found.push(value(
            &shown(field),
            "a text with control, invisible or direction-changing characters",
        ));
    }
}

/// What one record must be in itself.
pub fn check_record(record: &DirectoryRecord, found: &mut Vec<FeedProblem>) {
    let mut named = |name: &str| {
        if name.trim().is_empty() {
            found.push(value("name", "empty"));
        }
    };
    match record {
        DirectoryRecord::Directory(header) => {
            named(&header.name);
            let to = header.corrections_to.as_deref();
            let wrong = to.and_then(|to| address::problem_of(Channel::SecureEmail, to));
            found.extend(wrong.map(|what| value("corrections_to", what)));
        }
        DirectoryRecord::Area(area) => named(&area.name),
        DirectoryRecord::Practice(practice) => named(&practice.name),
        DirectoryRecord::Organization(organization) => {
            named(&organization.name);
            found.extend(check_link("website", organization.website.as_deref()).err());
        }
        DirectoryRecord::Service(service) => {
            named(&service.name);
            check_service(service, found);
        }
        DirectoryRecord::Endpoint(endpoint) => check_endpoint(endpoint, found),
        DirectoryRecord::Tombstone(tombstone) => found.extend(check_tombstone(tombstone).err()),
    }
}

fn check_service(service: &HealthcareService, found: &mut Vec<FeedProblem>) {
    found.extend(check_link("url", service.url.as_deref()).err());
    if let (Some(least), Some(most)) = (service.minimum_age, service.maximum_age)
        && least > most
    {
        found.push(value("minimum_age", "above maximum_age"));
    }
    let more = &service.onward;
    if more.paused_until.is_some() && service.status != ServiceStatus::TemporarilyClosed {
        found.push(value(
            "paused_until",
            "given though status is not \"temporarily closed\"",
        ));
    }
    if service.status == ServiceStatus::Defunct && more.closed_on.is_none() {
        found.push(value("closed_on", "missing though status is \"defunct\""));
    }
    if more.replaced_by.is_some()
        && more.closed_on.is_none()
        && service.status == ServiceStatus::Active
    {
        found.push(value(
            "replaced_by",
            "given though the service neither is nor will be closed",
        ));
    }
    if let Some(words) = &more.words
        && words.say.split_whitespace().count() > MOST_WORDS_TO_SAY
    {
        found.push(value(
            "say",
            format!("longer than {MOST_WORDS_TO_SAY} words"),
        ));
    }
    if more
        .criteria
        .iter()
        .any(|criterion| criterion.sentence.trim().is_empty())
    {
        found.push(value(
            "criteria",
            "a rule without the service's own sentence",
        ));
    }
    if more.tier == Tier::Unassured && more.referral_methods.iter().any(is_sent_by) {
        let what = "an endpoint though nobody has checked this entry (tier \"unassured\")";
        found.push(value("referral_methods", what));
    }
    for method in &more.referral_methods {
        if let ReferralMethod::WebForm { url, .. } = method {
            found.extend(check_link("url", Some(url)).err());
        }
    }
}

/// Whether it goes to an endpoint.
fn is_sent_by(method: &ReferralMethod) -> bool {
    matches!(
        method,
        ReferralMethod::SecureEmail { .. }
            | ReferralMethod::Fhir { .. }
            | ReferralMethod::Webhook { .. }
    )
}

pub fn check_link(field: &str, link: Option<&str>) -> Result<(), FeedProblem> {
    match link.map(|link| link.replacen("http://", "https://", 1).replace('#', "/")) {
        Some(link) if address::https_problem(&link).is_some() => {
            Err(value(field, "not the address of a web page"))
        }
        _ => Ok(()),
    }
}

fn check_endpoint(endpoint: &Endpoint, found: &mut Vec<FeedProblem>) {
    if let Some(what) = address::problem_of(endpoint.channel, &endpoint.address) {
        found.push(value("address", what));
    }
    if endpoint.valid_to.is_some_and(|to| to < endpoint.valid_from) {
        found.push(value("valid_to", "before valid_from"));
    }
}

fn check_tombstone(tombstone: &Tombstone) -> Result<(), FeedProblem> {
    if tombstone.reason == TombstoneReason::Merged && tombstone.successor.is_none() {
        return Err(value("successor", "missing though reason is \"merged\""));
    }
    Ok(())
}

/// What was found wrong between the records, up to as much as is asked for.
pub(super) struct Faults {
    pub found: Vec<FeedError>,
    most: usize,
}

impl Faults {
    pub fn at_most(most: usize) -> Self {
        Self {
            found: Vec::new(),
            most,
        }
    }

    pub fn is_full(&self) -> bool {
        self.found.len() >= self.most
    }

    fn add(&mut self, line: usize, record: &impl Display, problem: FeedProblem) {
        self.add_error(FeedError {
            line,
            record: Some(record.to_string()),
            problem,
        });
    }

    pub fn add_error(&mut self, error: FeedError) {
        if !self.is_full() {
            self.found.push(error);
        }
    }
}

/// What must hold between the records.
pub(super) fn check_references(directory: &Directory, lines: &Lines, faults: &mut Faults) {
    let areas = directory.areas.iter().map(|a| &a.id);
    let areas = unique("area", areas, &lines.areas, faults);
    let practices = directory.practices.iter().map(|p| &p.ods_code);
    unique("practice", practices, &lines.practices, faults);
    let organizations = directory.organizations.iter().map(|o| &o.id);
    let organizations = unique("organization", organizations, &lines.organizations, faults);
    let services = directory.services.iter().map(|s| &s.id);
    let services = unique("service", services, &lines.services, faults);
    let endpoints = directory.endpoints.iter().map(|e| &e.id);
    unique("endpoint", endpoints, &lines.endpoints, faults);

    check_not_local(directory, lines, faults);
    check_areas(directory, lines, &areas, faults);
    let known = Known {
        areas,
        services,
        endpoints: directory
            .endpoints
            .iter()
            .map(|e| (e.id.as_str(), e))
            .collect(),
        replaced_in_circles: in_circles(
            &directory
                .services
                .iter()
                .filter_map(|s| Some((&s.id, s.onward.replaced_by.as_ref()?)))
                .collect(),
        ),
        superseded: directory
            .endpoints
            .iter()
            .filter_map(|e| {
                let former = e.supersedes.as_ref()?;
                let now = e.supersedes_on(former, directory.header.published_on);
                now.then_some((former.as_str(), e))
            })
            .collect(),
        published_on: directory.header.published_on,
    };
    let mut found = Vec::new();
    for (service, line) in directory.services.iter().zip(&lines.services) {
        if faults.is_full() {
            return;
        }
        if !organizations.contains(&service.organization_id) {
            found.push(dangling("organization_id", &service.organization_id));
        }
        known.check_service(service, &mut found);
        for problem in found.drain(..) {
            faults.add(*line, &service.id, problem);
        }
    }
    for (endpoint, line) in directory.endpoints.iter().zip(&lines.endpoints) {
        if !known.services.contains(&endpoint.service_id) {
            let problem = dangling("service_id", &endpoint.service_id);
            faults.add(*line, &endpoint.id, problem);
        }
    }
    check_unassured(directory, lines, faults);
    check_tombstones(directory, lines, &known.services, faults);
}

/// What a practice wrote for itself alone is known by its id, and is treated otherwise: nothing is sent to it, and no correction of it goes out.
fn check_not_local(directory: &Directory, lines: &Lines, faults: &mut Faults) {
    let services = directory.services.iter().map(|it| it.id.as_str());
    let organizations = directory.organizations.iter().map(|it| it.id.as_str());
    let tombstones = directory.tombstones.iter().map(|it| it.id.as_str());
    let all = (services.zip(&lines.services))
        .chain(organizations.zip(&lines.organizations))
        .chain(tombstones.zip(&lines.tombstones));
    for (id, line) in all.filter(|(id, _)| local::is_local(id)) {
        let what = format!(
            "one of those that practices give themselves (\"{}…\")",
            local::PREFIX
        );
        faults.add(*line, &id, value("id", what));
    }
}

/// An id is not given twice, also not after its service has gone; and whoever follows the successors comes to an end.
fn check_tombstones(
    directory: &Directory,
    lines: &Lines,
    services: &HashSet<&ServiceId>,
    faults: &mut Faults,
) {
    let gone = directory.tombstones.iter().map(|t| &t.id);
    let gone = unique("tombstone", gone, &lines.tombstones, faults);
    let successors = directory.tombstones.iter();
    let successors = successors.filter_map(|t| Some((&t.id, t.successor.as_ref()?)));
    let circles = in_circles(&successors.collect());
    for (tombstone, line) in directory.tombstones.iter().zip(&lines.tombstones) {
        if faults.is_full() {
            return;
        }
        if services.contains(&tombstone.id) {
            let problem = value("id", "that of a service which is still listed");
            faults.add(*line, &tombstone.id, problem);
        }
        let Some(successor) = &tombstone.successor else {
            continue;
        };
        if !services.contains(successor) && !gone.contains(successor) {
            faults.add(*line, &tombstone.id, dangling("successor", successor));
        }
        if circles.contains(&tombstone.id) {
            faults.add(*line, &tombstone.id, circle("successor", successor));
        }
    }
}

/// Nothing is sent to an entry that nobody has checked: so it has no address either.
fn check_unassured(directory: &Directory, lines: &Lines, faults: &mut Faults) {
    let unassured = directory.services.iter();
    let unassured: HashSet<&ServiceId> = unassured
        .filter(|service| service.onward.tier == Tier::Unassured)
        .map(|service| &service.id)
        .collect();
    for (endpoint, line) in directory.endpoints.iter().zip(&lines.endpoints) {
        if unassured.contains(&endpoint.service_id) {
            let what = format!("an unassured entry ({})", endpoint.service_id);
            faults.add(*line, &endpoint.id, value("service_id", what));
        }
    }
}

fn dangling(field: &'static str, id: &impl Display) -> FeedProblem {
    FeedProblem::Dangling {
        field,
        id: id.to_string(),
    }
}

fn circle(field: &'static str, id: &impl Display) -> FeedProblem {
    FeedProblem::Circle {
        field,
        id: id.to_string(),
    }
}

fn unique<'a, T: Hash + Eq + Display + 'a>(
    kind: &'static str,
    ids: impl Iterator<Item = &'a T>,
    lines: &[usize],
    faults: &mut Faults,
) -> HashSet<&'a T> {
    let mut first: HashMap<&T, usize> = HashMap::new();
    for (id, line) in ids.zip(lines) {
        let earlier = *first.entry(id).or_insert(*line);
        if earlier != *line {
            faults.add(*line, id, FeedProblem::Duplicate(kind, earlier));
        }
    }
    first.into_keys().collect()
}

fn check_areas(
    directory: &Directory,
    lines: &Lines,
    known: &HashSet<&AreaId>,
    faults: &mut Faults,
) {
    let parents = directory.areas.iter();
    let parents = parents.filter_map(|area: &Area| Some((&area.id, area.part_of.as_ref()?)));
    let circles = in_circles(&parents.collect());
    for (area, line) in directory.areas.iter().zip(&lines.areas) {
        let Some(parent) = &area.part_of else {
            continue;
        };
        if faults.is_full() {
            return;
        }
        if !known.contains(parent) {
            faults.add(*line, &area.id, dangling("part_of", parent));
        }
        if circles.contains(&area.id) {
            faults.add(*line, &area.id, circle("part_of", parent));
        }
    }
    for (practice, line) in directory.practices.iter().zip(&lines.practices) {
        for missing in practice.areas.iter().filter(|area| !known.contains(area)) {
            faults.add(*line, &practice.ods_code, dangling("areas", missing));
        }
    }
}

/// Whoever comes back to themselves by following the links, which have one way each. Each link is followed twice at most, however long the chains are:
/// one signed file may hold a chain of half a million.
fn in_circles<'a, T: Hash + Eq>(links: &HashMap<&'a T, &'a T>) -> HashSet<&'a T> {
    let mut first_walk: HashMap<&T, usize> = HashMap::with_capacity(links.len());
    let mut found = HashSet::new();
    for (walk, start) in links.keys().enumerate() {
        let mut here = *start;
        loop {
            match first_walk.get(here) {
                // Met again on the same walk: from here one comes back to here.
                Some(of) if *of == walk => {
                    go_round(here, links, &mut found);
                    break;
                }
                Some(_) => break,
                None => {
                    first_walk.insert(here, walk);
                }
            }
            match links.get(here) {
                Some(next) => here = next,
                None => break,
            }
        }
    }
    found
}

fn go_round<'a, T: Hash + Eq>(
    start: &'a T,
    links: &HashMap<&'a T, &'a T>,
    found: &mut HashSet<&'a T>,
) {
    let mut here = start;
    while found.insert(here)
        && let Some(next) = links.get(here)
    {
        here = next;
    }
}

/// What the file holds, for the services to refer to.
struct Known<'a> {
    areas: HashSet<&'a AreaId>,
    services: HashSet<&'a ServiceId>,
    endpoints: HashMap<&'a str, &'a Endpoint>,
    replaced_in_circles: HashSet<&'a ServiceId>,
    /// What another endpoint has taken the place of by the day of publication, with that other.
    superseded: HashMap<&'a str, &'a Endpoint>,
    published_on: Date,
}

impl Known<'_> {
    fn check_service(&self, service: &HealthcareService, found: &mut Vec<FeedProblem>) {
        let more = &service.onward;
        for area in &service.service_areas {
            if !self.areas.contains(&area.id) {
                found.push(dangling("service_areas", &area.id));
            }
        }
        let links = [
            ("child_services", &more.child_services),
            ("step_up_to", &more.step_up_to),
            ("step_down_to", &more.step_down_to),
            ("also_offered_from", &more.also_offered_from),
        ];
        for (field, ids) in links {
            for id in ids {
                if !self.services.contains(id) {
                    found.push(dangling(field, id));
                } else if *id == service.id {
                    found.push(circle(field, id));
                }
            }
        }
        if let Some(successor) = &more.replaced_by {
            if !self.services.contains(successor) {
                found.push(dangling("replaced_by", successor));
            } else if self.replaced_in_circles.contains(&service.id) {
                found.push(circle("replaced_by", successor));
            }
        }
        self.check_closing(service, found);
        for method in &more.referral_methods {
            found.extend(self.check_method(service, method).err());
        }
    }

    fn check_closing(&self, service: &HealthcareService, found: &mut Vec<FeedProblem>) {
        let Some(closed_on) = service.onward.closed_on else {
            return;
        };
        if service.status == ServiceStatus::Active && closed_on <= self.published_on {
            found.push(value(
                "status",
                format!("\"active\" though the service closed on {closed_on}"),
            ));
        }
        if service.status == ServiceStatus::Defunct && closed_on > self.published_on {
            found.push(value(
                "status",
                format!("\"defunct\" though the service is to close only on {closed_on}"),
            ));
        }
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
        if let Some(newer) = self.superseded.get(id.as_str()) {
            let what = format!("an endpoint ({id}) whose place {} has taken", newer.id);
            return Err(value("referral_methods", what));
        }
        Ok(())
    }
}
