//! What is remembered of a directory while it is read: as much as shows that every reference leads somewhere, and none of its texts.

use super::{FeedError, FeedProblem, LineProblem, checks::value};
use crate::ids::{AreaId, EndpointId, OdsCode, OrganizationId, ServiceId};
use crate::layer::local;
use crate::model::{
    Area, Channel, DirectoryRecord, Endpoint, HealthcareService, Practice, ServiceStatus, Tier,
    Tombstone,
};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

/// What was found wrong, up to as much as is asked for.
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

/// The ids of the records so far with their lines, and the references that led nowhere yet.
#[derive(Default)]
pub(super) struct Outline {
    published_on: Option<Date>,
    areas: HashMap<AreaId, usize>,
    practices: HashMap<OdsCode, usize>,
    organizations: HashMap<OrganizationId, usize>,
    services: HashMap<ServiceId, usize>,
    endpoints: HashMap<EndpointId, KnownEndpoint>,
    tombstones: HashMap<ServiceId, usize>,
    unassured: HashSet<ServiceId>,
    of_areas: Vec<(usize, AreaId, AreaId)>,
    of_practices: Vec<(usize, OdsCode, AreaId)>,
    of_services: Vec<(usize, ServiceId, Named)>,
    of_endpoints: Vec<(usize, EndpointId, ServiceId)>,
    of_tombstones: Vec<(usize, ServiceId, Option<ServiceId>)>,
    replaced: HashMap<ServiceId, ServiceId>,
    superseded: HashMap<EndpointId, EndpointId>,
}

struct KnownEndpoint {
    line: usize,
    service_id: ServiceId,
    channel: Channel,
}

/// What a service's record names.
enum Named {
    Organization(OrganizationId),
    Area(AreaId),
    Service(&'static str, ServiceId),
    Endpoint(EndpointId, Channel),
}

impl Outline {
    /// The header is the first record, and there is one.
    pub fn has_its_header(&self, next: &DirectoryRecord) -> Result<(), LineProblem> {
        match next {
            DirectoryRecord::Directory(header) if self.published_on.is_some() => {
                Err((Some(header.id.clone()), FeedProblem::SecondHeader))
            }
            DirectoryRecord::Directory(_) => Ok(()),
            _ if self.published_on.is_none() => Err((None, FeedProblem::HeaderFirst)),
            _ => Ok(()),
        }
    }

    /// One more record, with what is already seen to be wrong with it.
    pub fn add(&mut self, record: &DirectoryRecord, line: usize, faults: &mut Faults) {
        match record {
            DirectoryRecord::Directory(header) => self.published_on = Some(header.published_on),
            DirectoryRecord::Area(area) => self.add_area(area, line, faults),
            DirectoryRecord::Practice(practice) => self.add_practice(practice, line, faults),
            DirectoryRecord::Organization(organization) => {
                let id = &organization.id;
                not_local(id.as_str(), line, faults);
                once("organization", &mut self.organizations, id, line, faults);
            }
            DirectoryRecord::Service(service) => self.add_service(service, line, faults),
            DirectoryRecord::Endpoint(endpoint) => self.add_endpoint(endpoint, line, faults),
            DirectoryRecord::Tombstone(tombstone) => self.add_tombstone(tombstone, line, faults),
        }
    }

    fn add_area(&mut self, area: &Area, line: usize, faults: &mut Faults) {
        once("area", &mut self.areas, &area.id, line, faults);
        if let Some(parent) = &area.part_of {
            self.of_areas.push((line, area.id.clone(), parent.clone()));
        }
    }

    fn add_practice(&mut self, practice: &Practice, line: usize, faults: &mut Faults) {
        let code = &practice.ods_code;
        once("practice", &mut self.practices, code, line, faults);
        let missing = practice.areas.iter();
        let missing = missing.filter(|area| !self.areas.contains_key(area));
        self.of_practices
            .extend(missing.map(|area| (line, code.clone(), area.clone())));
    }

