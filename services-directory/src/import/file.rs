//! A directory file while an import changes it: the lines that it does not touch stay as they are, byte by byte.

use crate::feed::{Directory, FeedError, FeedLimits};
use crate::ids::{OrganizationId, ServiceId};
use crate::model::{DirectoryHeader, DirectoryRecord, HealthcareService, Organization};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct DirectoryFile {
    lines: Vec<Line>,
    organizations: HashMap<OrganizationId, (usize, Organization)>,
    services: HashMap<ServiceId, (usize, Arc<HealthcareService>)>,
    /// Ids of services that were taken out: none of them comes back.
    tombstones: HashSet<ServiceId>,
}

#[derive(Debug, Clone)]
struct Line {
    /// Where its kind stands in the order of the contract (schema/README.md).
    place: u8,
    text: String,
}

const ORGANIZATION: u8 = 3;
const SERVICE: u8 = 4;

impl DirectoryFile {
    /// One that only has its header yet.
    pub fn new(header: DirectoryHeader) -> Self {
        let mut file = Self {
            lines: Vec::new(),
            organizations: HashMap::new(),
            services: HashMap::new(),
            tombstones: HashSet::new(),
        };
        file.push(0, &DirectoryRecord::Directory(header));
        file
    }

    /// A file that holds, whole.
    pub fn read(text: &str) -> Result<Self, FeedError> {
        let directory = Directory::read(text.as_bytes(), FeedLimits::default())?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines = lines.map(|line| Line {
            place: place_of(line),
            text: line.to_owned(),
        });
        let lines: Vec<Line> = lines.collect();
        let at = |place: u8| {
            let all = lines.iter().enumerate();
            all.filter(move |(_, line)| line.place == place)
                .map(|(at, _)| at)
        };
        let organizations = at(ORGANIZATION).zip(directory.organizations);
        let services = at(SERVICE).zip(directory.services);
        Ok(Self {
            organizations: organizations
                .map(|(at, found)| (found.id.clone(), (at, found)))
                .collect(),
            services: services
                .map(|(at, found)| (found.id.clone(), (at, found)))
                .collect(),
            tombstones: directory
                .tombstones
                .into_iter()
                .map(|gone| gone.id)
                .collect(),
            lines,
        })
    }

    /// In the order of the contract; within a kind, as they stood, and new ones last.
    pub fn text(&self) -> String {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| line.place);
        let mut text = String::new();
        for line in lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }

    /// Read anew, as whoever loads it will.
    pub fn check(&self) -> Result<Directory, FeedError> {
        Directory::read(self.text().as_bytes(), FeedLimits::default())
    }

    pub fn service(&self, id: &ServiceId) -> Option<&Arc<HealthcareService>> {
        self.services.get(id).map(|(_, service)| service)
    }

    pub fn services(&self) -> impl Iterator<Item = &Arc<HealthcareService>> {
        self.services.values().map(|(_, service)| service)
    }

    pub fn has_tombstone(&self, id: &ServiceId) -> bool {
        self.tombstones.contains(id)
    }

    pub fn organization(&self, id: &OrganizationId) -> Option<&Organization> {
        self.organizations
            .get(id)
            .map(|(_, organization)| organization)
    }

    pub fn put_service(&mut self, service: HealthcareService) {
        let service = Arc::new(service);
        let record = DirectoryRecord::Service(Box::new(HealthcareService::clone(&service)));
        let at = self.services.get(&service.id).map(|(at, _)| *at);
        let at = self.put(at, SERVICE, &record);
        self.services.insert(service.id.clone(), (at, service));
    }

    pub fn put_organization(&mut self, organization: Organization) {
        let record = DirectoryRecord::Organization(organization.clone());
        let at = self.organizations.get(&organization.id).map(|(at, _)| *at);
        let at = self.put(at, ORGANIZATION, &record);
        self.organizations
            .insert(organization.id.clone(), (at, organization));
    }

    fn put(&mut self, at: Option<usize>, place: u8, record: &DirectoryRecord) -> usize {
        let Some((at, line)) = at.and_then(|at| Some((at, self.lines.get_mut(at)?))) else {
            return self.push(place, record);
        };
        line.text = text_of(record);
        at
    }

    fn push(&mut self, place: u8, record: &DirectoryRecord) -> usize {
        self.lines.push(Line {
            place,
            text: text_of(record),
        });
        self.lines.len() - 1
    }
}

/// What is not said (null, an empty list) is left out: the line is read by people too.
fn text_of(record: &DirectoryRecord) -> String {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    leave_out_what_is_not_said(&mut value);
    if let Some(methods) = value.pointer_mut("/onward")
        && let Some(more) = methods.as_object_mut()
    {
        more.entry("referral_methods")
            .or_insert_with(|| Value::Array(Vec::new()));
    }
    value.to_string()
}

fn leave_out_what_is_not_said(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| {
                !field.is_null() && !field.as_array().is_some_and(Vec::is_empty)
            });
            fields.values_mut().for_each(leave_out_what_is_not_said);
        }
        Value::Array(entries) => entries.iter_mut().for_each(leave_out_what_is_not_said),
        _ => {}
    }
}

fn place_of(line: &str) -> u8 {
    let record: Value = serde_json::from_str(line).unwrap_or_default();
    match record.get("kind").and_then(Value::as_str) {
        Some("directory") => 0,
        Some("area") => 1,
        Some("practice") => 2,
        Some("organization") => ORGANIZATION,
        Some("service") => SERVICE,
        Some("tombstone") => 5,
        _ => 6,
    }
}