    fn add_service(&mut self, service: &HealthcareService, line: usize, faults: &mut Faults) {
        let (id, more) = (&service.id, &service.onward);
        not_local(id.as_str(), line, faults);
        once("service", &mut self.services, id, line, faults);
        if more.tier == Tier::Unassured {
            self.unassured.insert(id.clone());
        }
        if let Some(problem) = self.closing_problem(service) {
            faults.add(line, id, problem);
        }
        if let Some(successor) = &more.replaced_by {
            self.replaced.insert(id.clone(), successor.clone());
        }
        let mut add = |named| self.of_services.push((line, id.clone(), named));
        if !self.organizations.contains_key(&service.organization_id) {
            add(Named::Organization(service.organization_id.clone()));
        }
        for area in &service.service_areas {
            if !self.areas.contains_key(&area.id) {
                add(Named::Area(area.id.clone()));
            }
        }
        let links = [
            ("child_services", more.child_services.as_slice()),
            ("step_up_to", &more.step_up_to),
            ("step_down_to", &more.step_down_to),
            ("also_offered_from", &more.also_offered_from),
            ("replaced_by", more.replaced_by.as_slice()),
        ];
        for (field, ids) in links {
            for named in ids {
                add(Named::Service(field, named.clone()));
            }
        }
        for (endpoint, channel) in more.referral_methods.iter().filter_map(|it| it.endpoint()) {
            add(Named::Endpoint(endpoint.clone(), channel));
        }
    }

    fn closing_problem(&self, service: &HealthcareService) -> Option<FeedProblem> {
        let (closed_on, published_on) = (service.onward.closed_on?, self.published_on?);
        let what = match service.status {
            ServiceStatus::Active if closed_on <= published_on => {
                format!("\"active\" though the service closed on {closed_on}")
            }
            ServiceStatus::Defunct if closed_on > published_on => {
                format!("\"defunct\" though the service is to close only on {closed_on}")
            }
            _ => return None,
        };
        Some(value("status", what))
    }

    fn add_endpoint(&mut self, endpoint: &Endpoint, line: usize, faults: &mut Faults) {
        let (id, service_id) = (&endpoint.id, &endpoint.service_id);
        let known = self.endpoints.entry(id.clone()).or_insert(KnownEndpoint {
            line,
            service_id: service_id.clone(),
            channel: endpoint.channel,
        });
        if known.line != line {
            faults.add(line, id, FeedProblem::Duplicate("endpoint", known.line));
        }
        self.of_endpoints
            .push((line, id.clone(), service_id.clone()));
        if let (Some(former), Some(today)) = (&endpoint.supersedes, self.published_on)
            && endpoint.supersedes_on(former, today)
        {
            self.superseded.insert(former.clone(), id.clone());
        }
    }

    fn add_tombstone(&mut self, tombstone: &Tombstone, line: usize, faults: &mut Faults) {
        let id = &tombstone.id;
        not_local(id.as_str(), line, faults);
        once("tombstone", &mut self.tombstones, id, line, faults);
        self.of_tombstones
            .push((line, id.clone(), tombstone.successor.clone()));
    }

    /// What is wrong between the records, now that all are known.
    pub fn finish(&self, faults: &mut Faults) {
        self.check_areas(faults);
        self.check_services(faults);
        for (line, endpoint, service) in &self.of_endpoints {
            if !self.services.contains_key(service) {
                faults.add(*line, endpoint, dangling("service_id", service));
            }
            // Nothing is sent to an entry that nobody has checked: so it has no address either.
            if self.unassured.contains(service) {
                let what = format!("an unassured entry ({service})");
                faults.add(*line, endpoint, value("service_id", what));
            }
        }
        self.check_tombstones(faults);
    }

    fn check_areas(&self, faults: &mut Faults) {
        let circles = in_circles(&self.of_areas.iter().map(|(_, of, to)| (of, to)).collect());
        for (line, area, parent) in &self.of_areas {
            if faults.is_full() {
                return;
            }
            if !self.areas.contains_key(parent) {
                faults.add(*line, area, dangling("part_of", parent));
            }
            if circles.contains(area) {
                faults.add(*line, area, circle("part_of", parent));
            }
        }
        for (line, practice, area) in &self.of_practices {
            if !self.areas.contains_key(area) {
                faults.add(*line, practice, dangling("areas", area));
            }
        }
    }

    fn check_services(&self, faults: &mut Faults) {
        let circles = in_circles(&self.replaced.iter().collect());
        for (line, service, named) in &self.of_services {
            if faults.is_full() {
                return;
            }
            if let Some(problem) = self.problem_of(service, named, &circles) {
                faults.add(*line, service, problem);
            }
        }
    }

    fn problem_of(
        &self,
        service: &ServiceId,
        named: &Named,
        circles: &HashSet<&ServiceId>,
    ) -> Option<FeedProblem> {
        match named {
            Named::Organization(id) => {
                (!self.organizations.contains_key(id)).then(|| dangling("organization_id", id))
            }
            Named::Area(id) => {
                (!self.areas.contains_key(id)).then(|| dangling("service_areas", id))
            }
            Named::Service(field, id) if !self.services.contains_key(id) => {
                Some(dangling(field, id))
            }
            Named::Service(field, id) => {
                let round = match *field {
                    "replaced_by" => circles.contains(service),
                    _ => id == service,
                };
                round.then(|| circle(field, id))
            }
            Named::Endpoint(id, channel) => self.method_problem(service, id, *channel),
        }
    }

    fn method_problem(
        &self,
        service: &ServiceId,
        id: &EndpointId,
        channel: Channel,
    ) -> Option<FeedProblem> {
        let Some(endpoint) = self.endpoints.get(id) else {
            return Some(dangling("referral_methods", id));
        };
        let what = if endpoint.service_id != *service {
            format!("an endpoint ({id}) that belongs to {}", endpoint.service_id)
        } else if endpoint.channel != channel {
            format!("an endpoint ({id}) of another channel")
        } else {
            let newer = self.superseded.get(id)?;
            format!("an endpoint ({id}) whose place {newer} has taken")
        };
        Some(value("referral_methods", what))
    }

    /// An id is not given twice, also not after its service has gone; and whoever follows the successors comes to an end.
    fn check_tombstones(&self, faults: &mut Faults) {
        let successors = self.of_tombstones.iter();
        let successors = successors.filter_map(|(_, of, to)| Some((of, to.as_ref()?)));
        let circles = in_circles(&successors.collect());
        for (line, id, successor) in &self.of_tombstones {
            if faults.is_full() {
                return;
            }
            if self.services.contains_key(id) {
                let problem = value("id", "that of a service which is still listed");
                faults.add(*line, id, problem);
            }
            let Some(successor) = successor else {
                continue;
            };
            let known =
                self.services.contains_key(successor) || self.tombstones.contains_key(successor);
            if !known {
                faults.add(*line, id, dangling("successor", successor));
            }
            if circles.contains(id) {
                faults.add(*line, id, circle("successor", successor));
            }
        }
    }
}

/// What a practice wrote for itself alone is known by its id, and is treated otherwise: nothing is sent to it, and no correction of it goes out.
fn not_local(id: &str, line: usize, faults: &mut Faults) {
    if local::is_local(id) {
        let what = format!(
            "one of those that practices give themselves (\"{}…\")",
            local::PREFIX
        );
        faults.add(line, &id, value("id", what));
    }
}

fn once<T: Hash + Eq + Display + Clone>(
    kind: &'static str,
    known: &mut HashMap<T, usize>,
    id: &T,
    line: usize,
    faults: &mut Faults,
) {
    let earlier = *known.entry(id.clone()).or_insert(line);
    if earlier != line {
        faults.add(line, id, FeedProblem::Duplicate(kind, earlier));
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
